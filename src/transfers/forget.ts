// A person taken out of the files of a space, in steps: imports first, then exports. Each step is bounded and may be
// repeated.
import type { DataCtx } from "../platform/context";
import type { Statement } from "../platform/sql";
import * as ofExports from "./exports/forget";
import * as ofImports from "./imports/forget";

export type Forgotten = ofImports.Forgotten;

/** Where the next step begins. */
export interface Mark {
  readonly of: "imports" | "exports";
  /** The import or export, or the one before it. */
  readonly id: string;
  readonly after: number;
}
export const FIRST: Mark = { of: "imports", id: "", after: 0 };

export interface Step {
  readonly found: Readonly<Record<"import_rows" | "export_files", number>>;
  readonly writes: readonly Statement<"data">[];
  /** Null: all was looked through. */
  readonly next: Mark | null;
}

export async function forget(ctx: Pick<DataCtx, "db" | "space" | "now" | "env">, who: Forgotten, { of, id, after }: Mark): Promise<Step> {
  if (of === "imports") {
    const row = await ofImports.nextImport(ctx, id);
    if (!row) return { found: NONE, writes: ofImports.forgetDraftsOf(ctx.space.id, who.contacts, [...who.texts, ...who.phones]), next: { of: "exports", id: "", after: 0 } };
    const { rows, writes, upTo } = await ofImports.forgetIn(ctx, row, who, row.id === id ? after : 0);
    return { found: { ...NONE, import_rows: rows }, writes, next: { of, id: upTo === null ? `${row.id}~` : row.id, after: upTo ?? 0 } };
  }
  const row = await ofExports.nextExport(ctx, id);
  if (!row) return { found: NONE, writes: [], next: null };
  const { files, writes, upTo } = await ofExports.forgetIn(ctx, row, who.contacts, row.id === id ? after : 0);
  return { found: { ...NONE, export_files: files }, writes, next: { of, id: upTo === null ? `${row.id}~` : row.id, after: upTo ?? 0 } };
}

const NONE = { import_rows: 0, export_files: 0 } as const;

// The fields of a space as an isolate remembers them. Whoever acts on them says which revision it knew: a write holds it
// by a guard, a read compares it in its own round trip, so a change of a field is true for the next call everywhere.
import { now as clock } from "../platform/clock";
import type { DataCtx } from "../platform/context";
import { Problem } from "../platform/problem";
import type { Ruled } from "./values";
import type { CustomType } from "./operators";
import { definitionOf, readAll, type Converting, type FieldRow, type Stored } from "./store";

export interface Field extends Stored {
  readonly fits?: ((text: string) => boolean) | undefined;
  readonly id: string;
  readonly key: string;
  readonly type: CustomType;
  readonly archived: boolean;
  /** Further rules that a value must keep while they are being checked. */
  readonly next: (Ruled & { readonly required: boolean }) | null;
  /** Its values are being converted: nobody else changes them meanwhile. */
  readonly frozen: Frozen | null;
}

export interface Frozen {
  /** Null: what is there is only being looked at. */
  readonly job: string | null;
}

export interface Registry {
  readonly revision: number;
  /** By key; those that are being removed are not in it. */
  readonly fields: ReadonlyMap<string, Field>;
}

const MAX_SPACES = 1_000;
const known = new Map<number, Registry>();

/** What is remembered, or what D1 says; `fresh`: what D1 says. */
export async function registryOf(ctx: Pick<DataCtx, "db" | "space">, fresh = false): Promise<Registry> {
  const remembered = fresh ? undefined : known.get(ctx.space.id);
  // What is being converted will be told by nothing else that it no longer is.
  if (remembered && !isMoving(remembered)) return remembered;
  const { revision, rows } = await readAll(ctx);
  const living = rows.filter(({ removing }) => removing === null);
  const registry = { revision, fields: new Map(await Promise.all(living.map(async (row): Promise<[string, Field]> => [row.key, await fieldOf(row)]))) };
  if (known.size >= MAX_SPACES) for (const oldest of known.keys()) if (known.delete(oldest)) break;
  known.set(ctx.space.id, registry);
  return registry;
}

const isMoving = ({ fields }: Registry): boolean => [...fields.values()].some(({ frozen }) => frozen !== null);

/** What `judge` says by the fields as they are remembered; what it refuses is judged again by those of D1, where they differ. */
export async function judged<T>(ctx: Pick<DataCtx, "db" | "space">, fresh: boolean, judge: (registry: Registry) => T): Promise<T> {
  const registry = await registryOf(ctx, fresh);
  try {
    return judge(registry);
  } catch (error) {
    if (fresh || !(error instanceof Problem)) throw error;
    const current = await registryOf(ctx, true);
    if (current.revision === registry.revision) throw error;
    return judge(current);
  }
}

export async function fieldOf(row: FieldRow): Promise<Field> {
  const stored = definitionOf(row);
  const converting = conversionOf(stored, clock());
  const current = converting === null ? stored : meanwhile(stored, converting);
  const next = current.pending === undefined ? null : { ...current.pending, fits: await fitting(current.pending.pattern) };
  const frozen = converting === null ? null : { job: converting.job };
  return { ...current, id: row.id, key: row.key, archived: row.archived_at !== null, next, frozen, fits: await fitting(current.pattern) };
}

/** What the field is being made into, if it is. */
export function conversionOf({ converting }: Stored, now: number): Converting | null {
  return converting === undefined || (converting.job === null && converting.until < now) ? null : converting;
}

/** What counts of a field on its way: while its values are rewritten, no index holds any. */
function meanwhile(stored: Stored, { to, phase }: Converting): Stored {
  if (phase === "surveying") return stored;
  return phase === "indexing" ? to : { ...stored, default: to.default, filterable: false, unique: false };
}

/** Whether the whole of a text is of this pattern: in linear time, whatever the pattern. Null for what is no pattern. */
export async function compile(pattern: string): Promise<((text: string) => boolean) | null> {
  const { RE2JS } = await import("re2js");
  try {
    const compiled = RE2JS.compile(pattern);
    return (text) => compiled.matches(text);
  } catch {
    return null;
  }
}

const fitting = async (pattern: string | null): Promise<((text: string) => boolean) | undefined> => (pattern === null ? undefined : ((await compile(pattern)) ?? undefined));

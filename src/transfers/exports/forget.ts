// A person taken out of the files of exports: a file that has them goes as a whole, whoever else is in it. A new one is
// made in a minute, and what somebody has downloaded already is theirs to delete.
import type { Env } from "../../env";
import type { DataCtx } from "../../platform/context";
import { data, type Statement } from "../../platform/sql";
import { deleteAll, readText, type Place } from "./objects";
import type { ExportRow, Piece } from "./store";

type Where = Pick<DataCtx, "db" | "space" | "now"> & { readonly env: Pick<Env, "FILES"> };

/** The next export of the space, from one of this id on. */
export const nextExport = ({ db, space }: Pick<Where, "db" | "space">, from: string): Promise<ExportRow | null> =>
  db.data.first<ExportRow>(data("SELECT * FROM exports INDEXED BY exports_of_space WHERE space_id = ? AND id >= ? AND files_gone_at IS NULL ORDER BY id LIMIT 1", space.id, from));

/** Pieces that a step looks through. */
const PIECES = 100;

export interface Step {
  readonly files: number;
  readonly writes: readonly Statement<"data">[];
  /** Pieces that were looked through; null: it was the end. */
  readonly upTo: number | null;
}

export async function forgetIn({ db, space, now, env }: Where, row: ExportRow, contacts: readonly string[], after: number): Promise<Step> {
  const place: Place = { space: space.id, export: row.id };
  const pieces = await db.data.all<Piece>(data("SELECT name, n, rows FROM export_pieces WHERE export_id = ? AND kind <> 'part' ORDER BY kind, n LIMIT ? OFFSET ?", row.id, PIECES, after));
  for (const { name } of pieces) {
    const text = await readText(env, place, name);
    if (!contacts.some((one) => text.includes(`"${one}"`))) continue;
    await deleteAll(env, place);
    return { files: 1, writes: [data("UPDATE exports SET files_gone_at = ?, version = version + 1 WHERE id = ? AND space_id = ?", now, row.id, space.id)], upTo: null };
  }
  return { files: 0, writes: [], upTo: pieces.length < PIECES ? null : after + PIECES };
}

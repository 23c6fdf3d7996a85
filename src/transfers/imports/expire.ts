// Imports end twice: after 30 days their files and the accounts of their rows go, and what dry runs left behind goes at once.
import type { Env } from "../../env";
import { DAY } from "../../platform/clock";
import { data, type Databases, type Statement } from "../../platform/sql";
import { deleteObjects, KEPT_MS } from "./objects";
import { keptFile } from "./render";
import { forgetDrafts, readLeftBy } from "./standing";
import type { ImportRow } from "./store";

/** Imports of a run, and lists of a thousand objects and slices of each. */
const FEW = 10;
const LISTS = 3;
const SLICES = 500;
/** As long as its jobs are kept. */
const ROW_MS = 90 * DAY;

/** Imports whose files' time is over. */
export const readPast = (db: Databases, now: number): Promise<ImportRow[]> =>
  db.data.all<ImportRow>(data("SELECT * FROM imports INDEXED BY imports_kept WHERE files_gone_at IS NULL AND created_at < ? ORDER BY created_at LIMIT ?", now - KEPT_MS, FEW));

/** Takes away the files of one, or a part of them; what is to be written then. */
export async function expired(files: Pick<Env, "FILES">, { id, space_id: space, file }: ImportRow, now: number): Promise<Statement<"data">[]> {
  const slices = data("DELETE FROM import_slices WHERE rowid IN (SELECT rowid FROM import_slices WHERE import_id = ? LIMIT ?)", id, SLICES);
  const over = data(
    "UPDATE imports SET files_gone_at = ?1, file = ?2, version = version + 1 WHERE id = ?3 AND NOT EXISTS (SELECT 1 FROM import_slices WHERE import_id = ?3)",
    now, untold(file), id,
  );
  for (let i = 0; i < LISTS; i += 1) if (await deleteObjects(files, { space: { id: space }, import: id })) return [slices, over];
  return [slices];
}

/** Deletes what is left of imports long after. */
export const purge = (now: number, limit: number): Statement<"data"> =>
  data("DELETE FROM imports WHERE id IN (SELECT id FROM imports WHERE files_gone_at IS NOT NULL AND created_at < ? LIMIT ?)", now - ROW_MS, limit);

/** What is told of a file that is gone: nothing that stood in it. */
export function untold(file: string | null): string | null {
  if (file === null) return null;
  const kept = keptFile.parse(JSON.parse(file));
  return JSON.stringify({ ...kept, sample: [], columns: kept.columns.map((column) => ({ ...column, samples: [] })) });
}

/** Takes away a part of what a dry run that ended or was stopped remembered; none: there is nothing left. */
export async function draftsLeftOver(db: Databases): Promise<Statement<"data">[]> {
  const left = await readLeftBy({ db });
  return left ? forgetDrafts(left.job) : [];
}

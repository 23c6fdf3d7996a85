// Imports end twice: after 30 days their files and the accounts of their rows go, and what dry runs left behind goes at once.
import type { Env } from "../../env";
import { DAY } from "../../platform/clock";
import { data, type Databases } from "../../platform/sql";
import { deleteObjects, KEPT_MS } from "./objects";
import { keptFile } from "./render";
import { forgetDrafts, readLeftBy } from "./standing";
import type { ImportRow } from "./store";

/** Imports of a run, and lists of a thousand objects of each. */
const FEW = 10;
const LISTS = 3;
const SLICES = 500;
/** As long as its jobs are kept. */
const ROW_MS = 90 * DAY;

/** Takes away files whose time is over; answers how many imports were seen to. */
export async function expireFiles({ FILES }: Pick<Env, "FILES">, db: Databases, now: number): Promise<number> {
  const due = await db.data.all<ImportRow>(data("SELECT * FROM imports INDEXED BY imports_kept WHERE files_gone_at IS NULL AND created_at < ? ORDER BY created_at LIMIT ?", now - KEPT_MS, FEW));
  for (const row of due) {
    const [slices = 0] = await db.data.batch([data("DELETE FROM import_slices WHERE rowid IN (SELECT rowid FROM import_slices WHERE import_id = ? LIMIT ?)", row.id, SLICES)]);
    if (slices < SLICES && (await emptied({ FILES }, row))) {
      await db.data.batch([data("UPDATE imports SET files_gone_at = ?, file = ?, version = version + 1 WHERE id = ?", now, untold(row.file), row.id)]);
    }
  }
  await db.data.batch([data("DELETE FROM imports WHERE id IN (SELECT id FROM imports WHERE files_gone_at IS NOT NULL AND created_at < ? LIMIT ?)", now - ROW_MS, SLICES)]);
  return due.length;
}

async function emptied(files: Pick<Env, "FILES">, { id, space_id: space }: ImportRow): Promise<boolean> {
  for (let i = 0; i < LISTS; i += 1) if (await deleteObjects(files, { space: { id: space }, import: id })) return true;
  return false;
}

/** What is told of a file that is gone: nothing that stood in it. */
export function untold(file: string | null): string | null {
  if (file === null) return null;
  const kept = keptFile.parse(JSON.parse(file));
  return JSON.stringify({ ...kept, sample: [], columns: kept.columns.map((column) => ({ ...column, samples: [] })) });
}

/** Forgets a part of what a dry run that ended or was stopped remembered; answers whether there was one. */
export async function forgetLeft(db: Databases): Promise<boolean> {
  const left = await readLeftBy({ db });
  if (left) await db.data.batch(forgetDrafts(left.job));
  return left !== null;
}

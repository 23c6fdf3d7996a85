// Files of exports go after 30 days, and what they were made of with them.
import type { Env } from "../../env";
import { DAY } from "../../platform/clock";
import { data, type Databases } from "../../platform/sql";
import { KEPT_MS } from "../imports/objects";
import { deleteAll } from "./objects";
import type { ExportRow } from "./store";

/** Exports of a run, and rows of each. */
const FEW = 10;
const ROWS = 2_000;
/** As long as their jobs are kept. */
const ROW_MS = 90 * DAY;

/** Takes away files whose time is over; answers how many exports were seen to. */
export async function expireFiles(env: Pick<Env, "FILES">, db: Databases, now: number): Promise<number> {
  const due = await db.data.all<ExportRow>(data("SELECT * FROM exports INDEXED BY exports_kept WHERE files_gone_at IS NULL AND created_at < ? ORDER BY created_at LIMIT ?", now - KEPT_MS, FEW));
  for (const { id, space_id: space } of due) {
    if (await deleteAll(env, { space, export: id })) await db.data.batch([data("UPDATE exports SET files_gone_at = ?, version = version + 1 WHERE id = ?", now, id)]);
  }
  await db.data.batch([
    ...["export_pieces", "export_touched"].map((table) => {
      const key = table === "export_pieces" ? "export_id, kind, n" : "export_id, contact_id";
      return data(`DELETE FROM ${table} WHERE (${key}) IN (SELECT ${key.replaceAll(/\w+/g, "p.$&")} FROM exports e JOIN ${table} p ON p.export_id = e.id WHERE e.files_gone_at IS NOT NULL LIMIT ?)`, ROWS);
    }),
    data("DELETE FROM exports WHERE id IN (SELECT id FROM exports WHERE files_gone_at IS NOT NULL AND created_at < ? LIMIT ?)", now - ROW_MS, ROWS),
  ]);
  return due.length;
}

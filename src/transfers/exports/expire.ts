// Files of exports go after 30 days, and what they were made of with them.
import type { Env } from "../../env";
import { DAY } from "../../platform/clock";
import { data, type Databases, type Statement } from "../../platform/sql";
import { KEPT_MS } from "../imports/objects";
import { deleteAll } from "./objects";
import type { ExportRow } from "./store";

/** Exports of a run. */
const FEW = 10;
/** As long as their jobs are kept. */
const ROW_MS = 90 * DAY;

/** Exports whose files' time is over. */
export const readPast = (db: Databases, now: number): Promise<ExportRow[]> =>
  db.data.all<ExportRow>(data("SELECT * FROM exports INDEXED BY exports_kept WHERE files_gone_at IS NULL AND created_at < ? ORDER BY created_at LIMIT ?", now - KEPT_MS, FEW));

/** Takes away the files of one, or a part of them; what is to be written then. */
export const expired = async (files: Pick<Env, "FILES">, { id, space_id: space }: ExportRow, now: number): Promise<Statement<"data">[]> =>
  (await deleteAll(files, { space, export: id })) ? [data("UPDATE exports SET files_gone_at = ?, version = version + 1 WHERE id = ?", now, id)] : [];

const KEYS = { export_pieces: ["export_id", "kind", "n"], export_touched: ["export_id", "contact_id"] } as const;

/** Deletes a part of what exports without files were made of, and what is left of them long after. */
export const purge = (now: number, limit: number): Statement<"data">[] => [
  ...Object.entries(KEYS).map(([table, key]) =>
    data(
      `DELETE FROM ${table} WHERE (${key.join(", ")}) IN (SELECT ${key.map((column) => `p.${column}`).join(", ")} FROM exports AS e JOIN ${table} AS p ON p.export_id = e.id WHERE e.files_gone_at IS NOT NULL LIMIT ?)`,
      limit,
    ),
  ),
  data("DELETE FROM exports WHERE id IN (SELECT id FROM exports WHERE files_gone_at IS NOT NULL AND created_at < ? LIMIT ?)", now - ROW_MS, limit),
];

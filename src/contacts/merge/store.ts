// Merges in D1: reads run, writes are returned.
import { DAY } from "../../platform/clock";
import type { DataCtx, Space } from "../../platform/context";
import { data, type Statement } from "../../platform/sql";
import { MERGE_DAYS } from "./schema";
import type { Matter } from "./union";

export interface MergeRow {
  id: string;
  survivor: string;
  /** JSON: ids. */
  sources: string;
  /** JSON: documents of the survivor. */
  before: string;
  after: string;
  merged_at: number;
  undone_at: number | null;
}

const COLUMNS = "id, survivor, sources, before, after, merged_at, undone_at";

/** The latest merge of a contact that has not been undone. */
export const readLatest = ({ db, space }: Pick<DataCtx, "db" | "space">, survivor: string): Promise<MergeRow | null> =>
  db.data.first<MergeRow>(data(`SELECT ${COLUMNS} FROM contact_merges WHERE survivor = ? AND space_id = ? AND undone_at IS NULL ORDER BY merged_at DESC, id DESC LIMIT 1`, survivor, space.id));

export const insertMerge = (space: Space, row: MergeRow): Statement<"data"> =>
  data(
    "INSERT INTO contact_merges (space_id, id, survivor, sources, before, after, merged_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
    space.id, row.id, row.survivor, row.sources, row.before, row.after, row.merged_at,
  );

export const markUndone = (space: Space, id: string, now: number): Statement<"data"> => data("UPDATE contact_merges SET undone_at = ? WHERE id = ? AND space_id = ?", now, id, space.id);

/** Deletes merges that can't be undone any more. */
export const pastUndoing = (now: number, limit: number): Statement<"data"> =>
  data("DELETE FROM contact_merges WHERE id IN (SELECT id FROM contact_merges INDEXED BY contact_merges_by_age WHERE merged_at < ? ORDER BY merged_at LIMIT ?)", now - MERGE_DAYS * DAY, limit);

/** Holds while the merge has not been undone. */
export const standing = (id: string) => ({ database: "data" as const, sql: "SELECT undone_at IS NULL FROM contact_merges WHERE id = ?", params: [id] });

/** What was recorded of a contact's consent since a merge of it, but for what that merge wrote and brought. */
const SINCE = `FROM consents WHERE space_id = ?1 AND contact_rid = ?2 AND recorded_at >= ?3 AND NOT (source = 'merge' AND proof IS ?4)
  AND NOT EXISTS (SELECT 1 FROM json_each(coalesce(moved, '[]')) WHERE value ->> 0 = ?4)`;

/** The ledger's matters since then, an entry each. */
export const readSince = ({ db, space }: Pick<DataCtx, "db" | "space">, rid: number, { id, merged_at }: MergeRow): Promise<Matter[]> =>
  db.data.all<Matter>(data(`SELECT channel, topic ${SINCE}`, space.id, rid, merged_at, id));

/** Holds while these are all: an entry that changes nothing leaves the contact's version alone. */
export const nothingSince = (space: Space, rid: number, { id, merged_at }: MergeRow, entries: number) => ({
  database: "data" as const,
  sql: `SELECT count(*) = ?5 ${SINCE}`,
  params: [space.id, rid, merged_at, id, entries],
});

// Tags in D1: reads run, writes are returned.
import type { DataCtx, Space } from "../platform/context";
import { data, type Statement } from "../platform/sql";

export interface TagRow {
  id: string;
  key: string;
  label: string;
  version: number;
  created_at: number;
  updated_at: number;
  /** Id of the job that takes it off the contacts. */
  removing: string | null;
}

const COLUMNS = "id, key, label, version, created_at, updated_at, removing";
type Reader = Pick<DataCtx, "db" | "space">;

export const readTag = ({ db, space }: Reader, id: string): Promise<TagRow | null> =>
  db.data.first<TagRow>(data(`SELECT ${COLUMNS} FROM tags WHERE id = ? AND space_id = ? AND removing IS NULL`, id, space.id));

export const readTags = ({ db, space }: Reader, after: string, limit: number): Promise<TagRow[]> =>
  db.data.all<TagRow>(data(`SELECT ${COLUMNS} FROM tags WHERE space_id = ? AND id > ? AND removing IS NULL ORDER BY id LIMIT ?`, space.id, after, limit));

/** Those of these keys that there are, also the ones being removed. */
export const readByKeys = ({ db, space }: Reader, keys: readonly string[]): Promise<TagRow[]> =>
  db.data.all<TagRow>(data(`SELECT ${COLUMNS} FROM tags WHERE space_id = ? AND key IN (SELECT value FROM json_each(?)) LIMIT 20000`, space.id, JSON.stringify(keys)));

/** `orThere`: those of a key that is one already are left out. */
export const insertTags = (space: Space, rows: readonly TagRow[], orThere = false): Statement<"data">[] =>
  rows.length === 0
    ? []
    : [
        data(
          `INSERT ${orThere ? "OR IGNORE " : ""}INTO tags (space_id, id, key, label, version, created_at, updated_at)
            SELECT ?1, value ->> 0, value ->> 1, value ->> 2, 1, value ->> 3, value ->> 3 FROM json_each(?2)`,
          space.id,
          JSON.stringify(rows.map(({ id, key, label, created_at }) => [id, key, label, created_at])),
        ),
      ];

export const updateTag = (space: Space, row: TagRow): Statement<"data"> =>
  data("UPDATE tags SET label = ?, version = ?, updated_at = ?, removing = ? WHERE id = ? AND space_id = ?", row.label, row.version, row.updated_at, row.removing, row.id, space.id);

/** Holds while all of these keys are tags, none of them being removed. */
export const allThere = (space: Space, keys: readonly string[]) => ({
  database: "data" as const,
  sql: "SELECT count(*) = ? FROM tags WHERE space_id = ? AND key IN (SELECT value FROM json_each(?)) AND removing IS NULL",
  params: [keys.length, space.id, JSON.stringify(keys)],
});

export const atVersion = (row: Pick<TagRow, "id" | "version">) => ({
  database: "data" as const,
  sql: "SELECT version = ? AND removing IS NULL FROM tags WHERE id = ?",
  params: [row.version, row.id],
});

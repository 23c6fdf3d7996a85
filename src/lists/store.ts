// Lists in D1: reads run, writes are returned. Who is in one stands in the contacts.
import type { DataCtx, Space } from "../platform/context";
import { data, type Statement } from "../platform/sql";

export interface ListRow {
  id: string;
  name: string;
  description: string | null;
  version: number;
  created_at: number;
  updated_at: number;
  /** Id of the job that takes the contacts off it. */
  removing: string | null;
}

const COLUMNS = "id, name, description, version, created_at, updated_at, removing";
type Reader = Pick<DataCtx, "db" | "space">;

export const readList = ({ db, space }: Reader, id: string): Promise<ListRow | null> =>
  db.data.first<ListRow>(data(`SELECT ${COLUMNS} FROM lists WHERE id = ? AND space_id = ? AND removing IS NULL`, id, space.id));

export const readLists = ({ db, space }: Reader, after: string, limit: number): Promise<ListRow[]> =>
  db.data.all<ListRow>(data(`SELECT ${COLUMNS} FROM lists WHERE space_id = ? AND id > ? AND removing IS NULL ORDER BY id LIMIT ?`, space.id, after, limit));

export const readNamed = ({ db, space }: Reader, name: string): Promise<ListRow | null> =>
  db.data.first<ListRow>(data(`SELECT ${COLUMNS} FROM lists WHERE space_id = ? AND name = ? AND removing IS NULL`, space.id, name));

export const insertList = (space: Space, row: ListRow): Statement<"data"> =>
  data("INSERT INTO lists (space_id, id, name, description, version, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?)", space.id, row.id, row.name, row.description, row.version, row.created_at, row.updated_at);

export const updateList = (space: Space, row: ListRow): Statement<"data"> =>
  data("UPDATE lists SET name = ?, description = ?, version = ?, updated_at = ?, removing = ? WHERE id = ? AND space_id = ?", row.name, row.description, row.version, row.updated_at, row.removing, row.id, space.id);

export const deleteList = (space: Space, id: string): Statement<"data"> => data("DELETE FROM lists WHERE id = ? AND space_id = ?", id, space.id);

/** Holds while the list is there, and not being removed. */
export const isThere = (space: Space, id: string) => ({ database: "data" as const, sql: "SELECT removing IS NULL FROM lists WHERE id = ? AND space_id = ?", params: [id, space.id] });

export const atVersion = (row: Pick<ListRow, "id" | "version">) => ({ database: "data" as const, sql: "SELECT version = ? AND removing IS NULL FROM lists WHERE id = ?", params: [row.version, row.id] });

// Segments in D1: reads run, writes are returned.
import type { DataCtx, Space } from "../../platform/context";
import { data, type Statement } from "../../platform/sql";

export interface SegmentRow {
  id: string;
  name: string;
  description: string | null;
  /** JSON, as it was sent. */
  filter: string;
  version: number;
  created_at: number;
  updated_at: number;
}

const COLUMNS = "id, name, description, filter, version, created_at, updated_at";
type Reader = Pick<DataCtx, "db" | "space">;

export const readSegment = ({ db, space }: Reader, id: string): Promise<SegmentRow | null> =>
  db.data.first<SegmentRow>(data(`SELECT ${COLUMNS} FROM segments WHERE id = ? AND space_id = ?`, id, space.id));

export const readSegments = ({ db, space }: Reader, after: string, limit: number): Promise<SegmentRow[]> =>
  db.data.all<SegmentRow>(data(`SELECT ${COLUMNS} FROM segments WHERE space_id = ? AND id > ? ORDER BY id LIMIT ?`, space.id, after, limit));

/** In the order of their ids. */
export const readFilters = ({ db, space }: Reader, ids: readonly string[]): Promise<{ filter: string }[]> =>
  db.data.all<{ filter: string }>(data("SELECT filter FROM segments WHERE space_id = ? AND id IN (SELECT value FROM json_each(?)) ORDER BY id", space.id, JSON.stringify(ids)));

export const readNamed = ({ db, space }: Reader, name: string): Promise<SegmentRow | null> =>
  db.data.first<SegmentRow>(data(`SELECT ${COLUMNS} FROM segments WHERE space_id = ? AND name = ?`, space.id, name));

export const insertSegment = (space: Space, row: SegmentRow): Statement<"data"> =>
  data(
    "INSERT INTO segments (space_id, id, name, description, filter, version, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
    space.id, row.id, row.name, row.description, row.filter, row.version, row.created_at, row.updated_at,
  );

export const updateSegment = (space: Space, row: SegmentRow): Statement<"data"> =>
  data("UPDATE segments SET name = ?, description = ?, filter = ?, version = ?, updated_at = ? WHERE id = ? AND space_id = ?", row.name, row.description, row.filter, row.version, row.updated_at, row.id, space.id);

export const deleteSegment = (space: Space, id: string): Statement<"data"> => data("DELETE FROM segments WHERE id = ? AND space_id = ?", id, space.id);

export const atVersion = (row: Pick<SegmentRow, "id" | "version">) => ({ database: "data" as const, sql: "SELECT version = ? FROM segments WHERE id = ?", params: [row.version, row.id] });

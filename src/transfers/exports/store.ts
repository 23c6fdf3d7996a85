// Exports in D1: reads run, writes are returned.
import type { DataCtx, Space } from "../../platform/context";
import { data, type Statement } from "../../platform/sql";

export interface ExportRow {
  id: string;
  org_id: string;
  space_id: number;
  job_id: string;
  settings: string;
  result: string | null;
  actor: string;
  version: number;
  created_at: number;
  files_gone_at: number | null;
}

/** With what its job says: JSON {state, counts, total, problem}. */
export interface ExportRead extends ExportRow {
  job: string | null;
}

type Reader = Pick<DataCtx, "db" | "space">;
const READ = `SELECT e.*, (SELECT json_object('state', j.state, 'counts', json(j.counts), 'total', j.total, 'problem', json(j.problem)) FROM jobs j WHERE j.id = e.job_id) AS job FROM exports e`;

export const readExport = ({ db, space }: Reader, id: string): Promise<ExportRead | null> => db.data.first<ExportRead>(data(`${READ} WHERE e.id = ? AND e.space_id = ?`, id, space.id));
/** By its id alone: whoever asks has shown a signed link. */
export const readLinked = ({ db }: Pick<DataCtx, "db">, id: string): Promise<ExportRead | null> => db.data.first<ExportRead>(data(`${READ} WHERE e.id = ?`, id));
export const readExports = ({ db, space }: Reader, before: string, limit: number): Promise<ExportRead[]> =>
  db.data.all<ExportRead>(data(`${READ} WHERE e.space_id = ? AND e.id < ? ORDER BY e.id DESC LIMIT ?`, space.id, before, limit));

export const insertExport = (row: ExportRow): Statement<"data"> =>
  data(
    "INSERT INTO exports (id, org_id, space_id, job_id, settings, result, actor, version, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
    row.id, row.org_id, row.space_id, row.job_id, row.settings, row.result, row.actor, row.version, row.created_at,
  );

export const setResult = (space: Space, id: string, result: string): Statement<"data"> => data("UPDATE exports SET result = ?, version = version + 1 WHERE id = ? AND space_id = ?", result, id, space.id);

export type PieceKind = "walk" | "late" | "part";
export interface Piece {
  readonly n: number;
  readonly name: string;
  readonly rows: number;
}

export const insertPiece = (space: Space, id: string, kind: PieceKind, { n, name, rows }: Piece): Statement<"data"> =>
  data("INSERT INTO export_pieces (export_id, kind, n, name, rows, space_id) VALUES (?, ?, ?, ?, ?, ?)", id, kind, n, name, rows, space.id);

/** Pieces of a kind, from number `n` on. */
export const readPieces = ({ db }: Pick<DataCtx, "db">, id: string, kind: PieceKind, n: number, limit: number): Promise<Piece[]> =>
  db.data.all<Piece>(data("SELECT n, name, rows FROM export_pieces WHERE export_id = ? AND kind = ? AND n >= ? ORDER BY n LIMIT ?", id, kind, n, limit));

export const touch = (space: Space, id: string, late: number, contacts: readonly string[]): Statement<"data"> =>
  data("INSERT OR REPLACE INTO export_touched (export_id, contact_id, late, space_id) SELECT ?1, value, ?2, ?3 FROM json_each(?4)", id, late, space.id, JSON.stringify(contacts));

/** Of these contacts those that were changed meanwhile, and the piece that has each at last. */
export const readTouched = ({ db, space }: Reader, id: string, contacts: readonly string[]): Promise<{ contact_id: string; late: number }[]> =>
  db.data.all(
    data("SELECT t.contact_id, t.late FROM json_each(?1) AS one CROSS JOIN export_touched AS t ON t.export_id = ?2 AND t.contact_id = one.value WHERE t.space_id = ?3 LIMIT 5000", JSON.stringify(contacts), id, space.id),
  );

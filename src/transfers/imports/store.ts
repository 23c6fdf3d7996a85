// Imports in D1: reads run, writes are returned. Every statement starts from the space.
import type { DataCtx, Space } from "../../platform/context";
import { data, type Statement } from "../../platform/sql";

export type Phase = "awaiting_upload" | "analyzing" | "ready" | "validate" | "run" | "revert";
/** The phases that are long work. */
export type Work = Extract<Phase, "validate" | "run" | "revert">;

export interface ImportRow {
  id: string;
  org_id: string;
  space_id: number;
  phase: Phase;
  settings: string;
  file: string | null;
  sha256: string | null;
  mapping: string | null;
  validate_job: string | null;
  run_job: string | null;
  revert_job: string | null;
  actor: string;
  version: number;
  created_at: number;
  updated_at: number;
  files_gone_at: number | null;
}

/** With what its jobs say: JSON {state, counts, problem}, or null where there is none. */
export interface ImportRead extends ImportRow {
  validating: string | null;
  running: string | null;
  reverting: string | null;
}

type Reader = Pick<DataCtx, "db" | "space">;

const jobOf = (column: string): string => `(SELECT json_object('state', j.state, 'counts', json(j.counts), 'problem', json(j.problem), 'ended_at', j.ended_at) FROM jobs j WHERE j.id = i.${column})`;
const READ = `SELECT i.*, ${jobOf("validate_job")} AS validating, ${jobOf("run_job")} AS running, ${jobOf("revert_job")} AS reverting FROM imports i`;

export const readImport = ({ db, space }: Reader, id: string): Promise<ImportRead | null> => db.data.first<ImportRead>(data(`${READ} WHERE i.id = ? AND i.space_id = ?`, id, space.id));

/** Newest first. */
export const readImports = ({ db, space }: Reader, before: string, limit: number): Promise<ImportRead[]> =>
  db.data.all<ImportRead>(data(`${READ} WHERE i.space_id = ? AND i.id < ? ORDER BY i.id DESC LIMIT ?`, space.id, before, limit));

/** Another import of the same file, the latest. */
export const readTwin = ({ db, space }: Reader, { id, sha256 }: Pick<ImportRow, "id" | "sha256">): Promise<{ id: string; created_at: number } | null> =>
  db.data.first(data("SELECT id, created_at FROM imports INDEXED BY imports_of_file WHERE space_id = ? AND sha256 = ? AND id <> ? ORDER BY id DESC LIMIT 1", space.id, sha256, id));

export const insertImport = (row: ImportRow): Statement<"data"> =>
  data(
    `INSERT INTO imports (id, org_id, space_id, phase, settings, file, sha256, mapping, validate_job, run_job, revert_job, actor, version, created_at, updated_at)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    row.id, row.org_id, row.space_id, row.phase, row.settings, row.file, row.sha256, row.mapping, row.validate_job, row.run_job, row.revert_job, row.actor, row.version, row.created_at, row.updated_at,
  );

export const updateImport = (row: ImportRow): Statement<"data"> =>
  data(
    `UPDATE imports SET phase = ?, settings = ?, file = ?, sha256 = ?, mapping = ?, validate_job = ?, run_job = ?, revert_job = ?, version = ?, updated_at = ?, files_gone_at = ? WHERE id = ? AND space_id = ?`,
    row.phase, row.settings, row.file, row.sha256, row.mapping, row.validate_job, row.run_job, row.revert_job, row.version, row.updated_at, row.files_gone_at, row.id, row.space_id,
  );

export const atVersion = ({ id, version }: Pick<ImportRow, "id" | "version">) => ({ database: "data" as const, sql: "SELECT version = ? FROM imports WHERE id = ?", params: [version, id] });

/** Row, what became of it, the contact and its version. */
export type OutcomeRow = readonly [row: number, action: string, contact: string | null, version: number | null];
/** Row, column, code, value, message. */
export type ErrorRow = readonly [row: number, column: string | null, code: string, value: string | null, message: string];

export interface SliceRow {
  readonly first: number;
  readonly last: number;
  readonly outcomes: string;
  readonly errors: string | null;
}

export const insertSlice = (space: Space, id: string, phase: Work, first: number, last: number, outcomes: readonly OutcomeRow[], errors: readonly ErrorRow[]): Statement<"data"> =>
  data(
    "INSERT INTO import_slices (import_id, space_id, phase, first, last, outcomes, errors) VALUES (?, ?, ?, ?, ?, ?, ?)",
    id, space.id, phase, first, last, JSON.stringify(outcomes), errors.length === 0 ? null : JSON.stringify(errors),
  );

/** Slices from behind a row on. */
export const readSlices = ({ db, space }: Reader, id: string, phase: Work, after: number, limit: number): Promise<SliceRow[]> =>
  db.data.all<SliceRow>(
    data("SELECT first, last, outcomes, errors FROM import_slices WHERE import_id = ? AND phase = ? AND space_id = ? AND first > ? ORDER BY first LIMIT ?", id, phase, space.id, after, limit),
  );

/** The last row that a phase has done; 0: none. */
export const readLast = async ({ db, space }: Reader, id: string, phase: Work): Promise<number> =>
  (await db.data.first<{ last: number }>(data("SELECT last FROM import_slices WHERE import_id = ? AND phase = ? AND space_id = ? ORDER BY first DESC LIMIT 1", id, phase, space.id)))?.last ?? 0;

/** Slices before a row, the last one first. */
export const readSlicesBack = ({ db, space }: Reader, id: string, phase: Work, before: number, limit: number): Promise<SliceRow[]> =>
  db.data.all<SliceRow>(
    data("SELECT first, last, outcomes, errors FROM import_slices WHERE import_id = ? AND phase = ? AND space_id = ? AND first < ? ORDER BY first DESC LIMIT ?", id, phase, space.id, before, limit),
  );

export interface ErrorRead {
  first: number;
  n: number;
  error: string;
}

/** Errors behind a place, in the order of the rows. */
export const readErrors = ({ db, space }: Reader, id: string, phase: Work, [first, n]: readonly [number, number], limit: number): Promise<ErrorRead[]> =>
  db.data.all<ErrorRead>(
    data(
      `SELECT s.first, e.key AS n, e.value AS error FROM import_slices AS s INDEXED BY import_slices_with_errors CROSS JOIN json_each(s.errors) AS e
        WHERE s.import_id = ?1 AND s.phase = ?2 AND s.errors IS NOT NULL AND s.space_id = ?3 AND s.first >= ?4 AND (s.first > ?4 OR e.key > ?5) ORDER BY s.first, e.key LIMIT ?6`,
      id, phase, space.id, first, n, limit,
    ),
  );

export interface TouchRow {
  subject: string;
  type: string;
  version: number;
  changes: string | null;
  cause: string | null;
}

/** What made versions of these contacts since a time, oldest first, up to a limit. */
export const readTouches = ({ db, org }: Pick<DataCtx, "db" | "org">, contacts: readonly string[], since: number, limit: number): Promise<TouchRow[]> =>
  db.data.all<TouchRow>(
    data(
      `SELECT e.subject, e.type, e.version, e.changes, e.cause FROM json_each(?1) AS one CROSS JOIN events AS e INDEXED BY events_of_subject ON e.subject = one.value AND e.org_id = ?2
        WHERE e.occurred_at >= ?3 AND e.type GLOB 'contact.*' ORDER BY e.seq LIMIT ?4`,
      JSON.stringify(contacts), org, since, limit,
    ),
  );

/** Everything of an import that a phase wrote down, before that phase is begun anew. */
export const clearPhase = (space: Space, id: string, phase: Work): Statement<"data"> => data("DELETE FROM import_slices WHERE import_id = ? AND phase = ? AND space_id = ?", id, phase, space.id);

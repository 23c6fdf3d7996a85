// Fields in D1: reads run, writes are returned. A change of a space's fields raises its revision.
import type { DataCtx, Space } from "../platform/context";
import { data, inPieces, type Statement } from "../platform/sql";
import type { CustomType } from "./operators";
import type { Definition } from "./schema";

export interface FieldRow {
  id: string;
  key: string;
  version: number;
  /** JSON. */
  definition: string;
  created_at: number;
  updated_at: number;
  archived_at: number | null;
  removing: string | null;
}

/** What a space has of fields, and of nothing else. */
export const MAX_FIELDS = 200;
export const MAX_FILTERABLE = 50;

const COLUMNS = "id, key, version, definition, created_at, updated_at, archived_at, removing";

type Reader = Pick<DataCtx, "db" | "space">;

export const readField = ({ db, space }: Reader, id: string): Promise<FieldRow | null> =>
  db.data.first<FieldRow>(data(`SELECT ${COLUMNS} FROM fields WHERE id = ? AND space_id = ? AND removing IS NULL`, id, space.id));

/** All of a space, also archived ones and those being removed, and the revision that they are of: of one moment. */
export async function readAll({ db, space }: Reader): Promise<{ revision: number; rows: FieldRow[] }> {
  const found = await db.data.all<{ revision: number; fields: string | null }>(
    data(
      `SELECT coalesce((SELECT revision FROM spaces WHERE space_id = ?1), 0) AS revision, (
         SELECT json_group_array(json_object(${COLUMNS.split(", ").map((column) => `'${column}', ${column}`).join(", ")}))
         FROM (SELECT ${COLUMNS} FROM fields WHERE space_id = ?1 ORDER BY id LIMIT ${MAX_FIELDS})) AS fields`,
      space.id,
    ),
  );
  const rows: FieldRow[] = JSON.parse(found[0]?.fields ?? "[]");
  return { revision: found[0]?.revision ?? 0, rows };
}

/** Holds while the space's fields are of this revision. */
export const atRevision = (space: Space, revision: number) => ({
  database: "data" as const,
  sql: "SELECT coalesce((SELECT revision FROM spaces WHERE space_id = ?), 0) = ?",
  params: [space.id, revision],
});

export const raiseRevision = (space: Space): Statement<"data"> =>
  data("INSERT INTO spaces (space_id, revision) VALUES (?, 1) ON CONFLICT (space_id) DO UPDATE SET revision = revision + 1", space.id);

export const insertField = (space: Space, row: FieldRow): Statement<"data"> =>
  data(
    "INSERT INTO fields (id, space_id, key, version, definition, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
    row.id, space.id, row.key, row.version, row.definition, row.created_at, row.updated_at,
  );

export const insertFields = (space: Space, rows: readonly FieldRow[]): Statement<"data">[] =>
  inPieces(rows, (row) => [row.id, row.key, row.version, row.definition, row.created_at, row.updated_at]).map((json) =>
    data(
      `INSERT INTO fields (id, space_id, key, version, definition, created_at, updated_at)
        SELECT value ->> 0, ?1, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5 FROM json_each(?2)`,
      space.id, json,
    ),
  );

export const updateField = (space: Space, row: FieldRow): Statement<"data"> =>
  data(
    "UPDATE fields SET version = ?, definition = ?, updated_at = ?, archived_at = ?, removing = ? WHERE id = ? AND space_id = ?",
    row.version, row.definition, row.updated_at, row.archived_at, row.removing, row.id, space.id,
  );

export const deleteField = (space: Space, id: string): Statement<"data"> => data("DELETE FROM fields WHERE id = ? AND space_id = ?", id, space.id);

export const atVersion = (row: Pick<FieldRow, "id" | "version">) => ({ database: "data" as const, sql: "SELECT version = ? AND removing IS NULL FROM fields WHERE id = ?", params: [row.version, row.id] });

export const definitionOf = (row: Pick<FieldRow, "definition">): Stored => JSON.parse(row.definition);

/** A definition, and the one that is being checked against the contacts: until that has ended, values must fit both. */
export interface Stored extends Definition {
  readonly pending?: Definition | undefined;
  readonly converting?: Converting | undefined;
}

/** What a field is being made into. From the first moment on nobody but the conversion changes its values. */
export interface Converting {
  readonly to: Definition;
  /** The types that values may be of meanwhile. */
  readonly from: readonly CustomType[];
  readonly on_failure: "refuse" | "clear";
  /** `surveying`: contacts are looked at, nothing is changed yet; `rewriting`: no index holds its values; `indexing`: all values are the new ones. */
  readonly phase: "surveying" | "rewriting" | "indexing";
  /** Null while surveying. */
  readonly job: string | null;
  /** ms: a survey that died counts no longer. */
  readonly until: number;
}

/** Holds while the definition is as it was read. */
export const definedAs = ({ id, definition }: Pick<FieldRow, "id" | "definition">) => ({ database: "data" as const, sql: "SELECT definition = ? AND removing IS NULL FROM fields WHERE id = ?", params: [definition, id] });

export interface Held {
  rid: number;
  id: string;
  /** Whether the contact is in use: 0 of an archived one. */
  live: number;
  value: string | null;
}

/** Contacts, live and archived, in the order of creation, each with its value of a field as JSON (null: none). */
export const readValues = ({ db, space }: Reader, key: string, after: number, limit: number): Promise<Held[]> =>
  db.data.all<Held>(
    data(
      `SELECT rid, id, archived_at IS NULL AS live, doc -> ?1 AS value FROM contacts WHERE rid IN (
         SELECT rid FROM (SELECT rid FROM contacts INDEXED BY contacts_live WHERE archived_at IS NULL AND space_id = ?2 AND rid > ?3 ORDER BY rid LIMIT ?4)
         UNION ALL SELECT rid FROM (SELECT rid FROM contacts INDEXED BY contacts_archived WHERE archived_at IS NOT NULL AND space_id = ?2 AND rid > ?3 ORDER BY rid LIMIT ?4)
       ) ORDER BY rid LIMIT ?4`,
      `$.custom.${key}`, space.id, after, limit,
    ),
  );

// Fields in D1: reads run, writes are returned. A change of a space's fields raises its revision.
import type { DataCtx, Space } from "../platform/context";
import { data, type Statement } from "../platform/sql";
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

/** All of a space, also archived ones and those being removed, and the revision that they are of. */
export async function readAll({ db, space }: Reader): Promise<{ revision: number; rows: FieldRow[] }> {
  const [rows, [state]] = await db.data.both<FieldRow, { revision: number | null }>(
    data(`SELECT ${COLUMNS} FROM fields WHERE space_id = ? ORDER BY id LIMIT ${MAX_FIELDS}`, space.id),
    revisionOf(space),
  );
  return { revision: state?.revision ?? 0, rows };
}

export const revisionOf = (space: Space): Statement<"data"> => data("SELECT (SELECT revision FROM spaces WHERE space_id = ?) AS revision", space.id);

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

export const updateField = (space: Space, row: FieldRow): Statement<"data"> =>
  data(
    "UPDATE fields SET version = ?, definition = ?, updated_at = ?, archived_at = ?, removing = ? WHERE id = ? AND space_id = ?",
    row.version, row.definition, row.updated_at, row.archived_at, row.removing, row.id, space.id,
  );

export const definitionOf = (row: Pick<FieldRow, "definition">): Stored => JSON.parse(row.definition);

/** A definition, and the one that is being checked against the contacts: until that has ended, values must fit both. */
export interface Stored extends Definition {
  readonly pending?: Definition | undefined;
}

export interface Held {
  rid: number;
  id: string;
  value: string | null;
}

/** Contacts, live and archived, in the order of creation, each with its value of a field as JSON (null: none). */
export const readValues = ({ db, space }: Reader, key: string, after: number, limit: number): Promise<Held[]> =>
  db.data.all<Held>(
    data(
      `SELECT rid, id, doc -> ?1 AS value FROM contacts WHERE rid IN (
         SELECT rid FROM (SELECT rid FROM contacts INDEXED BY contacts_live WHERE archived_at IS NULL AND space_id = ?2 AND rid > ?3 ORDER BY rid LIMIT ?4)
         UNION ALL SELECT rid FROM (SELECT rid FROM contacts INDEXED BY contacts_archived WHERE archived_at IS NOT NULL AND space_id = ?2 AND rid > ?3 ORDER BY rid LIMIT ?4)
       ) ORDER BY rid LIMIT ?4`,
      `$.custom.${key}`, space.id, after, limit,
    ),
  );

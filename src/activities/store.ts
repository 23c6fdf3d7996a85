// Notes and interactions in D1: reads run, writes are returned. A row is of a contact that is there.
import type { DataCtx, Space } from "../platform/context";
import { data, type Statement } from "../platform/sql";
import { equals, type Walk } from "../platform/walk";

/** `contact`: the id of the contact at `contact_rid`. */
export interface NoteRow {
  id: string;
  contact_rid: number;
  version: number;
  body: string;
  author: string;
  created_at: number;
  updated_at: number;
}

export const NOTE_COLUMNS = ["id", "contact_rid", "version", "body", "author", "created_at", "updated_at"] as const;

type Reader = Pick<DataCtx, "db" | "space">;
export type Of<Row> = Row & { contact: string };

export const readNote = ({ db, space }: Reader, id: string): Promise<Of<NoteRow> | null> =>
  db.data.first<Of<NoteRow>>(
    data(`SELECT ${NOTE_COLUMNS.map((column) => `n.${column}`).join(", ")}, c.id AS contact FROM notes n JOIN contacts c ON c.rid = n.contact_rid WHERE n.id = ? AND n.space_id = ?`, id, space.id),
  );

export const notesWalk = (space: Space, rid: number, after: Walk["after"]): Walk => ({
  columns: NOTE_COLUMNS,
  table: "notes INDEXED BY notes_of_contact",
  along: [...equals("space_id", space.id), ...equals("contact_rid", rid)],
  by: ["created_at", "id"],
  filters: [],
  after,
});

export const insertNote = (space: Space, row: NoteRow): Statement<"data"> =>
  data(`INSERT INTO notes (space_id, ${NOTE_COLUMNS.join(", ")}) VALUES (?, ${NOTE_COLUMNS.map(() => "?").join(", ")})`, space.id, ...NOTE_COLUMNS.map((column) => row[column]));

export const updateNote = (space: Space, row: NoteRow): Statement<"data"> =>
  data("UPDATE notes SET version = ?, body = ?, updated_at = ? WHERE id = ? AND space_id = ?", row.version, row.body, row.updated_at, row.id, space.id);

export const deleteNote = (space: Space, id: string): Statement<"data"> => data("DELETE FROM notes WHERE id = ? AND space_id = ?", id, space.id);

export const noteAtVersion = ({ id, version }: Pick<NoteRow, "id" | "version">) => ({
  database: "data" as const,
  sql: "SELECT version = ? FROM notes WHERE id = ?",
  params: [version, id],
});

export interface InteractionRow {
  id: string;
  contact_rid: number;
  version: number;
  source: string;
  source_id: string;
  type: string;
  subject: string;
  body: string | null;
  url: string | null;
  at: number;
  created_at: number;
  updated_at: number;
}

export const INTERACTION_COLUMNS = ["id", "contact_rid", "version", "source", "source_id", "type", "subject", "body", "url", "at", "created_at", "updated_at"] as const;

const INTERACTIONS = `SELECT ${INTERACTION_COLUMNS.map((column) => `i.${column}`).join(", ")}, c.id AS contact FROM interactions i JOIN contacts c ON c.rid = i.contact_rid`;

export const readInteraction = ({ db, space }: Reader, id: string): Promise<Of<InteractionRow> | null> =>
  db.data.first<Of<InteractionRow>>(data(`${INTERACTIONS} WHERE i.id = ? AND i.space_id = ?`, id, space.id));

export const readBySource = ({ db, space }: Reader, source: string, sourceId: string): Promise<Of<InteractionRow> | null> =>
  db.data.first<Of<InteractionRow>>(data(`${INTERACTIONS} WHERE i.space_id = ? AND i.source = ? AND i.source_id = ?`, space.id, source, sourceId));

/** Of a contact by its id: it may be born in the same batch. */
export const insertInteraction = (space: Space, contact: string, row: Omit<InteractionRow, "contact_rid">): Statement<"data"> => {
  const columns = INTERACTION_COLUMNS.filter((column) => column !== "contact_rid");
  return data(
    `INSERT INTO interactions (space_id, contact_rid, ${columns.join(", ")}) SELECT space_id, rid, ${columns.map(() => "?").join(", ")} FROM contacts WHERE id = ? AND space_id = ?`,
    ...columns.map((column) => row[column]), contact, space.id,
  );
};

export const updateInteraction = (space: Space, row: InteractionRow): Statement<"data"> =>
  data(
    "UPDATE interactions SET version = ?, type = ?, subject = ?, body = ?, url = ?, at = ?, updated_at = ? WHERE id = ? AND space_id = ?",
    row.version, row.type, row.subject, row.body, row.url, row.at, row.updated_at, row.id, space.id,
  );

export const interactionAtVersion = ({ id, version }: Pick<InteractionRow, "id" | "version">) => ({
  database: "data" as const,
  sql: "SELECT version = ? FROM interactions WHERE id = ?",
  params: [version, id],
});

/** Holds while all of these contacts are there, and not merged into another one. */
export const stillThere = (space: Space, rids: readonly number[]) => ({
  database: "data" as const,
  sql: "SELECT count(*) = ? FROM json_each(?) sought CROSS JOIN contacts c ON c.rid = sought.value WHERE c.space_id = ? AND c.merged_into IS NULL",
  params: [rids.length, JSON.stringify(rids), space.id],
});

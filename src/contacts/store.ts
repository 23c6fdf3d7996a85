// Contacts in D1: reads run, writes are returned, and they are of sets. Every statement starts from the space.
import type { DataCtx, Space } from "../platform/context";
import { data, inPieces, type Statement } from "../platform/sql";
import type { Identity } from "./indexes";

export interface ContactRow {
  rid: number;
  id: string;
  version: number;
  doc: string;
  last_name_key: string;
  created_at: number;
  updated_at: number;
  archived_at: number | null;
  merged_into: string | null;
}

export const COLUMNS = "rid, id, version, doc, last_name_key, created_at, updated_at, archived_at, merged_into";

type Reader = Pick<DataCtx, "db" | "space">;

export const readContact = ({ db, space }: Reader, id: string): Promise<ContactRow | null> =>
  db.data.first<ContactRow>(data(`SELECT ${COLUMNS} FROM contacts WHERE id = ? AND space_id = ?`, id, space.id));

/** Whether a contact that is not there was one of this space, and erased: its last event says so. */
export const isErased = async ({ db, space }: Reader, id: string): Promise<boolean> =>
  (await db.data.first(data("SELECT 1 FROM events INDEXED BY events_of_subject WHERE subject = ? AND type = 'contact.erased' AND space_id = ?", id, space.id))) !== null;

/** Holds while no privacy request restricts what is done with any of these contacts. */
export const unrestricted = (space: Space, ids: readonly string[]) => ({
  database: "data" as const,
  sql: "SELECT NOT EXISTS (SELECT 1 FROM restrictions WHERE space_id = ? AND contact_id IN (SELECT value FROM json_each(?)))",
  params: [space.id, JSON.stringify(ids)],
});

const restrictedOf = (space: Space, ids: readonly string[]): Statement<"data"> =>
  data("SELECT contact_id AS id FROM restrictions WHERE space_id = ? AND contact_id IN (SELECT value FROM json_each(?)) LIMIT 2000", space.id, JSON.stringify(ids));

/** Those of these contacts that may not be changed now. */
export const readRestricted = async ({ db, space }: Reader, ids: readonly string[]): Promise<ReadonlySet<string>> =>
  new Set((await db.data.all<{ id: string }>(restrictedOf(space, ids))).map(({ id }) => id));

/** Those of these ids that there are, at most 1,000, and which of them may not be changed now: of one moment. */
export async function readChangeable({ db, space }: Reader, ids: readonly string[]): Promise<{ rows: ContactRow[]; restricted: ReadonlySet<string> }> {
  const [rows, restricted] = await db.data.both<ContactRow, { id: string }>(contactsOf(space, ids), restrictedOf(space, ids));
  return { rows, restricted: new Set(restricted.map(({ id }) => id)) };
}

const contactsOf = (space: Space, ids: readonly string[]): Statement<"data"> =>
  data(`SELECT ${COLUMNS} FROM contacts WHERE id IN (SELECT value FROM json_each(?)) AND space_id = ? LIMIT 1000`, JSON.stringify(ids), space.id);

/** Those of these ids that there are, at most 1,000. */
export const readContacts = ({ db, space }: Reader, ids: readonly string[]): Promise<ContactRow[]> => db.data.all<ContactRow>(contactsOf(space, ids));

export interface Holder {
  id: string;
  kind: Identity["kind"];
  value: string;
}

const pairs = (identities: readonly Identity[]): string => JSON.stringify(identities.map(({ kind, value }) => [kind, value]));

/** The live contacts that hold any of these. */
export const readHolders = ({ db, space }: Reader, identities: readonly Identity[], limit = 500): Promise<Holder[]> =>
  db.data.all<Holder>(
    data(
      `SELECT c.id, k.kind, k.value FROM json_each(?2) sought
        CROSS JOIN contact_keys k ON k.space_id = ?1 AND k.kind = sought.value ->> 0 AND k.value = sought.value ->> 1
        JOIN contacts c ON c.rid = k.rid WHERE k.live = 1 LIMIT ?3`,
      space.id,
      pairs(identities),
      limit,
    ),
  );

/** What a new row binds; its `rid` is D1's to give. */
export interface NewRow extends Omit<ContactRow, "rid"> {
  readonly folded: string;
  readonly search_text: string;
  readonly form: number;
}

export const insertContacts = (space: Space, rows: readonly NewRow[]): Statement<"data">[] =>
  inPieces(rows, (row) => [row.id, row.version, row.doc, row.last_name_key, row.created_at, row.updated_at, row.archived_at, row.merged_into, row.folded, row.search_text, row.form]).map((json) =>
    data(
      `INSERT INTO contacts (space_id, id, version, doc, last_name_key, created_at, updated_at, archived_at, merged_into, folded, search_text, form)
        SELECT ?1, value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6, value ->> 7, value ->> 8, value ->> 9, value ->> 10 FROM json_each(?2)`,
      space.id,
      json,
    ),
  );

export const updateContacts = (space: Space, rows: readonly (NewRow & { rid: number })[]): Statement<"data">[] =>
  inPieces(rows, (row) => [row.rid, row.version, row.doc, row.last_name_key, row.updated_at, row.archived_at, row.merged_into, row.folded, row.search_text, row.form]).map((json) =>
    data(
      `UPDATE contacts SET version = new.value ->> 1, doc = new.value ->> 2, last_name_key = new.value ->> 3, updated_at = new.value ->> 4, archived_at = new.value ->> 5,
          merged_into = new.value ->> 6, folded = new.value ->> 7, search_text = new.value ->> 8, form = new.value ->> 9
        FROM json_each(?2) new WHERE contacts.rid = new.value ->> 0 AND contacts.space_id = ?1`,
      space.id,
      json,
    ),
  );

const setOf = (values: readonly (number | string)[]): string => JSON.stringify(values);

/** Their keys, facets and text must be gone before. */
export const deleteContacts = (space: Space, rids: readonly number[]): Statement<"data">[] => [
  data("DELETE FROM contact_keys WHERE rid IN (SELECT value FROM json_each(?)) AND space_id = ?", setOf(rids), space.id),
  data("DELETE FROM contacts WHERE rid IN (SELECT value FROM json_each(?)) AND space_id = ?", setOf(rids), space.id),
];

/** What hangs on a contact, by its id: it may be born in the same batch. */
export interface Hung<T> {
  readonly id: string;
  readonly items: readonly T[];
}

/** Gives contacts identities that they own from now on. */
export const insertIdentities = (space: Space, sets: readonly Hung<Identity>[]): Statement<"data">[] =>
  inPieces(sets, ({ id, items }) => [id, items.map(({ kind, value }) => [kind, value])]).map((json) =>
    data(
      `INSERT INTO contact_keys (space_id, kind, value, rid, live) SELECT ?1, item.value ->> 0, item.value ->> 1, c.rid, c.archived_at IS NULL
        FROM json_each(?2) one CROSS JOIN contacts c ON c.id = one.value ->> 0 CROSS JOIN json_each(one.value, '$[1]') item`,
      space.id,
      json,
    ),
  );

export const deleteIdentities = (space: Space, sets: readonly { rid: number; items: readonly Identity[] }[]): Statement<"data">[] =>
  inPieces(sets.flatMap(({ rid, items }) => items.map(({ kind, value }) => [kind, value, rid])), (row) => row).map((json) =>
    data("DELETE FROM contact_keys WHERE (space_id, kind, value, rid) IN (SELECT ?1, value ->> 0, value ->> 1, value ->> 2 FROM json_each(?2))", space.id, json),
  );

/** Releases the identities of contacts (archived), or claims them again (restored). */
export const setLive = (space: Space, rids: readonly number[], live: boolean): Statement<"data">[] =>
  rids.length === 0 ? [] : [data("UPDATE contact_keys SET live = ? WHERE rid IN (SELECT value FROM json_each(?)) AND space_id = ?", live ? 1 : 0, setOf(rids), space.id)];

export const insertFacets = (space: Space, sets: readonly Hung<readonly [string, string | number]>[]): Statement<"data">[] =>
  inPieces(sets, ({ id, items }) => [id, items]).map((json) =>
    data(
      `INSERT INTO contact_facets (space_id, field, value, rid) SELECT ?1, item.value ->> 0, item.value ->> 1, c.rid
        FROM json_each(?2) one CROSS JOIN contacts c ON c.id = one.value ->> 0 CROSS JOIN json_each(one.value, '$[1]') item`,
      space.id,
      json,
    ),
  );

export const deleteFacets = (space: Space, sets: readonly { rid: number; items: readonly (readonly [string, string | number])[] }[]): Statement<"data">[] =>
  inPieces(sets.flatMap(({ rid, items }) => items.map(([field, value]) => [field, value, rid])), (row) => row).map((json) =>
    data("DELETE FROM contact_facets WHERE (space_id, field, value, rid) IN (SELECT ?1, value ->> 0, value ->> 1, value ->> 2 FROM json_each(?2))", space.id, json),
  );

/** Takes contacts out of the full-text index: while their rows still hold the text that is indexed. */
export const deleteTexts = (rids: readonly number[]): Statement<"data">[] =>
  rids.length === 0 ? [] : [data("DELETE FROM contact_text WHERE rowid IN (SELECT value FROM json_each(?))", setOf(rids))];

/** Puts them in, once their rows hold their text. */
export const insertTexts = (ids: readonly string[]): Statement<"data">[] =>
  ids.length === 0 ? [] : [data("INSERT INTO contact_text (rowid, search_text) SELECT rid, search_text FROM contacts WHERE id IN (SELECT value FROM json_each(?))", setOf(ids))];

export const count = (space: Space, live: number, archived: number): Statement<"data">[] =>
  live === 0 && archived === 0
    ? []
    : [
        data(
          "INSERT INTO spaces (space_id, live, archived) VALUES (?1, ?2, ?3) ON CONFLICT (space_id) DO UPDATE SET live = live + ?2, archived = archived + ?3",
          space.id, live, archived,
        ),
      ];

/** Holds while these contacts are all at the versions that they were read at. */
export const atVersions = (rows: readonly Pick<ContactRow, "rid" | "version">[]) => ({
  database: "data" as const,
  sql: "SELECT count(*) = ? FROM json_each(?) was CROSS JOIN contacts c ON c.rid = was.value ->> 0 WHERE c.version = was.value ->> 1",
  params: [rows.length, JSON.stringify(rows.map(({ rid, version }) => [rid, version]))],
});

// Contacts in D1: reads run, writes are returned. Every statement starts from the space.
import type { DataCtx, Space } from "../platform/context";
import { data, type Statement } from "../platform/sql";
import { emailKey, sortKey } from "./normalize";
import type { Document } from "./schema";

export interface ContactRow {
  rid: number;
  id: string;
  version: number;
  doc: string;
  last_name_key: string;
  created_at: number;
  updated_at: number;
  archived_at: number | null;
}

export const COLUMNS = "rid, id, version, doc, last_name_key, created_at, updated_at, archived_at";

type Reader = Pick<DataCtx, "db" | "space">;

export const readContact = ({ db, space }: Reader, id: string): Promise<ContactRow | null> =>
  db.data.first<ContactRow>(data(`SELECT ${COLUMNS} FROM contacts WHERE id = ? AND space_id = ?`, id, space.id));

/** What a contact is found by, in the form that is compared. */
export interface Identity {
  readonly kind: "email" | "phone" | "external_id";
  readonly value: string;
}

export function identitiesOf(doc: Document): Identity[] {
  return [
    ...doc.emails.map(({ value }): Identity => ({ kind: "email", value: emailKey(value) ?? value })),
    ...doc.phones.map(({ value }): Identity => ({ kind: "phone", value })),
    ...Object.entries(doc.external_ids).map(([system, value]): Identity => ({ kind: "external_id", value: `${system}:${value}` })),
  ];
}

export interface Holder {
  id: string;
  kind: Identity["kind"];
  value: string;
}

const pairs = (identities: readonly Identity[]): string => JSON.stringify(identities.map(({ kind, value }) => [kind, value]));

/** The live contacts that hold any of these. */
export const readHolders = ({ db, space }: Reader, identities: readonly Identity[]): Promise<Holder[]> =>
  db.data.all<Holder>(
    data(
      `SELECT c.id, k.kind, k.value FROM json_each(?2) sought
        CROSS JOIN contact_keys k ON k.space_id = ?1 AND k.kind = sought.value ->> 0 AND k.value = sought.value ->> 1
        JOIN contacts c ON c.rid = k.rid WHERE k.live = 1 LIMIT 500`,
      space.id,
      pairs(identities),
    ),
  );

export const insertContact = (space: Space, row: Omit<ContactRow, "rid" | "last_name_key">, doc: Document): Statement<"data"> =>
  data(
    "INSERT INTO contacts (id, space_id, version, doc, last_name_key, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
    row.id, space.id, row.version, row.doc, sortKey(doc.last_name), row.created_at, row.updated_at,
  );

export const updateContact = (space: Space, row: ContactRow): Statement<"data"> =>
  data(
    "UPDATE contacts SET version = ?, doc = ?, last_name_key = ?, updated_at = ?, archived_at = ? WHERE rid = ? AND space_id = ?",
    row.version, row.doc, row.last_name_key, row.updated_at, row.archived_at, row.rid, space.id,
  );

export const deleteContact = (space: Space, rid: number): Statement<"data">[] => [
  data("DELETE FROM contact_keys WHERE rid = ? AND space_id = ?", rid, space.id),
  data("DELETE FROM contacts WHERE rid = ? AND space_id = ?", rid, space.id),
];

/** Gives a contact, which may be born in the same batch, its identities. */
export const insertIdentities = (space: Space, id: string, identities: readonly Identity[]): Statement<"data">[] =>
  identities.length === 0
    ? []
    : [
        data(
          `INSERT INTO contact_keys (space_id, kind, value, rid, live)
            SELECT ?1, value ->> 0, value ->> 1, (SELECT rid FROM contacts WHERE id = ?2), 1 FROM json_each(?3)`,
          space.id,
          id,
          pairs(identities),
        ),
      ];

export const deleteIdentities = (space: Space, rid: number, identities: readonly Identity[]): Statement<"data">[] =>
  identities.length === 0
    ? []
    : [
        data(
          "DELETE FROM contact_keys WHERE (space_id, kind, value, rid) IN (SELECT ?1, value ->> 0, value ->> 1, ?2 FROM json_each(?3))",
          space.id,
          rid,
          pairs(identities),
        ),
      ];

/** Releases the identities of a contact (archived), or claims them again (restored). */
export const setLive = (space: Space, rid: number, live: boolean): Statement<"data"> =>
  data("UPDATE contact_keys SET live = ? WHERE rid = ? AND space_id = ?", live ? 1 : 0, rid, space.id);

/** Holds while the contact is at this version. */
export const atVersion = ({ rid, version }: Pick<ContactRow, "rid" | "version">) => ({
  database: "data" as const,
  sql: "SELECT version = ? FROM contacts WHERE rid = ?",
  params: [version, rid],
});

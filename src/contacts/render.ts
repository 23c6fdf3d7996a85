// From row to JSON. The document goes out as it is stored, without being parsed, wherever all of it is wanted.
import { rfc3339 } from "../platform/clock";
import { etag, shapedEtag } from "../platform/conditions";
import type { Reply } from "../platform/endpoint";
import { JsonText } from "../platform/json";
import { sha256 } from "../platform/secret";
import { FIELDS, type Contact, type Document, type Field } from "./schema";
import type { ContactRow } from "./store";

type Rendered = Pick<ContactRow, "id" | "version" | "doc" | "created_at" | "updated_at" | "archived_at">;

/** The contact as JSON text. */
export function textOf(row: Rendered): string {
  const archived = row.archived_at === null ? "null" : `"${rfc3339(row.archived_at)}"`;
  const status = row.archived_at === null ? "active" : "archived";
  const created = rfc3339(row.created_at);
  const updated = row.updated_at === row.created_at ? created : rfc3339(row.updated_at);
  return (
    `{"id":"${row.id}","version":${row.version},"status":"${status}",${row.doc.slice(1, -1)},` +
    `"created_at":"${created}","updated_at":"${updated}","archived_at":${archived}}`
  );
}

export const documentOf = (row: Pick<ContactRow, "doc">): Document => JSON.parse(row.doc);
export const contactOf = (row: Rendered): Contact => JSON.parse(textOf(row));

/** Which members are wanted; null: all. */
export type Shape = ReadonlySet<Field> | null;

export function shapeOf(fields: readonly Field[] | undefined, include: readonly Field[] | undefined): Shape {
  return fields === undefined ? null : new Set([...fields, ...(include ?? [])]);
}

export function shaped(row: Rendered, shape: Shape): string {
  if (shape === null) return textOf(row);
  const whole = contactOf(row);
  return JSON.stringify(Object.fromEntries(FIELDS.filter((field) => shape.has(field)).map((field) => [field, whole[field]])));
}

export function tagOf(version: number, shape: Shape): string {
  return shape === null ? etag(version) : shapedEtag(version, sha256([...shape].toSorted().join()));
}

/** The reply with one contact, whole. */
export const replyWith = (status: 200 | 201, row: Rendered): Reply<Contact> => ({
  status,
  headers: { ETag: etag(row.version), ...(status === 201 ? { Location: `/v1/contacts/${row.id}` } : {}) },
  body: new JsonText(textOf(row)),
});

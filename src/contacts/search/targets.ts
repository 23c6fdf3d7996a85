// What a filter's field is in the database: where its values stand, in which form they are compared, and along which index
// they are found.
import { BUILT_IN, type FilterType } from "../../fields/operators";
import { fold } from "../../platform/fold";
import { webUrl } from "../../platform/normalize";
import { tagKey } from "../../tags/tags";
import { isText, uniqueValue, type Fields } from "../indexes";

export interface Target {
  readonly type: FilterType;
  /** How a whole value is compared, where its type does not say. */
  readonly form?: (text: string) => string;
  /** SQL of the one value (null: none), of a contact `c`. */
  readonly scalar?: string;
  /** SQL of several: rows, and the value in each. */
  readonly each?: { readonly from: string; readonly value: string };
  /** Found by the facet of this name. */
  readonly facet?: string;
  /** The facet holds only the start of long texts. */
  readonly clipped?: boolean;
  /** How few contacts a value of it is likely to have: the highest leads. */
  readonly weight: number;
  /** Found by identity: its kind, and what stands before a value. */
  readonly identity?: { readonly kind: "email" | "phone" | "external_id"; readonly valueOf: (value: string) => string };
  /** Part of the full-text index. */
  readonly searched?: boolean;
  /** Its values are being converted: some are of another type, and not all are in the index. */
  readonly frozen?: boolean;
}

const doc = (path: string): string => `c.doc ->> '$.${path}'`;
const folded = (path: string): string => `c.folded ->> '$.${path}'`;
const each = (column: "doc" | "folded", path: string, member?: string): NonNullable<Target["each"]> => ({
  from: `json_each(c.${column}, '$.${path}')`,
  value: member === undefined ? "value" : `value ->> '$.${member}'`,
});
/** As the URL standard writes it, so that one is found by what was sent. */
const urlForm = (text: string): string => fold(webUrl(text) ?? text);
const FORMS: Partial<Record<FilterType, (text: string) => string>> = { email: fold, url: urlForm };
const itself = (value: string): string => value;

const [RARE, SOME, COMMON] = [3, 2, 1];
const name = (path: string): Target => ({ type: "text", scalar: folded(path), facet: path, clipped: true, weight: RARE, searched: true });
const place = (path: string, field: string): Target => ({ type: "text", each: each("folded", path), facet: field, clipped: true, weight: SOME });

const OWN: Readonly<Record<keyof typeof BUILT_IN, Target>> = {
  id: { type: "key", scalar: "c.id", weight: RARE },
  status: { type: "key", scalar: "CASE WHEN c.archived_at IS NULL THEN 'active' ELSE 'archived' END", weight: 0 },
  first_name: name("first_name"),
  last_name: name("last_name"),
  company: name("company"),
  job_title: { type: "text", scalar: folded("job_title"), facet: "job_title", clipped: true, weight: SOME },
  emails: { type: "email", each: each("folded", "emails"), identity: { kind: "email", valueOf: itself }, weight: RARE, searched: true },
  "emails.state": { type: "keys", each: each("doc", "emails", "state"), facet: "emails.state", weight: COMMON },
  phones: { type: "phone", each: each("folded", "phones"), identity: { kind: "phone", valueOf: itself }, weight: RARE, searched: true },
  external_ids: { type: "identity", each: { from: "json_each(c.doc, '$.external_ids')", value: "key || ':' || value" }, identity: { kind: "external_id", valueOf: itself }, weight: RARE },
  "addresses.city": place("cities", "addresses.city"),
  "addresses.region": place("regions", "addresses.region"),
  "addresses.postal_code": place("postal_codes", "addresses.postal_code"),
  "addresses.country": { type: "key", each: each("doc", "addresses", "country"), facet: "addresses.country", weight: COMMON },
  birthday: { type: "date", scalar: doc("birthday"), facet: "birthday", weight: RARE },
  language: { type: "key", scalar: doc("language"), facet: "language", weight: COMMON },
  timezone: { type: "key", scalar: doc("timezone"), facet: "timezone", weight: COMMON },
  urls: { type: "url", form: urlForm, each: each("folded", "urls"), weight: SOME },
  tags: { type: "keys", form: (text) => tagKey(text) ?? text, each: each("doc", "tags"), facet: "tags", weight: COMMON },
  lists: { type: "keys", each: each("doc", "lists"), facet: "lists", weight: COMMON },
  "source.type": { type: "key", scalar: doc("source.type"), facet: "source.type", weight: COMMON },
  created_at: { type: "time", scalar: "c.created_at", weight: 0 },
  updated_at: { type: "time", scalar: "c.updated_at", weight: 0 },
};

/** Null: there is no such field. Names in the SQL are of a form without quotes. */
export function targetOf(field: string, fields: Fields): Target | null {
  const own = Object.entries(OWN).find(([known]) => known === field)?.[1];
  if (own) return own;
  const [, custom] = /^custom\.([a-z][a-z0-9_]{0,49})$/.exec(field) ?? [];
  if (custom !== undefined) return customTarget(custom, fields);
  const [, system] = /^external_ids\.([a-z0-9_]{1,50})$/.exec(field) ?? [];
  if (system !== undefined) return { type: "key", scalar: doc(`external_ids.${system}`), identity: { kind: "external_id", valueOf: (value) => `${system}:${value}` }, weight: RARE };
  const [, channel, topic] = /^consent\.([a-z][a-z0-9_]{0,49})\.([a-z][a-z0-9_]{0,49})$/.exec(field) ?? [];
  return channel === undefined ? null : { type: "key", scalar: doc(`consent.${channel}.${topic}`), facet: field, weight: COMMON };
}

function customTarget(key: string, fields: Fields): Target | null {
  const field = fields.get(key);
  if (!field) return null;
  const { type, filterable, unique } = field;
  if (field.frozen?.job) return { type, weight: 0, frozen: true };
  const facet = filterable ? { facet: `custom.${key}` } : {};
  const form = FORMS[type];
  const weight = type === "boolean" || type === "select" || type === "multi_select" ? COMMON : RARE;
  const identity = unique ? { identity: { kind: "external_id" as const, valueOf: (value: string) => uniqueValue(key, type === "integer" ? Number(value) : value) } } : {};
  if (type === "multi_select") return { type, each: each("doc", `custom.${key}`), ...facet, weight };
  if (isText(field)) return { type, ...(form ? { form } : {}), scalar: folded(`custom.${key}`), ...facet, clipped: true, ...identity, weight };
  return { type, scalar: doc(`custom.${key}`), ...facet, ...identity, weight };
}

/** The names of all built-in fields and custom ones, for suggestions. */
export const fieldNames = (fields: Fields): string[] => [...Object.keys(BUILT_IN), ...[...fields.keys()].map((key) => `custom.${key}`)];

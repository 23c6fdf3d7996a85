// What a contact is found by, made from its document: identities, facets, folded texts. Pure; reads and writes of the
// index tables follow from it alone.
import type { Field } from "../fields/registry";
import { fold, startOf as cut } from "../platform/fold";
import { emailKey } from "../platform/normalize";
import { likenessesOf } from "./likeness";
import type { Document } from "./schema";

/** Of the rows below: raised when the same document would give others, so that upkeep makes them anew. */
export const FORM = 1;

/** What a contact is found by, in the form that is compared. A unique field's value is one named `custom.<key>`. */
export interface Identity {
  readonly kind: "email" | "phone" | "external_id";
  readonly value: string;
}

export type Fields = ReadonlyMap<string, Field>;

export function identitiesOf(doc: Document, fields: Fields): Identity[] {
  return [
    ...doc.emails.map(({ value }): Identity => ({ kind: "email", value: emailKey(value) ?? value })),
    ...doc.phones.map(({ value }): Identity => ({ kind: "phone", value })),
    ...Object.entries(doc.external_ids).map(([system, value]): Identity => ({ kind: "external_id", value: `${system}:${value}` })),
    ...Object.entries(doc.custom).flatMap(([key, value]): Identity[] => (fields.get(key)?.unique ? [{ kind: "external_id", value: uniqueValue(key, value) }] : [])),
  ];
}

/** The names of external ids have no dot, so no such id can be a field's. */
export const uniqueValue = (key: string, value: unknown): string => `custom.${key}:${typeof value === "string" ? fold(value) : JSON.stringify(value)}`;

export type FacetValue = string | number;
export type Facet = readonly [field: string, value: FacetValue];

/** Of a longer text the start; what is found by it is then checked against all of it. */
export const FACET_LENGTH = 100;
export const startOf = (text: string): string => cut(text, FACET_LENGTH);

/** One row per value that filters walk along. */
export function facetsOf(doc: Document, fields: Fields): Facet[] {
  const texts = foldedOf(doc, fields);
  const one = (field: string, value: string | null | undefined): Facet[] => (value ? [[field, value]] : []);
  const each = (field: string, values: readonly (string | null)[]): Facet[] => [...new Set(values)].flatMap((value) => one(field, value));
  return [
    ...(["first_name", "last_name", "company", "job_title"] as const).flatMap((field) => one(field, texts[field] && startOf(texts[field]))),
    ...each("addresses.city", (texts.cities ?? []).map(startOf)),
    ...each("addresses.region", (texts.regions ?? []).map(startOf)),
    ...each("addresses.postal_code", (texts.postal_codes ?? []).map(startOf)),
    ...each("addresses.country", doc.addresses.map(({ country }) => country)),
    ...each("emails.state", doc.emails.map(({ state }) => state)),
    ...one("birthday", doc.birthday),
    ...one("language", doc.language),
    ...one("timezone", doc.timezone),
    ...each("tags", doc.tags),
    ...each("lists", doc.lists),
    ...one("source.type", doc.source.type),
    ...Object.entries(doc.consent).flatMap(([channel, topics]) => Object.entries(topics).flatMap(([topic, state]) => one(`consent.${channel}.${topic}`, state))),
    ...Object.entries(doc.custom).flatMap(([key, value]) => customFacets(key, value, fields.get(key))),
    ...[...likenessesOf(doc, texts).keys()].map((likeness): Facet => [LIKENESS, startOf(likeness)]),
  ];
}

/** No filter knows this facet: duplicates are looked for along it. */
export const LIKENESS = "~likeness";

function customFacets(key: string, value: unknown, field: Field | undefined): Facet[] {
  if (!field?.filterable) return [];
  const name = `custom.${key}`;
  if (typeof value === "number") return [[name, value]];
  if (typeof value === "boolean") return [[name, value ? 1 : 0]];
  if (Array.isArray(value)) return value.filter((one) => typeof one === "string").map((one): Facet => [name, one]);
  if (typeof value !== "string") return [];
  return [[name, isText(field) ? startOf(fold(value)) : value]];
}

/** Whether a field's values are compared folded. */
export const isText = ({ type }: Pick<Field, "type">): boolean => type === "text" || type === "long_text" || type === "email" || type === "url";

/** Texts as they are compared, by the member that they are of; what there is none of is left out. */
export interface Folded {
  readonly first_name?: string;
  readonly last_name?: string;
  readonly company?: string;
  readonly job_title?: string;
  readonly emails?: readonly string[];
  /** Digits. */
  readonly phones?: readonly string[];
  readonly urls?: readonly string[];
  readonly cities?: readonly string[];
  readonly regions?: readonly string[];
  readonly postal_codes?: readonly string[];
  readonly custom?: Readonly<Record<string, string>>;
}

export function foldedOf(doc: Document, fields: Fields): Folded {
  const one = (name: keyof Folded, text: string | null) => (text ? { [name]: fold(text) } : {});
  const each = (name: keyof Folded, texts: readonly (string | null)[]) => {
    const folded = texts.flatMap((text) => (text ? [fold(text)] : []));
    return folded.length > 0 ? { [name]: folded } : {};
  };
  const custom = Object.entries(doc.custom).flatMap(([key, value]): [string, string][] => {
    const field = fields.get(key);
    return typeof value === "string" && field && isText(field) ? [[key, fold(value)]] : [];
  });
  return {
    ...one("first_name", doc.first_name),
    ...one("last_name", doc.last_name),
    ...one("company", doc.company),
    ...one("job_title", doc.job_title),
    ...each("emails", doc.emails.map(({ value }) => value)),
    ...each("phones", doc.phones.map(({ value }) => digitsOf(value))),
    ...each("urls", doc.urls.map(({ value }) => value)),
    ...each("cities", doc.addresses.map(({ city }) => city)),
    ...each("regions", doc.addresses.map(({ region }) => region)),
    ...each("postal_codes", doc.addresses.map(({ postal_code }) => postal_code)),
    ...(custom.length > 0 ? { custom: Object.fromEntries(custom) } : {}),
  };
}

export const digitsOf = (text: string): string => text.replaceAll(/\D+/g, "");

/** Two spaces stand before every word, so that its first one or two letters have a trigram of their own. */
export const spaced = (folded: string): string => folded.replaceAll(" ", "  ");

/** What the full-text index holds: the number of the space, then names, company, e-mails and phones. */
export function searchTextOf(space: number, { first_name, last_name, company, emails = [], phones = [] }: Folded): string {
  const texts = [first_name, last_name, company, ...emails, ...phones].filter((text) => text !== undefined && text !== "");
  return spaceMark(space) + texts.map((text) => `  ${spaced(text ?? "")}`).join("");
}

const MARKS = 0x1900;
const FIRST_MARK = 0xe000;

/** The number of a space as three private-use characters: exactly one trigram, the same for no other space. */
export function spaceMark(space: number): string {
  if (space >= MARKS ** 3) throw new Error(`no mark for space ${space}`);
  return String.fromCharCode(FIRST_MARK + Math.floor(space / MARKS ** 2), FIRST_MARK + (Math.floor(space / MARKS) % MARKS), FIRST_MARK + (space % MARKS));
}

// From what a caller sends to the document that results: merge patch (RFC 7396), arrays that replace or are edited,
// every value in its normal form, all faults at once.
import { countryCode } from "../platform/country";
import type { Fault } from "../platform/problem";
import { invalid } from "../platform/problems";
import * as normalize from "../platform/normalize";
import { tagKey } from "../tags/tags";
import { customOf } from "./custom";
import type { Fields } from "./indexes";
import type { AddressIn, ContactPatch, Document, EmailIn, PhoneIn, UrlIn } from "./schema";

export const emptyDocument = (source: Document["source"]): Document => ({
  external_ids: {}, first_name: null, last_name: null, company: null, job_title: null,
  emails: [], phones: [], addresses: [], birthday: null, language: null, timezone: null, urls: [],
  custom: {}, tags: [], lists: [], consent: {}, source,
});

const MAX = { emails: 50, phones: 50, tags: 200, external_ids: 50 } as const;

/** `add`: an array of e-mails, phones or tags adds to what is there, as an upsert does. */
export type ArrayMode = "replace" | "add";

/** What a space adds to the rules. */
export interface Rules {
  /** Of phones written nationally. */
  readonly country: string;
  readonly fields: Fields;
  /** A new contact gets the defaults of fields that it comes without. */
  readonly isNew: boolean;
  /** Only what a contact is found by is of interest: values of fields that are being converted are passed over. */
  readonly isSought?: boolean;
}

/** The document after the patch. Throws `validation_failed` (422) with every fault. */
export function apply(before: Document, patch: ContactPatch, rules: Rules, arrays: ArrayMode = "replace"): Document {
  const faults: Fault[] = [];
  const { country } = rules;
  const after: Document = {
    ...before,
    external_ids: externalIds(before.external_ids, patch.external_ids, faults),
    first_name: name(before.first_name, patch.first_name),
    last_name: name(before.last_name, patch.last_name),
    company: name(before.company, patch.company),
    job_title: name(before.job_title, patch.job_title),
    emails: edit("emails", before.emails, patch.emails, arrays, faults, (item, at) => emailOf(item, before.emails, at, faults), emailKeyOf),
    phones: edit("phones", before.phones, patch.phones, arrays, faults, (item, at) => phoneOf(item, before.phones, country, at, faults), ({ value }) => value),
    addresses: patch.addresses === undefined ? before.addresses : (patch.addresses ?? []).map((item, i) => addressOf(item, `/addresses/${i}`, faults)),
    birthday: scalar("birthday", before.birthday, patch.birthday, normalize.birthday, "a date, 1980-05-09 or --05-09", faults),
    language: scalar("language", before.language, patch.language, normalize.language, "a BCP 47 language tag", faults),
    timezone: scalar("timezone", before.timezone, patch.timezone, normalize.timezone, "an IANA time zone", faults),
    urls: patch.urls === undefined ? before.urls : (patch.urls ?? []).flatMap((item, i) => urlOf(item, `/urls/${i}`, faults) ?? []),
    tags: edit("tags", before.tags, patch.tags, arrays, faults, (item, at) => tagOf(item, at, faults), (tag) => tag),
    custom: customOf(before.custom, patch.custom, rules, faults),
  };
  after.emails = withPrimary(before.emails, after.emails, patch.emails, "/emails", faults);
  after.phones = withPrimary(before.phones, after.phones, patch.phones, "/phones", faults);
  if (faults.length === 0 && isEmpty(after)) {
    faults.push({ pointer: "", code: "empty_contact", message: "a contact needs a name, a company, an e-mail address, a phone or an external id" });
  }
  if (faults.length > 0) throw invalid(faults);
  return after;
}

const isEmpty = (doc: Document): boolean =>
  !doc.first_name && !doc.last_name && !doc.company && doc.emails.length === 0 && doc.phones.length === 0 && Object.keys(doc.external_ids).length === 0;

const trimmed = (value: string): string | null => value.normalize("NFC").trim() || null;
const name = (before: string | null, sent: string | null | undefined): string | null =>
  sent === undefined ? before : sent === null ? null : trimmed(sent);

function scalar(field: string, before: string | null, sent: string | null | undefined, normal: (value: string) => string | null, what: string, faults: Fault[]): string | null {
  if (sent === undefined || sent === before) return before;
  if (sent === null || sent.trim() === "") return null;
  const value = normal(sent.trim());
  if (value === null) faults.push({ pointer: `/${field}`, code: `invalid_${field}`, message: `not ${what}` });
  return value;
}

function externalIds(before: Document["external_ids"], sent: ContactPatch["external_ids"], faults: Fault[]): Document["external_ids"] {
  if (sent === undefined) return before;
  if (sent === null) return {};
  const merged = new Map(Object.entries(before));
  for (const [system, value] of Object.entries(sent)) {
    if (value === null) merged.delete(system);
    else merged.set(system, value);
  }
  if (merged.size > MAX.external_ids) faults.push({ pointer: "/external_ids", code: "too_many", message: `at most ${MAX.external_ids}` });
  return Object.fromEntries(merged);
}

type Edit<In> = readonly In[] | { add?: readonly In[] | undefined; remove?: readonly In[] | undefined } | null | undefined;

/** An array replaces (or, in `add` mode, is added); an edit adds and removes; what is there already stays as it is. */
function edit<In, Item>(
  field: keyof typeof MAX,
  before: readonly Item[],
  sent: Edit<In>,
  arrays: ArrayMode,
  faults: Fault[],
  read: (item: In, pointer: string) => Item | null,
  keyOf: (item: Item) => string,
): Item[] {
  if (sent === undefined) return [...before];
  if (sent === null) return [];
  const readAll = (items: readonly In[], at: string): Item[] => {
    const seen = new Set<string>();
    return items.flatMap((item, i): Item[] => {
      const value = read(item, `${at}/${i}`);
      if (value === null) return [];
      if (seen.has(keyOf(value))) faults.push({ pointer: `${at}/${i}`, code: "duplicate_value", message: "this value stands twice" });
      seen.add(keyOf(value));
      return [value];
    });
  };
  const result = ((): Item[] => {
    if ("length" in sent) return arrays === "replace" ? readAll(sent, `/${field}`) : union(before, readAll(sent, `/${field}`), keyOf);
    const removed = new Set(readAll(sent.remove ?? [], `/${field}/remove`).map(keyOf));
    return union(before.filter((item) => !removed.has(keyOf(item))), readAll(sent.add ?? [], `/${field}/add`), keyOf);
  })();
  if (result.length > MAX[field]) faults.push({ pointer: `/${field}`, code: "too_many", message: `at most ${MAX[field]}` });
  return result;
}

function union<Item>(before: readonly Item[], added: readonly Item[], keyOf: (item: Item) => string): Item[] {
  const there = new Set(before.map(keyOf));
  return [...before, ...added.filter((item) => !there.has(keyOf(item)))];
}

type Email = Document["emails"][number];
type Phone = Document["phones"][number];

const emailKeyOf = ({ value }: Email): string => normalize.emailKey(value) ?? value;

function emailOf(sent: EmailIn, before: readonly Email[], pointer: string, faults: Fault[]): Email | null {
  const item = typeof sent === "string" ? { value: sent } : sent;
  const key = normalize.emailKey(item.value);
  if (key === null) {
    faults.push({ pointer: typeof sent === "string" ? pointer : `${pointer}/value`, code: "invalid_email", message: "not an e-mail address" });
    return null;
  }
  const known = before.find((one) => emailKeyOf(one) === key);
  const state = known?.state ?? "unknown";
  if (item.state !== undefined && item.state !== state) faults.push({ pointer: `${pointer}/state`, code: "read_only", message: "can't be set" });
  return { value: item.value.normalize("NFC").trim(), label: item.label || null, primary: item.primary ?? false, state };
}

function phoneOf(sent: PhoneIn, before: readonly Phone[], country: string, pointer: string, faults: Fault[]): Phone | null {
  const item = typeof sent === "string" ? { value: sent } : sent;
  const value = normalize.e164(item.value, country);
  if (value === null) {
    const message = `not a phone number, in international form or as written in ${country}`;
    faults.push({ pointer: typeof sent === "string" ? pointer : `${pointer}/value`, code: "invalid_phone", message });
    return null;
  }
  const known = before.find((one) => one.value === value);
  // A number that comes back in its normal form keeps the form in which it was first given.
  const raw = item.raw ?? (item.value === value && known ? known.raw : item.value.trim());
  return { value, raw, label: item.label || null, primary: item.primary ?? false };
}

function addressOf(sent: AddressIn, pointer: string, faults: Fault[]): Document["addresses"][number] {
  const part = (value: string | null | undefined): string | null => (value ? trimmed(value) : null);
  const country = part(sent.country);
  const code = country === null ? null : countryCode(country);
  if (country !== null && code === null) faults.push({ pointer: `${pointer}/country`, code: "invalid_country", message: "not an ISO 3166-1 alpha-2 code" });
  return {
    label: sent.label || null, line1: part(sent.line1), line2: part(sent.line2), city: part(sent.city),
    region: part(sent.region), postal_code: part(sent.postal_code), country: code,
  };
}

function urlOf(sent: UrlIn, pointer: string, faults: Fault[]): Document["urls"][number] | null {
  const item = typeof sent === "string" ? { value: sent } : sent;
  const value = normalize.webUrl(item.value);
  if (value !== null) return { value, label: item.label || null };
  faults.push({ pointer: typeof sent === "string" ? pointer : `${pointer}/value`, code: "invalid_url", message: `not an http or https URL of at most ${normalize.MAX_URL} characters, percent-encoded` });
  return null;
}

function tagOf(sent: string, pointer: string, faults: Fault[]): string | null {
  const tag = tagKey(sent);
  if (tag === null) faults.push({ pointer, code: "invalid_tag", message: "a tag has at least one character" });
  return tag;
}

/** Exactly one is primary: the one newly marked so, else the one that was, else the first. */
function withPrimary<Item extends { value: string; primary: boolean }>(before: readonly Item[], items: readonly Item[], sent: unknown, pointer: string, faults: Fault[]): Item[] {
  if (marksIn(sent) > 1) faults.push({ pointer, code: "several_primary", message: "only one can be primary" });
  const was = before.find(({ primary }) => primary)?.value;
  const marked = items.filter(({ primary }) => primary);
  const primary = marked.find(({ value }) => value !== was) ?? marked[0] ?? items[0];
  return items.map((item) => (item.primary === (item === primary) ? item : { ...item, primary: item === primary }));
}

/** How many items of an array (or of what is added) are marked primary. */
function marksIn(sent: unknown): number {
  if (Array.isArray(sent)) return sent.filter((item: unknown) => isMarked(item)).length;
  return typeof sent === "object" && sent !== null && "add" in sent ? marksIn(sent.add) : 0;
}

const isMarked = (item: unknown): boolean => typeof item === "object" && item !== null && "primary" in item && item.primary === true;

/** How these tags were written in a patch, by key: the label of one that comes to be. */
export function labelsIn(tags: readonly string[], { tags: sent }: ContactPatch): ReadonlyMap<string, string> {
  if (tags.length === 0) return new Map();
  const texts = !sent ? [] : "length" in sent ? sent : (sent.add ?? []);
  const labels = new Map(texts.map((text) => [tagKey(text), text.normalize("NFC").replaceAll(/\s+/gu, " ").trim()]));
  return new Map(tags.map((tag) => [tag, labels.get(tag) ?? tag]));
}

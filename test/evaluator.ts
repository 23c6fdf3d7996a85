// A search as a loop over contacts in memory, as GET answers them: what the engine must find, told in the plainest way.
import type { Condition, Filter } from "../src/contacts/search/filter";
import { OPERATORS_OF, BUILT_IN, type FilterType, type Operator } from "../src/fields/operators";
import { fold } from "../src/platform/fold";
import { e164, emailKey, sortKey, webUrl } from "../src/platform/normalize";
import type { Json } from "./world";

export interface Search {
  filter?: Filter;
  query?: string;
}

/** What the contact has of a field, as it is shown. */
export function shown(contact: Json, field: string): Json[] {
  const [root = "", ...path] = field.split(".");
  const value = contact[root];
  if (root === "external_ids" && path.length === 0) return Object.entries(value).map(([name, id]) => `${name}:${String(id)}`);
  if (root === "consent") return present(value[path[0] ?? ""]?.[path[1] ?? ""]);
  if (root === "custom" || root === "external_ids" || root === "source") return present(value[path[0] ?? ""]);
  if (!Array.isArray(value)) return present(value);
  return value.flatMap((one: Json) => present(typeof one === "string" ? one : one[path[0] ?? "value"]));
}
const present = (value: Json): Json[] => (Array.isArray(value) ? value : value === null || value === undefined ? [] : [value]);

export const typeOf = (field: string, custom: Readonly<Record<string, FilterType>>): FilterType =>
  Object.entries(BUILT_IN).find(([name]) => name === field)?.[1] ?? custom[field] ?? "key";

const digits = (text: string): string => text.replaceAll(/\D/g, "");

/** A value in the form in which equal ones are the same. */
function compared(field: string, type: FilterType, value: Json): Json {
  if (type === "text" || type === "long_text") return fold(value);
  if (type === "url") return fold(webUrl(value) ?? value);
  if (type === "email") return field === "emails" ? emailKey(value) : fold(value);
  if (type === "phone") return e164(value, "ES");
  if (type === "integer" || type === "number") return Number(value);
  if (type === "boolean") return String(value);
  if (type === "datetime") return new Date(value).toISOString();
  if (type === "time") return Date.parse(value);
  return field === "tags" ? value.toLowerCase() : value;
}

/** A part of a value in the form in which it is looked for. */
export const partOf = (type: FilterType, value: string): string => (type === "phone" ? digits(value) : fold(value));

const DAY = 86_400_000;
const DURATIONS: Readonly<Record<string, number>> = { h: DAY / 24, d: DAY, w: 7 * DAY };

function holds(contact: Json, { field, op, value }: Condition, type: FilterType, now: number): boolean {
  const has = shown(contact, field);
  const mine = has.map((one) => compared(field, type, one));
  const sent = (Array.isArray(value) ? value : [value]).filter((one) => one !== undefined);
  const some = (test: (text: string, part: string) => boolean): boolean => has.some((one) => test(partOf(type, one), partOf(type, String(sent[0]))));
  const equal = (): boolean => sent.some((one) => mine.includes(compared(field, type, one)));
  // Days without a year are in no range.
  const within = (test: (one: Json) => boolean): boolean => mine.some((one) => !(type === "date" && one.startsWith("--")) && test(one));
  const bounds = (): Json[] => sent.map((one) => (type === "time" || type === "datetime" ? compared(field, type, one) : type === "date" ? one : Number(one)));
  const ago = (): Json => {
    const ms = now - Number.parseInt(String(value), 10) * (DURATIONS[String(value).slice(-1)] ?? 0);
    return type === "time" ? ms : type === "date" ? new Date(ms).toISOString().slice(0, 10) : new Date(ms).toISOString();
  };
  const today: Json = type === "time" ? now : type === "date" ? new Date(now).toISOString().slice(0, 10) : new Date(now).toISOString();
  const tests: Record<Operator, () => boolean> = {
    eq: equal, in: equal, has_any: equal,
    neq: () => !equal(), not_in: () => !equal(), has_none: () => !equal(),
    has_all: () => sent.every((one) => mine.includes(compared(field, type, one))),
    contains: () => some((text, part) => text.includes(part)),
    not_contains: () => !some((text, part) => text.includes(part)),
    starts_with: () => some((text, part) => text.startsWith(part)),
    ends_with: () => some((text, part) => text.endsWith(part)),
    gt: () => within((one) => one > bounds()[0]),
    gte: () => within((one) => one >= bounds()[0]),
    lt: () => within((one) => one < bounds()[0]),
    lte: () => within((one) => one <= bounds()[0]),
    between: () => within((one) => one >= bounds()[0] && one <= bounds()[1]),
    exists: () => has.length > 0,
    not_exists: () => has.length === 0,
    within_last: () => within((one) => one >= ago() && one <= today),
    before_last: () => within((one) => one < ago()),
  };
  return tests[op]();
}

const ASKS_STATE: readonly Operator[] = ["eq", "neq", "in", "not_in"];

/** Whether the contact is among what is sought, at `now`. */
export function matches(contact: Json, { filter, query = "" }: Search, custom: Readonly<Record<string, FilterType>>, now: number): boolean {
  if (!said(contact, query)) return false;
  return (filter?.any ?? [{ all: [] }]).some(({ all }) => {
    const asksState = all.some(({ field, op }) => field === "status" && ASKS_STATE.includes(op));
    return (asksState || contact.status === "active") && all.every((one) => holds(contact, one, typeOf(one.field, custom), now));
  });
}

/** Each word is part of one, a short one its beginning; what looks like a phone also by its digits. */
function said(contact: Json, query: string): boolean {
  const texts = [contact.first_name, contact.last_name, contact.company].filter((one) => one !== null).map(fold);
  const words = [...texts, ...contact.emails.map(({ value }: Json) => fold(value)), ...contact.phones.map(({ value }: Json) => digits(value))].flatMap((text: string) => text.split(" "));
  const within = (part: string): boolean => words.some((word) => (Array.from(part).length < 3 ? word.startsWith(part) : word.includes(part)));
  return fold(query).split(" ").filter(Boolean).slice(0, 20).every((word) => within(word) || (/^[+(]?[\d()./-]+$/.test(word) && /\d/.test(word) && within(digits(word))));
}

export const operatorsOf = (field: string, custom: Readonly<Record<string, FilterType>>): readonly Operator[] => OPERATORS_OF[typeOf(field, custom)];

const BY_VALUE: readonly Operator[] = ["eq", "in", "has_any", "has_all"];
const IN_PARTS: readonly Operator[] = ["contains", "starts_with", "ends_with"];
const IN_RANGE: readonly Operator[] = ["gt", "gte", "lt", "lte", "between", "within_last", "before_last"];
const SEARCHED = ["first_name", "last_name", "company", "emails", "phones"];
const TIMES = ["created_at", "updated_at"];

/** The range in whose order a search without a sort comes; null: that of creation. `unindexed`: fields that no index has. */
export function rangeOf({ filter, query = "" }: Search, unindexed: ReadonlySet<string>): string | null {
  // A group that no state fulfils is none.
  const [group, ...others] = (filter?.any ?? []).filter(({ all }) => !sole(all, ""));
  if (!group || others.length > 0 || fold(query) !== "") return null;
  const indexed = group.all.filter(({ field }) => !unindexed.has(field));
  if (indexed.some(({ field, op }) => (BY_VALUE.includes(op) && !TIMES.includes(field)) || (IN_PARTS.includes(op) && SEARCHED.includes(field)))) return null;
  const numbers = indexed.find(({ field, op }) => IN_RANGE.includes(op) && !TIMES.includes(field));
  const late = indexed.find(({ field, op }) => (TIMES.includes(field) && (IN_RANGE.includes(op) || op === "eq")) || (op === "starts_with" && !field.startsWith("addresses.")));
  const range = (numbers ?? late)?.field ?? null;
  if (range === null || TIMES.includes(range)) return range;
  // Only live contacts are in an index of values.
  const live = !group.all.some(({ field, op }) => field === "status" && ASKS_STATE.includes(op)) || sole(group.all, "active");
  return live ? range : null;
}

/** Whether these conditions on the status leave this state alone; the empty one: none. */
const sole = (all: readonly Condition[], state: string): boolean =>
  ["active", "archived"].filter((status) => all.every((one) => one.field !== "status" || !ASKS_STATE.includes(one.op) || holds({ status }, one, "key", 0))).join() === state;

/** What orders a contact by a sort or by the range of a search; ties in the order of creation. */
export function keyOf(contact: Json, by: string | null): Json {
  if (by === null || by === "id") return 0;
  if (by === "last_name") return sortKey(contact.last_name);
  if (TIMES.includes(by)) return Date.parse(contact[by]);
  // Long texts by their start.
  return shown(contact, by).map((one) => (typeof one === "string" && /^custom\.(since|seen|mobile)$|^birthday$/.test(by) ? one : typeof one === "string" ? fold(one).slice(0, 100).replace(/[\ud800-\udbff]$/, "") : one))[0];
}

/** As UTF-8 sorts. */
export function order(a: Json, b: Json): number {
  if (typeof a !== "string" || typeof b !== "string") return a < b ? -1 : a > b ? 1 : 0;
  const [x, y] = [a, b].map((text) => Array.from(text, (char) => (char.codePointAt(0) ?? 0).toString(16).padStart(6, "0")).join(""));
  return (x ?? "") < (y ?? "") ? -1 : (x ?? "") > (y ?? "") ? 1 : 0;
}

// From the values of one type to those of another: which pairs there are, and how a value gets across. Nothing of a value is
// lost on the way: one that would have to be cut, rounded or guessed at does not convert. Pure.
import { fold } from "../platform/fold";
import type { CustomType } from "./operators";
import type { Definition } from "./schema";
import { dateOf, instantOf, readValue, type Refusal, type Ruled, type Value } from "./values";

/** What to read as a value of the target; undefined: nothing can be made of it. */
type Way = (value: unknown, target: Pick<Ruled, "options">) => unknown;

const TRUE = new Set(["true", "yes", "1"]);
const FALSE = new Set(["false", "no", "0"]);

const same: Way = (value) => value;
const written: Way = (value) => (typeof value === "number" || typeof value === "boolean" ? String(value) : undefined);
/** Without leading zeros, which say that it is a code, and no longer than a number holds exactly. */
const numeral: Way = (value) => (typeof value === "string" && /^-?(?:0|[1-9]\d*)(?:\.\d+)?$/.test(value) && value.replaceAll(/\D/g, "").length <= 15 ? Number(value) : undefined);
const truth: Way = (value) => {
  const word = typeof value === "string" || typeof value === "number" ? fold(String(value)) : "";
  return TRUE.has(word) ? true : FALSE.has(word) ? false : undefined;
};
const digit: Way = (value) => (typeof value === "boolean" ? Number(value) : undefined);
/** Of a moment its day in UTC, where it is midnight. */
const day: Way = (value) => {
  const moment = typeof value === "string" ? instantOf(value) : null;
  return moment?.endsWith("T00:00:00.000Z") ? moment.slice(0, 10) : undefined;
};
const midnight: Way = (value) => (typeof value === "string" && dateOf(value) !== null ? `${value}T00:00:00.000Z` : undefined);
/** The option of this key, else the only one of this label. */
const option: Way = (value, { options }) => {
  const text = typeof value === "string" ? value.trim() : written(value, { options });
  if (typeof text !== "string" || options?.some(({ key }) => key === text)) return text;
  const labelled = options?.filter(({ label }) => fold(label) === fold(text)) ?? [];
  return labelled.length === 1 ? labelled[0]?.key : undefined;
};
const listed: Way = (value, target) => {
  const whole = option(value, target);
  if (whole !== undefined && target.options?.some(({ key }) => key === whole)) return [whole];
  return typeof value === "string" ? value.split(/[,;]/).map((part) => option(part, target) ?? null) : undefined;
};
const joined: Way = (value) => (Array.isArray(value) ? value.join(", ") : undefined);
const only: Way = (value) => (Array.isArray(value) && value.length === 1 ? value[0] : undefined);

const TEXTS = { text: same, long_text: same } as const;
const NUMBERS = { integer: numeral, number: numeral } as const;
const OF_TEXT = { ...TEXTS, ...NUMBERS, boolean: truth, date: day, datetime: midnight, select: option, multi_select: listed, email: same, phone: same, url: same } as const;

/** From the first to the second. What is not named is another field. */
export const WAYS: Readonly<Record<CustomType, Readonly<Partial<Record<CustomType, Way>>>>> = {
  text: OF_TEXT,
  long_text: OF_TEXT,
  integer: { integer: same, number: same, text: written, long_text: written, boolean: truth, select: option },
  number: { number: same, integer: same, text: written, long_text: written },
  boolean: { boolean: same, text: written, long_text: written, integer: digit, number: digit, select: option },
  date: { date: same, datetime: midnight, ...TEXTS },
  datetime: { datetime: same, date: day, ...TEXTS },
  select: { select: same, multi_select: listed, ...TEXTS, ...NUMBERS, boolean: truth },
  multi_select: { multi_select: same, select: only, text: joined, long_text: joined },
  email: { email: same, ...TEXTS },
  phone: { phone: same, ...TEXTS },
  url: { url: same, ...TEXTS },
};

/** How values get to be of a field that is to be so; `from`: the types that they may be of now. */
export interface Passage {
  readonly to: Ruled;
  readonly from: readonly CustomType[];
}

/** The value as the field will have it, or why it can't be. What has got there already stays as it is. */
export function converted({ to, from }: Passage, value: unknown, country: string): { readonly value: Value } | Refusal {
  let read = readValue(to, value, country);
  for (const type of from) {
    if ("value" in read) return read;
    const there = WAYS[type][to.type]?.(value, to);
    if (there !== undefined) read = readValue(to, there, country);
  }
  return read;
}

/** What contacts have is judged with the options that are no longer offered too. */
export const lenient = <D extends Pick<Definition, "options">>(definition: D): D => ({ ...definition, options: definition.options?.map((one) => ({ ...one, archived: false })) ?? null });

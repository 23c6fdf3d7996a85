// Values of custom fields: what each type takes, in which form it is kept, and the rules that a field adds. Pure.
import { rfc3339 } from "../platform/clock";
import { e164, emailKey, webUrl } from "../platform/normalize";
import type { CustomType } from "./operators";
import type { Definition } from "./schema";

export type Value = string | number | boolean | readonly string[];

export interface Refusal {
  readonly code: string;
  readonly message: string;
}
type Read = { readonly value: Value } | Refusal;

/** What a value is judged with beside the field itself. */
export interface Ruled extends Pick<Definition, "type" | "min" | "max" | "options"> {
  /** Whether the whole of a text is of the field's `pattern`. */
  readonly fits?: ((text: string) => boolean) | undefined;
  readonly pattern?: string | null | undefined;
}

export const MAX_TEXT = 255;
export const MAX_LONG_TEXT = 10_000;

/** The value in its normal form, or why it can't be taken. `country`: of phones written nationally. */
export function readValue(field: Ruled, sent: unknown, country: string): Read {
  const read = READERS[field.type](sent, field, country);
  return "value" in read ? (ruleBroken(field, read.value) ?? read) : read;
}

const wrong = (message: string): Refusal => ({ code: "invalid_value", message });
const asText = (sent: unknown): string | null => (typeof sent === "string" ? sent.normalize("NFC").trim() : null);

const text =
  (limit: number) =>
  (sent: unknown): Read => {
    const value = asText(sent);
    if (value === null || value === "") return wrong("a text of at least one character");
    return value.length > limit ? { code: "too_long", message: `at most ${limit} characters` } : { value };
  };
const parsed =
  (what: string, normal: (value: string, country: string) => string | null) =>
  (sent: unknown, _field: Ruled, country: string): Read => {
    const given = asText(sent);
    const value = given === null ? null : normal(given, country);
    return value === null ? wrong(`not ${what}`) : { value };
  };
const numeric =
  (what: string, holds: (value: number) => boolean) =>
  (sent: unknown): Read =>
    typeof sent === "number" && holds(sent) ? { value: sent === 0 ? 0 : sent } : wrong(`not ${what}`);

const optionKeys = (field: Ruled): readonly string[] => field.options?.filter(({ archived }) => !archived).map(({ key }) => key) ?? [];
const notAnOption = (field: Ruled): Refusal => ({ code: "unknown_option", message: `one of ${optionKeys(field).slice(0, 20).join(", ")}` });

const READERS: Readonly<Record<CustomType, (sent: unknown, field: Ruled, country: string) => Read>> = {
  text: text(MAX_TEXT),
  long_text: text(MAX_LONG_TEXT),
  integer: numeric("a whole number within ±2^53", Number.isSafeInteger),
  number: numeric("a number", Number.isFinite),
  boolean: (sent) => (typeof sent === "boolean" ? { value: sent } : wrong("`true` or `false`")),
  date: parsed("a date such as 2026-11-20", dateOf),
  datetime: parsed("an RFC 3339 time such as 2026-11-20T17:53:00.000Z", instantOf),
  select: (sent, field) => (typeof sent === "string" && optionKeys(field).includes(sent) ? { value: sent } : notAnOption(field)),
  multi_select: (sent, field) => {
    if (!Array.isArray(sent)) return wrong("an array of options");
    const known = new Set<unknown>(optionKeys(field));
    const chosen = [...new Set(sent.filter((one): one is string => typeof one === "string"))];
    return chosen.length === new Set(sent).size && chosen.every((one) => known.has(one)) ? { value: chosen.toSorted() } : notAnOption(field);
  },
  email: parsed("an e-mail address", (value) => (emailKey(value) === null ? null : value)),
  phone: parsed("a phone number", e164),
  url: parsed("an http or https URL", webUrl),
};

/** A day that the calendar has. */
export function dateOf(value: string): string | null {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(value) || value.startsWith("0000")) return null;
  const date = new Date(`${value}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.getUTCDate() === Number(value.slice(8)) ? value : null;
}

/** RFC 3339, any offset; in UTC with milliseconds. */
export function instantOf(value: string): string | null {
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-]\d{2}:\d{2})$/.test(value)) return null;
  const ms = Date.parse(value);
  return Number.isNaN(ms) || ms < 0 || ms >= Date.UTC(10_000, 0, 1) ? null : rfc3339(ms);
}

/** `min` and `max` bound a number, a date, or the length of a text or set. */
function ruleBroken({ type, min, max, fits, pattern }: Ruled, value: Value): Refusal | null {
  const size = typeof value === "string" && type !== "date" && type !== "datetime" ? value.length : typeof value === "object" ? value.length : value;
  const below = min !== null && min !== undefined && size < min;
  const above = max !== null && max !== undefined && size > max;
  if (below || above) return { code: below ? "too_small" : "too_big", message: below ? `at least ${min}` : `at most ${max}` };
  if (typeof value === "string" && fits && !fits(value)) return { code: "pattern_mismatch", message: `not of the form ${pattern}` };
  return null;
}

// The value of a condition, in the form that its field is compared in. Pure; what can't be compared is a fault.
import type { FilterType, Operator } from "../../fields/operators";
import { dateOf, instantOf } from "../../fields/values";
import { DAY, rfc3339 } from "../../platform/clock";
import { durationMs } from "../../platform/duration";
import { fold } from "../../platform/fold";
import { e164, emailKey } from "../../platform/normalize";
import { digitsOf } from "../indexes";

export type Compared = string | number;
export interface Fault {
  readonly code: string;
  readonly message: string;
}

export const MULTIPLE: ReadonlySet<Operator> = new Set(["in", "not_in", "between", "has_any", "has_all", "has_none"]);
export const PARTS: ReadonlySet<Operator> = new Set(["contains", "not_contains", "starts_with", "ends_with"]);
const RANGES: ReadonlySet<Operator> = new Set(["gt", "gte", "lt", "lte", "between"]);
/** Operators whose value must have a trigram. */
const LONG: ReadonlySet<Operator> = new Set(["contains", "not_contains", "ends_with"]);

const wrong = (message: string): Fault => ({ code: "invalid_value", message });
const or = (value: Compared | null, message: string): Compared | Fault => value ?? wrong(message);

/** One value; `country` is of phones written nationally. */
export function comparedValue(type: FilterType, op: Operator, sent: unknown, country: string): Compared | Fault {
  if (PARTS.has(op)) return part(type, op, sent);
  const text = typeof sent === "string" ? sent : typeof sent === "number" || typeof sent === "boolean" ? String(sent) : "";
  switch (type) {
    case "integer":
    case "number":
      return or(numberOf(sent), "a number");
    case "boolean":
      return text === "true" ? 1 : text === "false" ? 0 : wrong("`true` or `false`");
    case "date":
      // Days without a year are in no range.
      return or(dateOf(text) ?? (!RANGES.has(op) && /^--\d{2}-\d{2}$/.test(text) ? text : (instantOf(text)?.slice(0, 10) ?? null)), "a date such as 2026-11-20");
    case "datetime":
      return or(instantOf(text) ?? (dateOf(text) ? `${text}T00:00:00.000Z` : null), "an RFC 3339 time or a date");
    case "time":
      return or(timeOf(text), "an RFC 3339 time or a date");
    case "email":
      return emailKey(text) ?? { code: "invalid_email", message: "not an e-mail address" };
    case "phone":
      return e164(text, country) ?? { code: "invalid_phone", message: "not a phone number" };
    case "identity":
      return /^[a-z0-9_]{1,50}:./su.test(text) ? text : { code: "invalid_external_id", message: "not an external id, name:value" };
    case "text":
    case "long_text":
    case "url":
      return fold(text) || wrong("a text of at least one character");
    default:
      return text === "" ? wrong("a text of at least one character") : text;
  }
}

function part(type: FilterType, op: Operator, sent: unknown): Compared | Fault {
  if (typeof sent !== "string") return wrong("a text");
  const value = type === "phone" ? digitsOf(sent) : fold(sent);
  if (value === "") return wrong(type === "phone" ? "digits" : "a text of at least one character");
  if (LONG.has(op) && Array.from(value).length < 3) return { code: "value_too_short", message: `\`${op}\` needs at least 3 ${type === "phone" ? "digits" : "characters"}` };
  return value;
}

function numberOf(sent: unknown): number | null {
  if (typeof sent === "number") return sent;
  const value = typeof sent === "string" && /^-?\d{1,16}(?:\.\d{1,16})?(?:[eE][+-]?\d{1,3})?$/.test(sent) ? Number(sent) : Number.NaN;
  return Number.isFinite(value) ? value : null;
}

function timeOf(text: string): number | null {
  const instant = instantOf(text) ?? (dateOf(text) === null ? null : `${text}T00:00:00.000Z`);
  return instant === null ? null : Date.parse(instant);
}

/** `30d`, `12h`, `2w`, or a duration of ISO 8601, before now, as the type has it. */
export function sinceOf(type: FilterType, sent: unknown, now: number): Compared | Fault {
  const [, amount, unit] = typeof sent === "string" ? (/^(\d{1,5})([hdw])$/.exec(sent) ?? []) : [];
  const ms = amount !== undefined ? Number(amount) * (unit === "h" ? DAY / 24 : unit === "d" ? DAY : 7 * DAY) : typeof sent === "string" ? durationMs(sent) : null;
  if (ms === null || ms > now) return wrong("a duration such as `30d`, `12h` or `P30D`");
  return momentOf(type, now - ms);
}

/** A moment as the type has it. */
export const momentOf = (type: FilterType, ms: number): Compared => (type === "time" ? ms : type === "date" ? rfc3339(ms).slice(0, 10) : rfc3339(ms));

// Days as people and programs write them. What can be read in two ways is told, not guessed.
import { fold } from "../../../platform/fold";

export const DATE_ORDERS = ["auto", "dmy", "mdy", "ymd"] as const;
export type DateOrder = (typeof DATE_ORDERS)[number];

export interface Day {
  /** Null: not said. */
  readonly year: number | null;
  readonly month: number;
  readonly day: number;
}

const TIME = String.raw`(?:[T ,]\s*\d{1,2}:\d{2}.*)?`;
const ISO = new RegExp(String.raw`^(\d{4})-(\d{1,2})-(\d{1,2})${TIME}$`);
const YEARLESS = /^--(\d{2})-?(\d{2})$/;
const COMPACT = /^(\d{4})(\d{2})(\d{2})$/;
const THREE = new RegExp(String.raw`^(\d{1,4})\s*([./ -])\s*(\d{1,2})\s*[./ -]\s*(\d{1,4})${TIME}$`);
const TWO = /^(\d{1,2})\s*([./-])\s*(\d{1,2})\.?$/;

/** Null: no day. `ambiguous`: day and month could be either way round. */
export function dayOf(text: string, order: DateOrder): Day | "ambiguous" | null {
  const given = text.trim();
  const [, year, month, day] = ISO.exec(given) ?? COMPACT.exec(given) ?? [];
  if (year !== undefined) return made(yearOf(year), Number(month), Number(day));
  const yearless = YEARLESS.exec(given);
  if (yearless) return made(null, Number(yearless[1]), Number(yearless[2]));
  const two = TWO.exec(given);
  if (two) return placed(null, Number(two[1]), Number(two[3]), two[2] === "." && order === "auto" ? "dmy" : order);
  const three = THREE.exec(given);
  return three ? numeric(three[1] ?? "", three[2] ?? "", Number(three[3]), three[4] ?? "", order) : named(given);
}

function numeric(first: string, separator: string, second: number, third: string, order: DateOrder): Day | "ambiguous" | null {
  if (first.length > 2) return made(yearOf(first), second, Number(third));
  if (order === "ymd" && third.length <= 2) return made(yearOf(first), second, Number(third));
  // Points are how the countries write that put the day first.
  return placed(yearOf(third), Number(first), second, separator === "." && order === "auto" ? "dmy" : order);
}

function placed(year: number | null, a: number, b: number, order: DateOrder): Day | "ambiguous" | null {
  if (order === "dmy") return made(year, b, a);
  if (order === "mdy" || order === "ymd") return made(year, a, b);
  if (a > 12 || a === b) return made(year, b, a);
  return b > 12 ? made(year, a, b) : "ambiguous";
}

/** Two digits are of 1930 to 2029. */
function yearOf(text: string): number {
  const year = Number(text);
  return text.length > 2 ? year : year + (year < 30 ? 2000 : 1900);
}

function made(year: number | null, month: number, day: number): Day | null {
  if (month < 1 || month > 12 || day < 1 || (year !== null && (year < 1 || year > 9999))) return null;
  return day > new Date(Date.UTC(year ?? 2000, month, 0)).getUTCDate() ? null : { year, month, day };
}

const LANGUAGES = ["en", "es", "de", "fr", "pt", "it", "nl"];
let months: ReadonlyMap<string, number> | null = null;

/** Names of the months in seven languages, folded, whole and short. */
function monthNames(): ReadonlyMap<string, number> {
  if (months !== null) return months;
  const formats = LANGUAGES.flatMap((language) => (["long", "short"] as const).map((month) => new Intl.DateTimeFormat(language, { month, timeZone: "UTC" })));
  months = new Map(formats.flatMap((format) => Array.from({ length: 12 }, (_, i): [string, number] => [fold(format.format(Date.UTC(2000, i, 15))).replace(".", ""), i + 1])));
  return months;
}

/** `9 May 1980`, `May 9, 1980`, `9. Mai`, `9 de mayo de 1980`, `15-Jan-80`. */
function named(given: string): Day | null {
  if (!/\p{L}/u.test(given) || given.length > 40) return null;
  const words = fold(given).split(/[^\p{L}\p{N}]+/u).filter((word) => word !== "" && word !== "de" && word !== "of");
  const month = words.map((word) => monthNames().get(word) ?? monthNames().get(word.slice(0, 3))).find((one) => one !== undefined);
  const numbers = words.flatMap((word) => /^(\d+)(?:st|nd|rd|th|er|o)?$/.exec(word)?.[1] ?? []);
  const [first, second] = numbers;
  if (month === undefined || first === undefined || numbers.length + 1 !== words.length || numbers.length > 2) return null;
  return first.length > 2 && second !== undefined ? made(yearOf(first), month, Number(second)) : made(second === undefined ? null : yearOf(second), month, Number(first));
}

const padded = (value: number, length: number): string => String(value).padStart(length, "0");
/** `1980-05-09`, or `--05-09`. */
export const isoOf = ({ year, month, day }: Day): string => `${year === null ? "-" : padded(year, 4)}-${padded(month, 2)}-${padded(day, 2)}`;

/** The order that a column's cells tell, where one of them can be read in one way only; null: none does, or they disagree. */
export function orderIn(cells: readonly string[]): "dmy" | "mdy" | null {
  const seen = new Set<"dmy" | "mdy">();
  for (const cell of cells) {
    const match = THREE.exec(cell.trim()) ?? TWO.exec(cell.trim());
    const [a, b] = [Number(match?.[1]), Number(match?.[3])];
    if (match && (match[1]?.length ?? 0) <= 2 && a <= 31 && b <= 31 && a !== b && (a > 12 || b > 12)) seen.add(a > 12 ? "dmy" : "mdy");
  }
  const [only] = seen;
  return seen.size === 1 && only !== undefined ? only : null;
}

const TIMED = /^(\S+)[T ]\s*(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?\s*(am|pm)?\s*(Z|UTC|GMT|[+-]\d{2}:?\d{2})?$/i;

/** An RFC 3339 time; a time of day without an offset is of UTC, a day alone its first moment. Null: none; `ambiguous`. */
export function timeOf(text: string, order: DateOrder): string | null {
  const given = text.trim();
  if (/^\d{4}-\d{2}-\d{2}T\S+(?:Z|[+-]\d{2}:\d{2})$/.test(given)) return given;
  const [, date = given, hour = "0", minute = "00", second = "00", half, zone = "Z"] = TIMED.exec(given) ?? [];
  const day = dayOf(date, order);
  if (day === null || day === "ambiguous" || day.year === null) return day === "ambiguous" ? day : null;
  const hours = half === undefined ? Number(hour) : (Number(hour) % 12) + (half.toLowerCase() === "pm" ? 12 : 0);
  const offset = /^[+-]/.test(zone) ? `${zone.slice(0, 3)}:${zone.slice(-2)}` : "Z";
  return hours > 23 ? null : `${isoOf(day)}T${padded(hours, 2)}:${minute}:${second}${offset}`;
}

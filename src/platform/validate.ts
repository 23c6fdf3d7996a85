// From what zod says to what a caller can mend: every fault at once, each with its place.
import * as z from "zod";
import { pointerTo } from "./json";
import type { Fault } from "./problem";
import { invalid, invalidParameter, notFound } from "./problems";

/** Path parameters: what doesn't parse can't exist. */
export function checkParams<T>(schema: z.ZodType<T>, raw: unknown): T {
  const result = schema.safeParse(raw);
  if (!result.success) throw notFound("No such resource.");
  return result.data;
}

/** Query parameters: 400, naming each bad one and the nearest valid name, also of those in `more`. */
export function checkQuery<T>(schema: z.ZodType<T>, raw: unknown, more: readonly string[] = []): T {
  const result = schema.safeParse(raw);
  // A schema with open names passes over this one.
  const passedOver = result.success && typeof raw === "object" && raw !== null && Object.hasOwn(raw, "__proto__");
  if (result.success && !passedOver) return result.data;
  const valid = [...namesOf(schema), ...more];
  const errors = (result.error?.issues ?? [{ code: "unrecognized_keys" as const, keys: ["__proto__"], path: [], message: "" }]).flatMap((issue): Fault[] => {
    if (issue.code === "unrecognized_keys") return issue.keys.map((name) => unknownParameter(name, valid));
    const parameter = String(issue.path[0] ?? "");
    return [{ parameter, code: codeOf(issue), message: issue.message }];
  });
  throw invalidParameter(`Parameter ${errors.map(({ parameter }) => `\`${parameter}\``).join(", ")} can't be taken.`, { errors });
}

export const namesOf = (schema: z.ZodType): string[] => (schema instanceof z.ZodObject ? Object.keys(schema.shape) : []);

/** The body: 422 with a pointer per fault. */
export function checkBody<T>(schema: z.ZodType<T>, raw: unknown): T {
  const result = schema.safeParse(raw);
  if (result.success) return result.data;
  throw invalid(faultsIn(result.error.issues));
}

/** What a caller can mend, each with its place. */
export const faultsIn = (issues: readonly z.core.$ZodIssue[]): Fault[] => issues.flatMap((issue) => faultsOf(issue, ""));

/** The faults of one issue, unions unfolded to the alternative that came nearest. */
function faultsOf(issue: z.core.$ZodIssue, parent: string): Fault[] {
  const pointer = issue.path.reduce<string>((path, step) => pointerTo(path, String(step)), parent);
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((name) => ({ pointer: pointerTo(pointer, name), code: "unknown_field", message: "no such field" }));
  }
  if (issue.code === "invalid_union" && issue.errors.length > 0) {
    const meant = issue.errors.toSorted((a, b) => distance(a) - distance(b))[0] ?? [];
    if (meant.length > 0) return meant.flatMap((inner) => faultsOf(inner, pointer));
  }
  // zod tells a missing member by the value it did not receive.
  if (issue.code === "invalid_type" && issue.message.endsWith("received undefined")) return [{ pointer, code: "required", message: "is required" }];
  return [{ pointer, code: codeOf(issue), message: issue.message }];
}

/** An alternative whose very type is wrong is farther than one with a fault inside. */
const distance = (issues: readonly z.core.$ZodIssue[]): number =>
  issues.length + (issues.some((issue) => issue.path.length === 0 && issue.code === "invalid_type") ? 1_000 : 0);

function codeOf(issue: z.core.$ZodIssue): string {
  if (issue.code === "custom" && typeof issue.params?.["code"] === "string") return issue.params["code"];
  return issue.code;
}

function unknownParameter(name: string, valid: readonly string[]): Fault {
  const near = nearest(name, valid);
  return { parameter: name, code: "unknown_parameter", message: near ? `unknown; did you mean \`${near}\`?` : "unknown" };
}

/** The nearest of `names`, if it is near enough to be a slip. */
export function nearest(name: string, names: readonly string[]): string | null {
  const ranked = names.map((one) => ({ one, steps: editDistance(name.toLowerCase().slice(0, 64), one) })).toSorted((a, b) => a.steps - b.steps);
  const best = ranked[0];
  const isSlip = best && best.steps <= Math.max(2, Math.floor(best.one.length / 2)) && best.steps < Math.max(name.length, best.one.length);
  return isSlip ? best.one : null;
}

/** Levenshtein distance. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const swap = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, swap));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

/** A parameter that may be repeated, `?email=a&email=b`: OR within it. */
export const many = <Item extends z.ZodType>(item: Item) =>
  z.preprocess((value) => (typeof value === "string" ? [value] : value), z.array(item).min(1).max(50));

/** A whole number in a query, as text. */
export const wholeNumber = (min: number, max: number) =>
  z.preprocess((value) => (typeof value === "string" && /^-?\d{1,10}$/.test(value) ? Number(value) : value), z.int().min(min).max(max));

/** A name on one line: without control characters, and without those that turn or hide what stands around them. */
export const line = (max: number) => z.string().trim().min(1).max(max).refine((text) => !/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(text), "no control or formatting characters");

/** `true` or `false` in a query, as text. */
export const flag = z.preprocess((value) => (value === "true" ? true : value === "false" ? false : value), z.boolean());

/** A time in an answer. */
export const time = z.iso.datetime();

/** Later ones have no form in RFC 3339: `9999-12-31T23:59:59-01:00`. */
const YEAR_9999 = Date.UTC(10_000, 0, 1) - 1;

/** RFC 3339 in a query or body, any offset; becomes milliseconds since the epoch. */
export const timestamp = z.iso
  .datetime({ offset: true, error: "an RFC 3339 time such as 2026-11-20T17:53:00.000Z" })
  .transform((text) => Date.parse(text))
  .refine((ms) => ms <= YEAR_9999, "a time before the year 10000");


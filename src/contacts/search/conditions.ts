// One condition of a filter: what it asks of a contact as SQL, and along which index those that fulfil it can be walked.
import { OPERATORS_OF, type Operator } from "../../fields/operators";
import type { Fault } from "../../platform/problem";
import type { Term } from "../../platform/walk";
import { nearest } from "../../platform/validate";
import { FACET_LENGTH, startOf, type Fields } from "../indexes";
import type { Question } from "./filter";
import { fieldNames, targetOf, type Target } from "./targets";
import { inText, type Alternatives } from "./terms";
import { comparedValue, momentOf, MULTIPLE, PARTS, sinceOf, type Compared } from "./values";

/** A walk along an index, in the order of creation but where it says otherwise. */
export type Lead =
  | { readonly by: "id"; readonly values: readonly Compared[] }
  | { readonly by: "identity"; readonly kind: string; readonly values: readonly Compared[] }
  | { readonly by: "facet"; readonly field: string; readonly values: readonly Compared[] }
  | { readonly by: "text"; readonly terms: readonly Alternatives[] }
  /** In the order of values. */
  | { readonly by: "range"; readonly field: string; readonly bounds: Bounds }
  /** In the order of that time. */
  | { readonly by: "created_at"; readonly bounds: Bounds }
  | { readonly by: "updated_at"; readonly bounds: Bounds };

export type Bounds = readonly { readonly op: ">" | ">=" | "<" | "<="; readonly value: Compared }[];

export interface Compiled {
  readonly holds: Term;
  readonly lead: Lead | null;
  /** The lead finds nothing that `holds` would not. */
  readonly exact: boolean;
  /** How few contacts the lead is likely to find: the highest leads. */
  readonly weight: number;
  /** The states that a contact can be in, where the condition is of nothing else. */
  readonly states: readonly ("active" | "archived")[] | null;
}

export interface Asked {
  readonly fields: Fields;
  readonly country: string;
  /** ms */
  readonly now: number;
}

const EQUALITY: readonly Operator[] = ["in", "eq", "has_any"];

/** The condition, or its faults with `pointer` before them. */
export function compile({ field, op, value, oneOf }: Question, { fields, country, now }: Asked, pointer: string): Compiled | Fault[] {
  const fault = (member: string, code: string, message: string): Fault[] => [{ pointer: `${pointer}${member}`, code, message }];
  const target = targetOf(field, fields);
  if (!target) {
    const near = nearest(field, fieldNames(fields));
    return fault("/field", "unknown_field", near === null ? "no such field" : `no such field; did you mean \`${near}\`?`);
  }
  if (target.frozen) return fault("/field", "field_converting", `the values of \`${field}\` are being converted; ask again when that has ended`);
  const operators = OPERATORS_OF[target.type];
  if (!(oneOf ? EQUALITY : [op]).some((one) => operators.includes(one))) return fault("/op", "unknown_operator", `\`${field}\` (${target.type}) takes ${operators.join(", ")}`);
  if (op === "exists" || op === "not_exists") return value === undefined ? presence(target, op) : fault("/value", "not_applicable", `\`${op}\` takes no value`);
  if (value === undefined) return fault("/value", "required", `\`${op}\` needs a value`);
  if (Array.isArray(value) !== MULTIPLE.has(op) && !(op.startsWith("has_") && !Array.isArray(value))) {
    return fault("/value", "invalid_value", MULTIPLE.has(op) ? "an array" : "one value");
  }
  if (op === "between" && Array.isArray(value) && value.length !== 2) return fault("/value", "invalid_value", "two values");
  if (op === "within_last" || op === "before_last") {
    const since = sinceOf(target.type, value, now);
    return typeof since === "object" ? fault("/value", since.code, since.message) : recent(target, op, since, momentOf(target.type, now));
  }
  const read = (Array.isArray(value) ? value : [value]).map((one) => valueFor(target, op, one, country));
  const faults = read.flatMap((one, i) => (typeof one === "object" ? fault(Array.isArray(value) ? `/value/${i}` : "/value", one.code, one.message) : []));
  if (faults.length > 0) return faults;
  const values = [...new Set(read.filter((one) => typeof one !== "object"))];
  return operation(target, op, values);
}

function valueFor({ type, form }: Target, op: Operator, sent: unknown, country: string): Compared | Fault {
  const value = comparedValue(type, op, sent, country);
  return form && typeof value === "string" && !PARTS.has(op) ? form(String(sent)) : value;
}

function operation(target: Target, op: Operator, values: readonly Compared[]): Compiled {
  const [first = "", last = first] = values;
  switch (op) {
    case "eq":
    case "in":
    case "has_any":
      return same(target, values);
    case "neq":
    case "not_in":
    case "has_none":
      return not(same(target, values));
    case "has_all":
      return { ...same(target, values.slice(0, 1)), holds: hasAll(target, values), exact: values.length === 1 };
    case "contains":
    case "starts_with":
    case "ends_with":
      return partOf(target, op, String(first));
    case "not_contains":
      return not(partOf(target, "contains", String(first)));
    case "gt":
      return range(target, [{ op: ">", value: first }]);
    case "gte":
      return range(target, [{ op: ">=", value: first }]);
    case "lt":
      return range(target, [{ op: "<", value: first }]);
    case "lte":
      return range(target, [{ op: "<=", value: first }]);
    case "between":
      return range(target, [{ op: ">=", value: first }, { op: "<=", value: last }]);
    default:
      throw new Error(`no operation ${op}`);
  }
}

/** A range gives the page its order, so it leads only where nothing is found by its value. */
const [LATE, RANGE] = [0.25, 0.5];

const NO_LEAD = { lead: null, exact: false, weight: 0, states: null } as const;

/** Whether any of the target's values fulfils a test of `value`; false without one. */
function any({ scalar, each }: Target, test: (value: string) => Term): Term {
  if (each) {
    const { sql, params } = test(each.value);
    return { sql: `EXISTS (SELECT 1 FROM ${each.from} WHERE ${sql})`, params };
  }
  const { sql, params } = test(scalar ?? "NULL");
  return { sql: `coalesce(${sql}, 0)`, params };
}

const not = ({ holds, states }: Compiled): Compiled => ({
  ...NO_LEAD,
  holds: { sql: `NOT ${holds.sql}`, params: holds.params },
  states: states && (["active", "archived"] as const).filter((state) => !states.includes(state)),
});

function same(target: Target, values: readonly Compared[]): Compiled {
  const { identity, facet, clipped, weight } = target;
  const states = target.type === "key" && target.scalar?.startsWith("CASE WHEN c.archived_at") ? (["active", "archived"] as const).filter((state) => values.includes(state)) : null;
  if (identity) {
    const sought = values.map((value) => identity.valueOf(String(value)));
    const holds = { sql: `EXISTS (SELECT 1 FROM contact_keys AS o WHERE o.space_id = c.space_id AND o.kind = '${identity.kind}' AND o.rid = c.rid AND o.value IN (SELECT value FROM json_each(?)))`, params: [JSON.stringify(sought)] };
    return { holds, lead: { by: "identity", kind: identity.kind, values: sought }, exact: true, weight: identity.kind === "phone" ? 8 : 9, states };
  }
  const holds = any(target, (value) => ({ sql: `${value} IN (SELECT value FROM json_each(?))`, params: [JSON.stringify(values)] }));
  const [only = ""] = values;
  if (target.type === "time") return range(target, [{ op: ">=", value: only }, { op: "<=", value: only }]);
  if (target.scalar === "c.id") return { holds, lead: { by: "id", values }, exact: true, weight: 10, states };
  if (facet === undefined) return { ...NO_LEAD, holds, states };
  const starts = clipped ? [...new Set(values.map((value) => (typeof value === "string" ? startOf(value) : value)))] : values;
  const exact = !clipped || values.every((value) => typeof value === "number" || value.length < FACET_LENGTH - 1);
  return { holds, lead: { by: "facet", field: facet, values: starts }, exact, weight: weight + (values.length === 1 ? 3 : 0), states };
}

const hasAll = ({ each }: Target, values: readonly Compared[]): Term => ({
  sql: each ? `(SELECT count(DISTINCT ${each.value}) FROM ${each.from} WHERE ${each.value} IN (SELECT value FROM json_each(?))) = ${values.length}` : "0",
  params: each ? [JSON.stringify(values)] : [],
});

const LENGTH_TESTS = {
  contains: (value: string): string => `instr(${value}, ?) > 0`,
  starts_with: (value: string, length: number): string => `substr(${value}, 1, ${length}) = ?`,
  ends_with: (value: string, length: number): string => `substr(${value}, -${length}) = ?`,
} as const;

function partOf(target: Target, op: "contains" | "starts_with" | "ends_with", sent: string): Compiled {
  // Phones are sought by their digits; as a scalar they stand with their plus.
  const part = target.type === "phone" && target.scalar !== undefined && op === "starts_with" ? `+${sent}` : sent;
  const holds = any(target, (value) => ({ sql: LENGTH_TESTS[op](value, Array.from(part).length), params: [part] }));
  if (target.searched) return { ...NO_LEAD, holds, lead: { by: "text", terms: [[inText(part, op)]] }, weight: 4 };
  if (op === "starts_with" && target.facet !== undefined && !target.each) {
    const start = startOf(part);
    const end = successor(start);
    const bounds: Bounds = [{ op: ">=", value: start }, ...(end === null ? [] : [{ op: "<", value: end } as const])];
    return { ...NO_LEAD, holds, lead: { by: "range", field: target.facet, bounds }, exact: start === part, weight: LATE };
  }
  return { ...NO_LEAD, holds };
}

/** The first text, as SQLite sorts, after all that start so; null: there is none. */
function successor(start: string): string | null {
  const chars = Array.from(start);
  for (let i = chars.length - 1; i >= 0; i -= 1) {
    const code = chars[i]?.codePointAt(0) ?? 0;
    if (code < 0x10ffff) return chars.slice(0, i).join("") + String.fromCodePoint(code === 0xd7ff ? 0xe000 : code + 1);
  }
  return null;
}

/** Dates without a year stand before all others, and are in no range. */
const FIRST_DAY = { op: ">=", value: "0" } as const;

function range(target: Target, asked: Bounds): Compiled {
  const bounds: Bounds = target.type === "date" && !asked.some(({ op }) => op.startsWith(">")) ? [FIRST_DAY, ...asked] : asked;
  const holds = any(target, (value) => ({ sql: `(${bounds.map(({ op }) => `${value} ${op} ?`).join(" AND ")})`, params: bounds.map(({ value: bound }) => bound) }));
  if (target.scalar === "c.created_at" || target.scalar === "c.updated_at") {
    return { ...NO_LEAD, holds, lead: target.scalar === "c.created_at" ? { by: "created_at", bounds } : { by: "updated_at", bounds }, exact: true, weight: LATE };
  }
  return target.facet === undefined ? { ...NO_LEAD, holds } : { ...NO_LEAD, holds, lead: { by: "range", field: target.facet, bounds }, exact: true, weight: RANGE };
}

const recent = (target: Target, op: "within_last" | "before_last", since: Compared, now: Compared): Compiled =>
  range(target, op === "before_last" ? [{ op: "<", value: since }] : [{ op: ">=", value: since }, { op: "<=", value: now }]);

function presence(target: Target, op: "exists" | "not_exists"): Compiled {
  const sql = target.each ? `EXISTS (SELECT 1 FROM ${target.each.from} WHERE ${target.each.value} IS NOT NULL)` : `(${target.scalar} IS NOT NULL)`;
  return { ...NO_LEAD, holds: { sql: op === "exists" ? sql : `NOT ${sql}`, params: [] } };
}

// Walks along one index: what a lead finds, in an order and from a place on, or in no order.
import type { Key } from "../../platform/page";
import type { Param } from "../../platform/sql";
import type { Term } from "../../platform/walk";
import type { Lead } from "./conditions";
import type { State } from "./groups";
import { matchOf } from "./terms";

/** What orders the contacts: one or two columns. `value`: the values of the field that leads. */
export type Order = "rid" | "created_at" | "updated_at" | "last_name_key" | "value";

export interface Walk {
  readonly space: number;
  readonly order: Order;
  readonly descending: boolean;
  /** Where the last page ended: the key of the order, then `rid`; of `rid` itself one. */
  readonly after: readonly Key[] | null;
}

export interface Arm {
  readonly state: State;
  /** Null: the index of the order itself. */
  readonly lead: Lead | null;
  readonly rest: readonly Term[];
}

const INDEX: Readonly<Record<Exclude<Order, "value">, string>> = { rid: "", created_at: "_created", updated_at: "_updated", last_name_key: "_name" };

/** What the lead finds, each contact once, in no order: so no more is read than `limit`. */
export function found(arm: Arm, { space }: Pick<Walk, "space">, limit: number): Term {
  const { lead } = arm;
  const walk: Walk = { space, order: "rid", descending: false, after: null };
  if (several(lead)) {
    const { table, key } = tableOf(lead, walk, "f");
    return { sql: `SELECT DISTINCT f.rid AS rid FROM json_each(?) AS s CROSS JOIN ${table} ON ${key.sql} AND f.value = s.value LIMIT ?`, params: [JSON.stringify(lead.values), ...key.params, limit] };
  }
  if (lead?.by !== "range") return walked(arm, "rid", walk, limit);
  const where = inRange(lead, space);
  return { sql: `SELECT rid FROM contact_facets WHERE ${where.sql} LIMIT ?`, params: [...where.params, limit] };
}

/** Columns of the index that leads, in order, from the place on. */
export function walked(arm: Arm, columns: string, walk: Walk, limit: number): Term {
  const { lead } = arm;
  if (lead === null || lead.by === "created_at" || lead.by === "updated_at") return ofContacts(arm.state, lead, columns, walk, limit);
  if (lead.by === "range") return inOrder(`SELECT ${columns} FROM contact_facets`, inRange(lead, walk.space), walk.order === "value" ? "value" : "rid", walk, limit);
  const direction = directionOf(walk);
  const place = (column: string): Term => joined(placeAfter(walk, column, column));
  if (lead.by === "id") {
    const at = place("rid");
    return {
      sql: `SELECT ${columns} FROM contacts WHERE id IN (SELECT value FROM json_each(?)) AND space_id = ? AND archived_at IS NULL AND ${at.sql} ORDER BY rid ${direction} LIMIT ?`,
      params: [JSON.stringify(lead.values), walk.space, ...at.params, limit],
    };
  }
  if (lead.by === "text") {
    const at = place("rowid");
    return { sql: `SELECT rowid AS rid FROM contact_text WHERE contact_text MATCH ? AND ${at.sql} ORDER BY rowid ${direction} LIMIT ?`, params: [matchOf(walk.space, lead.terms), ...at.params, limit] };
  }
  if (!several(lead)) {
    const { along, params } = valueWalk(lead, walk, "?", true);
    return { sql: `SELECT g.rid AS rid FROM ${along} ORDER BY g.rid ${direction} LIMIT ?`, params: [...params, limit] };
  }
  // Of each value its next ones, and of those together the next: a contact may hold several.
  const each = shareOf(arm, limit);
  const inner = valueWalk(lead, walk, "s.value", false);
  const { table, key } = tableOf(lead, walk, "f");
  return {
    sql: `SELECT DISTINCT f.rid AS rid FROM json_each(?) AS s CROSS JOIN ${table} ON ${key.sql} AND f.value = s.value
      AND f.rid IN (SELECT g.rid FROM ${inner.along} ORDER BY g.rid ${direction} LIMIT ?) ORDER BY f.rid ${direction} LIMIT ?`,
    params: [JSON.stringify(lead.values), ...key.params, ...inner.params, each, arm.rest.length === 0 ? limit : each * lead.values.length],
  };
}

type OfValues = Extract<Lead, { by: "facet" | "identity" }>;
export const several = (lead: Lead | null): lead is OfValues => lead !== null && (lead.by === "facet" || lead.by === "identity") && lead.values.length > 1;

/** How far each value is walked: a whole page where all of it matches, else its share of what is looked at. */
export const shareOf = ({ lead, rest }: Arm, looked: number): number => (several(lead) && rest.length > 0 ? Math.ceil(looked / lead.values.length) : looked);

function tableOf(lead: OfValues, { space }: Walk, alias: string): { table: string; key: Term } {
  return lead.by === "facet"
    ? { table: `contact_facets AS ${alias}`, key: { sql: `${alias}.space_id = ? AND ${alias}.field = ?`, params: [space, lead.field] } }
    : { table: `contact_keys AS ${alias}`, key: { sql: `${alias}.space_id = ? AND ${alias}.kind = ? AND ${alias}.live = 1`, params: [space, lead.kind] } };
}

/** The rows `g` of one value, from the place on. */
export function valueWalk(lead: OfValues, walk: Walk, value: string, bound: boolean): { along: string; params: Param[] } {
  const { table, key } = tableOf(lead, walk, "g");
  const at = joined(placeAfter(walk, "g.rid", "g.rid"));
  return { along: `${table} WHERE ${key.sql} AND g.value = ${value} AND ${at.sql}`, params: [...key.params, ...(bound ? [lead.values[0] ?? ""] : []), ...at.params] };
}

const IN_STATE: Readonly<Record<State, string>> = {
  active: "archived_at IS NULL", archived: "archived_at IS NOT NULL AND merged_into IS NULL", merged: "archived_at IS NOT NULL AND merged_into IS NOT NULL",
};

/** Along the index of the order, or of the time that leads. */
function ofContacts(state: State, lead: Extract<Lead, { by: "created_at" | "updated_at" }> | null, columns: string, walk: Walk, limit: number): Term {
  const order = lead !== null ? lead.by : walk.order === "value" ? "rid" : walk.order;
  const index = `${state === "active" ? "contacts_live" : "contacts_archived"}${INDEX[order]}`;
  const where = joined([
    { sql: `${IN_STATE[state]} AND space_id = ?`, params: [walk.space] },
    ...(lead?.bounds ?? []).map(({ op, value }) => ({ sql: `${order} ${op} ?`, params: [value] })),
  ]);
  return inOrder(`SELECT ${columns} FROM contacts AS c INDEXED BY ${index}`, where, order, walk, limit);
}

const inRange = (lead: Extract<Lead, { by: "range" }>, space: number): Term =>
  joined([{ sql: "space_id = ? AND field = ?", params: [space, lead.field] }, ...lead.bounds.map(({ op, value }) => ({ sql: `value ${op} ?`, params: [value] }))]);

/**
 * What comes after a place, as index ranges: the rest of its ties, then what lies beyond. As one row-value comparison the
 * index would serve the first column only, and each page of a long tie would read the whole tie.
 */
function inOrder(select: string, where: Term, order: string, walk: Walk, limit: number): Term {
  const direction = directionOf(walk);
  const beyond = walk.descending ? "<" : ">";
  const by = order === "rid" ? `rid ${direction}` : `${order} ${direction}, rid ${direction}`;
  if (walk.after === null) return { sql: `${select} WHERE ${where.sql} ORDER BY ${by} LIMIT ?`, params: [...where.params, limit] };
  const [first = 0, second = 0] = walk.after;
  if (order === "rid") return { sql: `${select} WHERE ${where.sql} AND rid ${beyond} ? ORDER BY ${by} LIMIT ?`, params: [...where.params, first, limit] };
  return {
    sql: `${select} WHERE ${where.sql} AND ${order} = ? AND rid ${beyond} ? UNION ALL ${select} WHERE ${where.sql} AND ${order} ${beyond} ? ORDER BY ${by} LIMIT ?`,
    params: [...where.params, first, second, ...where.params, first, limit],
  };
}

/** As a condition, where no index serves it. */
export function placeAfter({ order, after, descending }: Walk, column: string, rid: string): Term[] {
  if (after === null) return [];
  const beyond = descending ? "<" : ">";
  const [first = 0, second = 0] = after;
  if (order === "rid") return [{ sql: `${rid} ${beyond} ?`, params: [first] }];
  return [{ sql: `(${column} ${beyond} ? OR (${column} = ? AND ${rid} ${beyond} ?))`, params: [first, first, second] }];
}

export const directionOf = ({ descending }: Walk): "ASC" | "DESC" => (descending ? "DESC" : "ASC");

export const joined = (terms: readonly Term[]): Term => ({
  sql: terms.length === 0 ? "true" : terms.map(({ sql }) => `(${sql})`).join(" AND "),
  params: terms.flatMap(({ params }) => params),
});

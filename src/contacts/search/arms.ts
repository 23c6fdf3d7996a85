// The statements of a search. An arm walks one index in one order and looks at a bounded number of contacts; what the index
// does not say is checked on the way.
import { data, type Param, type Statement } from "../../platform/sql";
import type { Key } from "../../platform/page";
import type { Term } from "../../platform/walk";
import { COLUMNS } from "../store";
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

/** The contacts of an arm that come next: at most `limit`, of at most `looked` that are looked at. */
export function rowsOf(arm: Arm, walk: Walk, looked: number, limit: number): Statement<"data"> {
  const order = walk.order === "value" ? ", k.value AS sort_value" : "";
  const ofContactsAlone = arm.lead === null || arm.lead.by === "created_at" || arm.lead.by === "updated_at";
  if (ofContactsAlone && arm.rest.length === 0) return plainRows(arm, walk, limit);
  const from = walked(arm, walk.order === "rid" ? "rid" : `rid, ${walk.order}`, walk, looked);
  const rest = joined(arm.rest);
  return data(`SELECT ${columnsOf("c")}${order} FROM (${from.sql}) AS k ${CONTACTS} WHERE ${rest.sql} LIMIT ?`, ...from.params, walk.space, ...rest.params, limit);
}

/** The contacts of what a lead finds; of this space, whatever the index says. */
const CONTACTS = "CROSS JOIN contacts AS c ON c.rid = k.rid AND c.space_id = ?";

/** Nothing to check: the index itself is the page. */
function plainRows(arm: Arm, walk: Walk, limit: number): Statement<"data"> {
  const { sql, params } = walked(arm, COLUMNS, walk, limit);
  return data(sql, ...params);
}

const columnsOf = (table: string): string => COLUMNS.replaceAll(/\b\w+\b/g, (column) => `${table}.${column}`);

/** The keys of the last candidate that an arm looks at, where there are as many. */
export function horizonOf(arm: Arm, walk: Walk, looked: number): Statement<"data"> {
  const keys = walk.order === "rid" ? "rid" : `${walk.order}, rid`;
  if (several(arm.lead)) {
    // Each value is walked as far as its share of what is looked at goes; the least far one bounds them all.
    const each = shareOf(arm, looked);
    const { along, params } = valueWalk(arm.lead, walk, "s.value", false);
    const direction = walk.descending ? "max" : "min";
    return data(
      `SELECT ${direction}(r) AS rid FROM (SELECT (SELECT g.rid FROM ${along} ORDER BY g.rid ${directionOf(walk)} LIMIT 1 OFFSET ${each - 1}) AS r FROM json_each(?) AS s)`,
      ...params, JSON.stringify(arm.lead.values),
    );
  }
  const { sql, params } = walked(arm, keys, walk, looked);
  return data(`SELECT * FROM (${sql}) LIMIT 1 OFFSET ?`, ...params, looked - 1);
}

/** How many contacts an arm finds (`n`), below `most` and among `looked`; `open`: there may be more. */
export function countOf(arm: Arm, walk: Pick<Walk, "space">, looked: number, most: number): Statement<"data"> {
  if (arm.rest.length === 0) {
    const from = found(arm, walk, most);
    return data(`SELECT count(*) AS n, count(*) >= ? AS open FROM (${from.sql})`, most, ...from.params);
  }
  const from = found(arm, walk, looked);
  const rest = joined(arm.rest);
  return data(
    `SELECT count(*) AS n, count(*) >= ? OR (SELECT count(*) FROM (${from.sql})) >= ? AS open FROM (SELECT 1 FROM (${from.sql}) AS k ${CONTACTS} WHERE ${rest.sql} LIMIT ?)`,
    most, ...from.params, looked, ...from.params, walk.space, ...rest.params, most,
  );
}

/** All that the arm's lead finds, up to `most`, sorted by the walk's order, from its place on. */
export function sortedRows(arm: Arm, walk: Walk, most: number, limit: number): Statement<"data"> {
  const from = found(arm, walk, most);
  const rest = joined([...arm.rest, ...placeAfter(walk, `c.${walk.order}`, "c.rid")]);
  const by = walk.order === "rid" ? `c.rid ${directionOf(walk)}` : `c.${walk.order} ${directionOf(walk)}, c.rid ${directionOf(walk)}`;
  return data(`SELECT ${columnsOf("c")} FROM (${from.sql}) AS k ${CONTACTS} WHERE ${rest.sql} ORDER BY ${by} LIMIT ?`, ...from.params, walk.space, ...rest.params, limit);
}

/** What the lead finds, each contact once, in no order: so no more is read than `limit`. */
function found(arm: Arm, { space }: Pick<Walk, "space">, limit: number): Term {
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
function walked(arm: Arm, columns: string, walk: Walk, limit: number): Term {
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
const several = (lead: Lead | null): lead is OfValues => lead !== null && (lead.by === "facet" || lead.by === "identity") && lead.values.length > 1;

/** How far each value is walked: a whole page where all of it matches, else its share of what is looked at. */
const shareOf = ({ lead, rest }: Arm, looked: number): number => (several(lead) && rest.length > 0 ? Math.ceil(looked / lead.values.length) : looked);

function tableOf(lead: OfValues, { space }: Walk, alias: string): { table: string; key: Term } {
  return lead.by === "facet"
    ? { table: `contact_facets AS ${alias}`, key: { sql: `${alias}.space_id = ? AND ${alias}.field = ?`, params: [space, lead.field] } }
    : { table: `contact_keys AS ${alias}`, key: { sql: `${alias}.space_id = ? AND ${alias}.kind = ? AND ${alias}.live = 1`, params: [space, lead.kind] } };
}

/** The rows `g` of one value, from the place on. */
function valueWalk(lead: OfValues, walk: Walk, value: string, bound: boolean): { along: string; params: Param[] } {
  const { table, key } = tableOf(lead, walk, "g");
  const at = joined(placeAfter(walk, "g.rid", "g.rid"));
  return { along: `${table} WHERE ${key.sql} AND g.value = ${value} AND ${at.sql}`, params: [...key.params, ...(bound ? [lead.values[0] ?? ""] : []), ...at.params] };
}

/** Along the index of the order, or of the time that leads. */
function ofContacts(state: State, lead: Extract<Lead, { by: "created_at" | "updated_at" }> | null, columns: string, walk: Walk, limit: number): Term {
  const order = lead !== null ? lead.by : walk.order === "value" ? "rid" : walk.order;
  const index = `${state === "active" ? "contacts_live" : "contacts_archived"}${INDEX[order]}`;
  const where = joined([
    { sql: `archived_at IS ${state === "active" ? "" : "NOT "}NULL AND space_id = ?`, params: [walk.space] },
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
function placeAfter({ order, after, descending }: Walk, column: string, rid: string): Term[] {
  if (after === null) return [];
  const beyond = descending ? "<" : ">";
  const [first = 0, second = 0] = after;
  if (order === "rid") return [{ sql: `${rid} ${beyond} ?`, params: [first] }];
  return [{ sql: `(${column} ${beyond} ? OR (${column} = ? AND ${rid} ${beyond} ?))`, params: [first, first, second] }];
}

const directionOf = ({ descending }: Walk): "ASC" | "DESC" => (descending ? "DESC" : "ASC");

export const joined = (terms: readonly Term[]): Term => ({
  sql: terms.length === 0 ? "true" : terms.map(({ sql }) => `(${sql})`).join(" AND "),
  params: terms.flatMap(({ params }) => params),
});

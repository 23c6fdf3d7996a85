// Lists: every promised filter and sort is a keyset walk along one index; what no index serves is sorted over a
// bounded set, or refused with the reason.
import { encodeCursor, decodeCursor, questionOf, type Key } from "../platform/page";
import type { SpaceCtx } from "../platform/context";
import type { Reply } from "../platform/endpoint";
import { JsonText } from "../platform/json";
import { data, type Param } from "../platform/sql";
import { shaped, type Shape } from "./render";
import { sortTooBroad } from "./schema";
import { COLUMNS, type ContactRow, type Identity } from "./store";

export const SORTS = ["id", "-id", "updated_at", "-updated_at", "last_name", "-last_name"] as const;
export type Sort = (typeof SORTS)[number];
type Order = "id" | "updated_at" | "last_name";

export interface ListFilter {
  readonly states: readonly ("active" | "archived")[];
  /** OR within a kind, AND across kinds, in the form that is compared. */
  readonly identities: readonly { readonly kind: Identity["kind"]; readonly values: readonly string[] }[];
  readonly updatedSince: number | undefined;
  readonly createdSince: number | undefined;
}

export interface ListQuery extends ListFilter {
  readonly sort: Sort | undefined;
  readonly limit: number;
  readonly cursor: string | undefined;
  readonly shape: Shape;
}

const MAX_SORTED = 10_000;

/** A page as JSON text; the first one bears `events_cursor`, taken in the same read. */
export async function list(ctx: SpaceCtx, query: ListQuery): Promise<Reply<never>> {
  const { sort = query.updatedSince === undefined ? "id" : "updated_at", limit } = query;
  const descending = sort.startsWith("-");
  const order: Order = sort.endsWith("updated_at") ? "updated_at" : sort.endsWith("last_name") ? "last_name" : "id";
  const question = questionOf([ctx.space.id, query.states, query.identities, query.updatedSince, query.createdSince, sort]);
  const walk = walkOf(query, order);
  const after = query.cursor === undefined ? null : decodeCursor(query.cursor, question, walk.by.map(typeOf));
  const rows = rowsStatement(ctx.space.id, query, walk, after, descending, limit + 1);
  const beside = besideStatement(ctx, query, walk);
  const [found, [meta]] = await ctx.db.data.both<ContactRow, { seq: number | null; matches: number }>(rows, beside);
  if (!walk.served && (meta?.matches ?? 0) > MAX_SORTED) {
    throw sortTooBroad(`Over ${MAX_SORTED} contacts would have to be sorted by ${order}.`, { limit: MAX_SORTED, matches: meta?.matches });
  }
  const page = found.slice(0, limit);
  const last = found.length > limit ? page.at(-1) : undefined;
  const next = last ? JSON.stringify(encodeCursor(question, keysOf(last, walk))) : "null";
  const events = after === null ? `,"events_cursor":"${eventsCursor(meta?.seq ?? 0, ctx.now)}"` : "";
  return {
    status: 200,
    body: new JsonText(`{"data":[${page.map((row) => shaped(row, query.shape)).join(",")}],"page":{"next_cursor":${next},"limit":${limit}}${events}}`),
  };
}

/** How a list is walked: by which columns, along which index, and whether that index is already in this order. */
interface Walk {
  readonly by: readonly ("rid" | "created_at" | "updated_at" | "last_name_key")[];
  readonly index: "" | "_created" | "_updated" | "_name" | "identity";
  readonly served: boolean;
}

function walkOf({ identities, updatedSince, createdSince }: ListFilter, order: Order): Walk {
  const sorted = { id: ["rid"], updated_at: ["updated_at", "rid"], last_name: ["last_name_key", "rid"] } as const;
  const by = sorted[order];
  const [first] = identities;
  if (first) return { by, index: "identity", served: order === "id" && first.values.length === 1 };
  if (order === "updated_at" && createdSince === undefined) return { by, index: "_updated", served: true };
  if (order === "last_name" && createdSince === undefined && updatedSince === undefined) return { by, index: "_name", served: true };
  if (order === "id" && updatedSince === undefined) {
    // Created since then, in the order of creation: along the index of that time.
    return createdSince === undefined ? { by, index: "", served: true } : { by: ["created_at", "rid"], index: "_created", served: true };
  }
  return { by, index: createdSince === undefined ? "_updated" : "_created", served: false };
}

interface Sql {
  readonly text: string;
  readonly params: readonly Param[];
}

const all = (parts: readonly Sql[]): Sql => ({ text: parts.map(({ text }) => text).join(" AND "), params: parts.flatMap(({ params }) => params) });

function rowsStatement(space: number, filter: ListFilter, walk: Walk, after: readonly Key[] | null, descending: boolean, limit: number) {
  const places = after === null ? [[]] : placesAfter(walk, after, descending);
  const direction = descending ? "DESC" : "ASC";
  const arms = filter.states.flatMap((state) => places.map((place) => arm(COLUMNS, space, state, filter, walk, place)));
  const order = walk.by.map((column) => `${column} ${direction}`).join(", ");
  return data(`${arms.map(({ text }) => text).join(" UNION ALL ")} ORDER BY ${order} LIMIT ?`, ...arms.flatMap(({ params }) => params), limit);
}

/** The place of the event log and, for an order that no index serves, how much there is to sort. */
function besideStatement(ctx: SpaceCtx, filter: ListFilter, walk: Walk) {
  const seq = "(SELECT seq FROM event_counters WHERE org_id = ?) AS seq";
  if (walk.served) return data(`SELECT ${seq}, 0 AS matches`, ctx.org);
  const arms = filter.states.map((state) => arm("1", ctx.space.id, state, filter, walk, []));
  const counted = `(SELECT count(*) FROM (${arms.map(({ text }) => text).join(" UNION ALL ")} LIMIT ${MAX_SORTED + 1})) AS matches`;
  return data(`SELECT ${seq}, ${counted}`, ctx.org, ...arms.flatMap(({ params }) => params));
}

function arm(columns: string, space: number, state: "active" | "archived", filter: ListFilter, walk: Walk, place: readonly Sql[]): Sql {
  const [first, ...others] = filter.identities;
  const time = (column: string, since: number | undefined): Sql[] => (since === undefined ? [] : [{ text: `${column} >= ?`, params: [since] }]);
  const common = [...time("updated_at", filter.updatedSince), ...time("created_at", filter.createdSince), ...others.map(holds), ...place];
  const archived = state === "active" ? "archived_at IS NULL" : "archived_at IS NOT NULL";
  if (walk.index === "identity" && first) {
    const where = all([{ text: `c.${archived}`, params: [] }, ...common]);
    const holders = `(SELECT ${one(first.values) ? "" : "DISTINCT "}rid FROM contact_keys WHERE space_id = ? AND kind = ? AND ${among(first.values)})`;
    return {
      text: `SELECT ${qualified(columns)} FROM ${holders} k CROSS JOIN contacts c ON c.rid = k.rid WHERE ${where.text}`,
      params: [space, first.kind, ...bound(first.values), ...where.params],
    };
  }
  const where = all([{ text: "space_id = ?", params: [space] }, ...common]);
  const index = `contacts_${state === "active" ? "live" : "archived"}${walk.index}`;
  return { text: `SELECT ${columns} FROM contacts c INDEXED BY ${index} WHERE ${archived} AND ${where.text}`, params: where.params };
}

/** One value keeps the index's order; several are a set, of which a contact may hold more than one. */
const one = (values: readonly string[]): boolean => values.length === 1;
const among = (values: readonly string[]): string => (one(values) ? "value = ?" : "value IN (SELECT value FROM json_each(?))");
const bound = (values: readonly string[]): Param[] => (one(values) ? [values[0] ?? ""] : [JSON.stringify(values)]);

const holds = ({ kind, values }: { kind: string; values: readonly string[] }): Sql => ({
  text: `EXISTS (SELECT 1 FROM contact_keys o WHERE o.rid = c.rid AND o.kind = ? AND o.value IN (SELECT value FROM json_each(?)))`,
  params: [kind, JSON.stringify(values)],
});

const qualified = (columns: string): string => (columns === "1" ? "1" : columns.replaceAll(/\b\w+\b/g, (column) => (column === "rid" ? "k.rid AS rid" : `c.${column} AS ${column}`)));

/**
 * What comes after a place, as index ranges: the rest of its ties, then what lies beyond. As one row-value comparison
 * the index would serve the first column only, and each page of a long tie would read the whole tie.
 */
function placesAfter(walk: Walk, after: readonly Key[], descending: boolean): Sql[][] {
  const beyond = descending ? "<" : ">";
  const [first, second] = walk.by.map((name) => (walk.index === "identity" ? (name === "rid" ? "k.rid" : `c.${name}`) : name));
  const [at = "", tie = ""] = after;
  const further: Sql[] = [{ text: `${first} ${beyond} ?`, params: [at] }];
  if (second === undefined) return [further];
  return [[{ text: `${first} = ? AND ${second} ${beyond} ?`, params: [at, tie] }], further];
}

const typeOf = (column: Walk["by"][number]) => (column === "last_name_key" ? "string" : "number");
const keysOf = (row: ContactRow, walk: Walk): Key[] => walk.by.map((column) => row[column]);

/** Where the feed stood when the list was begun: the control log by time, the data log by number. */
const eventsCursor = (seq: number, now: number): string => encodeCursor("events", [now, seq]);

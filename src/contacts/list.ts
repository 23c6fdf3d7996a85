// Lists: every promised filter and sort is a keyset walk along one index; what no index serves is sorted over a
// bounded set, or refused with the reason.
import { encodeCursor, decodeCursor, questionOf, type Key } from "../platform/page";
import type { SpaceCtx } from "../platform/context";
import type { Reply } from "../platform/endpoint";
import { JsonText } from "../platform/json";
import { memo } from "../platform/memo";
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
  const events = after === null ? `,"events_cursor":"${eventsCursor(meta?.seq ?? 0, ctx.trueNow)}"` : "";
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

/** All that decides on the text of a list's SQL; its values are bound apart, so a text serves every list of its form. */
interface Form {
  readonly states: ListFilter["states"];
  /** Kinds, and whether each is one value or a set. */
  readonly identities: readonly (readonly [kind: Identity["kind"], one: boolean])[];
  readonly updatedSince: boolean;
  readonly createdSince: boolean;
  readonly walk: Walk;
  readonly further: boolean;
  readonly descending: boolean;
}

function rowsStatement(space: number, filter: ListFilter, walk: Walk, after: readonly Key[] | null, descending: boolean, limit: number) {
  const text = rowsText(JSON.stringify(formOf(filter, walk, after !== null, descending)));
  const places: (readonly Param[])[] = after === null ? [[]] : walk.by.length === 1 ? [after.slice(0, 1)] : [after.slice(0, 2), after.slice(0, 1)];
  const params = filter.states.flatMap(() => places.flatMap((place) => [...paramsOf(space, filter, walk), ...place]));
  return data(text, ...params, limit);
}

const formOf = ({ states, identities, updatedSince, createdSince }: ListFilter, walk: Walk, further: boolean, descending: boolean): Form => ({
  states,
  identities: identities.map(({ kind, values }) => [kind, values.length === 1]),
  updatedSince: updatedSince !== undefined,
  createdSince: createdSince !== undefined,
  walk,
  further,
  descending,
});

const rowsText = memo(500, (json) => {
  const form: Form = JSON.parse(json);
  const places = form.further ? placesAfter(form) : [null];
  const arms = form.states.flatMap((state) => places.map((place) => arm(COLUMNS, state, form, place)));
  return `${arms.join(" UNION ALL ")} ORDER BY ${form.walk.by.map((column) => `${column} ${form.descending ? "DESC" : "ASC"}`).join(", ")} LIMIT ?`;
});

/** The place of the event log and, for an order that no index serves, how much there is to sort. */
function besideStatement(ctx: SpaceCtx, filter: ListFilter, walk: Walk) {
  const seq = "(SELECT seq FROM event_counters WHERE org_id = ?) AS seq";
  if (walk.served) return data(`SELECT ${seq}, 0 AS matches`, ctx.org);
  const arms = filter.states.map((state) => arm("1", state, formOf(filter, walk, false, false), null));
  const counted = `(SELECT count(*) FROM (${arms.join(" UNION ALL ")} LIMIT ${MAX_SORTED + 1})) AS matches`;
  return data(`SELECT ${seq}, ${counted}`, ctx.org, ...filter.states.flatMap(() => paramsOf(ctx.space.id, filter, walk)));
}

/** The walk of one state; its values are those of `paramsOf`, then those of the place. */
function arm(columns: string, state: "active" | "archived", { identities, updatedSince, createdSince, walk }: Form, place: string | null): string {
  const [first, ...others] = identities;
  const byIdentity = walk.index === "identity" && first !== undefined;
  const archived = state === "active" ? "archived_at IS NULL" : "archived_at IS NOT NULL";
  const where = [
    byIdentity ? `c.${archived}` : `${archived} AND space_id = ?`,
    ...(updatedSince ? ["updated_at >= ?"] : []),
    ...(createdSince ? ["created_at >= ?"] : []),
    ...others.map(() => HOLDS),
    ...(place === null ? [] : [place]),
  ].join(" AND ");
  if (!byIdentity) return `SELECT ${columns} FROM contacts c INDEXED BY contacts_${state === "active" ? "live" : "archived"}${walk.index} WHERE ${where}`;
  // One value keeps the index's order; several are a set, of which a contact may hold more than one.
  const [, one] = first;
  const holders = `(SELECT ${one ? "" : "DISTINCT "}rid FROM contact_keys WHERE space_id = ? AND kind = ? AND ${one ? "value = ?" : "value IN (SELECT value FROM json_each(?))"})`;
  return `SELECT ${qualified(columns)} FROM ${holders} k CROSS JOIN contacts c ON c.rid = k.rid WHERE ${where}`;
}

const HOLDS = "EXISTS (SELECT 1 FROM contact_keys o WHERE o.rid = c.rid AND o.kind = ? AND o.value IN (SELECT value FROM json_each(?)))";

function paramsOf(space: number, { identities, updatedSince, createdSince }: ListFilter, walk: Walk): Param[] {
  const [first, ...others] = identities;
  const own = walk.index === "identity" && first ? [first.kind, first.values.length === 1 ? (first.values[0] ?? "") : JSON.stringify(first.values)] : [];
  const since = [updatedSince, createdSince].filter((time) => time !== undefined);
  return [space, ...own, ...since, ...others.flatMap(({ kind, values }) => [kind, JSON.stringify(values)])];
}

const qualified = (columns: string): string => (columns === "1" ? "1" : columns.replaceAll(/\b\w+\b/g, (column) => (column === "rid" ? "k.rid AS rid" : `c.${column} AS ${column}`)));

/**
 * What comes after a place, as index ranges: the rest of its ties, then what lies beyond. As one row-value comparison
 * the index would serve the first column only, and each page of a long tie would read the whole tie.
 */
function placesAfter({ walk, descending }: Form): string[] {
  const beyond = descending ? "<" : ">";
  const [first, second] = walk.by.map((name) => (walk.index === "identity" ? (name === "rid" ? "k.rid" : `c.${name}`) : name));
  const further = `${first} ${beyond} ?`;
  return second === undefined ? [further] : [`${first} = ? AND ${second} ${beyond} ?`, further];
}

const typeOf = (column: Walk["by"][number]) => (column === "last_name_key" ? "string" : "number");
const keysOf = (row: ContactRow, walk: Walk): Key[] => walk.by.map((column) => row[column]);

/** Where the feed stood when the list was begun: the control log by time, the data log by number. */
const eventsCursor = (seq: number, now: number): string => encodeCursor("events", [now, seq]);

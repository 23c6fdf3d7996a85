// Lists and searches: one page of what a filter and a text ask for, in one round trip, as of one moment: it sees every
// write that was answered before.
import { judged, type Registry } from "../../fields/registry";
import type { DataCtx, SpaceCtx } from "../../platform/context";
import type { Reply } from "../../platform/endpoint";
import { JsonText } from "../../platform/json";
import { decodeCursor, encodeCursor, questionOf, type Key } from "../../platform/page";
import type { Fault, Problem } from "../../platform/problem";
import { busy } from "../../platform/problems";
import { data, type Statement } from "../../platform/sql";
import { shaped, type Shape } from "../render";
import { sortTooBroad } from "../schema";
import type { ContactRow } from "../store";
import { countOf, horizonOf, rowsOf, sortedRows } from "./arms";
import { counted, countsOf, type Count } from "./count";
import { groupsOf, type Group, type Sought } from "./groups";
import { inCreationOrder, planOf, type SearchPlan, type Sort } from "./plan";
import type { Arm, Order, Walk } from "./walks";

export interface Query {
  readonly sought: Sought;
  readonly sort: Sort | undefined;
  readonly limit: number;
  readonly cursor: string | undefined;
  readonly shape: Shape;
  readonly count?: boolean | undefined;
}

/** Contacts that a call looks at where no index says which ones match. */
export const LOOKED_AT = 20_000;
const MAX_SORTED = 10_000;
/** Matches that are sorted where nobody asked for a sort. */
const FEW = 1_000;
const mostOf = ({ otherwise }: SearchPlan): number => (otherwise === null ? MAX_SORTED : FEW);
const MAX_ROUNDS = 3;

type Row = ContactRow & { sort_value?: Key };
interface Beside {
  seq: number | null;
  revision: number | null;
  matches: number;
}

/** A page as JSON text; the first one bears `events_cursor`, taken in the same read. `refused`: how the filter's faults are told. */
export async function search(ctx: SpaceCtx, query: Query, refused: (faults: readonly Fault[]) => Problem): Promise<Reply<never>> {
  const ownOnly = !query.sought.filter?.any.some(({ all }) => all.some(({ field }) => field.startsWith("custom.")));
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const { groups, revision } = await (ownOnly ? groupsIn(ctx, query, NO_FIELDS, refused) : judged(ctx, round > 0, (registry) => groupsIn(ctx, query, registry, refused)));
    const page = await pageOf(ctx, query, groups, revision, planOf(groups, query.sort));
    if (page) return page;
  }
  throw busy("The fields of this space are changing too fast.", {}, { "Retry-After": "1" });
}

/** For what asks for no field of the space's own. */
const NO_FIELDS: Registry = { revision: -1, fields: new Map() };

/** Throws what `refused` makes of the filter's faults. */
export function groupsIn(ctx: DataCtx, { sought }: Pick<Query, "sought">, { fields, revision }: Registry, refused: (faults: readonly Fault[]) => Problem): { groups: readonly Group[]; revision: number } {
  const groups = groupsOf(sought, { fields, country: ctx.space.defaultCountry, now: ctx.now });
  if (isFaults(groups)) throw refused(groups);
  return { groups, revision };
}
const isFaults = (groups: readonly Group[] | Fault[]): groups is Fault[] => groups[0] !== undefined && "code" in groups[0];

/** Null: the fields are of another revision than was known. */
async function pageOf(ctx: SpaceCtx, query: Query, groups: readonly Group[], revision: number, plan: SearchPlan): Promise<Reply<never> | null> {
  const { limit, cursor, sort } = query;
  const question = questionOf([ctx.space.id, query.sought, sort ?? null]);
  const after = cursor === undefined ? null : decodeCursor(cursor, question, keyTypes(plan));
  const walk: Walk = { space: ctx.space.id, order: plan.order, descending: plan.descending, after };
  const looked = Math.floor(LOOKED_AT / Math.max(1, plan.arms.length));
  const reads = plan.arms.map((arm) => (plan.sorted ? sortedRows(arm, walk, mostOf(plan) + 1, limit + 1) : rowsOf(arm, walk, arm.rest.length === 0 ? limit + 1 : looked, limit + 1)));
  const counts = query.count && after === null ? countsOf(ctx.space.id, groups) : [];
  const [found, [beside]] = await ctx.db.data.together<Row, Beside>([...reads, ...counts], besideOf(ctx, plan, walk));
  if (revision >= 0 && (beside?.revision ?? 0) !== revision) return null;
  if (plan.sorted && (beside?.matches ?? 0) > mostOf(plan)) {
    if (plan.otherwise !== null) return pageOf(ctx, query, groups, revision, plan.otherwise);
    throw sortTooBroad(`Over ${MAX_SORTED} contacts would have to be sorted by ${plan.order === "rid" ? "id" : plan.order}.`, { limit: MAX_SORTED, matches: beside?.matches });
  }
  const first = { rows: found.slice(0, reads.length), seq: beside?.seq ?? null };
  const { rows, horizon } = plan.sorted ? { rows: first.rows, horizon: null } : await withHorizon(ctx, { plan, walk, reads, looked, limit }, first);
  const merged = inOrder(rows, walk).filter((row) => horizon === null || compare(keysOf(row, plan.order), horizon, walk) <= 0);
  const page = merged.slice(0, limit);
  const last = page.at(-1);
  const place = merged.length > limit && last ? keysOf(last, plan.order) : horizon;
  const next = place === null ? "null" : JSON.stringify(encodeCursor(question, place));
  const events = after === null ? `,"events_cursor":"${encodeCursor("events", [ctx.trueNow, beside?.seq ?? 0])}"` : "";
  const total: Count | null = query.count && after === null ? counted(found.slice(reads.length)) : null;
  return {
    status: 200,
    body: new JsonText(
      `{"data":[${page.map((row) => shaped(row, query.shape)).join(",")}],"page":{"next_cursor":${next},"limit":${limit}}${total === null ? "" : `,"count":${JSON.stringify(total)}`}${events}}`,
    ),
  };
}

/** Contacts of a walk in the order of creation, from behind `after` on. */
export interface Next {
  readonly rows: readonly ContactRow[];
  /** Up to where all were looked at. */
  readonly after: number;
  readonly done: boolean;
}

/** The next `limit` contacts that a filter finds, whatever leads, in the order of creation: fewer where none of many matches. */
export async function following(ctx: DataCtx, groups: readonly Group[], after: number, limit: number): Promise<Next> {
  const arms = inCreationOrder(groups);
  const walk: Walk = { space: ctx.space.id, order: "rid", descending: false, after: [after] };
  const looked = Math.floor(LOOKED_AT / Math.max(1, arms.length));
  const reads = arms.map((arm) => rowsOf(arm, walk, arm.rest.length === 0 ? limit + 1 : looked, limit + 1));
  // As of one moment, so that nothing that is written meanwhile is passed over.
  const ends = arms.filter(({ rest }) => rest.length > 0).map((arm) => horizonOf(arm, walk, looked));
  const [both] = await ctx.db.data.together<End, object>([...reads, ...ends], data("SELECT 1 AS one"));
  const [found, horizon] = [both.slice(0, reads.length), nearest(both.slice(reads.length), walk)];
  const merged = inOrder(found, walk).filter((row) => horizon === null || row.rid <= Number(horizon[0]));
  const rows = merged.slice(0, limit);
  const full = merged.length > limit;
  return { rows, after: full ? (rows.at(-1)?.rid ?? after) : Number(horizon?.[0] ?? rows.at(-1)?.rid ?? after), done: !full && horizon === null };
}

/** How many contacts a filter finds, as far as a bounded look tells. */
export async function countNow(ctx: DataCtx, groups: readonly Group[]): Promise<Count> {
  const [counts] = await ctx.db.data.together<object, object>(countsOf(ctx.space.id, groups), data("SELECT 1 AS one"));
  return counted(counts);
}

/** How many contacts a filter finds, counted to the end. */
export async function countAll(ctx: DataCtx, groups: readonly Group[]): Promise<number> {
  const [counts] = await ctx.db.data.together<object, object>(countsOf(ctx.space.id, groups, MANY), data("SELECT 1 AS one"));
  return counted(counts, MANY).value;
}
const MANY = 5_000_000;

/** The place of the event log, the revision of the fields and, where matches have to be sorted, how many there are. */
function besideOf(ctx: SpaceCtx, plan: SearchPlan, walk: Walk): Statement<"data"> {
  const first = "SELECT (SELECT seq FROM event_counters WHERE org_id = ?) AS seq, (SELECT revision FROM spaces WHERE space_id = ?) AS revision";
  if (!plan.sorted) return data(`${first}, 0 AS matches`, ctx.org, ctx.space.id);
  const all = plan.arms.map((arm) => countOf({ ...arm, rest: [] }, walk, mostOf(plan) + 1, mostOf(plan) + 1));
  return data(`${first}, ${all.map(({ sql }) => `(SELECT n FROM (${sql}))`).join(" + ")} AS matches`, ctx.org, ctx.space.id, ...all.flatMap(({ params }) => params));
}

interface Looked {
  readonly plan: SearchPlan;
  readonly walk: Walk;
  readonly reads: readonly Statement<"data">[];
  readonly looked: number;
  readonly limit: number;
}

/**
 * Up to where all arms have been looked at, when one of them stopped before its end. It is read after the rows; where
 * somebody has written meanwhile, both are read anew as of one moment, so that nothing between them is passed over.
 */
async function withHorizon(ctx: SpaceCtx, { plan, walk, reads, looked, limit }: Looked, { rows, seq }: { rows: Row[][]; seq: number | null }) {
  const short = plan.arms.filter((arm, i) => arm.rest.length > 0 && (rows[i]?.length ?? 0) <= limit);
  if (short.length === 0) return { rows, horizon: null };
  const endsOf = (arms: readonly Arm[]): Statement<"data">[] => arms.map((arm) => horizonOf(arm, walk, looked));
  const [ends, [now]] = await ctx.db.data.together<End, { seq: number | null }>(endsOf(short), data("SELECT (SELECT seq FROM event_counters WHERE org_id = ?) AS seq", ctx.org));
  if ((now?.seq ?? null) === seq) return { rows, horizon: nearest(ends, walk) };
  const [both] = await ctx.db.data.together<End, object>([...reads, ...endsOf(plan.arms.filter(({ rest }) => rest.length > 0))], data("SELECT 1 AS one"));
  return { rows: both.slice(0, reads.length), horizon: nearest(both.slice(reads.length), walk) };
}

type End = Row & { value?: Key };

function nearest(ends: readonly (readonly End[])[], walk: Walk): Key[] | null {
  const places = ends.flatMap(([end]) => (end && end.rid !== null ? [walk.order === "rid" ? [end.rid] : [walk.order === "value" ? (end.value ?? 0) : end[walk.order], end.rid]] : []));
  return places.toSorted((a, b) => compare(a, b, walk))[0] ?? null;
}

/** The rows of all arms in one order, each contact once. */
function inOrder(arms: readonly (readonly Row[])[], walk: Walk): readonly Row[] {
  if (arms.length === 1) return arms[0] ?? [];
  const all = new Map(arms.flat().map((row) => [row.rid, row]));
  return [...all.values()].toSorted((a, b) => compare(keysOf(a, walk.order), keysOf(b, walk.order), walk));
}

const keysOf = (row: Row, order: Order): Key[] => (order === "rid" ? [row.rid] : [order === "value" ? (row.sort_value ?? 0) : row[order], row.rid]);

function compare(a: readonly Key[], b: readonly Key[], { descending }: Pick<Walk, "descending">): number {
  const sign = descending ? -1 : 1;
  for (const [i, x] of a.entries()) {
    const y = b[i] ?? 0;
    if (x !== y) return sign * (typeof x === "number" && typeof y === "number" ? x - y : byCodePoints(String(x), String(y)));
  }
  return 0;
}

/** As SQLite compares texts: by their UTF-8. */
function byCodePoints(a: string, b: string): number {
  const [x, y] = [Array.from(a), Array.from(b)];
  for (const [i, char] of x.entries()) {
    if (y[i] === undefined) return 1;
    if (char !== y[i]) return (char.codePointAt(0) ?? 0) - (y[i].codePointAt(0) ?? 0);
  }
  return x.length - y.length;
}

/** Of a range the type of its bounds, else that of the column. */
function keyTypes({ order, arms }: SearchPlan): ("string" | "number")[] {
  if (order === "rid") return ["number"];
  const lead = arms[0]?.lead;
  const bound = order === "value" && lead?.by === "range" ? lead.bounds[0]?.value : order === "last_name_key" ? "" : 0;
  return [typeof bound === "string" ? "string" : "number", "number"];
}

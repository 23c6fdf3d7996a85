// Lists and searches: one page of what a filter and a text ask for, in one round trip, as of one moment: it sees every
// write that was answered before.
import { judged, type Registry } from "../../fields/registry";
import type { SpaceCtx } from "../../platform/context";
import type { Reply } from "../../platform/endpoint";
import { JsonText } from "../../platform/json";
import { decodeCursor, encodeCursor, questionOf } from "../../platform/page";
import type { Fault, Problem } from "../../platform/problem";
import { busy } from "../../platform/problems";
import { data, type Statement } from "../../platform/sql";
import { shaped, type Shape } from "../render";
import { sortTooBroad } from "../schema";
import { countOf } from "./arms";
import { counted, countsOf, LOOKED_AT } from "./count";
import { groupsIn, type Group, type Sought } from "./groups";
import { along, sorting, type Seen } from "./look";
import { keysOf, type End } from "./order";
import { planOf, type SearchPlan, type Sort } from "./plan";
import type { Walk } from "./walks";

export interface Query {
  readonly sought: Sought;
  readonly sort: Sort | undefined;
  readonly limit: number;
  readonly cursor: string | undefined;
  readonly shape: Shape;
  readonly count?: boolean | undefined;
}

const MAX_SORTED = 10_000;
/** Matches that are sorted where nobody asked for a sort. */
const FEW = 1_000;
const mostOf = ({ otherwise }: SearchPlan): number => (otherwise === null ? MAX_SORTED : FEW);
/** Contacts that a page looks at first, as a multiple of its own: most are full by then, or at their end. */
const GLANCE = 10;
const MAX_ROUNDS = 3;

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

/** Null: the fields are of another revision than was known. */
async function pageOf(ctx: SpaceCtx, query: Query, groups: readonly Group[], revision: number, plan: SearchPlan): Promise<Reply<never> | null> {
  const { limit, cursor, sort } = query;
  const question = questionOf([ctx.space.id, query.sought, sort ?? null]);
  const after = cursor === undefined ? null : decodeCursor(cursor, question, keyTypes(plan));
  const walk: Walk = { space: ctx.space.id, order: plan.order, descending: plan.descending, after };
  const counts = query.count && after === null ? countsOf(ctx.space.id, groups) : null;
  const { rows, horizon, beside, totals } = await looked(ctx, { plan, walk, limit, counts: counts ?? [] });
  if (revision >= 0 && (beside.revision ?? 0) !== revision) return null;
  if (beside.matches > mostOf(plan)) {
    if (plan.otherwise !== null) return pageOf(ctx, query, groups, revision, plan.otherwise);
    throw sortTooBroad(`Over ${MAX_SORTED} contacts would have to be sorted by ${plan.order === "rid" ? "id" : plan.order}.`, { limit: MAX_SORTED, matches: beside.matches });
  }
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  const place = rows.length > limit && last ? keysOf(last, plan.order) : horizon;
  const next = place === null ? "null" : JSON.stringify(encodeCursor(question, place));
  const events = after === null ? `,"events_cursor":"${encodeCursor("events", [ctx.trueNow, beside.seq ?? 0])}"` : "";
  const count = counts === null ? "" : `,"count":${JSON.stringify(counted(totals))}`;
  return { status: 200, body: new JsonText(`{"data":[${page.map((row) => shaped(row, query.shape)).join(",")}],"page":{"next_cursor":${next},"limit":${limit}}${count}${events}}`) };
}

interface Asked {
  readonly plan: SearchPlan;
  readonly walk: Walk;
  readonly limit: number;
  readonly counts: readonly Statement<"data">[];
}

/** A glance; where that neither fills the page nor comes to an end, as far as a call may look. */
async function looked(ctx: SpaceCtx, asked: Asked): Promise<Seen & { beside: Beside; totals: readonly (readonly object[])[] }> {
  const glance = await lookedAt(ctx, asked, GLANCE * (asked.limit + 1));
  if (glance.horizon === null || glance.rows.length > asked.limit) return glance;
  return { ...(await lookedAt(ctx, { ...asked, counts: [] }, LOOKED_AT)), totals: glance.totals };
}

async function lookedAt(ctx: SpaceCtx, { plan, walk, limit, counts }: Asked, most: number) {
  const look = plan.sorted ? sorting(plan.arms, walk, mostOf(plan) + 1, limit) : along(plan.arms, walk, most, limit);
  const [answers, [beside]] = await ctx.db.data.together<End, Beside>([...look.reads, ...counts], besideOf(ctx, plan, walk));
  return { ...look.seen(answers.slice(0, look.reads.length)), totals: answers.slice(look.reads.length), beside: beside ?? { seq: null, revision: null, matches: 0 } };
}

/** The place of the event log, the revision of the fields and, where matches have to be sorted, how many there are. */
function besideOf(ctx: SpaceCtx, plan: SearchPlan, walk: Walk): Statement<"data"> {
  const first = "SELECT (SELECT seq FROM event_counters WHERE org_id = ?) AS seq, (SELECT revision FROM spaces WHERE space_id = ?) AS revision";
  if (!plan.sorted) return data(`${first}, 0 AS matches`, ctx.org, ctx.space.id);
  const all = plan.arms.map((arm) => countOf({ ...arm, rest: [] }, walk, mostOf(plan) + 1, mostOf(plan) + 1));
  return data(`${first}, ${all.map(({ sql }) => `(SELECT n FROM (${sql}))`).join(" + ")} AS matches`, ctx.org, ctx.space.id, ...all.flatMap(({ params }) => params));
}

/** Of a range the type of its bounds, else that of the column. */
function keyTypes({ order, arms }: SearchPlan): ("string" | "number")[] {
  if (order === "rid") return ["number"];
  const lead = arms[0]?.lead;
  const bound = order === "value" && lead?.by === "range" ? lead.bounds[0]?.value : order === "last_name_key" ? "" : 0;
  return [typeof bound === "string" ? "string" : "number", "number"];
}

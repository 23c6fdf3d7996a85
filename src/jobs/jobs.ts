// Jobs: started beside whatever else a call changes, read, listed, paused, resumed, canceled. A stop is true when it is
// answered: the slice that is under way then finds its job stopped and takes no effect.
import { locationsSeen, missing } from "../orgs/reach";
import { commit, type Plan } from "../platform/commit";
import type { OrgCtx, SpaceCtx } from "../platform/context";
import type { Reply } from "../platform/endpoint";
import { newId } from "../platform/id";
import { decodeCursor, pageOfRows, questionOf, type PageAsked } from "../platform/page";
import { notFound } from "../platform/problems";
import { equals, look, oneOf } from "../platform/walk";
import type { Kind } from "./kind";
import { nudge, type JobRef } from "./nudge";
import { eventOf, jobOf, scopesOf } from "./render";
import { jobStateConflict, type Job, type State } from "./schema";
import * as store from "./store";

/** A job to be written with the rest of a plan, and what is to be nudged once that is committed. */
export interface Started {
  readonly plan: Plan<"data", Job>;
  readonly ref: JobRef;
}

/** Throws `insufficient_scope` (403) where the caller lacks what the kind needs. `total`: how many items, where known. */
export function planStart<Input>(ctx: SpaceCtx, kind: Kind<Input>, input: Input, total: number | null): Started {
  const { org, space, trueNow: now } = ctx;
  const row: store.WorkedRow = {
    id: newId("job", now), org_id: org, space_id: space.id, location_id: space.location, environment: space.environment, default_country: space.defaultCountry,
    kind: kind.name, state: "queued", actor: JSON.stringify(ctx.actor), scopes: kind.scopes(input).join(" "), request_id: ctx.requestId, input: JSON.stringify(input),
    cursor: null, counts: "{}", total, slices: 0, attempt: 0, stalls: 0, ahead: ctx.now - now, problem: null, version: 1, created_at: now, started_at: null, ended_at: null,
  };
  checkScopes(ctx, row);
  return {
    plan: {
      reply: { status: 202, headers: { Location: `/v1/jobs/${row.id}` }, body: jobOf(row) },
      writes: [store.insertJob(row)],
      events: [{ ...eventOf(row, "job.created", "queued", { total }), version: 1, changes: { state: { from: null, to: "queued" } } }],
    },
    ref: { org, job: row.id, attempt: 0 },
  };
}

/** What is done with the start of a job, in its transaction. */
export type Beside = Partial<Pick<Plan<"data", never>, "guards" | "writes" | "events">>;

/** Starts a job: 202 with its path. A nudge that gets lost is made up for by the sweep. */
export async function start<Input>(ctx: SpaceCtx, kind: Kind<Input>, input: Input, total: number | null, beside: (attempt: number) => Promise<Beside> = async () => ({})): Promise<Reply<Job>> {
  let nudged: JobRef = { org: ctx.org, job: "", attempt: 0 };
  const reply = await commit(ctx, ctx.db.data, async (attempt) => {
    const { guards = [], writes = [], events = [] } = await beside(attempt);
    const { plan, ref } = planStart(ctx, kind, input, total);
    nudged = ref;
    return { ...plan, guards, writes: [...plan.writes, ...writes], events: [...plan.events, ...events] };
  });
  if (!ctx.dryRun) ctx.defer(nudge(ctx.env, nudged));
  return reply;
}

export interface JobFilter {
  readonly kind?: string | undefined;
  readonly state?: readonly State[] | undefined;
  readonly location?: string | undefined;
}

/** A page of jobs within the caller's reach, newest first. Throws `not_found` (404). */
export async function list(ctx: OrgCtx, filter: JobFilter, { cursor, limit }: PageAsked) {
  const question = questionOf(["jobs", filter]);
  const after = cursor === undefined ? null : decodeCursor(cursor, question, ["string"]);
  const walk = {
    columns: store.COLUMNS,
    table: "jobs INDEXED BY jobs_of_org",
    along: equals("org_id", ctx.org),
    by: ["id"] as const,
    filters: [
      ...equals("environment", ctx.principal.environment),
      ...oneOf("location_id", await locationsSeen(ctx, filter.location)),
      ...equals("kind", filter.kind),
      ...oneOf("state", filter.state ?? null),
    ],
    after,
  };
  const { rows, end } = await look<"data", store.JobRow>(ctx.db.data, walk, limit + 1);
  return pageOfRows(question, limit, rows, ({ id }) => [id], (page): Job[] => page.map(jobOf), end);
}

export const read = async (ctx: OrgCtx, id: string): Promise<Reply<Job>> => ({ status: 200, body: jobOf(await find(ctx, id)) });

async function find(ctx: OrgCtx, id: string): Promise<store.WorkedRow> {
  const row = await store.readJob(ctx.db.data, { org: ctx.org, job: id });
  const locations = row && row.environment === ctx.principal.environment ? await locationsSeen(ctx, undefined) : [];
  const seen = row && (locations === null || (row.location_id !== null && locations.includes(row.location_id)));
  if (!seen) throw notFound("No such job.");
  return row;
}

/** An order to a job: the states that it is for, those in which it is carried out already, and where it leads. */
interface Order {
  readonly event: string;
  readonly from: readonly State[];
  readonly already: readonly State[];
  readonly to: State;
}
const ORDERS = {
  pause: { event: "job.paused", from: ["queued", "running"], already: ["paused"], to: "paused" },
  resume: { event: "job.resumed", from: ["paused"], already: ["queued", "running"], to: "queued" },
  cancel: { event: "job.canceled", from: ["queued", "running", "paused"], already: ["canceled"], to: "canceled" },
} satisfies Record<string, Order>;

/** Needs the scopes that the job needed. Throws `not_found` (404), `insufficient_scope` (403), `job_state_conflict` (409). */
export const order = (ctx: OrgCtx, id: string, name: keyof typeof ORDERS): Promise<Reply<Job>> => orderAs(ctx, id, name, async (body) => ({ status: 200, body }));

/** The same, answered in the words of what the job is for. */
export async function orderAs<Body>(ctx: OrgCtx, id: string, name: keyof typeof ORDERS, answered: (job: Job) => Promise<Reply<Body>>): Promise<Reply<Body>> {
  const { event, from, already, to }: Order = ORDERS[name];
  let resumed = 0;
  const reply = await commit(ctx, ctx.db.data, async (attempt): Promise<Plan<"data", Body>> => {
    const row = await find(ctx, id);
    checkScopes(ctx, row);
    resumed = 0;
    if (already.includes(row.state)) return { reply: await answered(jobOf(row)), writes: [], events: [] };
    if (!from.includes(row.state)) throw jobStateConflict(`The job is ${row.state}.`, { state: row.state });
    const ended = to === "canceled" ? ctx.trueNow : null;
    if (to === "queued") resumed = row.attempt + 1;
    return {
      reply: await answered(jobOf({ ...row, state: to, ended_at: ended, version: row.version + 1 })),
      // The counts that are answered are those at the stop; a job that gets on faster than it is read is stopped all the same.
      guards: [store.unchanged(row), ...(attempt < EXACT ? [store.gotAsFar(row)] : [])],
      writes: [store.setState(row, to, { ended }), ...(resumed > 0 ? [store.nextAttempt(row, 0, ctx.trueNow)] : [])],
      events: [eventOf(row, event, to)],
    };
  });
  if (resumed > 0) ctx.defer(nudge(ctx.env, { org: ctx.org, job: id, attempt: resumed }));
  return reply;
}

const EXACT = 3;

function checkScopes({ principal }: OrgCtx, row: store.JobRow): void {
  for (const scope of scopesOf(row)) {
    const refusal = missing(principal, scope);
    if (refusal) throw refusal;
  }
}

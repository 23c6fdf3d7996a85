// One slice of a job: planned by its kind, carried out in one batch with the mark that it was. Whatever dies, and however
// often it is tried, by however many drivers: each slice takes effect once, or not at all.
import type { Env } from "../env";
import { commit, type Plan } from "../platform/commit";
import { logFault } from "../platform/log";
import { Problem } from "../platform/problem";
import { busy, internal } from "../platform/problems";
import { databases, failureOf } from "../platform/sql";
import type { AnyKind, Slice, SliceCtx } from "./kind";
import { added, eventOf } from "./render";
import { ACTIVE, type State } from "./schema";
import * as store from "./store";

export interface Carried {
  /** Items that it was planned for. */
  readonly limit: number;
  /** ms that the database took for the last try. */
  readonly ms: number;
  /** Statements of all tries. */
  readonly statements: number;
}

/** Items of a slice, or why the next one is passed over. */
type Ask = { readonly limit: number } | { readonly why: Problem };

/** How often a slice is tried again while others change the same. */
const MAX_WAITS = 4;
const WAIT_MS = 50;

/**
 * Carries out the next slice of a job as it was read. What can't be is halved until the offender stands alone, and then
 * passed over and counted; where others were merely faster, after some more tries. A lost connection is nobody's offence:
 * thrown, for whoever drives.
 */
export async function carryOut(env: Env, kind: AnyKind, row: store.WorkedRow, first: number, now: number): Promise<Carried> {
  let statements = 0;
  const tried = async (ask: Ask, limit: number): Promise<Carried> => {
    const db = databases(env);
    try {
      await commitSlice({ ...ctxOf(row, now), db, env }, kind, row, ask);
    } finally {
      statements += db.meter.statements;
    }
    return { limit, ms: db.meter.ms, statements };
  };
  for (let limit = first, waits = 0; ; limit = Math.max(1, Math.floor(limit / 2))) {
    try {
      return await tried({ limit }, limit);
    } catch (error) {
      if (failureOf(error) === "lost") throw error;
      if (isBusy(error) && waits < MAX_WAITS) await scheduler.wait(WAIT_MS * (waits += 1));
      else if (limit <= 1) return tried({ why: whyOf(error, row) }, 1);
    }
  }
}

const isBusy = (error: unknown): boolean => error instanceof Problem && error.of === busy.type;

function whyOf(error: unknown, { id }: store.WorkedRow): Problem {
  if (error instanceof Problem) return error;
  logFault(error, id);
  return internal("Something failed in here.");
}

const NOTHING: Plan<"data", never> = { reply: { status: 200 }, writes: [], events: [] };

/** A slice that somebody else has done meanwhile, or that nobody wants any more, is left alone. */
async function commitSlice(ctx: SliceCtx, kind: AnyKind, read: store.WorkedRow, ask: Ask): Promise<void> {
  await commit(ctx, ctx.db.data, async (attempt): Promise<Plan<"data", never>> => {
    const row = attempt === 0 ? read : await store.readJob(ctx.db.data, { org: read.org_id, job: read.id });
    if (!row || !ACTIVE.has(row.state) || row.slices !== read.slices) return NOTHING;
    const slice = "why" in ask ? await kind.passOver(ctx, row, ask.why) : await kind.slice(ctx, row, ask.limit);
    return planOf(row, slice, ctx.trueNow);
  });
}

function planOf(row: store.WorkedRow, { plan, cursor, counts, done, total: known }: Slice<unknown>, now: number): Plan<"data", never> {
  const sum = added(JSON.parse(row.counts), counts);
  const end: State = (sum["failed"] ?? 0) > 0 ? "completed_with_errors" : "completed";
  const total = known ?? row.total;
  const as = cursor === null ? null : JSON.stringify(cursor);
  return {
    ...NOTHING,
    guards: [store.atSlice(row), ...(plan.guards ?? [])],
    writes: [...store.advance(row, { counts, sum, cursor: as, total }, now), ...plan.writes, ...(done ? [store.setState(row, end, { ended: now })] : [])],
    events: [...plan.events.map((event) => ({ ...event, cause: row.id })), ...(done ? [eventOf({ ...row, state: "running" }, "job.completed", end, { counts: sum, total })] : [])],
  };
}

/** On behalf of who started it, under the id of the call that did. */
function ctxOf(row: store.WorkedRow, now: number): Omit<SliceCtx, "db" | "env"> {
  const { org_id: org, space_id: id, location_id: location, environment, default_country: defaultCountry } = row;
  if (id === null || location === null || defaultCountry === null) throw new Error("a job of no space");
  return {
    org, now: now + row.ahead, trueNow: now,
    space: { id, location, environment, defaultCountry },
    actor: JSON.parse(row.actor),
    requestId: row.request_id,
    ip: null, dryRun: false, ifMatch: null, ifNoneMatch: null, idempotency: null,
  };
}

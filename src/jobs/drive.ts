// Drives a job for a while, slice by slice: reads where it stands, asks whether who started it still may, has the slice
// carried out, rests. It keeps nothing that is not in the job's row, so it may stop anywhere.
import type { Env } from "../env";
import { now as clock, SECOND } from "../platform/clock";
import { commit, systemCtx } from "../platform/commit";
import type { Actor, Environment } from "../platform/context";
import type { Problem } from "../platform/problem";
import { databases, type Databases } from "../platform/sql";
import type { AnyKind } from "./kind";
import type { JobRef } from "./nudge";
import { firstPace, paced, type Pace } from "./pace";
import { eventOf, scopesOf } from "./render";
import { ACTIVE, permissionWithdrawn } from "./schema";
import { carryOut } from "./slice";
import * as store from "./store";

/** Who started a job, and what they need for it. */
export interface Asker {
  readonly org: string;
  readonly actor: Actor;
  readonly scopes: readonly string[];
  readonly environment: Environment;
  readonly location: string | null;
}

/** What the drivers of jobs can't know by themselves: the kinds there are, and who may what at this moment. */
export interface House {
  readonly kinds: readonly AnyKind[];
  /** Whether they still may, by the databases and no cache. */
  may(db: Databases, asker: Asker, now: number): Promise<boolean>;
}

export interface Driven {
  /** Nothing is left for this driver: the job ended, was paused, or another drives it. */
  readonly ended: boolean;
  readonly statements: number;
}

const LONGEST_MS = 10 * SECOND;

/** For up to 10 seconds and about `most` statements; what began is finished. */
export async function drive(house: House, env: Env, ref: JobRef, most: number): Promise<Driven> {
  const started = clock();
  let pace: Pace | null = null;
  let statements = 0;
  while (statements < most && clock() - started < LONGEST_MS) {
    const [db, now] = [databases(env), clock()];
    const row = await store.readJob(db.data, ref);
    const readMs = db.meter.ms;
    if (!row || !ACTIVE.has(row.state) || row.attempt !== ref.attempt) return { ended: true, statements };
    const kind = kindOf(house, row);
    const allowed = await house.may(db, askerOf(row), now);
    statements += db.meter.statements;
    if (!allowed) {
      await fail(db, ref, permissionWithdrawn("Who started the job may no longer do what it does."), now);
      return { ended: true, statements };
    }
    pace ??= firstPace(kind.most);
    const carried = await carryOut(env, kind, row, pace.limit, now);
    statements += carried.statements;
    pace = paced(pace, kind.most, { limit: carried.limit, sliceMs: carried.ms, readMs });
    await scheduler.wait(pace.restMs);
  }
  return { ended: false, statements };
}

/** A version of the product that does not know the kind (yet, or any more) leaves the job to the sweep. */
function kindOf({ kinds }: House, row: store.WorkedRow): AnyKind {
  const kind = kinds.find(({ name }) => name === row.kind);
  if (!kind) throw new Error(`no kind of job ${row.kind}`);
  return kind;
}

const askerOf = (row: store.WorkedRow): Asker => ({
  org: row.org_id,
  actor: JSON.parse(row.actor),
  scopes: scopesOf(row),
  environment: row.environment,
  location: row.location_id,
});

/** Ends a job that can't go on, unless it has ended or was stopped meanwhile. */
export async function fail(db: Databases, ref: store.Named, { code, status, of, message: detail }: Problem, now: number): Promise<void> {
  await commit(systemCtx(ref.org, now), db.data, async () => {
    const row = await store.readJob(db.data, ref);
    if (!row || !ACTIVE.has(row.state)) return { reply: { status: 200 }, writes: [], events: [] };
    const problem = { code, status, title: of.title, detail };
    return {
      reply: { status: 200 },
      guards: [store.unchanged(row), store.gotAsFar(row)],
      writes: [store.setState(row, "failed", { problem: JSON.stringify(problem), ended: now })],
      events: [eventOf(row, "job.failed", "failed", { counts: JSON.parse(row.counts), total: row.total, problem: code })],
    };
  });
}

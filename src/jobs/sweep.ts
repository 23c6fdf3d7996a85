// Who goes on with a job when its driver is done for or dead: a new instance, under a new number. Finished slices are
// in D1, so it goes on where the last one got.
import type { Env } from "../env";
import { HOUR, MINUTE, now as clock, SECOND } from "../platform/clock";
import { commit, systemCtx } from "../platform/commit";
import { logFault } from "../platform/log";
import { databases, type Databases } from "../platform/sql";
import { fail } from "./drive";
import { nudge, type JobRef } from "./nudge";
import { ACTIVE, jobStalled } from "./schema";
import * as store from "./store";

/** No slice takes as long. */
const STILL_MS = 30 * SECOND;
/** Jobs that a run of each minute restarts. */
const FEW = 100;
const MAX_STALLS = HOUR / MINUTE;

/** Restarts the jobs that nobody works on. Each fails alone. Answers how many there were. */
export async function sweep(env: Env, db: Databases, now: number): Promise<number> {
  const still = await store.readStill(db.data, now - STILL_MS, FEW);
  for (const { id: job, org_id: org, attempt } of still) {
    try {
      await restart(env, { org, job, attempt }, now);
    } catch (error) {
      logFault(error, job);
    }
  }
  return still.length;
}

async function restart(env: Env, ref: JobRef, now: number): Promise<void> {
  const stalls = await raise(databases(env), ref, now, true);
  if (stalls === OVERTAKEN) return;
  if (stalls > MAX_STALLS) return fail(databases(env), ref, jobStalled(`Restarted ${MAX_STALLS} times without getting on.`), now);
  await nudge(env, { ...ref, attempt: ref.attempt + 1 });
}

/** From one instance to the next. Called again it starts the same one, not another. */
export async function handOver(env: Env, ref: JobRef): Promise<void> {
  if ((await raise(databases(env), ref, clock(), false)) !== OVERTAKEN) await nudge(env, { ...ref, attempt: ref.attempt + 1 });
}

const OVERTAKEN = -1;

/** Makes the attempt after this one the job's last. Answers how often it was restarted without getting on, or that it is no longer this one's to do. */
async function raise(db: Databases, ref: JobRef, now: number, stalled: boolean): Promise<number> {
  let stalls = OVERTAKEN;
  await commit(systemCtx(ref.org, now), db.data, async () => {
    const row = await store.readJob(db.data, ref);
    const ahead = row && ACTIVE.has(row.state) ? row.attempt - ref.attempt : OVERTAKEN;
    stalls = row && ahead === 1 ? row.stalls : OVERTAKEN;
    if (!row || ahead !== 0) return { reply: { status: 200 }, writes: [], events: [] };
    stalls = row.stalls + (stalled ? 1 : 0);
    return { reply: { status: 200 }, guards: [store.atAttempt(row)], writes: [store.nextAttempt(row, stalls, now)], events: [] };
  });
  return stalls;
}

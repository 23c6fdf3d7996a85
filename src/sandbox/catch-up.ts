// Upkeep of the keys of a sandbox that was put ahead: step by step through the instants at which something was due, so that
// a notice comes in its time and a deletion after it, as if somebody had waited.
import type { Env } from "../env";
import { dueAfter, readSettled, readWaiting, type Due } from "../keys/dues";
import { announceEnds, announceRetiring, expire, retire } from "../keys/ends";
import { expireIdle } from "../keys/expiry";
import { tell } from "../limits/switches";
import { HOUR, now } from "../platform/clock";
import { databases, type Databases } from "../platform/sql";

/** Steps of one invocation: each is ten to twenty statements, and those are bounded. The rest is the sweep's. */
const MAX_STEPS = 40;
/** Of one step. */
const MAX_SLICES = 8;
/** Organizations that one sweep looks at. */
const MAX_ORGS = 10;

interface Moment {
  readonly env: Env;
  readonly db: Databases;
  readonly at: number;
  readonly sandbox: { readonly org: string; readonly trueNow: number };
}

const KINDS: Record<keyof Due, (of: Moment) => Promise<void>> = {
  secrets: async ({ db, at, sandbox }) => {
    await whole(() => announceRetiring(db, at, sandbox));
    await whole(() => retire(db, at, sandbox));
  },
  ends: async ({ db, at, sandbox }) => {
    await whole(() => announceEnds(db, at, 7, sandbox));
    await whole(() => announceEnds(db, at, 1, sandbox));
    await whole(() => expire(db, at, sandbox));
  },
  idle: async ({ env, at, sandbox }) => {
    await expireIdle(env, at, sandbox);
  },
};
const NAMES = ["secrets", "ends", "idle"] as const;

async function whole(slice: () => Promise<number>): Promise<void> {
  for (let i = 0; i < MAX_SLICES && (await slice()) > 0; i += 1);
}

/**
 * Does what is due in an organization's sandbox up to its own now, as hourly upkeep would have. Every step may be done twice
 * and by two at once. Answers how many of the steps it may take are left: with 0 something may be left to do.
 */
export async function catchUp(env: Env, org: string, aheadMs: number, steps = MAX_STEPS): Promise<number> {
  const trueNow = now();
  const until = trueNow + aheadMs;
  const moment = (at: number): Moment => ({ env, db: databases(env), at, sandbox: { org, trueNow } });
  let [at, left] = [-1, steps];
  while (left > 0 && at < until) {
    // From an hour back: a key whose gate told D1 of a use in the midst of the last step is looked at again.
    const due = await dueAfter(databases(env).control, org, at - HOUR);
    const next = Math.min(...NAMES.map((name) => due[name] ?? Number.POSITIVE_INFINITY));
    if (next > until) break;
    at = Math.min(until, Math.max(Math.ceil(next / HOUR) * HOUR, at + HOUR));
    for (const name of NAMES) if ((due[name] ?? Number.POSITIVE_INFINITY) <= at) await KINDS[name](moment(at));
    left -= 1;
  }
  if (left > 0) for (const name of NAMES) await KINDS[name](moment(until));
  await tell(env, databases(env), { org });
  return left;
}

/** The sweep: some of the sandboxes ahead in which something is due, or may be announced within `withinMs`. */
export async function catchUpAll(env: Env, withinMs: number): Promise<void> {
  const failures: unknown[] = [];
  let left = MAX_STEPS;
  for (const { id, sandbox_ahead: ahead } of await readWaiting(databases(env).control, now(), withinMs, MAX_ORGS)) {
    if (left <= 0) break;
    left = await catchUp(env, id, ahead, left).catch((error: unknown) => {
      failures.push(error);
      return left - 1;
    });
  }
  if (failures.length > 0) throw failures[0];
}

/** Whether an organization's sandbox has caught up. */
export const hasCaughtUp = (db: Databases, org: string, trueNow: number): Promise<boolean> => readSettled(db.control, org, trueNow);

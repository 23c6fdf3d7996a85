// Making a change true for every gate it concerns: the rows written with the change are worked off here, at once
// by the request that made it and every minute by the sweep, until no gate is left that doesn't know.
import type { Env } from "../env";
import { Replay } from "../platform/commit";
import type { Idempotency } from "../platform/context";
import { Problem } from "../platform/problem";
import type { Databases } from "../platform/sql";
import { ask } from "./admit";
import { notYetEffective } from "./schema";
import { acknowledge, readPushes, type KeyFacts, type Waiting } from "./store";

const GROUP = 50;
const MAX_ROUNDS = 40;

/**
 * Carries out a change and answers only when every gate that it concerns knows (without `of`: all of the organization):
 * also when the change was made by an earlier request of which this one is the retry.
 */
export async function effectively<T>(
  ctx: { env: Env; db: Databases; org: string; dryRun: boolean; idempotency: Idempotency | null },
  change: () => Promise<T>,
  of: Waiting = { org: ctx.org },
): Promise<T> {
  try {
    const answer = await change();
    if (!ctx.dryRun) await makeEffective(ctx, of);
    return answer;
  } catch (error) {
    // A retry may be refused by what its first did to the state, and is then answered as that one.
    if (error instanceof Replay || (error instanceof Problem && ctx.idempotency)) await makeEffective(ctx, of);
    throw error;
  }
}

/** Throws `unavailable` (503) where a gate can't be told now: before a secret is made that a 503 afterwards would lose. */
export async function checkReachable(env: Env, key: string): Promise<void> {
  await ask(env, key, async (gate) => await gate.lastUse());
}

/** Tells these gates, as far as they wait. Throws `not_yet_effective` (503) when one could not be told. */
async function makeEffective({ env, db }: { env: Env; db: Databases }, of: Waiting): Promise<void> {
  const waiting = await tell(env, db, of);
  if (waiting > 0) {
    throw notYetEffective(`${waiting} ${waiting === 1 ? "key is" : "keys are"} still to be told.`, { waiting }, { "Retry-After": "60" });
  }
}

/** The sweep: tells all waiting gates of all organizations; answers how many are left. */
export const sweep = (env: Env, db: Databases): Promise<number> => tell(env, db, null);

/** Tells the gates that wait, of these; answers how many could not be told. */
export async function tell(env: Env, db: Databases, of: Waiting): Promise<number> {
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const waiting = await readPushes(db.control, of);
    if (waiting.length === 0) return 0;
    const taken: KeyFacts[] = [];
    for (let i = 0; i < waiting.length; i += GROUP) {
      const group = waiting.slice(i, i + GROUP);
      const told = await Promise.allSettled(group.map((facts) => ask(env, facts.key, async (gate) => await gate.adopt(facts))));
      taken.push(...group.filter((_, n) => told[n]?.status === "fulfilled"));
    }
    if (taken.length > 0) await db.control.batch([acknowledge(taken)]);
    if (taken.length < waiting.length) return waiting.length - taken.length;
  }
  return (await readPushes(db.control, of)).length;
}

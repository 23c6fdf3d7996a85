// After the answer a gate is told how it went: with the key's next question where one comes soon, so that a busy key
// costs its gate one call per request; at once where leases are scarce; else by itself after a moment.
import type { Env } from "../env";
import type { Demand, Io, Outcome } from "../platform/access";
import type { Permit, Principal } from "../platform/context";
import { gateOf } from "./stub";
import type { Settlement } from "./gate";

/** Answered requests, by key, that their gates have yet to hear of. */
const untold = new Map<string, Settlement[]>();
/** Keys for which some request is waiting to tell what no question took along. */
const waiting = new Set<string>();
const WAIT_MS = 50;

/** What the next question takes along. */
export function takeUntold(key: string): readonly Settlement[] {
  const taken = untold.get(key);
  if (!taken) return [];
  untold.delete(key);
  return taken;
}

/** Gives the lease back and lists the call. */
export async function settle(principal: Principal, permit: Permit, demand: Demand, outcome: Outcome, io: Io): Promise<void> {
  const key = principal.id;
  const { operation, route } = demand;
  const activity = { at: io.now, operation, route, environment: principal.environment, requestId: io.requestId, ip: io.ip, ...outcome };
  const known = untold.get(key);
  if (known) known.push({ lease: permit.lease, activity });
  else untold.set(key, [{ lease: permit.lease, activity }]);
  if (permit.scarce) return tell(io.env, key);
  if (waiting.has(key)) return;
  waiting.add(key);
  await scheduler.wait(WAIT_MS);
  waiting.delete(key);
  await tell(io.env, key);
}

async function tell(env: Env, key: string): Promise<void> {
  const left = takeUntold(key);
  if (left.length > 0) await gateOf(env, key).settle(left);
}

// The caller's side of the gate: one call per request, and none while an answer of it still holds.
import type { Env } from "../env";
import type { Admission, Demand, Io } from "../platform/access";
import { now, SECOND } from "../platform/clock";
import type { Principal } from "../platform/context";
import type { Problem } from "../platform/problem";
import { unavailable } from "../platform/problems";
import type { Glance, Word } from "./gate";
import { rateLimited, tooManyInFlight } from "./schema";
import { takeUntold } from "./settle";
import { gateOf, type GateStub } from "./stub";

/** "Refused until t": what a gate said of a flood holds in this isolate until a token can be there, at most 1 s. */
interface Closed {
  readonly until: number;
  readonly problem: Problem;
  refused: number;
}
const closed = new Map<string, Closed>();
const MAX_CLOSED = 10_000;
const CLOSED_MS = SECOND;

/** The refusal of this principal's gate that still holds, counted; known before anything is asked or read. */
export function shut({ id }: Principal): Problem | null {
  const still = closed.get(id);
  if (!still) return null;
  if (now() < still.until) {
    still.refused += 1;
    return still.problem;
  }
  closed.delete(id);
  return null;
}

/** Asks the gate of this principal's key. Throws `unavailable` (503) when it can't be reached: closed, never silently open. */
export async function admit(principal: Principal, demand: Demand, io: Io): Promise<Admission> {
  const key = principal.id;
  const question = { epoch: principal.epoch, cost: demand.cost, operation: demand.operation, ip: io.ip, secret: principal.key ? principal.secret.digest : null, retiring: principal.key !== null && principal.secret.state === "previous" };
  // Taken along by the try that carries it: a gate that failed has lost its leases anyway.
  const word = await ask(io.env, key, async (gate): Promise<Word> => await gate.admit({ ...question, settled: takeUntold(key) }));
  if (word.kind === "admitted") return { kind: "admitted", permit: { lease: word.lease, scarce: word.scarce, headers: word.headers } };
  if (word.kind === "limited") return { kind: "refused", problem: refuse(word, key, demand, io) };
  // The gate knows of an end that this principal does not: D1 has the reason.
  return { kind: "stale" };
}

const MAX_TRIES = 2;

/**
 * One new try with a fresh stub where that may help, never against an overload. No deadline: a gate waits for nothing but
 * D1, which ends by itself, and a timer for each request would cost more than the rest of the question. Throws `unavailable` (503).
 */
export async function ask<T>(env: Env, key: string, call: (gate: GateStub) => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await call(gateOf(env, key));
    } catch (error) {
      if (tries >= MAX_TRIES || !isRetryable(error)) throw unreachable();
    }
  }
}

const unreachable = () => unavailable("The gate of this key could not be reached.", {}, { "Retry-After": "1" });

const isRetryable = (error: unknown): boolean =>
  error instanceof Error && "retryable" in error && error.retryable === true && !("overloaded" in error && error.overloaded === true);

function refuse(word: Word & { kind: "limited" }, key: string, demand: Demand, io: Io): Problem {
  const byRate = word.violated.some((name) => name !== "inflight");
  const seconds = byRate ? Math.max(1, Math.ceil(word.retryMs / SECOND)) : 1;
  const headers = { ...word.headers, "Retry-After": String(seconds), Link: `<${io.origin}/errors/rate_limited>; rel="help"` };
  const extras = { "violated-policies": word.violated };
  if (!byRate) return tooManyInFlight("As many requests of this key as its plan allows are being answered.", extras, headers);
  const problem = rateLimited(`No token left in: ${word.violated.join(", ")}. The next one comes in ${seconds} s.`, extras, headers);
  if (word.retryMs > 0 && closed.size < MAX_CLOSED) close(key, problem, Math.min(CLOSED_MS, word.retryMs), demand, io);
  return problem;
}

/** The isolate's own refusals are told to the gate when the time is over. */
function close(key: string, problem: Problem, ms: number, demand: Demand, io: Io): void {
  const state: Closed = { until: now() + ms, problem, refused: 0 };
  closed.set(key, state);
  io.defer(
    scheduler.wait(ms).then(async () => {
      if (closed.get(key) === state) closed.delete(key);
      if (state.refused > 0) await gateOf(io.env, key).countRefusals(demand.operation, state.refused);
    }),
  );
}

/** What is left to a key, without taking anything. Null: the principal is stale, or its key has ended. */
export const peek = (env: Env, principal: Principal): Promise<Glance | null> =>
  ask(env, principal.id, async (gate): Promise<Glance | null> => await gate.peek(principal.epoch));

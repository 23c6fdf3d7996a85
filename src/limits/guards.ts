// What is guarded against guessing and floods, and the caller's side of it: one call, and none while a refusal holds.
import type { Env } from "../env";
import { HOUR, MINUTE, now, SECOND } from "../platform/clock";
import { within } from "../platform/deadline";
import { problem, type Problem } from "../platform/problem";
import { unavailable } from "../platform/problems";
import { sha256 } from "../platform/secret";
import type { Bucket } from "./bucket";

/** Who can be many (an address) is let try more often than what is tried (an account at an address). */
export const GUARDS = {
  /** Sign-ins of an address. */
  signIn: { capacity: 10, perPeriod: 1, periodMs: 6 * SECOND },
  /** Sign-ins of an address to one account. */
  signInTo: { capacity: 5, perPeriod: 1, periodMs: MINUTE },
  /** Sign-ins to an account from anywhere: so many that nobody is locked out by one who only knows the address. */
  account: { capacity: 100, perPeriod: 100, periodMs: HOUR },
  /** Sign-ins to an account from a browser in which its password was given before: not used up by others. */
  knownBrowser: { capacity: 5, perPeriod: 1, periodMs: MINUTE },
  /** Codes and passwords that an account is asked for beyond the first sign-in. */
  secondFactor: { capacity: 5, perPeriod: 1, periodMs: MINUTE },
  passwordAgain: { capacity: 5, perPeriod: 1, periodMs: MINUTE },
  /** A code of an authenticator is looked at once while it can be valid (RFC 6238, 5.2). */
  code: { capacity: 1, perPeriod: 1, periodMs: 2 * MINUTE },
  /** Ceremonies with passkeys of an address. */
  passkey: { capacity: 30, perPeriod: 1, periodMs: 2 * SECOND },
  /** New accounts of an address. */
  signUp: { capacity: 10, perPeriod: 10, periodMs: HOUR },
  /** What somebody who signed in does outside of any organization. */
  person: { capacity: 60, perPeriod: 1, periodMs: SECOND },
  /** Sessions that an address comes with and that don't hold. */
  session: { capacity: 60, perPeriod: 1, periodMs: SECOND },
  /** One-time tokens of keys that an address claims. */
  claims: { capacity: 20, perPeriod: 1, periodMs: 10 * SECOND },
  /** Reports of leaked keys of an address. */
  leaks: { capacity: 60, perPeriod: 60, periodMs: HOUR },
} as const satisfies Record<string, Bucket>;
export type GuardName = keyof typeof GUARDS;

export const tooManyAttempts = problem({
  code: "too_many_attempts",
  status: 429,
  title: "Too many attempts",
  cause: "So many attempts came from this address, or concerned this account, that the next one is not looked at yet.",
  cure: "Wait `Retry-After` seconds.",
});

/** What a guard refused holds in this isolate without asking it again, at most 10 s. */
const refused = new Map<string, { readonly until: number; readonly retryAt: number }>();
const REFUSED_MS = 10 * SECOND;
const MAX_REFUSED = 10_000;
const DEADLINE_MS = 2 * SECOND;

/** Throws what a guard refused here a moment ago, without asking it: before work that only a refusal will be taken for. */
export function stillRefused(what: GuardName, subject: string): void {
  const before = refused.get(`${what}:${sha256(subject)}`);
  if (before && now() < before.until) throw tooMany(before.retryAt - now());
}

/**
 * Takes a token of `what` for this subject (an address by `addressOf`, an account, both). Throws `too_many_attempts` (429),
 * and `unavailable` (503) when the guard can't be reached: closed, never silently open.
 */
export async function guard(env: Env, what: GuardName, subject: string): Promise<void> {
  // Hashed: what is an e-mail address here is none in the name of an object.
  const name = `${what}:${sha256(subject)}`;
  const before = refused.get(name);
  const at = now();
  if (before && at < before.until) throw tooMany(before.retryAt - at);
  refused.delete(name);
  const waitMs = await within(DEADLINE_MS, ask(env, name, what)).catch(() => {
    throw unavailable("What guards this could not be reached.", {}, { "Retry-After": "1" });
  });
  if (waitMs === 0) return;
  if (refused.size >= MAX_REFUSED) refused.clear();
  refused.set(name, { until: at + Math.min(REFUSED_MS, waitMs), retryAt: at + waitMs });
  throw tooMany(waitMs);
}

const ask = async (env: Env, name: string, what: GuardName): Promise<number> => env.GUARD.getByName(name).take(GUARDS[what]);

function tooMany(waitMs: number): Problem {
  const seconds = Math.max(1, Math.ceil(waitMs / SECOND));
  return tooManyAttempts(`The next attempt is looked at in ${seconds} s.`, {}, { "Retry-After": String(seconds) });
}

// Token buckets as pure arithmetic in whole numbers: no rounding, so what passes is exact to the token.
//
// A level is kept in units of 1/periodMs of a token: each ms adds `perPeriod` units, a token costs `periodMs`.

export interface Bucket {
  /** Tokens that a rested bucket holds. */
  readonly capacity: number;
  /** Tokens that flow in per `periodMs`. */
  readonly perPeriod: number;
  readonly periodMs: number;
}

export interface Policy extends Bucket {
  readonly name: "hour" | "burst";
  /** The window that the RateLimit-Policy header tells, in seconds. */
  readonly windowSeconds: number;
}

/** Units at a time (ms). May be negative: a debt after a restart. */
export interface Level {
  readonly units: number;
  readonly at: number;
}

export const full = (policy: Bucket, at: number): Level => ({ units: policy.capacity * policy.periodMs, at });

/** The level at a later time. Time that goes backwards adds nothing. */
export function refilled(policy: Bucket, level: Level, at: number): Level {
  const elapsed = Math.max(0, at - level.at);
  const capacity = policy.capacity * policy.periodMs;
  // Far beyond what fills the bucket, the product could leave the whole numbers.
  const missing = capacity - level.units;
  const gained = elapsed >= missing / policy.perPeriod ? missing : elapsed * policy.perPeriod;
  return { units: level.units + Math.max(0, gained), at: Math.max(at, level.at) };
}

export const spent = (policy: Bucket, level: Level, tokens: number): Level => ({ units: level.units - tokens * policy.periodMs, at: level.at });

/** Whole tokens there, never below 0. */
export const tokensIn = (policy: Bucket, level: Level): number => Math.max(0, Math.floor(level.units / policy.periodMs));

/** ms until `tokens` are there. */
export function msUntil(policy: Bucket, level: Level, tokens: number): number {
  return Math.max(0, Math.ceil((tokens * policy.periodMs - level.units) / policy.perPeriod));
}

/** What was used stays used when the policy changes. */
export function reshaped(before: Policy, after: Policy, level: Level): Level {
  const used = (before.capacity * before.periodMs - level.units) / before.periodMs;
  return { units: Math.floor((after.capacity - used) * after.periodMs), at: level.at };
}

export interface Decision {
  readonly admitted: boolean;
  readonly levels: readonly Level[];
  /** Names of the policies that refuse. */
  readonly violated: readonly Policy["name"][];
  /** ms until all of them would admit; 0 when admitted. */
  readonly retryMs: number;
}

/** Takes `cost` tokens from every bucket, or from none. */
export function take(policies: readonly Policy[], levels: readonly Level[], at: number, cost: number): Decision {
  const now = policies.map((policy, i) => refilled(policy, levels[i] ?? full(policy, at), at));
  const short = policies.filter((policy, i) => (now[i]?.units ?? 0) < cost * policy.periodMs);
  if (short.length > 0) {
    const retryMs = Math.max(...policies.map((policy, i) => msUntil(policy, now[i] ?? full(policy, at), cost)));
    return { admitted: false, levels: now, violated: short.map(({ name }) => name), retryMs };
  }
  return { admitted: true, levels: policies.map((policy, i) => spent(policy, now[i] ?? full(policy, at), cost)), violated: [], retryMs: 0 };
}

/** The two rate policies of a key. */
export function policiesOf({ hour, second, burst }: { hour: number; second: number; burst: number }): readonly [Policy, Policy] {
  return [
    { name: "hour", capacity: hour, perPeriod: hour, periodMs: 3_600_000, windowSeconds: 3_600 },
    { name: "burst", capacity: burst, perPeriod: second, periodMs: 1_000, windowSeconds: Math.max(1, Math.ceil(burst / second)) },
  ];
}

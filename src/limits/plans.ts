// What a plan grants, as a table; a contract overrides it per organization or per key.
import * as z from "zod";

export const PLANS = ["standard", "professional", "enterprise"] as const;
export type Plan = (typeof PLANS)[number];

/** Quotas of a key. Units: requests per hour, per second, at once; keys per organization. */
export interface Limits {
  readonly hour: number;
  readonly second: number;
  readonly burst: number;
  readonly inflight: number;
  readonly keys: number;
}

const PRESETS: Record<Plan, Limits> = {
  standard: { hour: 1_000, second: 5, burst: 50, inflight: 5, keys: 25 },
  professional: { hour: 5_000, second: 25, burst: 250, inflight: 20, keys: 250 },
  // Where a contract says nothing, it is the professional plan.
  enterprise: { hour: 5_000, second: 25, burst: 250, inflight: 20, keys: 250 },
};

const quota = z.int().min(1).max(1_000_000);
/** What a contract, or an admin for one key, may override. */
export const overrides = z.strictObject({ hour: quota, second: quota, burst: quota, inflight: quota, keys: quota }).partial();
export type Overrides = z.output<typeof overrides>;

const parse = (json: string | null): Overrides => (json === null ? {} : overrides.parse(JSON.parse(json)));

/** The quotas of an organization's keys. Its contract is of the enterprise plan: who leaves that leaves its numbers. */
export const limitsOf = (plan: Plan, contract: string | null): Limits => ({ ...PRESETS[plan], ...(plan === "enterprise" ? parse(contract) : {}) });

/** The quotas of one key: its own contract stands for its organization's; what an admin sets only ever narrows that. */
export function limitsOfKey(ofOrg: Limits, contract: string | null, keyLimits: string | null, synchronous: boolean): Limits {
  const agreed = { ...ofOrg, ...parse(contract) };
  const own = parse(keyLimits);
  const least = (name: keyof Limits): number => Math.min(agreed[name], own[name] ?? agreed[name]);
  return {
    hour: least("hour"),
    second: least("second"),
    burst: least("burst"),
    inflight: synchronous ? 1 : least("inflight"),
    keys: ofOrg.keys,
  };
}

/** Of a member's sessions. No quota for the hour beyond what the rate gives. */
export const OF_MEMBERS: Limits = { hour: 25 * 3_600, second: 25, burst: 250, inflight: 20, keys: 0 };

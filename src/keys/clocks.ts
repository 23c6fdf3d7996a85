// Whose clock a run of upkeep goes by: the true one, or that of a sandbox which was put ahead. Each run sees the keys of its
// clock alone, so none is judged by another's.
import { systemCtx, type CommitCtx } from "../platform/commit";
import type { Param } from "../platform/sql";

/** The sandbox of an organization; null: all keys that go by the true time. */
export type Sandbox = { readonly org: string; readonly trueNow: number } | null;

interface Term {
  readonly sql: string;
  readonly params: readonly Param[];
}

/** The keys `k` of a clock. A live one is told by itself; of the others a set is asked that is read once. */
export const onClock = (sandbox: Sandbox): Term =>
  sandbox === null
    ? { sql: "(k.environment = 'live' OR k.org_id NOT IN (SELECT id FROM organizations WHERE sandbox_ahead > 0))", params: [] }
    : { sql: "k.org_id = ? AND k.environment = 'sandbox'", params: [sandbox.org] };

/** A table of living keys, by an index that holds no others than those of the clock where there is one. */
export const keysBy = (sandbox: Sandbox, index: string): string => `keys k INDEXED BY ${sandbox === null ? index : "keys_of_sandbox"}`;

/** The context of upkeep at `now` of this clock. */
export const upkeepCtx = (sandbox: Sandbox, now: number): CommitCtx => systemCtx("", now, sandbox?.trueNow ?? now);

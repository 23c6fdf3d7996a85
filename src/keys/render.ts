// From row to JSON: what the wire shows of a key, and what the log says.
import { limitsOf, limitsOfKey } from "../limits/plans";
import { rfc3339 } from "../platform/clock";
import { prefixOf } from "./format";
import { INACTIVE_MS } from "./idleness";
import type { Key } from "./schema";
import { effectiveScopes } from "./scopes";
import { ENDED, type KeyRow, type ListedKeyRow } from "./store";

/** What the log says of a key: never a secret, never a digest. */
export const logged = (row: KeyRow): Record<string, unknown> => ({
  name: row.name,
  kind: row.kind,
  environment: row.environment,
  location_ids: locationsOf(row),
  scopes: row.scopes.split(" "),
  status: row.status,
  owner: row.owner_id,
  integration: row.integration,
  limits: parsed(row.limits),
  synchronous: row.synchronous === 1,
  allowed_ips: parsed(row.allowed_ips),
});

const parsed = (json: string | null): unknown => (json === null ? null : JSON.parse(json));

const locationsOf = (row: KeyRow): string[] | null =>
  row.location_id !== null ? [row.location_id] : row.location_ids === null ? null : JSON.parse(row.location_ids);

const time = (ms: number | null): string | null => (ms === null ? null : rfc3339(ms));

/** A key that was never used counts from its claim or creation; one that was handed over anew, from that. */
const idleSince = (row: KeyRow): number => Math.max(row.last_used_at ?? 0, row.claimed_at ?? 0, row.created_at);

export interface SecretRow {
  last4: string;
  state: "current" | "previous";
  last_used_at: number | null;
  retires_at: number | null;
}

export function keyOf(row: ListedKeyRow): Key {
  const { hour, second, burst, inflight } = limitsOfKey(limitsOf(row.plan, row.org_limits), row.contract, row.limits, row.synchronous === 1);
  const scopes = row.scopes.split(" ");
  const secrets = secretsIn(row);
  return {
    id: row.id,
    ref: row.id,
    name: row.name,
    kind: row.kind,
    environment: row.environment,
    location_ids: locationsOf(row),
    scopes,
    effective_scopes: effectiveScopes(scopes, row.role),
    last4: row.last4,
    prefix: prefixOf(row.environment, row.kind),
    status: row.status,
    owner: { id: row.owner_id, role: row.role },
    integration: row.integration,
    limits: { hour, second, burst, inflight },
    synchronous: row.synchronous === 1,
    allowed_ips: row.allowed_ips === null ? [] : JSON.parse(row.allowed_ips),
    created_at: rfc3339(row.created_at),
    created_by: row.created_by,
    last_used_at: time(row.last_used_at),
    last_used_from: row.last_used_from,
    expires_at: time(row.expires_at),
    inactive_delete_at: ENDED.has(row.status) || row.status === "unclaimed" ? null : rfc3339(idleSince(row) + INACTIVE_MS),
    secrets: secrets.map((one) => ({ last4: one.last4, state: one.state, last_used_at: time(one.last_used_at), retires_at: time(one.retires_at) })),
    version: row.version,
  };
}

/** The secrets of a key that still work. */
export const secretsIn = (row: Pick<ListedKeyRow, "secrets">): SecretRow[] => JSON.parse(row.secrets);

export const currentSecret = (last4: string): SecretRow => ({ last4, state: "current", last_used_at: null, retires_at: null });

/** The one secret that a new key has. */
export const secretsOf = (row: KeyRow): string => JSON.stringify([currentSecret(row.last4)]);

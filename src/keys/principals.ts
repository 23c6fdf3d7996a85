// The introspection cache: digest → principal, in the isolate, then KV, then D1. Staleness is harmless, because the
// gate is asked with the epoch; so there is no purge, no negative entry, and a failing KV only costs time.
import type { Io } from "../platform/access";
import { DAY, SECOND } from "../platform/clock";
import type { KeyPrincipal } from "../platform/context";
import { within } from "../platform/deadline";
import type { ProblemThrower } from "../platform/problem";
import type { HashedSecret } from "../platform/secret";
import { prefixOf } from "./format";
import { keyDeleted, keyExpired, keyRevoked, secretRetired, unknownKey } from "./problems";
import { effectiveScopes } from "./scopes";
import { readByDigest, type KnownKeyRow } from "./store";

const MAX_REMEMBERED = 10_000;
/** A slow KV is no faster than D1. */
const KV_MS = 2 * SECOND;
const TTL_SECONDS = DAY / SECOND;
/** Raised when the shape of a principal changes, so that no deploy reads another's. */
const nameOf = (digest: HashedSecret): string => `principal:3:${digest}`;

const memory = new Map<HashedSecret, KeyPrincipal>();

/** From the isolate, without I/O. */
export function remembered(digest: HashedSecret): KeyPrincipal | null {
  const principal = memory.get(digest);
  if (!principal) return null;
  // Least recently used first: what is used moves to the end.
  memory.delete(digest);
  memory.set(digest, principal);
  return principal;
}

/** Empties this isolate's memory; for tests of what a cold one does. */
export const forgetAll = (): void => memory.clear();

export type Found = { readonly principal: KeyPrincipal } | { readonly refusal: ProblemThrower };

/** From KV, else D1; `fresh`: from D1, and the caches follow. */
export async function find(digest: HashedSecret, io: Io, fresh: boolean): Promise<Found> {
  const name = nameOf(digest);
  const cached = fresh ? null : await within(KV_MS, io.env.KEY_CACHE.get<KeyPrincipal>(name, "json")).catch(() => null);
  if (cached) {
    remember(digest, cached);
    return { principal: cached };
  }
  const row = await readByDigest(io.db.control, digest);
  const refusal = row ? endOf(row) : unknownKey;
  if (!row || refusal) {
    memory.delete(digest);
    if (row) io.defer(io.env.KEY_CACHE.delete(name).catch(() => undefined));
    return { refusal: refusal ?? unknownKey };
  }
  const principal = principalOf(digest, row);
  remember(digest, principal);
  io.defer(io.env.KEY_CACHE.put(name, JSON.stringify(principal), { expirationTtl: TTL_SECONDS }).catch(() => undefined));
  return { principal };
}

function remember(digest: HashedSecret, principal: KeyPrincipal): void {
  memory.set(digest, principal);
  if (memory.size <= MAX_REMEMBERED) return;
  for (const oldest of memory.keys()) {
    memory.delete(oldest);
    return;
  }
}

/** Why a key does not work for good, or null. */
export function endOf(row: KnownKeyRow): ProblemThrower | null {
  if (row.status === "revoked") return keyRevoked;
  if (row.status === "expired") return keyExpired;
  if (row.status === "deleted") return keyDeleted;
  if (row.secret_state === "retired") return secretRetired;
  return row.status === "unclaimed" ? unknownKey : null;
}

export function principalOf(digest: HashedSecret, row: KnownKeyRow): KeyPrincipal {
  const live = row.environment === "live";
  const spaceId = live ? row.live_space : row.sandbox_space;
  const scopes = row.scopes.split(" ");
  return {
    id: row.id,
    key: { id: row.id, name: row.name, kind: row.kind, prefix: prefixOf(row.environment, row.kind), last4: row.secret_last4 },
    organization: row.org_id,
    environment: row.environment,
    space:
      row.location_id === null || spaceId === null
        ? null
        : { id: spaceId, location: row.location_id, environment: row.environment, defaultCountry: row.default_country ?? "US" },
    locations: row.location_ids === null ? null : JSON.parse(row.location_ids),
    scopes,
    effective: effectiveScopes(scopes, row.role),
    owner: { id: row.owner_id, role: row.role },
    allowedIps: row.allowed_ips === null ? [] : JSON.parse(row.allowed_ips),
    status: row.status,
    apiEnabled: row.api_enabled === 1,
    expiresAt: row.expires_at,
    connecting: row.request_id,
    secret: { digest, state: row.secret_state === "previous" ? "previous" : "current", retiresAt: row.retires_at },
    epoch: row.epoch,
    aheadMs: live ? 0 : row.sandbox_ahead,
  };
}

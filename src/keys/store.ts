// Keys in D1: the lookup by digest, lists, and the writes.
import { LIVING } from "../limits/store";
import type { Plan } from "../limits/plans";
import type { Role } from "../orgs/roles";
import type { Environment, OrgCtx } from "../platform/context";
import { control, type Database, type Statement } from "../platform/sql";
import type { HashedSecret } from "../platform/secret";
import { equals } from "../platform/walk";
import type { KeyKind } from "./format";

export type KeyStatus = "unclaimed" | "active" | "paused" | "expired" | "revoked" | "deleted";

/** No key comes back from these. */
export const ENDED: ReadonlySet<KeyStatus> = new Set(["revoked", "expired", "deleted"]);

export interface KeyRow {
  id: string;
  org_id: string;
  name: string;
  kind: KeyKind;
  environment: Environment;
  location_id: string | null;
  location_ids: string | null;
  scopes: string;
  status: KeyStatus;
  owner_id: string;
  integration: string | null;
  limits: string | null;
  contract: string | null;
  synchronous: number;
  allowed_ips: string | null;
  last4: string;
  epoch: number;
  version: number;
  created_at: number;
  created_by: string;
  updated_at: number;
  last_used_at: number | null;
  last_used_from: string | null;
  expires_at: number | null;
  claimed_at: number | null;
  idle_due_at: number | null;
}

/** A key with what its organization, its member and its location say of it. */
export interface KnownKeyRow extends KeyRow {
  digest: HashedSecret;
  /** Of the secret that was presented, in an overlap not always the key's newest. */
  secret_last4: string;
  secret_state: "current" | "previous" | "retired";
  retires_at: number | null;
  plan: Plan;
  api_enabled: number;
  sandbox_ahead: number;
  role: Role;
  live_space: number | null;
  sandbox_space: number | null;
  default_country: string | null;
  /** The access request whose connection test is still to come. */
  request_id: string | null;
}

const KNOWN = `SELECT k.*, s.digest, s.last4 AS secret_last4, s.state AS secret_state, s.retires_at, o.plan, o.api_enabled, o.sandbox_ahead, m.role, l.live_space, l.sandbox_space, l.default_country, r.id AS request_id
  FROM key_secrets s JOIN keys k ON k.id = s.key_id JOIN organizations o ON o.id = k.org_id
  JOIN members m ON m.id = k.owner_id AND m.removed_at IS NULL LEFT JOIN locations l ON l.id = k.location_id
  LEFT JOIN access_requests r ON r.key_id = k.id AND r.status = 'claimed'`;

export const readByDigest = (database: Database<"control">, digest: string): Promise<KnownKeyRow | null> =>
  database.first<KnownKeyRow>(control(`${KNOWN} WHERE s.digest = ?`, digest));

/** The key as its current secret would make it known; null where it has none. */
export const readById = (database: Database<"control">, org: string, id: string): Promise<KnownKeyRow | null> =>
  database.first<KnownKeyRow>(control(`${KNOWN} WHERE s.key_id = ? AND k.org_id = ? ORDER BY s.state = 'current' DESC LIMIT 1`, id, org));

export interface ListedKeyRow extends KeyRow {
  plan: Plan;
  org_limits: string | null;
  role: Role;
  secrets: string;
}

const LISTED = `SELECT k.*, o.plan, o.limits AS org_limits, m.role,
  (SELECT json_group_array(json_object('last4', s.last4, 'state', s.state, 'last_used_at', s.last_used_at, 'retires_at', s.retires_at))
    FROM key_secrets s WHERE s.key_id = k.id AND s.state <> 'retired') AS secrets
  FROM keys k JOIN organizations o ON o.id = k.org_id JOIN members m ON m.id = k.owner_id`;

/** The keys that a caller can see: its environment's, and its locations'. */
function reach(ctx: Pick<OrgCtx, "org" | "principal">): { sql: string; params: (string | number | null)[] } {
  const { environment, space, locations } = ctx.principal;
  const within = space ? [space.location] : locations;
  if (within === null) return { sql: "k.org_id = ? AND k.environment = ?", params: [ctx.org, environment] };
  return {
    sql: `k.org_id = ? AND k.environment = ? AND (k.location_id IN (SELECT value FROM json_each(?))
      OR (k.location_ids IS NOT NULL AND NOT EXISTS (SELECT 1 FROM json_each(k.location_ids) one WHERE one.value NOT IN (SELECT value FROM json_each(?)))))`,
    params: [ctx.org, environment, JSON.stringify(within), JSON.stringify(within)],
  };
}

/** A key as of now: what has come to its end by itself is at its end, whether or not upkeep has come by. */
function asOf(now: number, row: ListedKeyRow): ListedKeyRow {
  const secrets: { state: string; retires_at: number | null }[] = JSON.parse(row.secrets);
  const working = secrets.filter(({ state, retires_at: until }) => state === "current" || (until ?? 0) > now);
  const expired = (row.status === "active" || row.status === "paused") && row.expires_at !== null && row.expires_at <= now;
  return { ...row, status: expired ? "expired" : row.status, secrets: JSON.stringify(working) };
}
/** The same in SQL; takes the time. */
const STATUS = "iif(k.status IN ('active', 'paused') AND k.expires_at <= ?, 'expired', k.status)";

export async function readKey(ctx: Pick<OrgCtx, "org" | "principal" | "db" | "now">, id: string): Promise<ListedKeyRow | null> {
  const { sql, params } = reach(ctx);
  const row = await ctx.db.control.first<ListedKeyRow>(control(`${LISTED} WHERE ${sql} AND k.id = ?`, ...params, id));
  return row && asOf(ctx.now, row);
}

/** Those of these ids that are keys which the caller can see. */
export function readSeen(ctx: Pick<OrgCtx, "org" | "principal" | "db">, ids: readonly string[]): Promise<{ id: string }[]> {
  const { sql, params } = reach(ctx);
  return ctx.db.control.all(control(`SELECT k.id FROM keys k WHERE ${sql} AND k.id IN (SELECT value FROM json_each(?))`, ...params, JSON.stringify(ids)));
}

export interface KeyFilter {
  readonly last4?: string | undefined;
  readonly status?: string | undefined;
  readonly kind?: string | undefined;
  readonly location?: string | undefined;
  readonly owner?: string | undefined;
  readonly integration?: string | undefined;
}

/** The location's own keys, and the agency keys narrowed to it among others. */
const OF_LOCATION = "(k.location_id = ? OR EXISTS (SELECT 1 FROM json_each(k.location_ids) one WHERE one.value = ?))";

export async function listKeys(ctx: Pick<OrgCtx, "org" | "principal" | "db" | "now">, filter: KeyFilter, after: string, limit: number): Promise<ListedKeyRow[]> {
  const { sql, params } = reach(ctx);
  const given = [
    ...equals("k.last4", filter.last4),
    ...(filter.status === undefined ? [] : [{ sql: `${STATUS} = ?`, params: [ctx.now, filter.status] }]),
    ...equals("k.kind", filter.kind),
    ...(filter.location === undefined ? [] : [{ sql: OF_LOCATION, params: [filter.location, filter.location] }]),
    ...equals("k.owner_id", filter.owner),
    ...equals("k.integration", filter.integration),
  ];
  const where = [sql, ...given.map((term) => term.sql), "k.id > ?"].join(" AND ");
  const rows = await ctx.db.control.all<ListedKeyRow>(
    control(`${LISTED} WHERE ${where} ORDER BY k.id LIMIT ?`, ...params, ...given.flatMap((term) => term.params), after, limit),
  );
  return rows.map((row) => asOf(ctx.now, row));
}

export interface CreationFacts {
  plan: Plan;
  org_limits: string | null;
  living: number;
  owner_role: Role | null;
  known_locations: number;
}

/** What decides on a key to be made: the plan, how many there are, the member, and how many of the locations exist. */
export const readCreationFacts = (database: Database<"control">, org: string, owner: string, locations: readonly string[]): Promise<CreationFacts | null> =>
  database.first<CreationFacts>(
    control(
      `SELECT plan, limits AS org_limits, (SELECT count(*) FROM keys WHERE org_id = o.id AND ${LIVING}) AS living,
        (SELECT role FROM members WHERE id = ?2 AND org_id = o.id AND removed_at IS NULL) AS owner_role,
        (SELECT count(*) FROM locations WHERE org_id = o.id AND id IN (SELECT value FROM json_each(?3))) AS known_locations
        FROM organizations o WHERE o.id = ?1`,
      org,
      owner,
      JSON.stringify(locations),
    ),
  );

/** Holds while the organization has fewer than `limit` living keys. */
export const belowLimit = (org: string, limit: number) => ({
  database: "control" as const,
  sql: `SELECT count(*) < ? FROM keys WHERE org_id = ? AND ${LIVING}`,
  params: [limit, org],
});

/** Holds while somebody is a member: who is removed answers for no key. */
export const isMember = (org: string, id: string) => ({
  database: "control" as const,
  sql: "SELECT removed_at IS NULL FROM members WHERE org_id = ? AND id = ?",
  params: [org, id],
});

export const insertKey = (row: KeyRow): Statement<"control"> =>
  control(
    `INSERT INTO keys (id, org_id, name, kind, environment, location_id, location_ids, scopes, status, owner_id, integration, limits,
      synchronous, allowed_ips, last4, epoch, version, created_at, created_by, updated_at, expires_at, idle_due_at)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    row.id, row.org_id, row.name, row.kind, row.environment, row.location_id, row.location_ids, row.scopes, row.status, row.owner_id,
    row.integration, row.limits, row.synchronous, row.allowed_ips, row.last4, row.epoch, row.version, row.created_at, row.created_by,
    row.updated_at, row.expires_at, row.idle_due_at,
  );

export const insertSecret = (digest: HashedSecret, row: KeyRow): Statement<"control"> =>
  control("INSERT INTO key_secrets (digest, key_id, last4, state, created_at) VALUES (?, ?, ?, 'current', ?)", digest, row.id, row.last4, row.created_at);

export const updateKey = (row: KeyRow): Statement<"control"> =>
  control(
    `UPDATE keys SET name = ?, location_ids = ?, scopes = ?, status = ?, owner_id = ?, integration = ?, limits = ?, synchronous = ?,
      allowed_ips = ?, last4 = ?, version = ?, updated_at = ? WHERE org_id = ? AND id = ?`,
    row.name, row.location_ids, row.scopes, row.status, row.owner_id, row.integration, row.limits, row.synchronous,
    row.allowed_ips, row.last4, row.version, row.updated_at, row.org_id, row.id,
  );

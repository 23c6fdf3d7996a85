// Integrations and access requests in D1: reads run, writes are returned.
import type { KeyKind } from "../keys/keys";
import { control, type Database, type Statement } from "../platform/sql";

export interface IntegrationRow {
  id: string;
  org_id: string;
  name: string;
  description: string;
  homepage: string | null;
  sandbox_key_id: string;
  public_jwk: string | null;
  status: "listed" | "retired";
  version: number;
  created_at: number;
  updated_at: number;
}

/** With what its vendor and its sandbox key say. */
export interface ListedIntegrationRow extends IntegrationRow {
  vendor: string;
  scopes: string;
  kind: KeyKind;
  key_status: string;
}

const INTEGRATIONS = `SELECT i.*, o.name AS vendor, k.scopes, k.kind, k.status AS key_status
  FROM integrations i JOIN organizations o ON o.id = i.org_id JOIN keys k ON k.id = i.sandbox_key_id`;

export const readIntegration = (database: Database<"control">, id: string): Promise<ListedIntegrationRow | null> =>
  database.first<ListedIntegrationRow>(control(`${INTEGRATIONS} WHERE i.id = ?`, id));

/** The catalogue, or what one organization registered, by id. */
export const listIntegrations = (database: Database<"control">, vendor: string | undefined, after: string, limit: number): Promise<ListedIntegrationRow[]> =>
  database.all<ListedIntegrationRow>(
    vendor === undefined
      ? control(`${INTEGRATIONS} WHERE i.status = 'listed' AND i.id > ? ORDER BY i.id LIMIT ?`, after, limit)
      : control(`${INTEGRATIONS} WHERE i.org_id = ? AND i.id > ? ORDER BY i.id LIMIT ?`, vendor, after, limit),
  );

export const insertIntegration = (row: IntegrationRow): Statement<"control"> =>
  control(
    `INSERT INTO integrations (id, org_id, name, description, homepage, sandbox_key_id, public_jwk, status, version, created_at, updated_at)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    row.id, row.org_id, row.name, row.description, row.homepage, row.sandbox_key_id, row.public_jwk, row.status, row.version, row.created_at, row.updated_at,
  );

export const updateIntegration = (row: IntegrationRow): Statement<"control"> =>
  control(
    "UPDATE integrations SET name = ?, description = ?, homepage = ?, sandbox_key_id = ?, public_jwk = ?, status = ?, version = ?, updated_at = ? WHERE org_id = ? AND id = ?",
    row.name, row.description, row.homepage, row.sandbox_key_id, row.public_jwk, row.status, row.version, row.updated_at, row.org_id, row.id,
  );

export interface SandboxKeyRow {
  id: string;
  scopes: string;
  kind: KeyKind;
  status: string;
}

/** A sandbox key of the organization. */
export const readSandboxKey = (database: Database<"control">, org: string, id: string): Promise<SandboxKeyRow | null> =>
  database.first<SandboxKeyRow>(control("SELECT id, scopes, kind, status FROM keys WHERE id = ? AND org_id = ? AND environment = 'sandbox'", id, org));

export type RequestStatus = "pending" | "approved" | "claimed" | "connected" | "denied" | "withdrawn" | "expired";

export interface AccessRequestRow {
  id: string;
  org_id: string;
  integration_id: string | null;
  name: string;
  reason: string | null;
  kind: KeyKind;
  location_ids: string | null;
  scopes: string | null;
  sandbox_key_id: string | null;
  public_jwk: string | null;
  status: RequestStatus;
  requested_by: string;
  expires_at: number;
  decided_at: number | null;
  decided_by: string | null;
  decision: string | null;
  granted: string | null;
  key_id: string | null;
  claim_digest: string | null;
  claimed_at: number | null;
  fingerprint: string | null;
  connected_at: number | null;
  version: number;
  created_at: number;
  updated_at: number;
}

/** With what its integration and the sandbox key that it goes by say now. */
export interface ListedRequestRow extends AccessRequestRow {
  integration: string | null;
  vendor_id: string | null;
  vendor: string | null;
  integration_jwk: string | null;
  integration_status: string | null;
  sandbox_scopes: string | null;
  sandbox_status: string | null;
  key_status: string | null;
  key_last4: string | null;
  key_version: number | null;
  key_expires_at: number | null;
}

const REQUESTS = `SELECT r.*, i.name AS integration, i.org_id AS vendor_id, o.name AS vendor, i.public_jwk AS integration_jwk, i.status AS integration_status,
    s.scopes AS sandbox_scopes, s.status AS sandbox_status, k.status AS key_status, k.last4 AS key_last4, k.version AS key_version, k.expires_at AS key_expires_at
  FROM access_requests r LEFT JOIN integrations i ON i.id = r.integration_id LEFT JOIN organizations o ON o.id = i.org_id
    LEFT JOIN keys s ON s.id = coalesce(i.sandbox_key_id, r.sandbox_key_id) LEFT JOIN keys k ON k.id = r.key_id`;

export const readRequest = (database: Database<"control">, org: string, id: string): Promise<ListedRequestRow | null> =>
  database.first<ListedRequestRow>(control(`${REQUESTS} WHERE r.id = ? AND r.org_id = ?`, id, org));

export const readByClaim = (database: Database<"control">, digest: string): Promise<ListedRequestRow | null> =>
  database.first<ListedRequestRow>(control(`${REQUESTS} WHERE r.claim_digest = ?`, digest));

/** Pending ones that nobody decided in time, approved ones whose link nobody used. */
export const readLapsed = (database: Database<"control">, now: number, limit: number): Promise<ListedRequestRow[]> =>
  database.all<ListedRequestRow>(control(`${REQUESTS} WHERE r.status IN ('pending', 'approved') AND r.expires_at <= ? ORDER BY r.expires_at LIMIT ?`, now, limit));

/** How many wait in the organization, and of this member. */
export const countWaiting = async (database: Database<"control">, org: string, member: string): Promise<{ all: number; own: number }> =>
  (await database.first<{ all: number; own: number }>(
    control("SELECT count(*) AS \"all\", total(requested_by = ?) AS own FROM access_requests WHERE org_id = ? AND status = 'pending'", member, org),
  )) ?? { all: 0, own: 0 };

export interface RequestFilter {
  readonly status?: string | undefined;
  readonly integration?: string | undefined;
  /** The requests of this member only. */
  readonly by?: string | undefined;
}

/** Newest first. */
export function listRequests(database: Database<"control">, org: string, filter: RequestFilter, before: string, limit: number): Promise<ListedRequestRow[]> {
  const terms: [string, string | undefined][] = [
    ["r.status = ?", filter.status],
    ["r.integration_id = ?", filter.integration],
    ["r.requested_by = ?", filter.by],
    ["r.id < ?", before === "" ? undefined : before],
  ];
  const given = terms.flatMap(([term, value]) => (value === undefined ? [] : [{ term, value }]));
  const where = ["r.org_id = ?", ...given.map(({ term }) => term)].join(" AND ");
  return database.all<ListedRequestRow>(control(`${REQUESTS} WHERE ${where} ORDER BY r.id DESC LIMIT ?`, org, ...given.map(({ value }) => value), limit));
}

export const countLocations = async (database: Database<"control">, org: string, ids: readonly string[]): Promise<number> =>
  (await database.first<{ n: number }>(control("SELECT count(*) AS n FROM locations WHERE org_id = ? AND id IN (SELECT value FROM json_each(?))", org, JSON.stringify(ids))))?.n ?? 0;

export const insertRequest = (row: AccessRequestRow): Statement<"control"> =>
  control(
    `INSERT INTO access_requests (id, org_id, integration_id, name, reason, kind, location_ids, scopes, sandbox_key_id, public_jwk, status,
      requested_by, expires_at, version, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    row.id, row.org_id, row.integration_id, row.name, row.reason, row.kind, row.location_ids, row.scopes, row.sandbox_key_id, row.public_jwk,
    row.status, row.requested_by, row.expires_at, row.version, row.created_at, row.updated_at,
  );

export const updateRequest = (row: AccessRequestRow): Statement<"control"> =>
  control(
    `UPDATE access_requests SET public_jwk = ?, status = ?, expires_at = ?, decided_at = ?, decided_by = ?, decision = ?, granted = ?, key_id = ?,
      claim_digest = ?, claimed_at = ?, fingerprint = ?, connected_at = ?, version = ?, updated_at = ? WHERE org_id = ? AND id = ?`,
    row.public_jwk, row.status, row.expires_at, row.decided_at, row.decided_by, row.decision, row.granted, row.key_id,
    row.claim_digest, row.claimed_at, row.fingerprint, row.connected_at, row.version, row.updated_at, row.org_id, row.id,
  );

/** Holds while the request is still as it was read. */
export const unchanged = (row: AccessRequestRow) => ({
  database: "control" as const,
  sql: "SELECT version = ? FROM access_requests WHERE id = ?",
  params: [row.version, row.id],
});

/** The name of an organization. */
export const nameOf = async (database: Database<"control">, org: string): Promise<string> =>
  (await database.first<{ name: string }>(control("SELECT name FROM organizations WHERE id = ?", org)))?.name ?? "";

// From row to JSON: integrations and access requests.
import { rfc3339 } from "../platform/clock";
import { recipientOf } from "./jwk";
import type { AccessRequest, Integration } from "./schema";
import type { ListedIntegrationRow, ListedRequestRow } from "./store";

const time = (ms: number | null): string | null => (ms === null ? null : rfc3339(ms));
const encryptedTo = async (json: string | null) => {
  if (json === null) return null;
  const { thumbprint, alg } = await recipientOf(json);
  return { thumbprint, alg };
};

export const isLiving = (status: string | null): boolean => status === "active" || status === "paused";

export const integrationOf = async (row: ListedIntegrationRow): Promise<Integration> => ({
  id: row.id,
  name: row.name,
  description: row.description,
  homepage: row.homepage,
  vendor: { id: row.org_id, name: row.vendor },
  kind: row.kind,
  scopes: row.scopes.split(" "),
  encrypted_to: await encryptedTo(row.public_jwk),
  available: row.status === "listed" && isLiving(row.key_status),
  status: row.status,
  version: row.version,
  created_at: rfc3339(row.created_at),
  updated_at: rfc3339(row.updated_at),
});

/** The key that the secret would be encrypted to: the integration's as it is now, and from the approval on as it was then. */
export const jwkOf = (row: ListedRequestRow): string | null => (row.status === "pending" && row.integration_id ? row.integration_jwk : row.public_jwk);

/** What the key gets or would get, space-separated. */
export const scopesOf = (row: ListedRequestRow): string => row.granted ?? row.sandbox_scopes ?? row.scopes ?? "";

export const requestOf = async (row: ListedRequestRow): Promise<AccessRequest> => ({
  id: row.id,
  status: row.status,
  integration: row.integration_id === null ? null : { id: row.integration_id, name: row.integration ?? "", vendor: row.vendor ?? "" },
  name: row.name,
  reason: row.reason,
  kind: row.kind,
  location_ids: row.location_ids === null ? null : JSON.parse(row.location_ids),
  scopes: scopesOf(row).split(" "),
  encrypted_to: await encryptedTo(jwkOf(row)),
  requested_by: row.requested_by,
  decided_by: row.decided_by,
  decided_at: time(row.decided_at),
  decision: row.decision,
  key: row.key_id === null ? null : { id: row.key_id, status: row.key_status ?? "unclaimed", last4: row.key_last4 ?? "----" },
  claimed_at: time(row.claimed_at),
  fingerprint: row.fingerprint,
  connected_at: time(row.connected_at),
  expires_at: row.status === "pending" || row.status === "approved" ? rfc3339(row.expires_at) : null,
  version: row.version,
  created_at: rfc3339(row.created_at),
  updated_at: rfc3339(row.updated_at),
});

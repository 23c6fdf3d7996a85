// Examples of what access answers, for the reference.
import type * as schema from "./schema";

export const ids = {
  org: "org_01kqz3v9c5f1nazrk2d4f7h8jm", loc: "loc_01kqz3v9c5f1nazrk2d4f7h8jm", key: "key_01kqz3v9c5f1nazrk2d4f7h8jm", app: "app_01kqz3v9c5f1nazrk2d4f7h8jm",
  req: "req_01kqz3v9c5f1nazrk2d4f7h8jm", mem: "mem_01kqz3v9c5f1nazrk2d4f7h8jm",
};
const at = "2026-11-20T17:53:00.000Z";
const encrypted_to = { thumbprint: "cn-I_WNMClehiVp51i_0VpOENW1upEerA8sEam5hn-s", alg: "ECDH-ES+A256KW" } as const;

export const integration: schema.Integration = {
  id: ids.app, name: "Tidewater Mail", description: "Newsletters to your contacts.", homepage: "https://tidewater.example",
  vendor: { id: "org_01kqz3v9c5f1nazrk2d4f7h8jn", name: "Tidewater" }, kind: "location", scopes: ["contacts:read"], encrypted_to, available: true, status: "listed",
  version: 1, created_at: at, updated_at: at,
};
export const pending: schema.AccessRequest = {
  id: ids.req, status: "pending", integration: { id: ids.app, name: "Tidewater Mail", vendor: "Tidewater" }, name: "Tidewater Mail", reason: "Our newsletter", kind: "location",
  location_ids: [ids.loc], scopes: ["contacts:read"], encrypted_to, requested_by: ids.mem, decided_by: null, decided_at: null, decision: null, key: null, claimed_at: null,
  fingerprint: null, connected_at: null, expires_at: "2026-12-20T17:53:00.000Z", version: 1, created_at: at, updated_at: at,
};
export const approved: schema.ApprovedRequest = {
  ...pending, status: "approved", decided_by: ids.mem, decided_at: at, key: { id: ids.key, status: "unclaimed", last4: "----" }, expires_at: "2026-11-23T17:53:00.000Z", version: 2,
  claim: { url: "https://api.example.com/v1/claims/ckc_…", expires_at: "2026-11-23T17:53:00.000Z" },
};

// Integrations, access requests and claims on the wire.
import * as z from "zod";
import { cidrs, limits, scopes } from "../keys/schema";
import { idPattern, type Kind } from "../platform/id";
import { readOnlyMembers } from "../platform/readonly";
import { line, time, timestamp } from "../platform/validate";
import { publicJwk } from "./jwk";

const id = (kind: Kind, what: string = kind) => z.string().regex(idPattern(kind), `the id of a ${what}`);
const name = line(200);
const reason = z.string().trim().min(1).max(2_000);
const kind = z.enum(["agency", "location"]);
const https = z.url({ protocol: /^https$/, hostname: z.regexes.domain }).max(500).refine((text) => !text.includes("@"), "an address without a user name");

const encryptedTo = z
  .strictObject({ thumbprint: z.string(), alg: z.enum(["ECDH-ES+A256KW", "RSA-OAEP-256"]) })
  .nullable()
  .meta({ description: "The key that the secret is encrypted to (RFC 7638 thumbprint, SHA-256); null: it is shown once." });

export const integration = z
  .strictObject({
    id: id("integration"),
    name: z.string(),
    description: z.string(),
    homepage: z.string().nullable(),
    vendor: z.strictObject({ id: id("organization"), name: z.string() }),
    kind: kind.meta({ description: "What its keys are: of one location, or of the agency." }),
    scopes: z.array(z.string()).meta({ description: "What a live key would get: exactly the scopes of its sandbox key, as of the approval." }),
    encrypted_to: encryptedTo,
    available: z.boolean().meta({ description: "Whether keys can be asked for: it is listed, and its sandbox key lives." }),
    status: z.enum(["listed", "retired"]),
    version: z.int(),
    created_at: time,
    updated_at: time,
  })
  .meta({ id: "Integration" });
export type Integration = z.output<typeof integration>;

const integrationMembers = {
  name,
  description: z.string().trim().max(2_000),
  homepage: https.nullable(),
  sandbox_key: id("key").meta({ description: "The sandbox key that it was built on, of your organization." }),
  public_jwk: publicJwk.nullable(),
};
export const integrationInput = z
  .strictObject({
    name,
    description: integrationMembers.description.default(""),
    homepage: integrationMembers.homepage.default(null),
    sandbox_key: integrationMembers.sandbox_key,
    public_jwk: integrationMembers.public_jwk.default(null),
  })
  .meta({ id: "IntegrationInput" });
export type IntegrationInput = z.output<typeof integrationInput>;

export const READ_ONLY = ["id", "vendor", "kind", "scopes", "encrypted_to", "available", "version", "created_at", "updated_at"] as const;
export const integrationPatch = z
  .strictObject({ ...integrationMembers, status: z.enum(["listed", "retired"]), ...readOnlyMembers(READ_ONLY) })
  .partial()
  .meta({ id: "IntegrationPatch" });
export type IntegrationPatch = z.output<typeof integrationPatch>;

const status = z.enum(["pending", "approved", "claimed", "connected", "denied", "withdrawn", "expired"]);
export const accessRequest = z
  .strictObject({
    id: id("accessRequest", "request"),
    status: status.meta({ description: "`pending` → `approved` → `claimed` → `connected` (the key's first success); or `denied`, `withdrawn`, `expired` (nobody decided in 30 days, or the link lapsed)." }),
    integration: z.strictObject({ id: id("integration"), name: z.string(), vendor: z.string() }).nullable(),
    name: z.string(),
    reason: z.string().nullable(),
    kind,
    location_ids: z.array(id("location")).nullable(),
    scopes: z.array(z.string()).meta({ description: "As given; before the approval: as they would be given now." }),
    encrypted_to: encryptedTo,
    requested_by: id("member"),
    decided_by: id("member").nullable().meta({ description: "The admin who decided, and answers for the key." }),
    decided_at: time.nullable(),
    decision: z.string().nullable().meta({ description: "Why, in the admin's words." }),
    key: z.strictObject({ id: id("key"), status: z.string(), last4: z.string() }).nullable(),
    claimed_at: time.nullable(),
    fingerprint: z.string().nullable().meta({ description: "The first 16 hex digits of the secret's SHA-256: both sides can compare." }),
    connected_at: time.nullable(),
    expires_at: time.nullable().meta({ description: "Pending: when the request expires. Approved: when the claim link lapses." }),
    version: z.int(),
    created_at: time,
    updated_at: time,
  })
  .meta({ id: "AccessRequest" });
export type AccessRequest = z.output<typeof accessRequest>;

const claim = z.strictObject({ url: z.string().meta({ description: "POST to it once, within 72 hours. Shown in this answer only." }), expires_at: time });
export const approvedRequest = z
  .strictObject({ ...accessRequest.shape, claim: claim.nullable(), secret_withheld: z.boolean().optional().meta({ description: "True in a replay: the link was in the first answer." }) })
  .meta({ id: "ApprovedAccessRequest" });
export type ApprovedRequest = z.output<typeof approvedRequest>;

const custom = z
  .strictObject({ name, reason, sandbox_key: id("key").optional(), scopes: scopes.optional(), public_jwk: publicJwk.nullable().optional() })
  .refine((one) => (one.sandbox_key === undefined) !== (one.scopes === undefined), { message: "either `sandbox_key` or `scopes`", params: { code: "either_or" } });

export const accessRequestInput = z
  .strictObject({
    integration_id: id("integration").optional(),
    custom: custom.optional().meta({ description: "A key for something that is not in the catalogue: with the scopes of a sandbox key of yours, or with these." }),
    reason: reason.optional(),
    location_ids: z.array(id("location")).min(1).max(1_000).optional().meta({ description: "A location key: exactly one. An agency key: those it is narrowed to; absent: all." }),
  })
  .refine((one) => (one.integration_id === undefined) !== (one.custom === undefined), { message: "either `integration_id` or `custom`", params: { code: "either_or" } })
  .meta({ id: "AccessRequestInput" });
export type AccessRequestInput = z.output<typeof accessRequestInput>;

export const approval = z
  .strictObject({
    reason: reason.optional(),
    scopes: scopes.optional().meta({ description: "Fewer than asked for, on purpose; absent: exactly the sandbox key's." }),
    limits: limits.optional(),
    allowed_ips: cidrs.optional(),
    expires_at: timestamp.optional(),
  })
  .meta({ id: "Approval" });
export type Approval = z.output<typeof approval>;

export const denial = z.strictObject({ reason }).meta({ id: "Denial" });

const handedOver = { key: z.strictObject({ ref: id("key"), name: z.string(), last4: z.string() }), organization: id("organization"), scopes: z.array(z.string()), fingerprint: z.string() };
export const claimed = z
  .union([
    z.strictObject({ ...handedOver, jwe: z.string().meta({ description: "Compact JWE (RFC 7516) of `{secret, ref, organization}`: only the holder of the private key can open it." }) }),
    z.strictObject({ ...handedOver, secret: z.string().meta({ description: "The key itself, in this answer only." }) }),
  ])
  .meta({ id: "Claimed" });
export type Claimed = z.output<typeof claimed>;

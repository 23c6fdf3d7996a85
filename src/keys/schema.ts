// Keys on the wire.
import * as z from "zod";
import { remaining } from "../limits/schema";
import { ROLES } from "../orgs/roles";
import { DAY } from "../platform/clock";
import { duration } from "../platform/duration";
import { idPattern } from "../platform/id";
import { readOnlyMembers } from "../platform/readonly";
import { line, time, timestamp } from "../platform/validate";
import { normalizeCidr } from "./cidr";
import { GRANTABLE } from "./scopes";

const id = (kind: "key" | "location" | "member" | "organization") => z.string().regex(idPattern(kind), `a ${kind} id`);
const environment = z.enum(["live", "sandbox"]);
const kind = z.enum(["agency", "location"]);

const limitsOut = z.strictObject({ hour: z.int(), second: z.int(), burst: z.int(), inflight: z.int() }).meta({
  description: "Requests per hour, per second, in a burst, and at once.",
});

export const key = z
  .strictObject({
    id: id("key"),
    ref: id("key").meta({ description: "The same as `id`: what to name in a support request, never the key itself." }),
    name: z.string(),
    kind,
    environment,
    location_ids: z.array(id("location")).nullable().meta({ description: "The locations that the key reaches; null: all of the organization's." }),
    scopes: z.array(z.string()),
    effective_scopes: z.array(z.string()).meta({ description: "`scopes`, cut down to what the role of the owner allows now." }),
    last4: z.string(),
    prefix: z.string(),
    status: z.enum(["unclaimed", "active", "paused", "expired", "revoked", "deleted"]),
    owner: z.strictObject({ id: id("member"), role: z.enum(ROLES) }).meta({ description: "The member responsible for the key." }),
    integration: z.string().nullable(),
    limits: limitsOut,
    synchronous: z.boolean().meta({ description: "One request at a time." }),
    allowed_ips: z.array(z.string()).meta({ description: "CIDR ranges, v4 and v6; empty: any address." }),
    created_at: time,
    created_by: z.string(),
    last_used_at: time.nullable(),
    last_used_from: z.string().nullable(),
    expires_at: time.nullable(),
    inactive_delete_at: time.nullable().meta({ description: "When the key is deleted if it stays unused: 90 days after its last use." }),
    secrets: z.array(
      z.strictObject({ last4: z.string(), state: z.enum(["current", "previous"]), last_used_at: time.nullable(), retires_at: time.nullable() }),
    ),
    version: z.int(),
  })
  .meta({ id: "Key" });
export type Key = z.output<typeof key>;

export const createdKey = z
  .strictObject({
    ...key.shape,
    secret: z.string().nullable().meta({ description: "The key itself, in this answer only." }),
    secret_withheld: z.boolean().optional().meta({ description: "True in a replay: the secret was in the first answer." }),
  })
  .meta({ id: "CreatedKey" });
export type CreatedKey = z.output<typeof createdKey>;

const name = line(200);
export const scopes = z.array(z.enum(GRANTABLE)).min(1).max(60);
const quota = z.int().min(1).max(1_000_000);
export const limits = z
  .strictObject({ hour: quota.optional(), second: quota.optional(), burst: quota.optional(), inflight: quota.optional() })
  .meta({ description: "Narrower quotas than the plan's." });
const limitsPatch = z
  .strictObject({ hour: quota.nullable().optional(), second: quota.nullable().optional(), burst: quota.nullable().optional(), inflight: quota.nullable().optional() })
  .meta({ description: "By quota: narrower than the plan's, or null for the plan's own." });
export const cidrs = z
  .array(
    z.string().transform((text, ctx) => {
      const range = normalizeCidr(text);
      if (range === null) ctx.issues.push({ code: "custom", message: "an address or a CIDR range", input: text, params: { code: "invalid_cidr" } });
      return range ?? "";
    }),
  )
  .max(100)
  .meta({ description: "Addresses and CIDR ranges, v4 and v6; empty: any address." });
const integration = line(200);

export const keyInput = z
  .strictObject({
    name,
    kind,
    environment: environment.optional().meta({ description: "Default: the calling key's own." }),
    location_ids: z.array(id("location")).min(1).max(1_000).optional().meta({
      description: "A location key: exactly one. An agency key: those it is narrowed to; absent: all.",
    }),
    scopes,
    owner: id("member").optional().meta({ description: "Default: the member responsible for the calling key." }),
    integration: integration.optional(),
    limits: limits.optional(),
    synchronous: z.boolean().optional(),
    allowed_ips: cidrs.optional(),
    expires_at: timestamp.optional().meta({ description: "A fixed end." }),
  })
  .meta({ id: "KeyInput" });
export type KeyInput = z.output<typeof keyInput>;

/** Read-only members that a GET's body brings back. Those of use move by themselves, so what they say is not compared. */
export const READ_ONLY = ["id", "ref", "kind", "environment", "effective_scopes", "last4", "prefix", "created_at", "created_by", "expires_at", "secrets", "version"] as const;
const MOVING = ["last_used_at", "last_used_from", "inactive_delete_at"] as const;

export const keyPatch = z
  .strictObject({
    name: name.optional(),
    location_ids: z.array(id("location")).min(1).max(1_000).nullable().optional(),
    scopes: scopes.optional(),
    status: z.enum(["active", "paused"]).optional(),
    owner: z
      .union([id("member"), z.strictObject({ id: id("member"), role: z.unknown().optional() })])
      .transform((owner) => (typeof owner === "string" ? owner : owner.id))
      .optional(),
    integration: integration.nullable().optional(),
    limits: limitsPatch.nullable().optional(),
    synchronous: z.boolean().optional(),
    allowed_ips: cidrs.nullable().optional(),
    ...readOnlyMembers([...READ_ONLY, ...MOVING]),
  })
  .meta({ id: "KeyPatch" });
export type KeyPatch = z.output<typeof keyPatch>;

export const ping = z
  .strictObject({
    ok: z.literal(true),
    organization: id("organization"),
    location: id("location").nullable(),
    environment,
    key: z.strictObject({ ref: id("key"), last4: z.string(), name: z.string() }),
    scopes: z.array(z.string()),
    time,
  })
  .meta({ id: "Ping" });
export type Ping = z.output<typeof ping>;

export const me = z
  .strictObject({
    ...key.shape,
    organization: id("organization"),
    remaining,
  })
  .meta({ id: "Me" });
export type Me = z.output<typeof me>;

export const introspection = z
  .union([
    z.strictObject({ active: z.literal(false) }),
    z.strictObject({
      active: z.literal(true),
      scope: z.string().meta({ description: "Effective scopes, space-separated." }),
      client_id: z.string(),
      username: z.string().meta({ description: "The member responsible for the key." }),
      token_type: z.literal("Bearer"),
      sub: id("key"),
      aud: z.string(),
      iss: z.string(),
      exp: z.int().optional().meta({ description: "Seconds since the epoch." }),
      organization: id("organization"),
      location: id("location").nullable(),
      environment,
      last4: z.string(),
    }),
  ])
  .meta({ id: "Introspection" });
export type Introspection = z.output<typeof introspection>;

const OVERLAP_MS = 30 * DAY;
export const rotation = z
  .strictObject({
    overlap: duration(OVERLAP_MS).default(7 * DAY).meta({ type: "string", format: "duration", description: "How long the old secret works on (ISO 8601, 0 to 30 days; never past a fixed end of the key). Default: `P7D`." }),
  })
  .meta({ id: "Rotation" });

export const simulationInput = z
  .strictObject({
    method: z.enum(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]),
    path: z.string().startsWith("/").max(2_000),
    ip: z.string().max(100).optional().meta({ description: "The address that the request would come from." }),
    location: id("location").optional().meta({ description: "What `ConnectKit-Location` would say." }),
  })
  .meta({ id: "SimulationInput" });
export type SimulationInput = z.output<typeof simulationInput>;

export const simulation = z
  .strictObject({
    allowed: z.boolean(),
    operation: z.string().nullable().meta({ description: "The operation that would answer; null: none." }),
    refusal: z
      .looseObject({ status: z.int(), code: z.string(), title: z.string(), detail: z.string() })
      .nullable()
      .meta({ description: "The first rule that refuses the request." }),
  })
  .meta({ id: "Simulation" });
export type Simulation = z.output<typeof simulation>;

export const leakReport = z.strictObject({ tokens: z.array(z.string().max(1_000)).min(1).max(1_000) }).meta({ id: "LeakReport" });

// Making a key: within the plan, of a member and of locations that there are. The secret is in the answer and nowhere
// else; a key that is to be claimed has none yet.
import { limitsOf } from "../limits/plans";
import { commit, type CommitCtx, type Guard, type Plan } from "../platform/commit";
import { etag } from "../platform/conditions";
import type { OrgCtx } from "../platform/context";
import type { Reply } from "../platform/endpoint";
import { diff, type EventDraft } from "../platform/events";
import { newId } from "../platform/id";
import { sameJson } from "../platform/json";
import { invalid, notFound } from "../platform/problems";
import { hash, type PlainSecret } from "../platform/secret";
import type { Statement } from "../platform/sql";
import { mint, type KeyKind } from "./format";
import { firstDue } from "./idleness";
import { keyLimitReached } from "./problems";
import { keyOf, logged, secretsOf } from "./render";
import type { CreatedKey, Key, KeyInput } from "./schema";
import * as store from "./store";

export interface Issue {
  readonly name: string;
  readonly kind: KeyKind;
  readonly environment: "live" | "sandbox";
  /** One for a location key; for an agency key those it is narrowed to, or null for all. */
  readonly locations: readonly string[] | null;
  readonly scopes: readonly string[];
  readonly owner: string;
  readonly integration?: string | undefined;
  readonly limits?: KeyInput["limits"] | undefined;
  readonly synchronous?: boolean | undefined;
  readonly allowedIps?: readonly string[] | undefined;
  readonly expiresAt?: number | undefined;
}

export interface Prepared {
  readonly id: string;
  readonly key: Key;
  readonly guards: readonly Guard<"control">[];
  readonly writes: readonly Statement<"control">[];
  readonly event: EventDraft;
}

/** Of a key without a secret. */
const NO_SECRET = "----";

/** Makes a key. The secret is in this answer and nowhere else. Throws `key_limit_reached` (409), 422. */
export async function issue(
  ctx: CommitCtx & Pick<OrgCtx, "db" | "env">,
  wanted: Issue,
  secret: PlainSecret = mint(wanted.environment, wanted.kind),
): Promise<Reply<CreatedKey>> {
  return commit(ctx, ctx.db.control, async (): Promise<Plan<"control", CreatedKey>> => {
    const { id, key, guards, writes, event } = await prepare(ctx, wanted, secret);
    return {
      // A dry run makes no key, so its secret would never work.
      reply: { status: 201, headers: { ETag: etag(1), Location: `/v1/keys/${id}` }, body: { ...key, secret: ctx.dryRun ? null : secret.reveal() } },
      withhold: ["secret"],
      guards,
      writes,
      events: [event],
    };
  });
}

/** What makes a key, for a commit; without a secret it is unclaimed. Throws `key_limit_reached` (409), 422. */
export async function prepare(ctx: CommitCtx & Pick<OrgCtx, "db" | "env">, wanted: Issue, secret: PlainSecret | null): Promise<Prepared> {
  const facts = await factsOf(ctx, wanted.owner, wanted.locations ?? []);
  const room = roomIn(ctx.org, facts);
  const row = rowOf(ctx, wanted, secret);
  const shown = { ...row, plan: facts.plan, org_limits: facts.org_limits, role: facts.role, secrets: secret ? secretsOf(row) : "[]" };
  return {
    id: row.id,
    key: keyOf(shown),
    guards: [room, store.isMember(ctx.org, wanted.owner)],
    writes: [store.insertKey(row), ...(secret ? [store.insertSecret(hash(ctx.env.KEY_PEPPER, secret), row)] : [])],
    event: { type: "key.created", subject: row.id, version: 1, environment: row.environment, location: row.location_id, changes: diff({}, logged(row), sameJson) },
  };
}

/** Holds while the plan has room for one more key. Throws `key_limit_reached` (409). */
export async function roomFor(ctx: Pick<OrgCtx, "org" | "db">): Promise<Guard<"control">> {
  const facts = await store.readCreationFacts(ctx.db.control, ctx.org, "", []);
  if (!facts) throw notFound("No such organization.");
  return roomIn(ctx.org, facts);
}

function roomIn(org: string, { plan, org_limits, living }: store.CreationFacts): Guard<"control"> {
  const { keys: limit } = limitsOf(plan, org_limits);
  if (living >= limit) throw keyLimitReached(`The organization has ${limit} keys.`, { limit });
  return store.belowLimit(org, limit);
}

/** What the organization says of a key's owner and locations. Throws 422 where it has no such. */
export async function factsOf(ctx: Pick<OrgCtx, "org" | "db">, owner: string, locations: readonly string[]) {
  const facts = await store.readCreationFacts(ctx.db.control, ctx.org, owner, locations);
  if (!facts) throw notFound("No such organization.");
  const { owner_role: role, known_locations: known } = facts;
  if (role === null) throw invalid([{ pointer: "/owner", code: "unknown_member", message: "no such member" }]);
  if (known !== new Set(locations).size) throw invalid([{ pointer: "/location_ids", code: "unknown_location", message: "no such location" }]);
  return { ...facts, role };
}

function rowOf(ctx: CommitCtx, wanted: Issue, secret: PlainSecret | null): store.KeyRow {
  const agency = wanted.kind === "agency";
  return {
    id: newId("key", ctx.now),
    org_id: ctx.org,
    name: wanted.name,
    kind: wanted.kind,
    environment: wanted.environment,
    location_id: agency ? null : (wanted.locations?.[0] ?? null),
    location_ids: agency && wanted.locations ? JSON.stringify(wanted.locations) : null,
    scopes: wanted.scopes.join(" "),
    status: secret ? "active" : "unclaimed",
    owner_id: wanted.owner,
    integration: wanted.integration ?? null,
    limits: wanted.limits ? JSON.stringify(wanted.limits) : null,
    contract: null,
    synchronous: wanted.synchronous ? 1 : 0,
    allowed_ips: wanted.allowedIps?.length ? JSON.stringify(wanted.allowedIps) : null,
    last4: secret?.last4 ?? NO_SECRET,
    epoch: 1,
    version: 1,
    created_at: ctx.now,
    created_by: ctx.actor.id,
    updated_at: ctx.now,
    last_used_at: null,
    last_used_from: null,
    expires_at: wanted.expiresAt ?? null,
    claimed_at: null,
    idle_due_at: secret ? firstDue(ctx.now) : null,
  };
}

// Keys: create, read, change, revoke. What a key may do is changed in D1 and made effective at its gate before the
// answer, so that an answered change is true for every request that arrives after it.
import { limitsOf } from "../limits/plans";
import { raiseKey } from "../limits/store";
import { effectively } from "../limits/switches";
import { commit, type CommitCtx, type Plan } from "../platform/commit";
import { checkIfMatch, etag } from "../platform/conditions";
import type { OrgCtx } from "../platform/context";
import type { Reply } from "../platform/endpoint";
import { diff } from "../platform/events";
import { newId } from "../platform/id";
import { sameJson } from "../platform/json";
import { encodeCursor, decodeCursor, questionOf } from "../platform/page";
import { invalid, notFound } from "../platform/problems";
import { checkReadOnly } from "../platform/readonly";
import { hash, type PlainSecret } from "../platform/secret";
import { mint, type KeyKind } from "./format";
import { checkLocations, checkOwner, checkScopes, gained } from "./grants";
import { keyEnded, keyLimitReached, notGrantable } from "./problems";
import { keyOf, logged, secretsOf } from "./render";
import { READ_ONLY, type CreatedKey, type Key, type KeyInput, type KeyPatch } from "./schema";
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
  readonly limits?: KeyInput["limits"];
  readonly synchronous?: boolean | undefined;
  readonly allowedIps?: readonly string[] | undefined;
  readonly expiresAt?: number | undefined;
}

/** Makes a key. The secret is in this answer and nowhere else. Throws `key_limit_reached` (409), 422. */
export async function issue(
  ctx: CommitCtx & Pick<OrgCtx, "db" | "env">,
  wanted: Issue,
  secret: PlainSecret = mint(wanted.environment, wanted.kind),
): Promise<Reply<CreatedKey>> {
  const digest = hash(ctx.env.KEY_PEPPER, secret);
  return commit(ctx, ctx.db.control, async (): Promise<Plan<"control", CreatedKey>> => {
    const facts = await factsOf(ctx, wanted.owner, wanted.locations ?? []);
    const { keys: limit } = limitsOf(facts.plan, facts.org_limits);
    if (facts.living >= limit) throw keyLimitReached(`The organization has ${limit} keys.`, { limit });
    const row = rowOf(ctx, wanted, secret.last4);
    const shown = { ...row, plan: facts.plan, org_limits: facts.org_limits, role: facts.role, secrets: secretsOf(row) };
    return {
      reply: {
        status: 201,
        headers: { ETag: etag(1), Location: `/v1/keys/${row.id}` },
        // A dry run makes no key, so its secret would never work.
        body: { ...keyOf(shown), secret: ctx.dryRun ? null : secret.reveal() },
      },
      withhold: ["secret"],
      guards: [store.belowLimit(ctx.org, limit)],
      writes: [store.insertKey(row), store.insertSecret(digest, row)],
      events: [{ type: "key.created", subject: row.id, version: 1, environment: row.environment, location: row.location_id, changes: diff({}, logged(row), sameJson) }],
    };
  });
}

/** What the organization says of a key's owner and locations. Throws 422 where it has no such. */
async function factsOf(ctx: Pick<OrgCtx, "org" | "db">, owner: string, locations: readonly string[]) {
  const facts = await store.readCreationFacts(ctx.db.control, ctx.org, owner, locations);
  if (!facts) throw notFound("No such organization.");
  const { owner_role: role, known_locations: known } = facts;
  if (role === null) throw invalid([{ pointer: "/owner", code: "unknown_member", message: "no such member" }]);
  if (known !== new Set(locations).size) throw invalid([{ pointer: "/location_ids", code: "unknown_location", message: "no such location" }]);
  return { ...facts, role };
}

/** `issue`, within what the calling key can give: its own environment, locations and scopes, never `keys:write`. */
export async function create(ctx: OrgCtx, input: KeyInput): Promise<Reply<CreatedKey>> {
  const { principal } = ctx;
  const environment = input.environment ?? principal.environment;
  const locations = input.location_ids ?? (principal.space ? [principal.space.location] : principal.locations);
  if (input.kind === "location" && locations?.length !== 1) {
    throw invalid([{ pointer: "/location_ids", code: "one_location", message: "a location key has exactly one location" }]);
  }
  if (environment !== principal.environment) throw notGrantable(`This key can make ${principal.environment} keys only.`, { environment });
  if (input.kind === "agency" && principal.space) throw notGrantable("A location key can't make an agency key.", { kind: input.kind });
  checkScopes(ctx, input.scopes);
  checkLocations(ctx, locations);
  if (input.expires_at !== undefined && input.expires_at <= ctx.now) {
    throw invalid([{ pointer: "/expires_at", code: "in_the_past", message: "must lie in the future" }]);
  }
  if (input.owner !== undefined) checkOwner(ctx, (await factsOf(ctx, input.owner, [])).role);
  const { name, kind, scopes, integration, limits, synchronous } = input;
  return issue(ctx, {
    name, kind, environment, locations, scopes, integration, limits, synchronous,
    owner: input.owner ?? principal.owner.id,
    allowedIps: input.allowed_ips,
    expiresAt: input.expires_at,
  });
}

export async function read(ctx: OrgCtx, id: string): Promise<Reply<Key>> {
  const row = await store.readKey(ctx, id);
  if (!row) throw notFound("No such key.");
  return { status: 200, headers: { ETag: etag(row.version) }, body: keyOf(row) };
}

export async function list(ctx: OrgCtx, filter: store.KeyFilter, cursor: string | undefined, limit: number) {
  const question = questionOf(["keys", filter]);
  const [after] = cursor === undefined ? [""] : decodeCursor(cursor, question, ["string"]);
  const rows = await store.listKeys(ctx, filter, String(after), limit + 1);
  const page = rows.slice(0, limit);
  const last = rows.length > limit ? page.at(-1) : undefined;
  return { status: 200, body: { data: page.map(keyOf), page: { next_cursor: last ? encodeCursor(question, [last.id]) : null, limit } } };
}

/** Merge-patches a key. What it may do changes at its gate before the answer. */
export function update(ctx: OrgCtx, id: string, patch: KeyPatch): Promise<Reply<Key>> {
  return change(ctx, id, "key.updated", async (before) => {
    if (store.ENDED.has(before.status)) throw keyEnded(`The key is ${before.status}.`, { key_status: before.status });
    const shown = keyOf(before);
    checkReadOnly(patch, shown, READ_ONLY);
    const relocated = patch.location_ids !== undefined && !sameJson(patch.location_ids, shown.location_ids);
    if (before.kind === "location" && relocated) {
      throw invalid([{ pointer: "/location_ids", code: "immutable", message: "a location key stays with its location" }]);
    }
    const locations = relocated ? (patch.location_ids ?? null) : undefined;
    if (locations !== undefined) checkLocations(ctx, locations);
    const after = patched(before, patch, locations);
    const moved = after.owner_id !== before.owner_id;
    const { role } = moved || locations ? await factsOf(ctx, after.owner_id, locations ?? []) : before;
    if (moved) checkOwner(ctx, role);
    checkScopes(ctx, gained(before, { ...after, role }));
    return { after, role };
  });
}

/** Ends a key. No request that arrives after the answer passes. */
export const revoke = (ctx: OrgCtx, id: string): Promise<Reply<Key>> =>
  change(ctx, id, "key.revoked", async (before) => ({
    after: before.status === "deleted" ? before : { ...before, status: "revoked" },
    role: before.role,
  }));

type Changed = { after: store.ListedKeyRow; role: store.ListedKeyRow["role"] };

function change(ctx: OrgCtx, id: string, type: string, decide: (before: store.ListedKeyRow) => Promise<Changed>): Promise<Reply<Key>> {
  const plan = async (): Promise<Plan<"control", Key>> => {
    const before = await store.readKey(ctx, id);
    if (!before) throw notFound("No such key.");
    checkIfMatch(ctx, before.version);
    const { after, role } = await decide(before);
    const changes = diff(logged(before), logged(after), sameJson);
    if (Object.keys(changes).length === 0) return { reply: { status: 200, headers: { ETag: etag(before.version) }, body: keyOf(before) }, writes: [], events: [] };
    const next = { ...after, role, version: before.version + 1, updated_at: ctx.now };
    return {
      reply: { status: 200, headers: { ETag: etag(next.version) }, body: keyOf(next) },
      guards: [{ database: "control", sql: "SELECT version = ? FROM keys WHERE id = ?", params: [before.version, id] }],
      writes: [store.updateKey(next), ...raiseKey(id, ctx.now)],
      events: [{ type: eventOf(type, before.status, after.status), subject: id, version: next.version, environment: before.environment, location: before.location_id, changes }],
    };
  };
  return effectively(ctx, () => commit(ctx, ctx.db.control, plan));
}

function eventOf(type: string, before: string, after: string): string {
  if (before === after || type !== "key.updated") return type;
  return after === "paused" ? "key.paused" : "key.resumed";
}

function patched(before: store.ListedKeyRow, patch: KeyPatch, locations: readonly string[] | null | undefined): store.ListedKeyRow {
  return {
    ...before,
    name: patch.name ?? before.name,
    location_ids: locations === undefined ? before.location_ids : listOrNull(locations ?? []),
    scopes: patch.scopes?.join(" ") ?? before.scopes,
    status: patch.status ?? before.status,
    owner_id: patch.owner ?? before.owner_id,
    integration: patch.integration === undefined ? before.integration : patch.integration,
    limits: patch.limits === undefined ? before.limits : limitsAfter(before, patch.limits),
    synchronous: patch.synchronous === undefined ? before.synchronous : patch.synchronous ? 1 : 0,
    allowed_ips: patch.allowed_ips === undefined ? before.allowed_ips : listOrNull(patch.allowed_ips ?? []),
  };
}

const listOrNull = (items: readonly string[]): string | null => (items.length === 0 ? null : JSON.stringify(items));

/** The key's own quotas after the patch. One that comes back as the plan has it stays the plan's. */
function limitsAfter(before: store.ListedKeyRow, patch: KeyPatch["limits"]): string | null {
  if (!patch) return null;
  const own = new Map<string, unknown>(Object.entries(JSON.parse(before.limits ?? "{}")));
  const shown = new Map<string, unknown>(Object.entries(keyOf(before).limits));
  for (const [quota, value] of Object.entries(patch)) {
    if (value === null) own.delete(quota);
    else if (own.has(quota) || shown.get(quota) !== value) own.set(quota, value);
  }
  return own.size === 0 ? null : JSON.stringify(Object.fromEntries(own));
}

function rowOf(ctx: CommitCtx, wanted: Issue, last4: string): store.KeyRow {
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
    status: "active",
    owner_id: wanted.owner,
    integration: wanted.integration ?? null,
    limits: wanted.limits ? JSON.stringify(wanted.limits) : null,
    synchronous: wanted.synchronous ? 1 : 0,
    allowed_ips: wanted.allowedIps?.length ? JSON.stringify(wanted.allowedIps) : null,
    last4,
    epoch: 1,
    version: 1,
    created_at: ctx.now,
    created_by: ctx.actor.id,
    updated_at: ctx.now,
    last_used_at: null,
    last_used_from: null,
    expires_at: wanted.expiresAt ?? null,
  };
}

// Keys: create within one's reach, read, change, revoke. What a key may do is changed in D1 and made effective at its gate before the
// answer, so that an answered change is true for every request that arrives after it.
import { locationsSeen } from "../orgs/reach";
import { etag } from "../platform/conditions";
import type { OrgCtx } from "../platform/context";
import type { Reply } from "../platform/endpoint";
import { sameJson } from "../platform/json";
import { pageById, questionOf, type PageAsked } from "../platform/page";
import { invalid, notFound } from "../platform/problems";
import { checkReadOnly } from "../platform/readonly";
import { bounded, checkLoosened } from "./bounds";
import { change, checkLiving } from "./change";
import { checkLocations, checkOwner, checkScopes, gained } from "./grants";
import { factsOf, issue } from "./issue";
import { notGrantable } from "./problems";
import { keyOf } from "./render";
import { READ_ONLY, type CreatedKey, type Key, type KeyInput, type KeyPatch } from "./schema";
import * as store from "./store";

export { mint, type KeyKind } from "./format";

/** `issue`, within what the caller can give: its own environment, locations and scopes, a key never `keys:write`. */
export async function create(ctx: OrgCtx, input: KeyInput): Promise<Reply<CreatedKey>> {
  const { principal } = ctx;
  const environment = input.environment ?? principal.environment;
  const locations = input.location_ids ?? (principal.space ? [principal.space.location] : principal.locations);
  if (input.kind === "location" && locations?.length !== 1) {
    throw invalid([{ pointer: "/location_ids", code: "one_location", message: "a location key has exactly one location" }]);
  }
  if (environment !== principal.environment) throw notGrantable(`This caller can make ${principal.environment} keys only.`, { environment });
  if (input.kind === "agency" && principal.space) throw notGrantable("A location key can't make an agency key.", { kind: input.kind });
  checkScopes(ctx, input.scopes);
  checkLocations(ctx, locations);
  if (input.expires_at !== undefined && input.expires_at <= ctx.now) {
    throw invalid([{ pointer: "/expires_at", code: "in_the_past", message: "must lie in the future" }]);
  }
  if (input.owner !== undefined) checkOwner(ctx, (await factsOf(ctx, input.owner, [])).role);
  const { name, kind, scopes, integration, limits, synchronous } = input;
  const wanted = await bounded(ctx, {
    name, kind, environment, locations, scopes, integration, limits, synchronous,
    owner: input.owner ?? principal.owner.id,
    allowedIps: input.allowed_ips,
    expiresAt: input.expires_at,
  });
  return issue(ctx, wanted);
}

export async function read(ctx: OrgCtx, id: string): Promise<Reply<Key>> {
  const row = await store.readKey(ctx, id);
  if (!row) throw notFound("No such key.");
  return { status: 200, headers: { ETag: etag(row.version) }, body: keyOf(row) };
}

/** Throws 404 for a location out of reach. */
export async function list(ctx: OrgCtx, filter: store.KeyFilter, page: PageAsked) {
  await locationsSeen(ctx, filter.location);
  return pageById(questionOf(["keys", filter]), page, (after, limit) => store.listKeys(ctx, filter, after, limit), keyOf);
}

/** Those of these callers that are keys which this one can see. */
export async function keysSeen(ctx: OrgCtx, ids: readonly string[]): Promise<ReadonlySet<string>> {
  return new Set(ids.length === 0 ? [] : (await store.readSeen(ctx, ids)).map(({ id }) => id));
}

/** Merge-patches a key. What it may do changes at its gate before the answer. */
export function update(ctx: OrgCtx, id: string, patch: KeyPatch): Promise<Reply<Key>> {
  return change(ctx, id, async (before) => {
    checkLiving(before);
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
    const more = gained(before, { ...after, role });
    if (moved || more.length > 0) checkOwner(ctx, role);
    checkScopes(ctx, more);
    await checkLoosened(ctx, before, after);
    return { after: { ...after, role }, type: typeOf(before.status, after.status) };
  });
}

/** Ends a key. No request that arrives after the answer passes. */
export const revoke = (ctx: OrgCtx, id: string): Promise<Reply<Key>> =>
  change(ctx, id, async (before) => ({
    after: before.status === "deleted" ? before : { ...before, status: "revoked" },
    type: "key.revoked",
  }));

function typeOf(before: store.KeyStatus, after: store.KeyStatus): string {
  if (before === after) return "key.updated";
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

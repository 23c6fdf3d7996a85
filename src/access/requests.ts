// Access requests: a member of the client asks for a live key, an admin decides and answers for it. The key gets exactly
// what the sandbox key has at that moment; less only on purpose, and recorded.
import { prepare } from "../keys/issue";
import { expand } from "../keys/scopes";
import { isAdmin } from "../orgs/roles";
import { DAY, rfc3339 } from "../platform/clock";
import { commit, type Plan } from "../platform/commit";
import { checkIfMatch, etag } from "../platform/conditions";
import type { OrgCtx } from "../platform/context";
import type { Reply } from "../platform/endpoint";
import { newId } from "../platform/id";
import { pageById, questionOf, type PageAsked } from "../platform/page";
import { invalid, notFound } from "../platform/problems";
import { linkOf, newClaim, type Claim } from "./claims";
import { about, event, thumbprintOf } from "./events";
import { checkJwk } from "./jwk";
import { approverOnly, integrationRetired, requestClosed, requestLimitReached, sandboxKeyEnded, vendorCannotRequest } from "./problems";
import { isLiving, jwkOf, requestOf, scopesOf } from "./render";
import type { AccessRequest, AccessRequestInput, Approval, ApprovedRequest } from "./schema";
import * as store from "./store";

const REQUEST_MS = 30 * DAY;
/** Requests that wait: of a member, of an organization. Each is a notice to its admins. */
const MAX_OWN = 10;
const MAX_WAITING = 100;

/** Asks for a live key. Throws `vendor_cannot_request` (403), `sandbox_key_ended` (409), 422. */
export async function request(ctx: OrgCtx, input: AccessRequestInput): Promise<Reply<AccessRequest>> {
  const jwk = input.custom?.public_jwk ?? null;
  if (jwk) await checkJwk(jwk, "/custom/public_jwk");
  return commit(ctx, ctx.db.control, async (): Promise<Plan<"control", AccessRequest>> => {
    const wanted = input.integration_id === undefined ? await custom(ctx, input.custom) : await catalogued(ctx, input.integration_id);
    const waiting = await store.countWaiting(ctx.db.control, ctx.org, ctx.principal.owner.id);
    if (waiting.own >= MAX_OWN || waiting.all >= MAX_WAITING) throw requestLimitReached("Too many requests wait for a decision.", { limit: waiting.own >= MAX_OWN ? MAX_OWN : MAX_WAITING });
    const locations = input.location_ids ? [...new Set(input.location_ids)] : null;
    if (locations && (await store.countLocations(ctx.db.control, ctx.org, locations)) !== locations.length) {
      throw invalid([{ pointer: "/location_ids", code: "unknown_location", message: "no such location" }]);
    }
    const kind = wanted.kind ?? (locations?.length === 1 ? "location" : "agency");
    if (kind === "location" && locations?.length !== 1) throw invalid([{ pointer: "/location_ids", code: "one_location", message: "its keys are of exactly one location" }]);
    const row: store.ListedRequestRow = {
      ...NEW, ...wanted.row, id: newId("accessRequest", ctx.now), org_id: ctx.org, reason: input.custom?.reason ?? input.reason ?? null, kind,
      location_ids: locations && JSON.stringify(locations), public_jwk: jwk && JSON.stringify(jwk), requested_by: ctx.principal.owner.id,
      expires_at: ctx.now + REQUEST_MS, created_at: ctx.now, updated_at: ctx.now,
    };
    return {
      reply: { ...(await reply(row)), status: 201, headers: { ETag: etag(1), Location: `/v1/access-requests/${row.id}` } },
      writes: [store.insertRequest(row)],
      events: [{ ...event(row, "created"), data: { ...about(row), reason: row.reason, scopes: scopesOf(row).split(" "), location_ids: locations }, notice: { severity: "warning" } }],
    };
  });
}

type Wanted = { readonly kind: store.AccessRequestRow["kind"] | null; readonly row: Partial<store.ListedRequestRow> & { name: string } };

async function catalogued(ctx: OrgCtx, id: string): Promise<Wanted> {
  const found = await store.readIntegration(ctx.db.control, id);
  if (!found || found.status === "retired") throw invalid([{ pointer: "/integration_id", code: "unknown_integration", message: "not in the catalogue" }]);
  if (found.org_id === ctx.org) throw vendorCannotRequest("This integration is your own organization's.");
  if (!isLiving(found.key_status)) throw sandboxKeyEnded("The integration's sandbox key no longer works.");
  const { name, vendor, org_id, scopes, public_jwk, kind } = found;
  return { kind, row: { integration_id: id, name, integration: name, vendor, vendor_id: org_id, sandbox_scopes: scopes, sandbox_status: found.key_status, integration_jwk: public_jwk } };
}

async function custom(ctx: OrgCtx, input: AccessRequestInput["custom"]): Promise<Wanted> {
  const name = input?.name ?? "";
  if (input?.sandbox_key === undefined) return { kind: null, row: { name, scopes: (input?.scopes ?? []).join(" ") } };
  const key = await store.readSandboxKey(ctx.db.control, ctx.org, input.sandbox_key);
  if (!key || !isLiving(key.status)) throw invalid([{ pointer: "/custom/sandbox_key", code: "not_a_sandbox_key", message: "not a living sandbox key of your organization" }]);
  return { kind: key.kind, row: { name, sandbox_key_id: key.id, sandbox_scopes: key.scopes, sandbox_status: key.status } };
}

const NEW = {
  integration_id: null, scopes: null, sandbox_key_id: null, status: "pending", decided_at: null, decided_by: null, decision: null, granted: null, key_id: null,
  claim_digest: null, claimed_at: null, fingerprint: null, connected_at: null, version: 1, integration: null, vendor_id: null, vendor: null,
  integration_jwk: null, integration_status: null, sandbox_scopes: null, sandbox_status: null, key_status: null, key_last4: null, key_version: null, key_expires_at: null,
} as const;

/** Owners and admins see all requests, others their own. */
const isApprover = ({ principal }: Pick<OrgCtx, "principal">): boolean => isAdmin(principal.owner.role);

/** Newest first. */
export const list = (ctx: OrgCtx, filter: Omit<store.RequestFilter, "by">, page: PageAsked) =>
  pageById(
    questionOf(["access-requests", filter]),
    page,
    (before, limit) => store.listRequests(ctx.db.control, ctx.org, { ...filter, by: isApprover(ctx) ? undefined : ctx.principal.owner.id }, before, limit),
    requestOf,
  );

export const read = async (ctx: OrgCtx, id: string): Promise<Reply<AccessRequest>> => reply(await seen(ctx, id));

/** Makes an unclaimed key and a claim link. Throws `approver_only` (403), `request_closed`, `sandbox_key_ended`, `key_limit_reached` (409), 422. */
export async function approve(ctx: OrgCtx, id: string, approval: Approval): Promise<Reply<ApprovedRequest>> {
  checkApprover(ctx);
  const claim = newClaim(ctx);
  return commit(ctx, ctx.db.control, async (): Promise<Plan<"control", ApprovedRequest>> => {
    const before = await pending(ctx, id);
    if (before.integration_status === "retired") throw integrationRetired("The vendor took it out of the catalogue.");
    if ((before.integration_id ?? before.sandbox_key_id) !== null && !isLiving(before.sandbox_status)) throw sandboxKeyEnded("The sandbox key that it goes by no longer works.");
    if (approval.expires_at !== undefined && approval.expires_at <= ctx.now) throw invalid([{ pointer: "/expires_at", code: "in_the_past", message: "must lie in the future" }]);
    const asked = scopesOf(before).split(" ");
    const granted = approval.scopes ?? asked;
    const beyond = expand(granted).filter((scope) => !expand(asked).includes(scope));
    if (beyond.length > 0) throw invalid([{ pointer: "/scopes", code: "beyond_request", message: `not asked for: ${beyond.join(", ")}` }]);
    const key = await prepare(
      ctx,
      {
        name: before.name, kind: before.kind, environment: "live", locations: before.location_ids === null ? null : JSON.parse(before.location_ids), scopes: granted,
        owner: ctx.principal.owner.id, integration: before.integration_id ?? undefined, limits: approval.limits, allowedIps: approval.allowed_ips, expiresAt: approval.expires_at,
      },
      null,
    );
    const after: store.ListedRequestRow = {
      ...before, ...decided(ctx, before, "approved", approval.reason), public_jwk: jwkOf(before), granted: granted.join(" "), key_id: key.id, key_status: "unclaimed",
      claim_digest: claim.digest, expires_at: claim.expiresAt,
    };
    const narrowed = approval.scopes && expand(asked).length > expand(granted).length ? { narrowed_from: asked } : {};
    return {
      reply: await withLink(ctx, after, claim),
      withhold: ["claim"],
      guards: [store.unchanged(before), ...key.guards],
      writes: [...key.writes, store.updateRequest(after)],
      events: [
        key.event,
        { ...event(after, "approved", before), data: { ...about(after), key: key.id, scopes: granted, ...narrowed, encrypted_to: await thumbprintOf(after) }, notice: { severity: "info", member: before.requested_by } },
      ],
    };
  });
}

/** Denies with a reason, for the one who asked to read. */
export const deny = (ctx: OrgCtx, id: string, reason: string): Promise<Reply<AccessRequest>> => {
  checkApprover(ctx);
  return end(ctx, id, "denied", reason);
};

/** Takes one's own request back; an admin anybody's. */
export const withdraw = (ctx: OrgCtx, id: string): Promise<Reply<AccessRequest>> => end(ctx, id, "withdrawn", undefined);

function end(ctx: OrgCtx, id: string, status: "denied" | "withdrawn", reason: string | undefined): Promise<Reply<AccessRequest>> {
  return commit(ctx, ctx.db.control, async (): Promise<Plan<"control", AccessRequest>> => {
    const before = await pending(ctx, id);
    const after = { ...before, ...decided(ctx, before, status, reason) };
    const told = status === "denied" ? { notice: { severity: "info", member: before.requested_by } as const } : {};
    return {
      reply: await reply(after),
      guards: [store.unchanged(before)],
      writes: [store.updateRequest(after)],
      events: [{ ...event(after, status, before), data: { ...about(after), ...(reason === undefined ? {} : { reason }) }, ...told }],
    };
  });
}

export function checkApprover(ctx: OrgCtx): void {
  if (!isApprover(ctx)) throw approverOnly("Your role does not decide on requests.", { role: ctx.principal.owner.role });
}

/** A request that the caller may see. */
export async function seen(ctx: OrgCtx, id: string): Promise<store.ListedRequestRow> {
  const row = await store.readRequest(ctx.db.control, ctx.org, id);
  if (!row || !(isApprover(ctx) || row.requested_by === ctx.principal.owner.id)) throw notFound("No such request.");
  return row;
}

async function pending(ctx: OrgCtx, id: string): Promise<store.ListedRequestRow> {
  const row = await seen(ctx, id);
  checkIfMatch(ctx, row.version);
  const status = row.status === "pending" && row.expires_at <= ctx.now ? "expired" : row.status;
  if (status !== "pending") throw requestClosed(`The request is ${status}.`, { request_status: status });
  return row;
}

const decided = (ctx: OrgCtx, row: store.AccessRequestRow, status: store.RequestStatus, reason: string | undefined) => ({
  status, decided_at: ctx.now, decided_by: ctx.principal.owner.id, decision: reason ?? null, version: row.version + 1, updated_at: ctx.now,
});

const reply = async (row: store.ListedRequestRow): Promise<Reply<AccessRequest>> => ({ status: 200, headers: { ETag: etag(row.version) }, body: await requestOf(row) });

/** The answer that bears the link. A dry run makes no key, so its link would never work. */
export const withLink = async (ctx: OrgCtx, row: store.ListedRequestRow, claim: Claim): Promise<Reply<ApprovedRequest>> => ({
  status: 200,
  headers: { ETag: etag(row.version) },
  body: { ...(await requestOf(row)), claim: ctx.dryRun ? null : { url: linkOf(ctx, claim), expires_at: rfc3339(claim.expiresAt) } },
});

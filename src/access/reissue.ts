// A hand-over that went wrong: what was handed over works no more when this is answered, and a new link takes its place.
// And the one that went right: the key's first success closes the request.
import { unclaimWrites } from "../keys/claim";
import { roomFor } from "../keys/issue";
import { keyEnded } from "../keys/problems";
import { checkReachable, effectively, tell } from "../limits/switches";
import { raiseKeys } from "../limits/store";
import { commit, type Plan } from "../platform/commit";
import { checkIfMatch } from "../platform/conditions";
import type { OrgCtx } from "../platform/context";
import type { Reply } from "../platform/endpoint";
import { newClaim } from "./claims";
import { about, event, forVendor, thumbprintOf } from "./events";
import { requestClosed } from "./problems";
import { checkApprover, seen, withLink } from "./requests";
import type { ApprovedRequest } from "./schema";
import * as store from "./store";

const AGAIN: ReadonlySet<store.RequestStatus> = new Set(["approved", "claimed", "connected", "expired"]);

/**
 * Voids what was handed over and makes a new link, for the recipient that was approved. Who reissues answers for the key from
 * then on: whoever gets its secret gets no more than that member may. Throws `approver_only` (403),
 * `request_closed`, `key_ended`, `key_limit_reached` (409), 503.
 */
export function reissue(ctx: OrgCtx, id: string): Promise<Reply<ApprovedRequest>> {
  checkApprover(ctx);
  const claim = newClaim(ctx);
  const told: string[] = [];
  const plan = async (): Promise<Plan<"control", ApprovedRequest>> => {
    const before = await seen(ctx, id);
    checkIfMatch(ctx, before.version);
    const { key_id: key, key_status: status } = before;
    if (!AGAIN.has(before.status) || key === null) throw requestClosed(`The request is ${before.status}.`, { request_status: before.status });
    const lapsed = before.status === "expired" && status === "expired";
    if (!lapsed && status !== "unclaimed" && status !== "active") throw keyEnded(`The key is ${status}.`, { key_status: status });
    const limit = lapsed ? [await roomFor(ctx)] : [];
    await checkReachable(ctx.env, key);
    told[0] = key;
    const after: store.ListedRequestRow = {
      ...before, status: "approved", decided_by: ctx.principal.owner.id, decided_at: ctx.now, claim_digest: claim.digest,
      expires_at: claim.expiresAt, claimed_at: null, fingerprint: null, connected_at: null, key_status: "unclaimed", key_last4: "----", version: before.version + 1, updated_at: ctx.now,
    };
    return {
      reply: await withLink(ctx, after, claim),
      withhold: ["claim"],
      guards: [store.unchanged(before), ...limit, { database: "control", sql: "SELECT status = ? AND version = ? FROM keys WHERE id = ?", params: [status, before.key_version, key] }],
      writes: [...unclaimWrites(key, ctx.principal.owner.id, ctx.now), store.updateRequest(after)],
      events: [
        { type: "key.unclaimed", subject: key, version: (before.key_version ?? 0) + 1, environment: "live", changes: { status: { from: status, to: "unclaimed" } }, data: { request: id, owner: ctx.principal.owner.id } },
        {
          ...event(after, "reissued", before), data: { ...about(after), key, voided: before.fingerprint, encrypted_to: await thumbprintOf(after) },
          notice: { severity: "info", member: before.requested_by },
        },
      ],
    };
  };
  return effectively(ctx, () => commit(ctx, ctx.db.control, plan), { keys: told });
}

/** The connection test succeeded: closes the request, once. */
export async function connect(ctx: OrgCtx, id: string): Promise<void> {
  const key = ctx.principal.id;
  await commit({ ...ctx, idempotency: null }, ctx.db.control, async (): Promise<Plan<"control", never>> => {
    const before = await store.readRequest(ctx.db.control, ctx.org, id);
    if (before?.status !== "claimed") return { reply: { status: 200 }, writes: [], events: [] };
    const after: store.ListedRequestRow = { ...before, status: "connected", connected_at: ctx.now, version: before.version + 1, updated_at: ctx.now };
    const data = { ...about(after), key };
    return {
      reply: { status: 200 },
      guards: [store.unchanged(before)],
      // The caches learn that nothing is left to close.
      writes: [store.updateRequest(after), ...raiseKeys([key], ctx.now)],
      events: [
        { ...event(after, "connected", before), data, notice: { severity: "info" } },
        ...(before.vendor_id === null ? [] : [{ ...forVendor(event(after, "connected", before), before), data: { ...data, request: id, client: ctx.org }, notice: { severity: "info" } as const }]),
      ],
    };
  });
  await tell(ctx.env, ctx.db, { keys: [key] });
}

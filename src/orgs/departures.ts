// A member goes: removed, or leaving by themselves. The row stays as the author of what was done; the keys that they
// answered for pass to another member in the same moment, or nobody goes.
import { raiseKeys } from "../limits/store";
import { effectively } from "../limits/switches";
import { rfc3339 } from "../platform/clock";
import { commit, type Plan } from "../platform/commit";
import { checkIfMatch } from "../platform/conditions";
import type { OrgCtx } from "../platform/context";
import type { Reply } from "../platform/endpoint";
import { invalidParameter, notFound } from "../platform/problems";
import { checkRank, checkWhole } from "./authority";
import { memberHasKeys } from "./member-problems";
import type { Departure } from "./member-schema";
import * as store from "./member-store";
import { turn } from "./members";
import { missing } from "./reach";

/** Keys that one departure hands over: each leaves an event in the same transaction. */
const MAX_KEYS = 500;
const MAX_LISTED = 50;

/** Removes a member. Throws `member_has_keys`, `last_owner` (409), `role_above_own` (403), `not_yet_effective` (503). */
export function remove(ctx: OrgCtx, id: string, transferTo: string | undefined): Promise<Reply<Departure>> {
  const { control } = ctx.db;
  const leaves = ctx.principal.key === null && ctx.principal.owner.id === id;
  if (!leaves) checkMayRemove(ctx);
  const change = async (): Promise<Plan<"control", Departure>> => {
    const before = await store.readMember(control, ctx.org, id);
    if (!before) throw notFound("No such member.");
    checkIfMatch(ctx, before.version);
    if (!leaves) checkRank(ctx, before.role);
    const heir = transferTo === undefined ? null : await heirOf(ctx, id, transferTo);
    const keys = await store.heldKeys(control, id, MAX_KEYS + 1);
    if (keys.length > (heir ? MAX_KEYS : 0)) throw refusal(before, keys);
    const told = { transferred_to: heir?.id ?? null, transferred_keys: keys.length };
    const { guards, writes, event } = turn(ctx.now, before, { removed_at: ctx.now, user_id: null, invite_digest: null, invite_expires_at: null }, "member.removed", told);
    return {
      reply: { status: 200, body: { id, removed_at: rfc3339(ctx.now), ...told } },
      guards: [...guards, store.holds(id, keys), ...(heir ? [store.unchanged(heir)] : [])],
      writes: [...writes, ...(heir && keys.length > 0 ? [store.handOver(keys, heir.id, ctx.now), ...raiseKeys(keys.map((key) => key.id), ctx.now)] : [])],
      events: [
        event,
        ...keys.map((key) => ({
          type: "key.updated", subject: key.id, version: key.version + 1, environment: key.environment, location: key.location_id,
          changes: { owner: { from: id, to: heir?.id } },
        })),
      ],
    };
  };
  return effectively(ctx, () => commit(ctx, control, change));
}

function checkMayRemove(ctx: OrgCtx): void {
  const lacking = missing(ctx.principal, "org:write");
  if (lacking) throw lacking;
  checkWhole(ctx);
}

/** Who takes the keys over: somebody who has joined, of no higher role than the caller's. */
async function heirOf(ctx: OrgCtx, id: string, transferTo: string): Promise<store.FoundMemberRow> {
  const heir = transferTo === id ? null : await store.readMember(ctx.db.control, ctx.org, transferTo);
  if (!heir?.user_id) {
    throw invalidParameter("`transfer_to` is no other member who has joined.", { errors: [{ parameter: "transfer_to", code: "unknown_member", message: "another active member" }] });
  }
  checkRank(ctx, heir.role);
  return heir;
}

const refusal = ({ keys: count }: store.FoundMemberRow, keys: readonly store.HeldKeyRow[]) =>
  memberHasKeys(`The member is responsible for ${count} ${count === 1 ? "key" : "keys"}.`, {
    count,
    keys: keys.slice(0, MAX_LISTED).map(({ id, name, last4, environment, status }) => ({ id, name, last4, environment, status })),
  });

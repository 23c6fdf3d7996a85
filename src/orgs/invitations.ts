// Invitations: a link that makes whoever signs in with the invited address a member, once, within 7 days. The token is in
// one answer and nowhere else.
import { tell } from "../limits/switches";
import { DAY, rfc3339 } from "../platform/clock";
import { commit, type CommitCtx, type Plan } from "../platform/commit";
import { checkIfMatch } from "../platform/conditions";
import type { OrgCtx, PersonCtx } from "../platform/context";
import type { Reply } from "../platform/endpoint";
import { notFound } from "../platform/problems";
import { hash, PlainSecret } from "../platform/secret";
import { isToken, mintToken } from "../platform/token";
import { checkRank, checkWhole } from "./authority";
import { invitationExpired, invitationUsed, memberExists, wrongPerson } from "./member-problems";
import type { InvitedMember, MemberInput } from "./member-schema";
import * as store from "./member-store";
import { joining, memberOf, tagOf, turn } from "./members";
import type { Membership } from "./person-schema";

const INVITATION_MS = 7 * DAY;

/** Invites an address: somebody new, or anew who has not joined or was removed. Throws `member_exists` (409). */
export function create(ctx: OrgCtx, input: MemberInput): Promise<Reply<InvitedMember>> {
  checkWhole(ctx);
  return inviting(ctx, 201, async (invite) => {
    checkRank(ctx, input.role);
    const before = await store.readByEmail(ctx.db.control, ctx.org, input.email);
    if (before) return again(ctx, before, { name: input.name, role: input.role }, invite);
    const { row, event } = joining(ctx, input);
    const after = { ...row, ...invite, two_factor: null, keys: 0, other_owners: 0 };
    return { after, guards: [], writes: [store.insertMember(after)], event: { ...event, type: "member.invited" } };
  });
}

/** A new link for who has not joined; the one before is void. Throws `member_exists` (409). */
export function renew(ctx: OrgCtx, id: string): Promise<Reply<InvitedMember>> {
  checkWhole(ctx);
  return inviting(ctx, 200, async (invite) => {
    const before = await store.readMember(ctx.db.control, ctx.org, id);
    if (!before) throw notFound("No such member.");
    checkIfMatch(ctx, before.version);
    return again(ctx, before, {}, invite);
  });
}

type Invite = Pick<store.MemberRow, "invite_digest" | "invite_expires_at">;

function again(ctx: OrgCtx, before: store.FoundMemberRow, changed: Partial<store.MemberRow>, invite: Invite) {
  const isRemoved = before.removed_at !== null;
  if (before.user_id !== null) throw memberExists("This address is a member's.", { existing_id: before.id });
  // Whoever holds the link of an invitation can become what it invites to.
  checkRank(ctx, ...(isRemoved ? [] : [before.role]), changed.role ?? before.role);
  return turn(ctx.now, before, { ...changed, ...invite, removed_at: null }, "member.invited");
}

function inviting(ctx: OrgCtx, status: number, plan: (invite: Invite) => Promise<ReturnType<typeof turn>>): Promise<Reply<InvitedMember>> {
  const token = mintToken("invitation");
  const expiresAt = ctx.now + INVITATION_MS;
  const invitation = { url: `${ctx.origin}/invitation#${token.reveal()}`, token: token.reveal(), expires_at: rfc3339(expiresAt) };
  const change = async (): Promise<Plan<"control", InvitedMember>> => {
    const { after, guards, writes, event } = await plan({ invite_digest: hash(ctx.env.KEY_PEPPER, token), invite_expires_at: expiresAt });
    return {
      reply: { status, headers: { ...tagOf(after), Location: `/v1/members/${after.id}` }, body: { ...memberOf(after), invitation } },
      withhold: ["invitation"],
      guards,
      writes,
      events: [event],
    };
  };
  // Not made to wait for gates: a 503 would lose the link. Who is invited has no key that could gain by it.
  return commit(ctx, ctx.db.control, change).finally(() => ctx.defer(tell(ctx.env, ctx.db, { org: ctx.org })));
}

/** Joins. Throws 404, `wrong_person` (403), `invitation_used`, `invitation_expired` (410). */
export async function accept(ctx: PersonCtx, text: string): Promise<Reply<Membership>> {
  const { db, env, person } = ctx;
  const digest = isToken("invitation", text) ? hash(env.KEY_PEPPER, new PlainSecret(text)) : null;
  const read = async () => {
    const row = digest && (await store.readByInvite(db.control, digest));
    if (!row) throw notFound("No such invitation.");
    return row;
  };
  const { id, org_id: org } = await read();
  const by: CommitCtx = { ...ctx, org, actor: { type: "member", id } };
  return commit(by, db.control, async () => {
    const before = await read();
    if (before.user_id !== null) throw invitationUsed("This invitation was accepted before.");
    if ((before.invite_expires_at ?? 0) <= ctx.now) throw invitationExpired("This invitation has expired.");
    if (before.email !== person.email.toLowerCase()) throw wrongPerson("This invitation is for another address.");
    const { guards, writes, event } = turn(ctx.now, before, { user_id: person.user }, "member.joined");
    return {
      reply: { status: 200, body: { organization: { id: org, name: before.organization }, member: { id, role: before.role } } },
      guards,
      writes,
      events: [{ ...event, notice: { severity: "info" } }],
    };
  });
}

// Members: who they are and what they may. Another role is true for the keys that they answer for before the answer, and
// an organization keeps an owner.
import { raiseOwner } from "../limits/store";
import { effectively } from "../limits/switches";
import { rfc3339 } from "../platform/clock";
import { commit, type CommitCtx, type Guard, type Plan } from "../platform/commit";
import { checkIfMatch, shapedEtag } from "../platform/conditions";
import type { OrgCtx } from "../platform/context";
import type { Reply } from "../platform/endpoint";
import { diff, type EventDraft } from "../platform/events";
import { newId } from "../platform/id";
import { sameJson } from "../platform/json";
import { pageById, questionOf, type PageAsked } from "../platform/page";
import { notFound } from "../platform/problems";
import { checkReadOnly } from "../platform/readonly";
import { sha256 } from "../platform/secret";
import type { Statement } from "../platform/sql";
import { checkRank, checkWhole } from "./authority";
import { lastOwner } from "./member-problems";
import { READ_ONLY, type Member, type MemberPatch } from "./member-schema";
import * as store from "./member-store";
import type { Role } from "./roles";

export interface MemberFacts {
  readonly email: string;
  readonly name: string;
  readonly role: Role;
  /** Who signs in as this member; absent: nobody yet. */
  readonly user?: string | undefined;
}

/** A new member's row and event, for a commit. */
export function joining(ctx: Pick<CommitCtx, "org" | "now">, { email, name, role, user }: MemberFacts) {
  const row: store.MemberRow = {
    id: newId("member", ctx.now), org_id: ctx.org, email: email.toLowerCase(), name, role, version: 1, created_at: ctx.now, updated_at: ctx.now,
    user_id: user ?? null, invite_digest: null, invite_expires_at: null, removed_at: null,
  };
  return { row, event: { type: "member.created", subject: row.id, version: 1, changes: diff({}, logged(row), sameJson) } };
}

/** A new member, whoever may make one; answers its id. */
export async function addMember(ctx: CommitCtx & Pick<OrgCtx, "db">, facts: MemberFacts): Promise<string> {
  const { row, event } = joining(ctx, facts);
  await commit(ctx, ctx.db.control, async () => ({ reply: { status: 201 }, writes: [store.insertMember(row)], events: [event] }));
  return row.id;
}

export interface Turn {
  readonly after: store.FoundMemberRow;
  readonly guards: readonly Guard<"control">[];
  readonly writes: readonly Statement<"control">[];
  readonly event: EventDraft;
}

/** What makes another of a member, for a commit that is carried out `effectively`. Throws `last_owner` (409). */
export function turn(now: number, before: store.FoundMemberRow, changed: Partial<store.MemberRow>, type: string, data?: Readonly<Record<string, unknown>>): Turn {
  const after = { ...before, ...changed, version: before.version + 1, updated_at: now };
  const isOwner = (row: store.MemberRow): boolean => row.role === "owner" && row.removed_at === null;
  const unmade = isOwner(before) && !isOwner(after);
  if (unmade && before.other_owners === 0) throw lastOwner("No other owner could sign in.");
  return {
    after,
    guards: [store.unchanged(before), ...(unmade ? [store.ownerRemains(before)] : [])],
    writes: [store.updateMember(after), ...(before.role === after.role ? [] : raiseOwner(before.id, now))],
    event: { type, subject: before.id, version: after.version, changes: diff(logged(before), logged(after), sameJson), ...(data ? { data } : {}) },
  };
}

/** Merge-patches a member. Throws `role_above_own` (403), `last_owner` (409), `not_yet_effective` (503). */
export function update(ctx: OrgCtx, id: string, patch: MemberPatch): Promise<Reply<Member>> {
  checkWhole(ctx);
  const change = async (): Promise<Plan<"control", Member>> => {
    const before = await store.readMember(ctx.db.control, ctx.org, id);
    if (!before) throw notFound("No such member.");
    checkIfMatch(ctx, before.version);
    checkReadOnly(patch, memberOf(before), READ_ONLY);
    const { name = before.name, role = before.role } = patch;
    if (name === before.name && role === before.role) return { reply: reply(before), writes: [], events: [] };
    checkRank(ctx, before.role, role);
    const { after, guards, writes, event } = turn(ctx.now, before, { name, role }, "member.updated");
    return { reply: reply(after), guards, writes, events: [event] };
  };
  return effectively(ctx, () => commit(ctx, ctx.db.control, change));
}

export async function read(ctx: OrgCtx, id: string): Promise<Reply<Member>> {
  const row = await store.readMember(ctx.db.control, ctx.org, id);
  if (!row) throw notFound("No such member.");
  return reply(row);
}

/** Who has joined or is invited, in the order in which they were. */
export const list = (ctx: OrgCtx, filter: store.MemberFilter, page: PageAsked) =>
  pageById(questionOf(["members", filter]), page, (after, limit) => store.listMembers(ctx.db.control, ctx.org, filter, after, limit), memberOf);

const reply = (row: store.FoundMemberRow): Reply<Member> => ({ status: 200, headers: tagOf(row), body: memberOf(row) });

/** What keys and users change of a member's JSON changes its tag, not its version. */
export const tagOf = (row: store.FoundMemberRow): { ETag: string } => ({ ETag: shapedEtag(row.version, sha256(JSON.stringify(memberOf(row)))) });

export const memberOf = (row: store.FoundMemberRow): Member => ({
  id: row.id,
  email: row.email,
  name: row.name,
  role: row.role,
  status: row.user_id === null ? "invited" : "active",
  user: row.user_id,
  two_factor: row.two_factor === 1,
  keys: row.keys,
  version: row.version,
  created_at: rfc3339(row.created_at),
  updated_at: rfc3339(row.updated_at),
});

/** What the log says of a member: never a token, never a digest. */
function logged(row: store.MemberRow) {
  const { email, name, role, user_id: user } = row;
  return { email, name, role, user, status: row.removed_at !== null ? "removed" : user === null ? "invited" : "active" };
}

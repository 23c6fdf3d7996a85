// What somebody who signed in is and has here: memberships, an organization that they found, their session.
import { peek } from "../limits/admit";
import { commit, type CommitCtx } from "../platform/commit";
import { etag } from "../platform/conditions";
import type { OrgCtx, PersonCtx } from "../platform/context";
import type { Reply } from "../platform/endpoint";
import { newId } from "../platform/id";
import { pageById, questionOf, type PageAsked } from "../platform/page";
import { unavailable } from "../platform/problems";
import { tooManyOrganizations } from "./member-problems";
import { founding, organizationOf } from "./orgs";
import type { Membership, OrganizationInput, Session } from "./person-schema";
import type { Organization } from "./schema";
import * as store from "./store";

const MAX_OWNED = 10;

/** The organizations that somebody is a member of, in the order in which they came to be invited. */
export const list = ({ db, person }: PersonCtx, page: PageAsked) =>
  pageById(questionOf(["memberships"]), page, (after, limit) => store.listMemberships(db.control, person.user, after, limit), membershipOf);

const membershipOf = ({ id, role, org_id, organization }: store.MembershipRow): Membership => ({ organization: { id: org_id, name: organization }, member: { id, role } });

/** Founds an organization on the standard plan, whose owner is who signed in. Throws `too_many_organizations` (409). */
export async function found(ctx: PersonCtx, { name }: OrganizationInput): Promise<Reply<Organization>> {
  const { person: { user, email, name: owner }, db } = ctx;
  const org = newId("organization", ctx.now);
  const made = founding({ ...ctx, org }, { name, plan: "standard", apiEnabled: false, owner: { email, name: owner, user } });
  const by: CommitCtx = { ...ctx, org, actor: { type: "member", id: made.owner } };
  return commit(by, db.control, async () => {
    if ((await store.countOwned(db.control, user)) >= MAX_OWNED) throw tooManyOrganizations(`You own ${MAX_OWNED} organizations.`, { limit: MAX_OWNED });
    return {
      reply: { status: 201, headers: { ETag: etag(1), Location: "/v1/organization" }, body: organizationOf(made.row) },
      guards: [store.ownsFewerThan(user, MAX_OWNED)],
      writes: made.writes,
      events: made.events,
    };
  });
}

/** The session that calls: who it is, as which member, and what is left to them. */
export async function session(ctx: OrgCtx): Promise<Reply<Session>> {
  const { principal, db, env, org } = ctx;
  const [row, remaining] = await Promise.all([store.readSigned(db.control, principal.owner.id), peek(env, principal)]);
  if (!row || !remaining) throw unavailable("The member is changing at this moment.", {}, { "Retry-After": "1" });
  const { id, email, name, role, organization } = row;
  return {
    status: 200,
    body: {
      user: { id, email, name },
      member: { id: principal.owner.id, role },
      organization: { id: org, name: organization },
      environment: principal.environment,
      scopes: [...principal.effective],
      remaining,
    },
  };
}

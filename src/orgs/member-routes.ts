// The operations on members.
import * as z from "zod";
import { notYetEffective } from "../limits/schema";
import { bare, onOrganization, type Endpoint } from "../platform/endpoint";
import { cursorMismatch, pageOf, pageQuery } from "../platform/page";
import { ON_WRITE, WITH_BODY } from "../platform/problems";
import { remove } from "./departures";
import * as invitations from "./invitations";
import { lastOwner, memberExists, memberHasKeys, roleAboveOwn } from "./member-problems";
import { departure, invitedMember, member, memberId, memberInput, memberPatch, STATUSES } from "./member-schema";
import * as members from "./members";
import { ROLES } from "./roles";
import { narrowedKey, sandboxKey } from "./schema";

const example = {
  id: "mem_01kqz3v9c5f1nazrk2d4f7h8jm",
  email: "ana@acme.example",
  name: "Ana Núñez",
  role: "member" as const,
  status: "active" as const,
  user: "usr_01kqz3v9c5f1nazrk2d4f7h8jm",
  two_factor: true,
  keys: 2,
  version: 2,
  created_at: "2026-11-20T17:53:00.000Z",
  updated_at: "2026-11-20T18:00:00.000Z",
};
const invitation = { url: "https://connectkit.example/invitation#cki_…", token: "cki_…", expires_at: "2026-11-27T17:53:00.000Z" };
const invited = { ...example, status: "invited" as const, user: null, two_factor: false, keys: 0, version: 1, invitation };

const params = z.strictObject({ id: memberId.meta({ description: "Id of the member.", examples: [example.id] }) });
const one = { description: "The member.", schema: member, example, headers: { ETag: "Its version and form." } };
const withLink = { description: "The member, with the link to send.", schema: invitedMember, example: invited, headers: { ETag: "Its version and form.", Location: "Its path." } };
const REFUSALS = [...ON_WRITE, roleAboveOwn, sandboxKey, narrowedKey, lastOwner, notYetEffective];

export const memberRoutes: readonly Endpoint[] = [
  onOrganization({
    ...bare,
    id: "members.list",
    method: "GET",
    path: "/v1/members",
    tag: "Organization",
    summary: "List members",
    description: "Who has joined the organization or is invited to it.",
    scope: "org:read",
    query: z.strictObject({
      role: z.enum(ROLES).optional().meta({ description: "Members of this role." }),
      status: z.enum(STATUSES).optional().meta({ description: "Who has joined (`active`), or not yet." }),
      ...pageQuery,
    }),
    answers: { 200: { description: "A page of members, oldest first.", schema: pageOf(member), example: { data: [example], page: { next_cursor: null, limit: 50 } } } },
    problems: [cursorMismatch],
    run: (ctx, { query: { limit, cursor, ...filter } }) => members.list(ctx, filter, { limit, cursor }),
  }),
  onOrganization({
    ...bare,
    id: "members.create",
    method: "POST",
    path: "/v1/members",
    tag: "Organization",
    summary: "Invite a member",
    description:
      "Makes a member who is `invited`, with a link that is in this answer only and works once, within 7 days, for who signs in with this address. An address that has not joined, or was removed, is invited anew: the same member, another link.",
    scope: "org:write",
    writes: "control",
    body: memberInput,
    bodyType: "json",
    bodyExample: { email: "ana@acme.example", name: "Ana Núñez", role: "member" },
    answers: { 201: withLink },
    problems: [...WITH_BODY, ...REFUSALS, memberExists],
    run: (ctx, { body }) => invitations.create(ctx, body),
  }),
  onOrganization({
    ...bare,
    id: "members.get",
    method: "GET",
    path: "/v1/members/{id}",
    tag: "Organization",
    summary: "Read a member",
    description: "One member. Who was removed is found no more.",
    scope: "org:read",
    params,
    answers: { 200: one },
    run: (ctx, { params: { id } }) => members.read(ctx, id),
  }),
  onOrganization({
    ...bare,
    id: "members.update",
    method: "PATCH",
    path: "/v1/members/{id}",
    tag: "Organization",
    summary: "Change a member",
    description:
      "Merge-patches a member's role and name. Another role is what their session and the keys that they answer for may do in every request that arrives after the answer. Nobody gives a role above their own; an organization keeps an owner.",
    scope: "org:write",
    writes: "control",
    params,
    body: memberPatch,
    bodyType: "json",
    bodyExample: { name: "Ana Núñez García" },
    answers: { 200: one },
    problems: [...WITH_BODY, ...REFUSALS],
    run: (ctx, { params: { id }, body }) => members.update(ctx, id, body),
  }),
  onOrganization({
    ...bare,
    id: "members.invite",
    method: "POST",
    path: "/v1/members/{id}/invite",
    tag: "Organization",
    summary: "Make a new invitation link",
    description: "A new link for a member who has not joined yet; the one before works no more.",
    scope: "org:write",
    writes: "control",
    params,
    answers: { 200: withLink },
    problems: [...REFUSALS, memberExists],
    run: (ctx, { params: { id } }) => invitations.renew(ctx, id),
  }),
  onOrganization({
    ...bare,
    id: "members.remove",
    method: "DELETE",
    path: "/v1/members/{id}",
    tag: "Organization",
    summary: "Remove a member",
    description:
      "Removes a member: their sessions see nothing of the organization from the next request on. Takes `org:write`, but who is signed in can always remove themselves. The keys that they answer for go to `transfer_to` in the same moment, at most 500; without it a member with keys stays.",
    scope: "any",
    writes: "control",
    dryRun: true,
    params,
    query: z.strictObject({ transfer_to: memberId.optional().meta({ description: "Who answers for the keys from now on: an active member, of no higher role than yours." }) }),
    answers: { 200: { description: "Who went, and who took over.", schema: departure, example: { id: example.id, removed_at: "2026-11-20T18:00:00.000Z", transferred_to: null, transferred_keys: 0 } } },
    problems: [...REFUSALS, memberHasKeys],
    run: (ctx, { params: { id }, query }) => remove(ctx, id, query.transfer_to),
  }),
];

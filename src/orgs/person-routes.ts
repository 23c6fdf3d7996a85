// The operations of somebody who signed in.
import * as z from "zod";
import { bare, onOrganization, onPerson, type Endpoint } from "../platform/endpoint";
import { cursorMismatch, pageOf, pageQuery } from "../platform/page";
import { busy, idempotencyKeyReused, WITH_BODY } from "../platform/problems";
import { accept } from "./invitations";
import { invitationExpired, invitationUsed, tooManyOrganizations, wrongPerson } from "./member-problems";
import * as memberships from "./memberships";
import { membership, organizationInput, session } from "./person-schema";
import { ROLE_SCOPES } from "./roles";
import { organization } from "./schema";

const example = {
  organization: { id: "org_01kqz3v9c5f1nazrk2d4f7h8jm", name: "Acme Agency" },
  member: { id: "mem_01kqz3v9c5f1nazrk2d4f7h8jm", role: "member" as const },
};
const ON_PERSONAL_WRITE = [idempotencyKeyReused, busy];

export const personRoutes: readonly Endpoint[] = [
  onOrganization({
    ...bare,
    id: "session",
    method: "GET",
    path: "/v1/session",
    tag: "Sessions",
    summary: "Read the calling session",
    description: "Who is signed in, as which member of which organization, what their role allows, and what is left of their quotas.",
    scope: "any",
    by: "session",
    answers: {
      200: {
        description: "The session.",
        schema: session,
        example: {
          user: { id: "usr_01kqz3v9c5f1nazrk2d4f7h8jm", email: "ana@acme.example", name: "Ana Núñez" },
          ...example,
          environment: "live",
          scopes: [...ROLE_SCOPES.member],
          remaining: { hour: { quota: 90_000, remaining: 89_999 }, burst: { quota: 250, remaining: 249 }, inflight: { quota: 20, remaining: 19 } },
        },
      },
    },
    run: (ctx) => memberships.session(ctx),
  }),
  onPerson({
    ...bare,
    id: "memberships.list",
    method: "GET",
    path: "/v1/memberships",
    tag: "Sessions",
    summary: "List your memberships",
    description: "The organizations that who is signed in is a member of: what `ConnectKit-Organization` can say.",
    scope: "any",
    query: z.strictObject(pageQuery),
    answers: { 200: { description: "A page of memberships, oldest first.", schema: pageOf(membership), example: { data: [example], page: { next_cursor: null, limit: 50 } } } },
    problems: [cursorMismatch],
    run: (ctx, { query }) => memberships.list(ctx, query),
  }),
  onPerson({
    ...bare,
    id: "organizations.create",
    method: "POST",
    path: "/v1/organizations",
    tag: "Sessions",
    summary: "Found an organization",
    description: "Makes an organization on the standard plan, with the API switched off; who is signed in is its owner. At most 10 that one person owns.",
    scope: "any",
    writes: "control",
    body: organizationInput,
    bodyType: "json",
    bodyExample: { name: "Acme Agency" },
    answers: {
      201: {
        description: "The organization.",
        schema: organization,
        example: {
          ...example.organization,
          plan: "standard",
          api_enabled: false,
          archived_retention_days: 30,
          limits: { hour: 1000, second: 5, burst: 50, inflight: 5, keys: 25 },
          version: 1,
          created_at: "2026-11-20T17:53:00.000Z",
          updated_at: "2026-11-20T17:53:00.000Z",
        },
        headers: { ETag: "Its version.", Location: "Its path, with `ConnectKit-Organization`." },
      },
    },
    problems: [...WITH_BODY, ...ON_PERSONAL_WRITE, tooManyOrganizations],
    run: (ctx, { body }) => memberships.found(ctx, body),
  }),
  onPerson({
    ...bare,
    id: "invitations.accept",
    method: "POST",
    path: "/v1/invitations/{token}/accept",
    tag: "Sessions",
    summary: "Accept an invitation",
    description: "Makes who is signed in the member that the invitation is for. Their e-mail address must be the invited one. A link works once; one that was replaced by a newer is unknown.",
    scope: "any",
    writes: "control",
    params: z.strictObject({ token: z.string().min(1).max(200).meta({ description: "The token of the link: what stands behind its `#`.", examples: ["cki_…"] }) }),
    answers: { 200: { description: "What you are a member of now.", schema: membership, example } },
    problems: [...WITH_BODY, ...ON_PERSONAL_WRITE, invitationUsed, invitationExpired, wrongPerson],
    run: (ctx, { params: { token } }) => accept(ctx, token),
  }),
];

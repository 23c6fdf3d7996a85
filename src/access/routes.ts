// The operations of access: requests and their decisions, the hand-over, the connection test.
import * as z from "zod";
import { keyEnded, keyLimitReached } from "../keys/problems";
import { ping as pingSchema } from "../keys/schema";
import { tooManyAttempts } from "../limits/guards";
import { notYetEffective } from "../limits/schema";
import { bare, onOrganization, open, type Endpoint } from "../platform/endpoint";
import { idPattern } from "../platform/id";
import { cursorMismatch, pageOf, pageQuery } from "../platform/page";
import { ON_WRITE, unavailable, WITH_BODY } from "../platform/problems";
import { claim } from "./claims";
import { approved, ids, pending } from "./examples";
import { integrationRoutes } from "./integration-routes";
import { ping } from "./ping";
import { approverOnly, claimLapsed, claimUsed, integrationRetired, requestClosed, requestLimitReached, sandboxKeyEnded, vendorCannotRequest } from "./problems";
import { reissue } from "./reissue";
import * as requests from "./requests";
import * as schema from "./schema";

const tag = "Access";
const params = z.strictObject({ id: z.string().regex(idPattern("accessRequest")).meta({ description: "Id of the request.", examples: [ids.req] }) });
const oneRequest = { description: "The request.", schema: schema.accessRequest, example: pending, headers: { ETag: "Its version." } };
const withClaim = { description: "The request, with the claim link.", schema: schema.approvedRequest, example: approved, headers: { ETag: "Its version." } };

export const routes: readonly Endpoint[] = [
  ...integrationRoutes,
  onOrganization({
    ...bare,
    id: "ping",
    method: "GET",
    path: "/v1/ping",
    tag: "Keys",
    summary: "Test the connection",
    description: "The first call to make: it works with every key that works, and says whose it is. The first success with a key that was asked for closes its access request.",
    scope: "any",
    onClock: true,
    by: "key",
    waits: true,
    answers: {
      200: {
        description: "The key works.",
        schema: pingSchema,
        example: {
          ok: true,
          organization: ids.org,
          location: ids.loc,
          environment: "live",
          key: { ref: ids.key, last4: "q7Xa", name: "Newsletter sync" },
          scopes: ["contacts:read", "contacts:write"],
          time: "2026-11-20T17:53:00.000Z",
        },
      },
    },
    run: (ctx) => ping(ctx),
  }),
  onOrganization({
    ...bare,
    id: "access_requests.list",
    method: "GET",
    path: "/v1/access-requests",
    tag,
    summary: "List access requests",
    description: "Owners and admins see all of the organization's, others their own. Newest first.",
    scope: "any",
    by: "session",
    query: z.strictObject({
      status: schema.accessRequest.shape.status.optional().meta({ description: "Requests in this state." }),
      integration: z.string().regex(idPattern("integration")).optional().meta({ description: "Requests for this integration." }),
      ...pageQuery,
    }),
    answers: { 200: { description: "A page.", schema: pageOf(schema.accessRequest), example: { data: [pending], page: { next_cursor: null, limit: 50 } } } },
    problems: [cursorMismatch],
    run: (ctx, { query: { cursor, limit, ...filter } }) => requests.list(ctx, filter, { cursor, limit }),
  }),
  onOrganization({
    ...bare,
    id: "access_requests.create",
    method: "POST",
    path: "/v1/access-requests",
    tag,
    summary: "Ask for a live key",
    description: "A member asks for a live key for an integration of the catalogue, or for something of their own. A vendor can't ask for its own integration. Expires when nobody decides within 30 days.",
    scope: "any",
    by: "session",
    writes: "control",
    body: schema.accessRequestInput,
    bodyType: "json",
    bodyExample: { custom: { name: "Warehouse sync", reason: "Nightly copy", scopes: ["contacts:read"] } },
    answers: { 201: { ...oneRequest, headers: { ETag: "Its version.", Location: "Its path." } } },
    problems: [...WITH_BODY, ...ON_WRITE, vendorCannotRequest, sandboxKeyEnded, requestLimitReached],
    run: (ctx, { body }) => requests.request(ctx, body),
  }),
  onOrganization({
    ...bare,
    id: "access_requests.get",
    method: "GET",
    path: "/v1/access-requests/{id}",
    tag,
    summary: "Read an access request",
    description: "One request that you may see, with what its key would get now, or got.",
    scope: "any",
    by: "session",
    params,
    answers: { 200: oneRequest },
    run: (ctx, { params: { id } }) => requests.read(ctx, id),
  }),
  onOrganization({
    ...bare,
    id: "access_requests.approve",
    method: "POST",
    path: "/v1/access-requests/{id}/approve",
    tag,
    summary: "Approve an access request",
    description:
      "Makes an unclaimed key with exactly the scopes of the sandbox key as of now, or fewer (`scopes`), and a claim link that works once, for 72 hours. Who approves answers for the key. The admin never sees the secret of an encrypted hand-over.",
    scope: "any",
    by: "session",
    writes: "control",
    dryRun: true,
    params,
    body: schema.approval,
    bodyType: "json",
    bodyOptional: true,
    bodyExample: { reason: "Agreed with marketing" },
    answers: { 200: withClaim },
    problems: [...WITH_BODY, ...ON_WRITE, approverOnly, requestClosed, sandboxKeyEnded, integrationRetired, keyLimitReached],
    run: (ctx, { params: { id }, body }) => requests.approve(ctx, id, body),
  }),
  onOrganization({
    ...bare,
    id: "access_requests.deny",
    method: "POST",
    path: "/v1/access-requests/{id}/deny",
    tag,
    summary: "Deny an access request",
    description: "With a reason, for the one who asked.",
    scope: "any",
    by: "session",
    writes: "control",
    params,
    body: schema.denial,
    bodyType: "json",
    bodyExample: { reason: "We use another tool for this." },
    answers: { 200: oneRequest },
    problems: [...WITH_BODY, ...ON_WRITE, approverOnly, requestClosed],
    run: (ctx, { params: { id }, body }) => requests.deny(ctx, id, body.reason),
  }),
  onOrganization({
    ...bare,
    id: "access_requests.withdraw",
    method: "POST",
    path: "/v1/access-requests/{id}/withdraw",
    tag,
    summary: "Withdraw an access request",
    description: "Takes a pending request back: one's own, or as an admin anybody's.",
    scope: "any",
    by: "session",
    writes: "control",
    params,
    answers: { 200: oneRequest },
    problems: [...ON_WRITE, requestClosed],
    run: (ctx, { params: { id } }) => requests.withdraw(ctx, id),
  }),
  onOrganization({
    ...bare,
    id: "access_requests.reissue",
    method: "POST",
    path: "/v1/access-requests/{id}/reissue",
    tag,
    summary: "Hand a key over anew",
    description: "For a hand-over that went wrong: what was handed over works no more when this is answered, and a new link takes the old one's place. Also for a link that lapsed.",
    scope: "any",
    by: "session",
    writes: "control",
    params,
    answers: { 200: withClaim },
    problems: [...ON_WRITE, approverOnly, requestClosed, keyEnded, keyLimitReached, notYetEffective],
    run: (ctx, { params: { id } }) => reissue(ctx, id),
  }),
  open({
    ...bare,
    id: "claims.claim",
    method: "POST",
    path: "/v1/claims/{token}",
    tag,
    summary: "Claim a key",
    description:
      "The one-time hand-over: the key's secret comes into being here. With a public key on the other side the answer is a JWE (ECDH-ES+A256KW or RSA-OAEP-256, A256GCM) that only its holder can open; else it is the secret, shown this once. Call `GET /v1/ping` with it next.",
    scope: "none",
    params: z.strictObject({ token: z.string().max(200).meta({ description: "The last part of the claim link.", examples: ["ckc_…"] }) }),
    answers: {
      200: {
        description: "The key, handed over.",
        schema: schema.claimed,
        example: {
          key: { ref: ids.key, name: "Tidewater Mail", last4: "q7Xa" }, organization: ids.org, scopes: ["contacts:read"], fingerprint: "9f86d081884c7d65",
          jwe: "eyJhbGciOiJFQ0RILUVTK0EyNTZLVyIsImVuYyI6IkEyNTZHQ00ifQ…",
        },
      },
    },
    problems: [claimUsed, claimLapsed, tooManyAttempts, unavailable],
    run: (ctx, { params: { token } }) => claim(ctx, token),
  }),
];

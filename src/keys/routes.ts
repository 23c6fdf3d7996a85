// The keys' operations.
import * as z from "zod";
import { notYetEffective } from "../limits/schema";
import { bare, onOrganization, type Endpoint } from "../platform/endpoint";
import { idPattern } from "../platform/id";
import { cursorMismatch, pageOf, pageQuery } from "../platform/page";
import { ON_WRITE, WITH_BODY } from "../platform/problems";
import { introspect, me } from "./introspect";
import * as keys from "./keys";
import { keyEnded, keyUnclaimed, keyLimitReached, notGrantable } from "./problems";
import * as schema from "./schema";

export const example: schema.Key = {
  id: "key_01kqz3v9c5f1nazrk2d4f7h8jm",
  ref: "key_01kqz3v9c5f1nazrk2d4f7h8jm",
  name: "Newsletter sync",
  kind: "location",
  environment: "live",
  location_ids: ["loc_01kqz3v9c5f1nazrk2d4f7h8jm"],
  scopes: ["contacts:*"],
  effective_scopes: ["contacts:read", "contacts:write"],
  last4: "q7Xa",
  prefix: "ck_live_loc_",
  status: "active",
  owner: { id: "mem_01kqz3v9c5f1nazrk2d4f7h8jm", role: "member" },
  integration: null,
  limits: { hour: 5000, second: 25, burst: 250, inflight: 20 },
  synchronous: false,
  allowed_ips: ["203.0.113.0/24", "2001:db8::/32"],
  created_at: "2026-11-20T17:53:00.000Z",
  created_by: "mem_01kqz3v9c5f1nazrk2d4f7h8jm",
  last_used_at: "2026-11-20T18:00:00.000Z",
  last_used_from: "203.0.113.7",
  expires_at: null,
  inactive_delete_at: "2027-02-18T18:00:00.000Z",
  secrets: [{ last4: "q7Xa", state: "current", last_used_at: null, retires_at: null }],
  version: 1,
};

export const params = z.strictObject({ id: z.string().regex(idPattern("key")).meta({ description: "Id of the key.", examples: [example.id] }) });
export const one = { description: "The key.", schema: schema.key, example, headers: { ETag: "Its version." } };

export const routes: readonly Endpoint[] = [
  onOrganization({
    ...bare,
    id: "me",
    method: "GET",
    path: "/v1/me",
    tag: "Keys",
    summary: "Read the calling key",
    description: "Everything about the key that calls but its secret, and what is left of its quotas.",
    scope: "any",
    onClock: true,
    by: "key",
    answers: {
      200: {
        description: "The key.",
        schema: schema.me,
        example: {
          ...example,
          organization: "org_01kqz3v9c5f1nazrk2d4f7h8jm",
          remaining: { hour: { quota: 5000, remaining: 4999 }, burst: { quota: 250, remaining: 249 }, inflight: { quota: 20, remaining: 19 } },
        },
      },
    },
    run: (ctx) => me(ctx),
  }),
  onOrganization({
    ...bare,
    id: "introspect",
    method: "POST",
    path: "/v1/introspect",
    tag: "Keys",
    summary: "Introspect a key (RFC 7662)",
    description:
      "Whether a key works, and what it may. Every key may ask about itself; others need `keys:introspect`. Unknown, malformed, ended and out of reach are all exactly `{\"active\": false}`. Always current: a revocation is seen at once.",
    scope: "any",
    onClock: true,
    body: z
      .strictObject({ token: z.string().min(1).max(500), token_type_hint: z.string().max(100).optional() })
      .meta({ id: "IntrospectionRequest" }),
    bodyType: "form",
    bodyExample: { token: "ck_live_loc_…" },
    answers: { 200: { description: "What is known of it.", schema: schema.introspection, example: { active: false } } },
    problems: WITH_BODY,
    run: (ctx, { body }) => introspect(ctx, body.token),
  }),
  onOrganization({
    ...bare,
    id: "keys.list",
    method: "GET",
    path: "/v1/keys",
    tag: "Keys",
    summary: "List keys",
    description: "The keys within the reach of the calling one: its environment, its locations. Support finds a key by its last four characters.",
    scope: "keys:read",
    onClock: true,
    query: z.strictObject({
      last4: z.string().length(4).optional().meta({ description: "The last four characters of the key." }),
      status: schema.key.shape.status.optional().meta({ description: "Keys in this state." }),
      kind: schema.key.shape.kind.optional().meta({ description: "Keys of one location, or of the agency." }),
      location: z.string().regex(idPattern("location")).optional().meta({ description: "Keys of this location." }),
      owner: z.string().regex(idPattern("member")).optional().meta({ description: "Keys that this member is responsible for." }),
      integration: z.string().min(1).max(200).optional().meta({ description: "Keys of this integration." }),
      ...pageQuery,
    }),
    answers: { 200: { description: "A page of keys, oldest first.", schema: pageOf(schema.key), example: { data: [example], page: { next_cursor: null, limit: 50 } } } },
    problems: [cursorMismatch],
    run: (ctx, { query: { limit, cursor, ...filter } }) => keys.list(ctx, filter, { cursor, limit }),
  }),
  onOrganization({
    ...bare,
    id: "keys.create",
    method: "POST",
    path: "/v1/keys",
    tag: "Keys",
    summary: "Create a key",
    description: "Makes a key. Its secret is in this answer only. A key can't give what it has not got, nor `keys:write`.",
    scope: "keys:write",
    onClock: true,
    writes: "control",
    dryRun: true,
    body: schema.keyInput,
    bodyType: "json",
    bodyExample: { name: "Newsletter sync", kind: "agency", scopes: ["contacts:read"] },
    answers: {
      201: {
        description: "The key, with its secret.",
        schema: schema.createdKey,
        example: { ...example, secret: "ck_live_loc_…" },
        headers: { ETag: "Its version.", Location: "Its path." },
      },
    },
    problems: [...WITH_BODY, ...ON_WRITE, keyLimitReached, notGrantable],
    run: (ctx, { body }) => keys.create(ctx, body),
  }),
  onOrganization({
    ...bare,
    id: "keys.get",
    method: "GET",
    path: "/v1/keys/{id}",
    tag: "Keys",
    summary: "Read a key",
    description: "One key, without its secret.",
    scope: "keys:read",
    onClock: true,
    params,
    answers: { 200: one },
    run: (ctx, { params: { id } }) => keys.read(ctx, id),
  }),
  onOrganization({
    ...bare,
    id: "keys.update",
    method: "PATCH",
    path: "/v1/keys/{id}",
    tag: "Keys",
    summary: "Change a key",
    description:
      "Merge-patches a key: rename, re-scope, narrow, pause (`status: paused`), resume, limit. True for every request that arrives after the answer.",
    scope: "keys:write",
    onClock: true,
    writes: "control",
    params,
    body: schema.keyPatch,
    bodyType: "json",
    bodyExample: { name: "Newsletter sync" },
    answers: { 200: one },
    problems: [...WITH_BODY, ...ON_WRITE, keyEnded, keyUnclaimed, notGrantable, notYetEffective],
    run: (ctx, { params: { id }, body }) => keys.update(ctx, id, body),
  }),
  onOrganization({
    ...bare,
    id: "keys.revoke",
    method: "DELETE",
    path: "/v1/keys/{id}",
    tag: "Keys",
    summary: "Revoke a key",
    description: "Ends a key for good. No request that arrives after the answer passes, anywhere.",
    scope: "keys:write",
    onClock: true,
    writes: "control",
    params,
    answers: { 200: { ...one, description: "The key, revoked." } },
    problems: [...ON_WRITE, notYetEffective],
    run: (ctx, { params: { id } }) => keys.revoke(ctx, id),
  }),
];


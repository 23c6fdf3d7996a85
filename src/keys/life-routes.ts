// The operations of a key's life: rotation, what it would be let through to, leaks.
import * as z from "zod";
import { tooManyAttempts } from "../limits/guards";
import { notYetEffective } from "../limits/schema";
import { bare, onOrganization, open, type Endpoint } from "../platform/endpoint";
import { ON_WRITE, unavailable, WITH_BODY } from "../platform/problems";
import { report } from "./leaks";
import { keyEnded, keyUnclaimed, noRotation, notGrantable, rotationInProgress } from "./problems";
import { cancel, finish, rotate } from "./rotation";
import { example, one, params } from "./routes";
import * as schema from "./schema";
import { simulate } from "./simulate";

/** `endpoints` is what a simulated request can meet: the list that these stand in. */
export const lifeRoutes = (endpoints: () => readonly Endpoint[]): readonly Endpoint[] => [
  onOrganization({
    ...bare,
    id: "keys.rotate",
    method: "POST",
    path: "/v1/keys/{id}/rotate",
    tag: "Keys",
    summary: "Rotate a key's secret",
    description:
      "Gives the key a second secret, in this answer only. Old and new both work until the overlap ends, and share their quotas; answers to the old one bear `ConnectKit-Secret-Retires`. A key can rotate itself, or one that it could have made.",
    scope: "keys:write",
    onClock: true,
    writes: "control",
    dryRun: true,
    params,
    body: schema.rotation,
    bodyType: "json",
    bodyOptional: true,
    bodyExample: { overlap: "P7D" },
    answers: {
      200: {
        description: "The key, with its new secret.",
        schema: schema.createdKey,
        example: {
          ...example,
          secrets: [
            { last4: example.last4, state: "current", last_used_at: null, retires_at: null },
            { last4: "b2Yz", state: "previous", last_used_at: "2026-11-20T18:00:00.000Z", retires_at: "2026-11-27T17:53:00.000Z" },
          ],
          secret: "ck_live_loc_…",
        },
        headers: { ETag: "Its version." },
      },
    },
    problems: [...WITH_BODY, ...ON_WRITE, rotationInProgress, keyEnded, keyUnclaimed, notGrantable, notYetEffective],
    run: (ctx, { params: { id }, body }) => rotate(ctx, id, body.overlap),
  }),
  onOrganization({
    ...bare,
    id: "keys.rotate.cancel",
    method: "POST",
    path: "/v1/keys/{id}/rotate/cancel",
    tag: "Keys",
    summary: "Cancel a rotation",
    description: "Ends the new secret; the old one is the key's again, without an end.",
    scope: "keys:write",
    onClock: true,
    writes: "control",
    params,
    answers: { 200: one },
    problems: [...ON_WRITE, noRotation, keyEnded, keyUnclaimed, notGrantable, notYetEffective],
    run: (ctx, { params: { id } }) => cancel(ctx, id),
  }),
  onOrganization({
    ...bare,
    id: "keys.rotate.finish",
    method: "POST",
    path: "/v1/keys/{id}/rotate/finish",
    tag: "Keys",
    summary: "Finish a rotation",
    description: "Ends the old secret now. No request with it that arrives after the answer passes.",
    scope: "keys:write",
    onClock: true,
    writes: "control",
    params,
    answers: { 200: one },
    problems: [...ON_WRITE, noRotation, keyEnded, keyUnclaimed, notGrantable, notYetEffective],
    run: (ctx, { params: { id } }) => finish(ctx, id),
  }),
  onOrganization({
    ...bare,
    id: "keys.simulate",
    method: "POST",
    path: "/v1/keys/{id}/simulate",
    tag: "Keys",
    summary: "Would this be let through?",
    description: "Judges a request of the key as it would be judged if it came now, and tells the first rule that refuses it. Nothing is spent, and it is no use of the key.",
    scope: "keys:read",
    onClock: true,
    params,
    body: schema.simulationInput,
    bodyType: "json",
    bodyExample: { method: "POST", path: "/v1/contacts", ip: "203.0.113.7" },
    answers: {
      200: {
        description: "What would come of it.",
        schema: schema.simulation,
        example: {
          allowed: false,
          operation: "contacts.create",
          refusal: { status: 403, code: "insufficient_scope", title: "The caller may not do this", detail: "This needs `contacts:write`.", required: "contacts:write" },
        },
      },
    },
    problems: WITH_BODY,
    run: (ctx, { params: { id }, body }) => simulate(ctx, id, body, endpoints()),
  }),
  open({
    ...bare,
    id: "leaks.report",
    method: "POST",
    path: "/v1/leaks",
    tag: "Keys",
    summary: "Report leaked keys",
    description:
      "Anyone who finds keys can report them, up to 1,000 at once. Those that work are revoked before the answer, and their admins are told. The answer is the same whatever was found.",
    scope: "none",
    body: schema.leakReport,
    bodyType: "json",
    bodyExample: { tokens: ["ck_live_loc_…"] },
    answers: { 202: { description: "Understood.", schema: z.strictObject({ received: z.int() }).meta({ id: "LeakReportReceipt" }), example: { received: 1 } } },
    problems: [...WITH_BODY, tooManyAttempts, unavailable],
    run: (ctx, { body }) => report(ctx, body.tokens),
  }),
];

// The operations on privacy requests.
import * as z from "zod";
import { example as contact } from "../contacts/example";
import { bare, onSpace, type Endpoint } from "../platform/endpoint";
import { cursorMismatch, pageOf, pageQuery } from "../platform/page";
import { ON_WRITE, WITH_BODY } from "../platform/problems";
import { timestamp } from "../platform/validate";
import * as privacy from "./privacy";
import * as schema from "./schema";

const example: schema.PrivacyRequest = {
  id: "prv_01kqz3v9c5f1nazrk2d4f7h8jm",
  type: "access",
  status: "received",
  regulation: "gdpr",
  subject: { email: "ana@acme.com" },
  note: null,
  suppress: false,
  received_at: "2026-11-20T17:53:00.000Z",
  due_at: "2026-12-20T17:53:00.000Z",
  extension: null,
  closed_at: null,
  closing_reason: null,
  receipt: null,
  version: 1,
  created_at: "2026-11-20T17:53:00.000Z",
  updated_at: "2026-11-20T17:53:00.000Z",
};
const params = z.strictObject({ id: schema.requestId.meta({ description: "Id of the request.", examples: [example.id] }) });
const one = { description: "The request.", schema: schema.privacyRequest, example, headers: { ETag: "Its version." } };
const path = "/v1/privacy/requests";
const changing = { ...bare, tag: "Privacy", method: "POST", scope: "privacy:write", writes: "data", dryRun: true, params, answers: { 200: one } } as const;
const ON_CHANGE = [...ON_WRITE, schema.privacyRequestClosed];

export const routes: readonly Endpoint[] = [
  onSpace({
    ...bare,
    id: "privacy.requests.list",
    method: "GET",
    path,
    tag: "Privacy",
    summary: "List privacy requests",
    description: "The requests of a location, newest first.",
    scope: "privacy:read",
    query: z.strictObject({
      status: z.enum(schema.STATES).optional().meta({ description: "Of this state." }),
      type: z.enum(schema.TYPES).optional().meta({ description: "Of this kind." }),
      due_before: timestamp.optional().meta({ description: "Due before this time." }),
      ...pageQuery,
    }),
    answers: { 200: { description: "A page of requests.", schema: pageOf(schema.privacyRequest), example: { data: [example], page: { next_cursor: null, limit: 50 } } } },
    problems: [cursorMismatch],
    run: (ctx, { query: { limit, cursor, ...filter } }) => privacy.list(ctx, filter, { limit, cursor }),
  }),
  onSpace({
    ...changing,
    id: "privacy.requests.create",
    path,
    params: bare.params,
    summary: "Note a privacy request",
    description:
      "What somebody asks for by law, and since when. `due_at` follows: GDPR one calendar month after receipt, CCPA 45 days, `other` 30. Nothing happens to the data before `complete`; `result` shows whom it concerns.",
    body: schema.privacyRequestInput,
    bodyType: "json",
    bodyExample: { type: "access", subject: { email: "ana@acme.com" }, regulation: "gdpr" },
    answers: { 201: { ...one, headers: { ETag: "Its version.", Location: "Its path." } } },
    problems: [...WITH_BODY, ...ON_WRITE],
    run: (ctx, { body }) => privacy.create(ctx, body),
  }),
  onSpace({
    ...bare,
    id: "privacy.requests.get",
    method: "GET",
    path: `${path}/{id}`,
    tag: "Privacy",
    summary: "Read a privacy request",
    description: "One request; of a completed erasure with its receipt.",
    scope: "privacy:read",
    params,
    answers: { 200: one },
    run: (ctx, { params: { id } }) => privacy.read(ctx, id),
  }),
  onSpace({
    ...bare,
    id: "privacy.requests.result",
    method: "GET",
    path: `${path}/{id}/result`,
    tag: "Privacy",
    summary: "Read what there is of the person",
    description:
      "One document of all contacts of the subject with what hangs on them and, except for `portability`, their history. It is made when it is asked for and kept nowhere; the log notes that it was fetched. Of an open erasure it shows who will be erased.",
    scope: "privacy:read",
    waits: true,
    params,
    answers: {
      200: {
        description: "The data.", schema: schema.personalData,
        example: { request: example.id, generated_at: "2026-11-20T17:53:00.000Z", complete: true, contacts: [{ ...contact }], records: {}, history: [] },
      },
    },
    problems: [schema.subjectTooBroad],
    run: (ctx, { params: { id } }) => privacy.result(ctx, id),
  }),
  onSpace({
    ...changing,
    id: "privacy.requests.extend",
    path: `${path}/{id}/extend`,
    summary: "Extend the time to answer",
    description: "Once: GDPR by two months, CCPA by 45 days, `other` by 30. The person must be told of it, with the reason.",
    body: schema.reasonBody,
    bodyType: "json",
    bodyExample: { reason: "The request is complex." },
    problems: [...WITH_BODY, ...ON_CHANGE, schema.alreadyExtended],
    run: (ctx, { params: { id }, body: { reason } }) => privacy.extend(ctx, id, reason),
  }),
  onSpace({
    ...changing,
    id: "privacy.requests.reject",
    path: `${path}/{id}/reject`,
    summary: "Reject a privacy request",
    description: "Closes it with the reason that the person is told.",
    body: schema.reasonBody,
    bodyType: "json",
    bodyExample: { reason: "The identity could not be verified." },
    problems: [...WITH_BODY, ...ON_CHANGE],
    run: (ctx, { params: { id }, body: { reason } }) => privacy.reject(ctx, id, reason),
  }),
  onSpace({
    ...changing,
    id: "privacy.requests.cancel",
    path: `${path}/{id}/cancel`,
    summary: "Cancel a privacy request",
    description: "Takes an open request back. Of a restriction in force: lifts it.",
    problems: ON_CHANGE,
    run: (ctx, { params: { id } }) => privacy.cancel(ctx, id),
  }),
  onSpace({
    ...changing,
    id: "privacy.requests.complete",
    path: `${path}/{id}/complete`,
    summary: "Complete a privacy request",
    description:
      "Access and portability: notes that they were answered. Restriction: from now on a change of values of the subject's contacts is refused (409 `contact_restricted`). Erasure: all contacts of the subject go for good, and whatever in the location's log and kept answers tells of them is taken out; there is no way back. A large log takes longer than one call: the request is `processing` meanwhile, and goes on by itself within minutes or when this is called again.",
    dryRun: false,
    problems: [...ON_CHANGE, schema.subjectTooBroad],
    run: (ctx, { params: { id } }) => privacy.complete(ctx, id),
  }),
  onSpace({
    ...changing,
    id: "privacy.suppressions.lift",
    path: "/v1/privacy/suppressions/lift",
    params: bare.params,
    summary: "Let somebody come back",
    description: "An erasure with `suppress` keeps the person's addresses and phones from coming back (409 `suppressed`). This lifts it for one of them, when the person has agreed anew: then create the contact, and record the consent. 404 where nothing is suppressed.",
    body: schema.liftInput,
    bodyType: "json",
    bodyExample: { email: "ana@acme.com" },
    answers: { 204: { description: "It may come back." } },
    problems: [...WITH_BODY, ...ON_WRITE],
    run: (ctx, { body }) => privacy.liftSuppression(ctx, body),
  }),
];

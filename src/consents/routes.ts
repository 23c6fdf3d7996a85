// The operations on consent.
import * as z from "zod";
import { example as contact } from "../contacts/example";
import { contactMerged } from "../contacts/schema";
import { bare, onSpace, type Endpoint } from "../platform/endpoint";
import { idPattern } from "../platform/id";
import { cursorMismatch, pageOf, pageQuery } from "../platform/page";
import { ON_WRITE, WITH_BODY } from "../platform/problems";
import * as consents from "./consents";
import * as schema from "./schema";

const example: schema.ConsentJson = {
  id: "cst_01kqz3v9c5f1nazrk2d4f7h8jm",
  channel: "email",
  topic: "marketing",
  state: "subscribed",
  legal_basis: "consent_with_notice",
  source: "form",
  proof: "https://acme.com/forms/17",
  at: "2026-11-20T17:50:00.000Z",
  recorded_at: "2026-11-20T17:53:00.000Z",
  actor: { type: "key", id: "key_01kqz3v9c5f1nazrk2d4f7h8jm", last4: "q7Xa" },
};
const params = z.strictObject({ id: z.string().regex(idPattern("contact")).meta({ description: "Id of the contact.", examples: [contact.id] }) });

export const routes: readonly Endpoint[] = [
  onSpace({
    ...bare,
    id: "contacts.consents.list",
    method: "GET",
    path: "/v1/contacts/{id}/consents",
    tag: "Consent",
    summary: "List what was recorded of a contact's consent",
    description: "The ledger, newest first by `at`: entries are added and never changed. What holds stands in the contact's `consent`.",
    scope: "contacts:read",
    params,
    query: z.strictObject({
      channel: schema.name.optional().meta({ description: "Only this channel." }),
      topic: schema.name.optional().meta({ description: "Only this topic." }),
      ...pageQuery,
    }),
    answers: { 200: { description: "A page of entries.", schema: pageOf(schema.consent), example: { data: [example], page: { next_cursor: null, limit: 50 } } } },
    problems: [cursorMismatch, contactMerged],
    run: (ctx, { params: { id }, query }) => consents.list(ctx, id, query),
  }),
  onSpace({
    ...bare,
    id: "contacts.consents.create",
    method: "POST",
    path: "/v1/contacts/{id}/consents",
    tag: "Consent",
    summary: "Record consent, or that it was withdrawn",
    description:
      "Adds an entry. Per channel and topic the latest by `at` holds; of one time the most restrictive (`unsubscribed`, `never`, `pending`, `subscribed`). Entries of the sources `import` and `merge` only ever restrict: they can't subscribe whom something else is known of. Where what holds changes, so does the contact, in the same transaction (`contact.consent_changed`); else the entry is kept all the same and the contact keeps its version. Works on archived contacts too: a withdrawal always counts.",
    scope: "consents:write",
    writes: "data",
    dryRun: true,
    params,
    body: schema.consentInput,
    bodyType: "json",
    bodyExample: { channel: "email", topic: "marketing", state: "subscribed", legal_basis: "consent_with_notice", source: "form", proof: "https://acme.com/forms/17" },
    answers: { 201: { description: "What was recorded, and what holds now.", schema: schema.recorded, example: { ...example, effective: "subscribed" } } },
    problems: [...WITH_BODY, ...ON_WRITE, contactMerged],
    run: (ctx, { params: { id }, body }) => consents.record(ctx, id, body),
  }),
];

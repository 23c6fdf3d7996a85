// The operations on streams of activity: engagement comes in, the timeline goes out.
import * as z from "zod";
import { contactMerged } from "../contacts/schema";
import { bare, onSpace, type Endpoint } from "../platform/endpoint";
import { cursorMismatch, pageOf, pageQuery } from "../platform/page";
import { ON_WRITE, WITH_BODY } from "../platform/problems";
import { record } from "./engagement";
import * as engagement from "./engagement-schema";
import { noteExample } from "./examples";
import { demand, ofContact } from "./routes";
import { list } from "./timeline";
import { timelineItem, types } from "./timeline-schema";

export const routes: readonly Endpoint[] = [
  onSpace({
    ...bare,
    id: "engagement.record",
    method: "POST",
    path: "/v1/engagement",
    tag: "Activities",
    summary: "Record what became of mails",
    description:
      "At most 1,000 items, one result each, in order: `recorded`, `duplicate` (its `dedupe_id` was recorded before), `no_contact` (nobody has the address), `invalid`. A delivery marks an address of which nothing is known (`deliverable`), a hard bounce and a complaint mark it (`bounced`, `complained`), a complaint withdraws the consent to all e-mail topics, an unsubscription that to its topic and marks the address `unsubscribed`: in the same transaction, with one version and one event per contact, whatever the number of its items. All others, soft bounces too, are only recorded. Also needs `contacts:read`; items that change their contact fail alone without `contacts:write` (a delivery is then only recorded), those that change consent without `consents:write`.",
    scope: "activities:write",
    writes: "data",
    dryRun: true,
    body: engagement.engagementInput,
    bodyType: "json",
    bodyExample: { items: [{ type: "email.bounced", bounce: "hard", email: "ana@acme.com", campaign: "Spring", at: "2026-11-20T17:53:00.000Z", dedupe_id: "sg-4711" }] },
    answers: {
      200: { description: "One result per item, in order.", schema: engagement.engagementResults, example: { data: [{ status: "recorded", contact: "con_01kqz3v9c5f1nazrk2d4f7h8jm" }] } },
    },
    problems: [...WITH_BODY, ...ON_WRITE],
    run: async (ctx, { body: { items } }) => {
      demand(ctx, "contacts:read");
      return record(ctx, items);
    },
  }),
  onSpace({
    ...bare,
    id: "contacts.timeline",
    method: "GET",
    path: "/v1/contacts/{id}/timeline",
    tag: "Activities",
    summary: "What happened with a contact",
    description:
      "Notes, interactions, engagement, entries of consent and changes as one stream, newest first by the time when they happened. `types` picks some of them. Changes of consent stand there as entries of the ledger. Also needs `contacts:read`.",
    scope: "activities:read",
    params: ofContact,
    query: z.strictObject({ types, ...pageQuery }),
    answers: {
      200: {
        description: "A page of the timeline.",
        schema: pageOf(timelineItem),
        example: { data: [{ type: "note", at: noteExample.created_at, data: noteExample }], page: { next_cursor: null, limit: 50 } },
      },
    },
    problems: [cursorMismatch, contactMerged],
    run: async (ctx, { params: { id }, query }) => {
      demand(ctx, "contacts:read");
      return list(ctx, id, query);
    },
  }),
];

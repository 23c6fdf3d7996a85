// The operations on duplicates.
import * as z from "zod";
import { bare, onSpace, type Endpoint } from "../../platform/endpoint";
import { cursorMismatch, pageOf, pageQuery } from "../../platform/page";
import { ON_WRITE, WITH_BODY } from "../../platform/problems";
import { example } from "../example";
import { dismiss, list } from "./duplicates";
import { duplicateGroup, notDuplicates } from "./schema";

export const routes: readonly Endpoint[] = [
  onSpace({
    ...bare,
    id: "contacts.duplicates",
    method: "GET",
    path: "/v1/contacts/duplicates",
    tag: "Contacts",
    summary: "List duplicates",
    description:
      "Groups of live contacts that are likely one and the same: they share a phone, an e-mail address but for dots and tags, or a name with postal code, birthday or company. Each has a score and the reasons. A page looks at a bounded number of likenesses, so it may be short; its cursor moves on.",
    scope: "contacts:read",
    query: z.strictObject(pageQuery),
    answers: { 200: { description: "A page of groups.", schema: pageOf(duplicateGroup), example: { data: [{ score: 0.98, reasons: ["name_and_birthday", "name_and_postal_code"], size: 2, contacts: [example] }], page: { next_cursor: null, limit: 50 } } } },
    problems: [cursorMismatch],
    run: (ctx, { query }) => list(ctx, query),
  }),
  onSpace({
    ...bare,
    id: "contacts.not_duplicates",
    method: "POST",
    path: "/v1/contacts/duplicates/dismiss",
    tag: "Contacts",
    summary: "Mark as no duplicates",
    description: "These contacts are different people: none of their pairs is told as a duplicate again.",
    scope: "contacts:write",
    writes: "data",
    dryRun: true,
    body: notDuplicates,
    bodyType: "json",
    bodyExample: { contact_ids: ["con_01kqz3v9c5f1nazrk2d4f7h8jm", "con_01kqz3v9c5f1nazrk2d4f7h8jn"] },
    answers: { 204: { description: "They are marked." } },
    problems: [...WITH_BODY, ...ON_WRITE],
    run: (ctx, { body }) => dismiss(ctx, body),
  }),
];

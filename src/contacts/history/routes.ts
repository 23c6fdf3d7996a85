// The operations on a contact's past.
import * as z from "zod";
import { bare, onSpace, type Endpoint } from "../../platform/endpoint";
import { idPattern } from "../../platform/id";
import { cursorMismatch, pageOf, pageQuery } from "../../platform/page";
import { ON_WRITE, WITH_BODY } from "../../platform/problems";
import { tagRemoving } from "../../tags/schema";
import { example } from "../example";
import { contact, contactArchived, contactExists, contactMerged, suppressed } from "../schema";
import { list, restoreVersion } from "./history";
import { change, changeExample, historyTooLong } from "./schema";

const params = z.strictObject({ id: z.string().regex(idPattern("contact")).meta({ description: "Id of the contact.", examples: [example.id] }) });

export const routes: readonly Endpoint[] = [
  onSpace({
    ...bare,
    id: "contacts.history",
    method: "GET",
    path: "/v1/contacts/{id}/history",
    tag: "Contacts",
    summary: "List a contact's changes",
    description: "Per version what changed, from what to what, by whom and when: newest first. The contact as it was at some time: `GET /v1/contacts/{id}?as_of=`.",
    scope: "contacts:read",
    params,
    query: z.strictObject({
      field: z.string().regex(/^[a-z_]{1,50}(?:\.[a-z0-9_]{1,50})?$/, "a field such as `job_title` or `custom.tier`").optional().meta({ description: "Only changes of this one: `job_title`, `custom.tier`, `status`." }),
      ...pageQuery,
    }),
    answers: { 200: { description: "A page of changes.", schema: pageOf(change), example: { data: [changeExample], page: { next_cursor: null, limit: 50 } } } },
    problems: [cursorMismatch, contactMerged],
    run: (ctx, { params: { id }, query }) => list(ctx, id, query),
  }),
  onSpace({
    ...bare,
    id: "contacts.restore_version",
    method: "POST",
    path: "/v1/contacts/{id}/restore-version",
    tag: "Contacts",
    summary: "Go back to an old version",
    description:
      "Gives the contact the data of one of its versions, as a change like any other: a new version, a `contact.updated` with `data.restored_version`, and the conflicts that a PATCH can meet. What a PATCH can't set stays as it is: consent, lists, the states of addresses, archived or not. Values of custom fields that are no more stay away.",
    scope: "contacts:write",
    writes: "data",
    dryRun: true,
    params,
    body: z.strictObject({ version: z.int().min(1).meta({ description: "The version whose data is wanted." }) }).meta({ id: "RestoreVersion" }),
    bodyType: "json",
    bodyExample: { version: 1 },
    answers: { 200: { description: "The contact as it is now.", schema: contact, example, headers: { ETag: "Its version." } } },
    problems: [...WITH_BODY, ...ON_WRITE, contactExists, contactArchived, contactMerged, suppressed, tagRemoving, historyTooLong],
    run: (ctx, { params: { id }, body: { version } }) => restoreVersion(ctx, id, version),
  }),
];

// The operations that merge contacts and part them again.
import * as z from "zod";
import { idPattern } from "../../platform/id";
import { bare, onSpace, type Endpoint } from "../../platform/endpoint";
import { ON_WRITE, WITH_BODY } from "../../platform/problems";
import { example as contactExample } from "../example";
import { contactArchived, contactMerged, contactRestricted, restoreConflict } from "../schema";
import { merge, unmerge } from "./merge";
import * as schema from "./schema";

const params = z.strictObject({ id: z.string().regex(idPattern("contact")).meta({ description: "Id of the contact that stays.", examples: [contactExample.id] }) });
const other = "con_01kqz3v9c5f1nazrk2d4f7h8jn";
const headers = { ETag: "Version of the contact." };

export const routes: readonly Endpoint[] = [
  onSpace({
    ...bare,
    id: "contacts.merge",
    method: "POST",
    path: "/v1/contacts/{id}/merge",
    tag: "Contacts",
    summary: "Merge contacts",
    description:
      "Takes up to 10 contacts into one: it gets all their e-mail addresses, phones, addresses, tags, lists and external ids, and of what can be there once keeps its own value, then the first source's that has one, unless `prefer` says otherwise. The most restrictive consent that one of them stated wins. The sources answer 410 with `merged_into` and a `Link` from then on. `dry_run=true` is the preview. It can be undone for 30 days.",
    scope: "contacts:write",
    writes: "data",
    dryRun: true,
    params,
    body: schema.mergeInput,
    bodyType: "json",
    bodyExample: { source_ids: [other], prefer: { job_title: other } },
    answers: {
      200: {
        description: "The contact as it is now, and what it does not have of the others.",
        schema: schema.merge,
        headers,
        example: { id: "mrg_01kqz3v9c5f1nazrk2d4f7h8jm", contact: contactExample, merged_ids: [other], dropped: [{ field: "company", contact_id: other, value: "Acme Inc." }], undo_until: "2026-12-20T17:53:00.000Z" },
      },
    },
    problems: [...WITH_BODY, ...ON_WRITE, contactArchived, contactMerged, contactRestricted],
    run: (ctx, { params: { id }, body }) => merge(ctx, id, body),
  }),
  onSpace({
    ...bare,
    id: "contacts.unmerge",
    method: "POST",
    path: "/v1/contacts/{id}/unmerge",
    tag: "Contacts",
    summary: "Undo a merge",
    description:
      "Parts what the contact's latest merge made one: the sources are there again as they were, and the contact loses what it got from them and gets back what it had; what was changed since the merge stays; what was said of consent and told of an address since then binds both. Within 30 days, latest merge first.",
    scope: "contacts:write",
    writes: "data",
    dryRun: true,
    params,
    body: schema.unmergeInput,
    bodyType: "json",
    bodyOptional: true,
    bodyExample: {},
    answers: { 200: { description: "The contact as it is now.", schema: schema.unmerged, headers, example: { contact: contactExample, restored_ids: [other] } } },
    problems: [...WITH_BODY, ...ON_WRITE, schema.mergeNotUndoable, contactArchived, contactMerged, contactRestricted, restoreConflict],
    run: (ctx, { params: { id }, body }) => unmerge(ctx, id, body),
  }),
];

// The contacts' operations.
import * as z from "zod";
import { missing } from "../orgs/reach";
import { bare, onSpace, type Endpoint } from "../platform/endpoint";
import { idPattern } from "../platform/id";
import { ON_WRITE, WITH_BODY } from "../platform/problems";
import { flag, timestamp } from "../platform/validate";
import { tagRemoving } from "../tags/schema";
import * as contacts from "./contacts";
import { example } from "./example";
import { readPast } from "./history/past";
import { historyTooLong } from "./history/schema";
import { matchKeyOf, type MatchKey } from "./match";
import { shapeOf } from "./render";
import * as schema from "./schema";
import { shaping } from "./shaping";
import { upsert } from "./upsert";

const bodyExample = {
  first_name: "Ana",
  last_name: "Núñez",
  company: "Acme",
  emails: [{ value: "Ana@Acme.com", label: "work" }],
  phones: ["+34 600 111 222"],
  tags: ["vip"],
};

const params = z.strictObject({ id: z.string().regex(idPattern("contact")).meta({ description: "Id of the contact.", examples: [example.id] }) });

const one = { description: "The contact.", schema: schema.contact, example, headers: { ETag: "Its version." } };
const changing = [...ON_WRITE, schema.contactErased, schema.contactMerged, schema.contactExists, schema.contactArchived, schema.contactRestricted, schema.suppressed, tagRemoving];

const match = z
  .string()
  .transform((text, ctx): MatchKey => {
    const key = matchKeyOf(text);
    if (key) return key;
    ctx.issues.push({ code: "custom", message: "`email`, `phone`, `external_id.<name>` or `custom.<key>`", input: text, params: { code: "invalid_match" } });
    return { kind: "email" };
  })
  .meta({ description: "What to find the contact by: `email`, `phone`, `external_id.<name>`, or `custom.<key>` of a unique field.", type: "string", examples: ["email"] });

export const routes: readonly Endpoint[] = [
  onSpace({
    ...bare,
    id: "contacts.create",
    method: "POST",
    path: "/v1/contacts",
    tag: "Contacts",
    summary: "Create a contact",
    description:
      "A name, a company, an e-mail address, a phone or an external id is enough. Phones are kept as E.164 (written nationally, they are read by the location's country) beside the form they came in.",
    scope: "contacts:write",
    writes: "data",
    dryRun: true,
    body: schema.contactPatch,
    bodyType: "json",
    bodyExample,
    answers: { 201: { ...one, headers: { ETag: "Its version.", Location: "Its path." } } },
    problems: [...WITH_BODY, ...changing],
    run: (ctx, { body }) => contacts.create(ctx, body),
  }),
  onSpace({
    ...bare,
    id: "contacts.upsert",
    method: "PUT",
    path: "/v1/contacts",
    tag: "Contacts",
    summary: "Create or update a contact",
    description:
      "Finds the contact by the value that the body holds for `match`. None: creates it (201). One: acts as PATCH on it (200), with `emails`, `phones` and `tags` added to what is there (`arrays=replace` replaces). `If-None-Match: *` only creates, `If-Match: *` only updates.",
    scope: "contacts:write",
    writes: "data",
    dryRun: true,
    query: z.strictObject({ match, arrays: z.enum(["add", "replace"]).default("add").meta({ description: "What arrays do on a hit." }) }),
    body: schema.contactPatch,
    bodyType: "json",
    bodyExample,
    answers: { 200: { ...one, description: "It was there, and is so now." }, 201: { ...one, description: "It was created." } },
    problems: [...WITH_BODY, ...changing, schema.matchConflict],
    run: (ctx, { query: { match: by, arrays }, body }) => upsert(ctx, by, body, arrays),
  }),
  onSpace({
    ...bare,
    id: "contacts.get",
    method: "GET",
    path: "/v1/contacts/{id}",
    tag: "Contacts",
    summary: "Read a contact",
    description: "One contact, also an archived one. `If-None-Match` with its ETag: 304. With `as_of` as it was at that time, made by undoing its changes one by one, at most 10,000 (422 `history_too_long`).",
    scope: "contacts:read",
    params,
    query: z.strictObject({ ...shaping, as_of: timestamp.optional().meta({ description: "A time: the contact as it was then. 404 where it was not there yet." }) }),
    answers: { 200: { ...one, schema: schema.sparse } },
    problems: [schema.contactErased, schema.contactMerged, historyTooLong],
    run: (ctx, { params: { id }, query: { fields, include, as_of } }) => (as_of === undefined ? contacts.read(ctx, id, shapeOf(fields, include)) : readPast(ctx, id, as_of, shapeOf(fields, include))),
  }),
  onSpace({
    ...bare,
    id: "contacts.update",
    method: "PATCH",
    path: "/v1/contacts/{id}",
    tag: "Contacts",
    summary: "Change a contact",
    description:
      "JSON Merge Patch (RFC 7396): absent = untouched, null = cleared. Arrays replace, or `{\"add\": […], \"remove\": […]}` for `emails`, `phones`, `tags`; `external_ids` and `custom` merge by name. Read-only members that come back unchanged are ignored. What changes nothing keeps the version.",
    scope: "contacts:write",
    writes: "data",
    dryRun: true,
    params,
    body: schema.contactPatch,
    bodyType: "json",
    bodyExample: { job_title: "CEO", tags: { add: ["board"], remove: ["vip"] } },
    answers: { 200: { ...one, description: "The contact as it is now." } },
    problems: [...WITH_BODY, ...changing],
    run: (ctx, { params: { id }, body }) => contacts.update(ctx, id, body),
  }),
  onSpace({
    ...bare,
    id: "contacts.archive",
    method: "DELETE",
    path: "/v1/contacts/{id}",
    tag: "Contacts",
    summary: "Archive or delete a contact",
    description:
      "Archives the contact: it leaves the lists and releases its identifiers, and can be restored. `permanent=true` (scope `contacts:delete`) removes it for good.",
    scope: "contacts:write",
    writes: "data",
    dryRun: true,
    params,
    query: z.strictObject({ permanent: flag.default(false).meta({ description: "Remove for good." }) }),
    answers: { 200: { ...one, description: "The contact, archived." }, 204: { description: "It is gone." } },
    problems: [...ON_WRITE, schema.contactMerged, schema.contactErased],
    run: async (ctx, { params: { id }, query: { permanent } }) => {
      if (!permanent) return contacts.archive(ctx, id);
      const refusal = missing(ctx.principal, "contacts:delete");
      if (refusal) throw refusal;
      return contacts.remove(ctx, id);
    },
  }),
  onSpace({
    ...bare,
    id: "contacts.restore",
    method: "POST",
    path: "/v1/contacts/{id}/restore",
    tag: "Contacts",
    summary: "Restore a contact",
    description: "Brings an archived contact back, with the identifiers that it had.",
    scope: "contacts:write",
    writes: "data",
    dryRun: true,
    params,
    answers: { 200: { ...one, description: "The contact, active." } },
    problems: [...ON_WRITE, schema.contactMerged, schema.contactErased, schema.restoreConflict],
    run: (ctx, { params: { id } }) => contacts.restore(ctx, id),
  }),
];

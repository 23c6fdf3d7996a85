// The contacts' operations.
import * as z from "zod";
import { missing } from "../orgs/reach";
import { bare, onSpace, type Endpoint } from "../platform/endpoint";
import { idPattern } from "../platform/id";
import { cursorMismatch, pageOf, pageQuery } from "../platform/page";
import { ON_WRITE, WITH_BODY } from "../platform/problems";
import { flag, many, timestamp } from "../platform/validate";
import * as contacts from "./contacts";
import { list, SORTS } from "./list";
import { emailKey, e164 } from "./normalize";
import { shapeOf } from "./render";
import * as schema from "./schema";
import type { Identity } from "./store";
import { upsert, type MatchKey } from "./upsert";

export const example: schema.Contact = {
  id: "con_01kqz3v9c5f1nazrk2d4f7h8jm",
  version: 7,
  status: "active",
  external_ids: { salesforce: "003x" },
  first_name: "Ana",
  last_name: "Núñez",
  company: "Acme",
  job_title: "CFO",
  emails: [{ value: "Ana@Acme.com", label: "work", primary: true, state: "deliverable" }],
  phones: [{ value: "+34600111222", raw: "600 111 222", label: "mobile", primary: true }],
  addresses: [{ label: "home", line1: "Calle Mayor 1", line2: null, city: "Madrid", region: null, postal_code: "28013", country: "ES" }],
  birthday: "1980-05-09",
  language: "es",
  timezone: "Europe/Madrid",
  urls: [{ value: "https://acme.com/ana", label: null }],
  custom: {},
  tags: ["vip"],
  lists: [],
  consent: {},
  source: { type: "api", key: "key_01kqz3v9c5f1nazrk2d4f7h8jm" },
  created_at: "2026-11-20T17:53:00.000Z",
  updated_at: "2026-11-20T17:53:00.000Z",
  archived_at: null,
};

const bodyExample = {
  first_name: "Ana",
  last_name: "Núñez",
  company: "Acme",
  emails: [{ value: "Ana@Acme.com", label: "work" }],
  phones: ["+34 600 111 222"],
  tags: ["vip"],
};

const params = z.strictObject({ id: z.string().regex(idPattern("contact")).meta({ description: "Id of the contact.", examples: [example.id] }) });

const names = (description: string) =>
  z
    .string()
    .transform((text) => text.split(","))
    .pipe(z.array(z.enum(schema.FIELDS)).min(1))
    .optional()
    .meta({ description, type: "string" });
const shaping = {
  fields: names("Only these members, comma-separated: `id,emails`."),
  include: names("These members beside those of `fields`."),
};

const reference = (kind: Identity["kind"], what: string, normal: (value: string) => string | null) =>
  many(
    z.string().transform((value, ctx) => {
      const key = normal(value);
      if (key === null) ctx.issues.push({ code: "custom", message: `not ${what}`, input: value, params: { code: `invalid_${kind}` } });
      return key ?? "";
    }),
  ).optional();

const query = z.strictObject({
  email: reference("email", "an e-mail address", emailKey).meta({ description: "Exactly this address, as it is compared. Repeat for OR." }),
  phone: reference("phone", "a phone number in international form", (value) => e164(value, "")).meta({ description: "In international form (`+34…`; `+` is `%2B` in a URL)." }),
  external_id: reference("external_id", "an external id, name:value", (value) => (/^[a-z0-9_]{1,50}:.{1,255}$/u.test(value) ? value : null)).meta({
    description: "`name:value`, e.g. `salesforce:003x`.",
  }),
  status: many(z.enum(["active", "archived"])).optional().meta({ description: "Default `active`; repeat for both." }),
  updated_since: timestamp.optional().meta({ description: "Changed at or after this time; implies `sort=updated_at`." }),
  created_since: timestamp.optional().meta({ description: "Created at or after this time." }),
  sort: z.enum(SORTS).optional().meta({ description: "`id` is the order of creation; `-` reverses." }),
  ...shaping,
  ...pageQuery,
});

const one = { description: "The contact.", schema: schema.contact, example, headers: { ETag: "Its version." } };
const changing = [...ON_WRITE, schema.contactExists, schema.contactArchived];

const match = z
  .string()
  .transform((text, ctx): MatchKey => {
    if (text === "email" || text === "phone") return { kind: text };
    const system = /^external_id\.([a-z0-9_]{1,50})$/.exec(text)?.[1];
    if (system !== undefined) return { kind: "external_id", system };
    ctx.issues.push({ code: "custom", message: "`email`, `phone` or `external_id.<name>`", input: text, params: { code: "invalid_match" } });
    return { kind: "email" };
  })
  .meta({ description: "What to find the contact by: `email`, `phone` or `external_id.<name>`.", type: "string", examples: ["email"] });

export const routes: readonly Endpoint[] = [
  onSpace({
    ...bare,
    id: "contacts.list",
    method: "GET",
    path: "/v1/contacts",
    tag: "Contacts",
    summary: "List contacts",
    description:
      "Walks the contacts of a location in the order of their creation, or as `sort` says. Filters: a repeated one is OR, different ones are AND. Cursors never expire and there is no cap on depth. The first page bears `events_cursor`: read the list, then follow the events from there, and nothing is missed.",
    scope: "contacts:read",
    query,
    answers: {
      200: {
        description: "A page of contacts.",
        schema: z.strictObject({ ...pageOf(schema.sparse).shape, events_cursor: z.string().optional().meta({ description: "On the first page: where the event log stood." }) }),
        example: { data: [example], page: { next_cursor: null, limit: 50 }, events_cursor: "WyJldmVudHMiLFsxXV0" },
      },
    },
    problems: [cursorMismatch, schema.sortTooBroad],
    run: (ctx, { query: { email, phone, external_id, status, updated_since, created_since, fields, include, ...rest } }) =>
      list(ctx, {
        sort: rest.sort,
        limit: rest.limit,
        cursor: rest.cursor,
        states: status === undefined ? ["active"] : [...new Set(status)].toSorted(),
        identities: [
          ...(email ? [{ kind: "email" as const, values: email }] : []),
          ...(external_id ? [{ kind: "external_id" as const, values: external_id }] : []),
          ...(phone ? [{ kind: "phone" as const, values: phone }] : []),
        ],
        updatedSince: updated_since,
        createdSince: created_since,
        shape: shapeOf(fields, include),
      }),
  }),
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
    description: "One contact, also an archived one. `If-None-Match` with its ETag: 304.",
    scope: "contacts:read",
    params,
    query: z.strictObject(shaping),
    answers: { 200: { ...one, schema: schema.sparse } },
    run: (ctx, { params: { id }, query: { fields, include } }) => contacts.read(ctx, id, shapeOf(fields, include)),
  }),
  onSpace({
    ...bare,
    id: "contacts.update",
    method: "PATCH",
    path: "/v1/contacts/{id}",
    tag: "Contacts",
    summary: "Change a contact",
    description:
      "JSON Merge Patch (RFC 7396): absent = untouched, null = cleared. Arrays replace, or `{\"add\": […], \"remove\": […]}` for `emails`, `phones`, `tags`; `external_ids` merges by name. Read-only members that come back unchanged are ignored. What changes nothing keeps the version.",
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
    problems: ON_WRITE,
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
    problems: [...ON_WRITE, schema.restoreConflict],
    run: (ctx, { params: { id } }) => contacts.restore(ctx, id),
  }),
];

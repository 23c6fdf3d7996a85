// The operations that find contacts: a list by its parameters, a search by a filter object.
import * as z from "zod";
import { bare, onSpace, type Endpoint } from "../../platform/endpoint";
import { cursorMismatch, DEFAULT_LIMIT, MAX_LIMIT, pageQuery } from "../../platform/page";
import { invalid, invalidParameter, WITH_BODY } from "../../platform/problems";
import { many, timestamp } from "../../platform/validate";
import { idPattern } from "../../platform/id";
import { emailKey, e164 } from "../../platform/normalize";
import { shapeOf } from "../render";
import { FIELDS, sortTooBroad } from "../schema";
import { filtersOf } from "../segments/filters";
import { shaping } from "../shaping";
import { count } from "./count";
import { filter, hubspotGroups, hubspotName } from "./filter";
import { page, pageExample } from "./page";
import { conditionsOf, parameterAt, within } from "./parameters";
import { SORTS, type Sort } from "./plan";
import { search } from "./search";
import { termsOf, words } from "./terms";

const reference = (code: string, what: string, normal: (value: string) => string | null) =>
  many(
    z.string().transform((value, ctx) => {
      const key = normal(value);
      if (key === null) ctx.issues.push({ code: "custom", message: `not ${what}`, input: value, params: { code } });
      return key ?? "";
    }),
  ).optional();
const some = (description: string) => many(z.string().min(1).max(255)).optional().meta({ description });

const CUSTOM = /^custom\.[a-z][a-z0-9_]{0,49}$/;

const query = z
  .object({
    email: reference("invalid_email", "an e-mail address", emailKey).meta({ description: "Exactly this address, as it is compared. Repeat for OR." }),
    phone: reference("invalid_phone", "a phone number in international form", (value) => e164(value, "")).meta({ description: "In international form (`+34…`; `+` is `%2B` in a URL)." }),
    external_id: reference("invalid_external_id", "an external id, name:value", (value) => (/^[a-z0-9_]{1,50}:.{1,255}$/u.test(value) ? value : null)).meta({
      description: "`name:value`, e.g. `salesforce:003x`.",
    }),
    tag: some("Has this tag, by its key. Repeat for OR."),
    list: some("Is in this list, by its id. Repeat for OR."),
    segment: many(z.string().regex(idPattern("segment"), "a segment id")).optional().meta({ description: "Is in this segment, by its id. Repeat for OR, at most 3." }),
    q: words.optional().meta({ description: "At most 20 words that names, company, e-mail addresses or phones hold; one or two letters match word beginnings. Case and accents don't matter." }),
    status: many(z.enum(["active", "archived"])).optional().meta({ description: "Default `active`; repeat for both." }),
    updated_since: timestamp.optional().meta({ description: "Changed at or after this time; implies `sort=updated_at`." }),
    created_since: timestamp.optional().meta({ description: "Created at or after this time." }),
    sort: z.enum(SORTS).optional().meta({ description: "`id` is the order of creation; `-` reverses." }),
    ...shaping,
    ...pageQuery,
  })
  .catchall(many(z.string().min(1).max(1_000)))
  .check((ctx) => {
    const own = new Set(Object.keys(query.shape));
    const unknown = Object.keys(ctx.value).filter((name) => !own.has(name) && !CUSTOM.test(name));
    if (unknown.length > 0) ctx.issues.push({ code: "unrecognized_keys", keys: unknown, input: ctx.value });
  });

const fieldName = z.enum(FIELDS);
const sortName = z.strictObject({ field: z.enum(["id", "updated_at", "last_name"]), dir: z.enum(["asc", "desc"]).default("asc") });
const hubspotSort = z
  .strictObject({ propertyName: z.string().max(120), direction: z.enum(["ASCENDING", "DESCENDING"]).default("ASCENDING") })
  .transform(({ propertyName, direction }) => ({ field: hubspotName(propertyName) === "created_at" ? "id" : hubspotName(propertyName), dir: direction === "DESCENDING" ? "desc" : "asc" }))
  .pipe(z.object({ field: z.enum(["id", "updated_at", "last_name"]), dir: z.enum(["asc", "desc"]) }));

const searchBody = z
  .strictObject({
    filter: filter.optional(),
    filterGroups: hubspotGroups.optional().meta({ description: "The filter as HubSpot's search spells it." }),
    query: words.optional().meta({ description: "As `q` of the list." }),
    sort: z.union([z.enum(SORTS), z.array(sortName).max(1)]).optional().meta({ description: "As the list's `sort`, or `[{field, dir}]`." }),
    sorts: z.array(hubspotSort).max(1).optional(),
    fields: z.array(fieldName).min(1).optional(),
    properties: z.array(z.string().max(120)).max(100).optional().meta({ description: "HubSpot's name for `fields`; unknown ones are left out." }),
    include: z.array(fieldName).min(1).optional(),
    limit: z.int().min(1).max(MAX_LIMIT).default(DEFAULT_LIMIT),
    cursor: z.string().min(1).max(2_000).nullable().optional(),
    after: z.string().min(1).max(2_000).optional().meta({ description: "HubSpot's name for `cursor`." }),
    count: z.enum(["none", "exact"]).default("none").meta({ description: "`exact`: the first page tells how many there are, up to 10,000 by counting." }),
  })
  .refine((body) => !(body.filter && body.filterGroups), { path: ["filterGroups"], message: "`filter` or `filterGroups`, not both" })
  .meta({ id: "Search" });

export const routes: readonly Endpoint[] = [
  onSpace({
    ...bare,
    id: "contacts.list",
    method: "GET",
    path: "/v1/contacts",
    tag: "Contacts",
    summary: "List contacts",
    description:
      "Walks the contacts of a location in the order of their creation, or as `sort` says. Filters: a repeated one is OR, different ones are AND; `custom.<key>=value` filters by a custom field. Cursors never expire and there is no cap on depth. A filter that no index serves is checked on 20,000 contacts a call: such a page may be short or empty, and its cursor moves on. The first page bears `events_cursor`: read the list, then follow the events from there, and nothing is missed.",
    scope: "contacts:read",
    query,
    answers: { 200: { description: "A page of contacts.", schema: page, example: pageExample } },
    problems: [cursorMismatch, sortTooBroad],
    run: async (ctx, { query: { fields, include, sort, limit, cursor, q, segment, ...filters } }) => {
      const own = conditionsOf(filters);
      const asked = segment === undefined ? own : within(own, await filtersOf(ctx, segment));
      const implied = filters.updated_since === undefined ? undefined : "updated_at";
      return search(ctx, { sought: { filter: asked, terms: termsOf(q ?? "") }, sort: sort ?? implied, limit, cursor, shape: shapeOf(fields, include) }, (faults) => {
        // Each group of the segments repeats the list's own conditions.
        const told = faults.map(({ pointer, code, message }) => ({ parameter: parameterAt(own, pointer) || "segment", code, message }));
        const errors = [...new Map(told.map((one) => [`${one.parameter} ${one.code}`, one])).values()];
        return invalidParameter(`Parameter ${errors.map(({ parameter }) => `\`${parameter}\``).join(", ")} can't be taken.`, { errors });
      });
    },
  }),
  onSpace({
    ...bare,
    id: "contacts.search",
    method: "POST",
    path: "/v1/contacts/search",
    tag: "Contacts",
    summary: "Search contacts",
    description:
      "Finds what a filter object and a text ask for: OR of at most 5 groups, AND of at most 10 conditions in each. It sees every write that was answered before. Texts are compared without case and accents. Contacts come in the order of their creation; a filter of one group that finds nothing by its value comes in the order of its first range. What no index serves is checked on 20,000 contacts a call: such a page may be short, and its cursor moves on.",
    scope: "contacts:read",
    safe: true,
    body: searchBody,
    bodyType: "json",
    bodyExample: {
      filter: { any: [{ all: [{ field: "tags", op: "has_any", value: ["vip"] }, { field: "emails", op: "ends_with", value: "@acme.com" }] }, { all: [{ field: "updated_at", op: "within_last", value: "30d" }] }] },
      query: "nunez",
      limit: 50,
      count: "exact",
    },
    answers: { 200: { description: "A page of contacts.", schema: page.extend({ count: count.optional() }), example: { ...pageExample, count: { value: 1, relation: "eq" } } } },
    problems: [...WITH_BODY, cursorMismatch, sortTooBroad],
    run: (ctx, { body }) => {
      const named = body.properties?.map(hubspotName).flatMap((name) => FIELDS.filter((field) => field === name.split(".")[0]));
      const given = typeof body.sort === "string" ? body.sort : sortOf(body.sort?.[0] ?? body.sorts?.[0]);
      const groups = body.filterGroups === undefined ? null : { any: body.filterGroups };
      const fields = body.fields ?? (named && named.length > 0 ? [...new Set(["id" as const, ...named])] : undefined);
      return search(
        ctx,
        { sought: { filter: body.filter ?? groups, terms: termsOf(body.query ?? "") }, sort: given, limit: body.limit, cursor: body.cursor ?? body.after, shape: shapeOf(fields, body.include), count: body.count === "exact" },
        invalid,
      );
    },
  }),
];

const sortOf = (sort: z.output<typeof sortName> | undefined): Sort | undefined => SORTS.find((one) => sort !== undefined && one === `${sort.dir === "desc" ? "-" : ""}${sort.field}`);

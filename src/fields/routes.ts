// The operations on custom fields.
import * as z from "zod";
import { bare, onSpace, type Endpoint } from "../platform/endpoint";
import { cursorMismatch, pageOf, pageQuery } from "../platform/page";
import { ON_WRITE, WITH_BODY } from "../platform/problems";
import { fieldConverting } from "./conversion-schema";
import { copy } from "./copy";
import { fieldCopies, fieldCopy } from "./copy-schema";
import * as fields from "./fields";
import * as schema from "./schema";

const example: schema.FieldJson = {
  id: "fld_01kqz3v9c5f1nazrk2d4f7h8jm",
  key: "tier",
  name: "custom.tier",
  label: "Tier",
  description: null,
  type: "select",
  required: false,
  unique: false,
  min: null,
  max: null,
  pattern: null,
  options: [{ key: "gold", label: "Gold", archived: false }, { key: "silver", label: "Silver", archived: false }],
  default: null,
  filterable: true,
  operators: ["eq", "neq", "in", "not_in", "exists", "not_exists"],
  converting: null,
  version: 1,
  created_at: "2026-11-20T17:53:00.000Z",
  updated_at: "2026-11-20T17:53:00.000Z",
  archived_at: null,
};
const params = z.strictObject({ id: schema.fieldId.meta({ description: "Id of the field.", examples: [example.id] }) });
const one = { description: "The field.", schema: schema.field, example, headers: { ETag: "Its version." } };

const copies = { results: [{ key: "tier", outcome: "created" as const, field_id: example.id, problem: null }], summary: { created: 1, unchanged: 0, refused: 0 } };

export const routes: readonly Endpoint[] = [
  onSpace({
    ...bare,
    id: "fields.list",
    method: "GET",
    path: "/v1/fields",
    tag: "Fields",
    summary: "List fields",
    description: "The custom fields of a location, oldest first, each with what filters can ask of it. The first page also tells that of the members that every contact has (`built_in`).",
    scope: "contacts:read",
    query: z.strictObject(pageQuery),
    answers: {
      200: {
        description: "A page of fields.",
        schema: z.strictObject({ ...pageOf(schema.field).shape, built_in: z.array(schema.builtIn).optional().meta({ description: "On the first page." }) }),
        example: { data: [example], page: { next_cursor: null, limit: 50 }, built_in: [{ name: "tags", type: "keys", operators: ["has_any", "has_all", "has_none", "exists", "not_exists"] }] },
      },
    },
    problems: [cursorMismatch],
    run: (ctx, { query }) => fields.list(ctx, query),
  }),
  onSpace({
    ...bare,
    id: "fields.create",
    method: "POST",
    path: "/v1/fields",
    tag: "Fields",
    summary: "Create a field",
    description:
      "Adds a field to the contacts of a location. Its `key` is for good; label and rules can be changed (`PATCH`), type, uniqueness and index converted (`POST …/convert`). `min` and `max` bound a number or date, or the length of a text. `required` is refused while contacts lack it (409 `field_in_use` with their count).",
    scope: "fields:write",
    writes: "data",
    dryRun: true,
    body: schema.fieldInput,
    bodyType: "json",
    bodyExample: { key: "tier", label: "Tier", type: "select", options: [{ key: "gold", label: "Gold" }, { key: "silver", label: "Silver" }] },
    answers: { 201: { ...one, headers: { ETag: "Its version.", Location: "Its path." } } },
    problems: [...WITH_BODY, ...ON_WRITE, schema.fieldExists, schema.fieldInUse, schema.tooManyFields],
    run: (ctx, { body }) => fields.create(ctx, body),
  }),
  onSpace({
    ...bare,
    id: "fields.get",
    method: "GET",
    path: "/v1/fields/{id}",
    tag: "Fields",
    summary: "Read a field",
    description: "One custom field, also an archived one.",
    scope: "contacts:read",
    params,
    answers: { 200: one },
    run: (ctx, { params: { id } }) => fields.read(ctx, id),
  }),
  onSpace({
    ...bare,
    id: "fields.update",
    method: "PATCH",
    path: "/v1/fields/{id}",
    tag: "Fields",
    summary: "Change a field",
    description:
      "Merge-patches label and rules. A rule that contacts would break is refused with their count (409 `field_in_use`) and changes nothing; `dry_run=true` only tells. `archived_at: true` archives a field: it takes no new values, and contacts keep theirs.",
    scope: "fields:write",
    writes: "data",
    dryRun: true,
    params,
    body: schema.fieldPatch,
    bodyType: "json",
    bodyExample: { label: "Tier of the contract" },
    answers: { 200: one },
    problems: [...WITH_BODY, ...ON_WRITE, schema.fieldInUse, fieldConverting],
    run: (ctx, { params: { id }, body }) => fields.update(ctx, id, body),
  }),
  onSpace({
    ...bare,
    id: "fields.copy",
    method: "POST",
    path: "/v1/fields/copy",
    tag: "Fields",
    summary: "Copy fields from another location",
    description:
      "Makes the fields of another location (`from`) in this one, with their options, rules and defaults, never their contacts' values. It needs a caller that reaches both: an agency key or a member. Each has a result: `created`, `unchanged` where this location has the same field already (so a second call changes nothing), or `refused` with its problem, such as a field of the same key that is another one: 207 where there are such.",
    scope: "fields:write",
    writes: "data",
    dryRun: true,
    body: fieldCopy,
    bodyType: "json",
    bodyExample: { from: "loc_01kqz3v9c5f1nazrk2d4f7h8jm", keys: ["tier"] },
    answers: {
      200: { description: "What became of each field.", schema: fieldCopies, example: copies },
      207: {
        description: "Some were refused.",
        schema: fieldCopies,
        example: {
          results: [{ key: "tier", outcome: "refused", field_id: example.id, problem: { code: "field_exists", status: 409, title: "The field exists", detail: "The location has another field `tier`." } }],
          summary: { created: 0, unchanged: 0, refused: 1 },
        },
      },
    },
    problems: [...WITH_BODY, ...ON_WRITE],
    tells: [schema.fieldExists, schema.fieldInUse, fieldConverting, schema.tooManyFields],
    run: (ctx, { body }) => copy(ctx, body),
  }),
];

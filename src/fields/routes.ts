// The operations on custom fields.
import * as z from "zod";
import { bare, onSpace, type Endpoint } from "../platform/endpoint";
import { cursorMismatch, pageOf, pageQuery } from "../platform/page";
import { ON_WRITE, WITH_BODY } from "../platform/problems";
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
  version: 1,
  created_at: "2026-11-20T17:53:00.000Z",
  updated_at: "2026-11-20T17:53:00.000Z",
  archived_at: null,
};
const params = z.strictObject({ id: schema.fieldId.meta({ description: "Id of the field.", examples: [example.id] }) });
const one = { description: "The field.", schema: schema.field, example, headers: { ETag: "Its version." } };

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
      "Adds a field to the contacts of a location. Its `key`, type, uniqueness and index are for good, its label and rules can be changed. `min` and `max` bound a number or date, or the length of a text. `required` is refused while contacts lack it (409 `field_in_use` with their count).",
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
    problems: [...WITH_BODY, ...ON_WRITE, schema.fieldInUse],
    run: (ctx, { params: { id }, body }) => fields.update(ctx, id, body),
  }),
];

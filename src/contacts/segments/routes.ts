// The operations on segments.
import * as z from "zod";
import { bare, onSpace, type Endpoint } from "../../platform/endpoint";
import { cursorMismatch, pageOf, pageQuery } from "../../platform/page";
import { ON_WRITE, WITH_BODY } from "../../platform/problems";
import { shapeOf } from "../render";
import { sortTooBroad } from "../schema";
import { page, pageExample } from "../search/page";
import { SORTS } from "../search/plan";
import { shaping } from "../shaping";
import * as schema from "./schema";
import * as segments from "./segments";

const filter: schema.SegmentJson["filter"] = { any: [{ all: [{ field: "addresses.country", op: "eq", value: "ES" }, { field: "consent.email.marketing", op: "eq", value: "subscribed" }] }] };
const example: schema.SegmentJson = {
  id: "seg_01kqz3v9c5f1nazrk2d4f7h8jm",
  name: "Spain, subscribed",
  description: null,
  filter,
  version: 1,
  created_at: "2026-11-20T17:53:00.000Z",
  updated_at: "2026-11-20T17:53:00.000Z",
};
const params = z.strictObject({ id: schema.segmentId.meta({ description: "Id of the segment.", examples: [example.id] }) });
const one = { description: "The segment.", schema: schema.segment, example, headers: { ETag: "Its version." } };

export const routes: readonly Endpoint[] = [
  onSpace({
    ...bare,
    id: "segments.list",
    method: "GET",
    path: "/v1/segments",
    tag: "Segments",
    summary: "List segments",
    description: "The segments of a location, oldest first.",
    scope: "contacts:read",
    query: z.strictObject(pageQuery),
    answers: { 200: { description: "A page of segments.", schema: pageOf(schema.segment), example: { data: [example], page: { next_cursor: null, limit: 50 } } } },
    problems: [cursorMismatch],
    run: (ctx, { query }) => segments.list(ctx, query),
  }),
  onSpace({
    ...bare,
    id: "segments.create",
    method: "POST",
    path: "/v1/segments",
    tag: "Segments",
    summary: "Create a segment",
    description: "Stores a filter by name: the same object as in `POST /v1/contacts/search`. Relative times (`within_last`) count from when it is asked.",
    scope: "lists:write",
    writes: "data",
    dryRun: true,
    body: schema.segmentInput,
    bodyType: "json",
    bodyExample: { name: "Spain, subscribed", filter },
    answers: { 201: { ...one, headers: { ETag: "Its version.", Location: "Its path." } } },
    problems: [...WITH_BODY, ...ON_WRITE, schema.segmentExists],
    run: (ctx, { body }) => segments.create(ctx, body),
  }),
  onSpace({
    ...bare,
    id: "segments.get",
    method: "GET",
    path: "/v1/segments/{id}",
    tag: "Segments",
    summary: "Read a segment",
    description: "The segment, and how many contacts are in it now: exactly up to 10,000, beyond that at least how many.",
    scope: "contacts:read",
    params,
    answers: { 200: { ...one, example: { ...example, count: { value: 120, relation: "eq" } } } },
    problems: [schema.segmentStale],
    run: (ctx, { params: { id } }) => segments.read(ctx, id),
  }),
  onSpace({
    ...bare,
    id: "segments.contacts",
    method: "GET",
    path: "/v1/segments/{id}/contacts",
    tag: "Segments",
    summary: "List who is in a segment",
    description: "The contacts that the segment's filter finds now; paged like all contacts.",
    scope: "contacts:read",
    params,
    query: z.strictObject({ sort: z.enum(SORTS).optional().meta({ description: "As of all contacts." }), ...shaping, ...pageQuery }),
    answers: { 200: { description: "A page of contacts.", schema: page, example: pageExample } },
    problems: [cursorMismatch, sortTooBroad, schema.segmentStale],
    run: (ctx, { params: { id }, query: { fields, include, ...rest } }) => segments.contacts(ctx, id, { limit: rest.limit, sort: rest.sort, cursor: rest.cursor, shape: shapeOf(fields, include) }),
  }),
  onSpace({
    ...bare,
    id: "segments.update",
    method: "PATCH",
    path: "/v1/segments/{id}",
    tag: "Segments",
    summary: "Change a segment",
    description: "Merge-patches name, description and filter; the filter is replaced as a whole.",
    scope: "lists:write",
    writes: "data",
    dryRun: true,
    params,
    body: schema.segmentPatch,
    bodyType: "json",
    bodyExample: { description: "For the spring campaign" },
    answers: { 200: one },
    problems: [...WITH_BODY, ...ON_WRITE, schema.segmentExists],
    run: (ctx, { params: { id }, body }) => segments.update(ctx, id, body),
  }),
  onSpace({
    ...bare,
    id: "segments.delete",
    method: "DELETE",
    path: "/v1/segments/{id}",
    tag: "Segments",
    summary: "Delete a segment",
    description: "Deletes the stored filter; no contact changes.",
    scope: "lists:write",
    writes: "data",
    dryRun: true,
    params,
    answers: { 204: { description: "It is gone." } },
    problems: ON_WRITE,
    run: (ctx, { params: { id } }) => segments.remove(ctx, id),
  }),
];

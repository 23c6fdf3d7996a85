// The operations on tags.
import * as z from "zod";
import { bare, onSpace, type Endpoint } from "../platform/endpoint";
import { cursorMismatch, pageOf, pageQuery } from "../platform/page";
import { ON_WRITE, WITH_BODY } from "../platform/problems";
import * as schema from "./schema";
import * as tags from "./tags";

const example: schema.TagJson = {
  id: "tag_01kqz3v9c5f1nazrk2d4f7h8jm",
  key: "vip",
  label: "VIP",
  version: 1,
  created_at: "2026-11-20T17:53:00.000Z",
  updated_at: "2026-11-20T17:53:00.000Z",
};
const params = z.strictObject({ id: schema.tagId.meta({ description: "Id of the tag.", examples: [example.id] }) });
const one = { description: "The tag.", schema: schema.tag, example, headers: { ETag: "Its version." } };

export const routes: readonly Endpoint[] = [
  onSpace({
    ...bare,
    id: "tags.list",
    method: "GET",
    path: "/v1/tags",
    tag: "Tags",
    summary: "List tags",
    description: "The tags of a location, oldest first.",
    scope: "contacts:read",
    query: z.strictObject(pageQuery),
    answers: { 200: { description: "A page of tags.", schema: pageOf(schema.tag), example: { data: [example], page: { next_cursor: null, limit: 50 } } } },
    problems: [cursorMismatch],
    run: (ctx, { query }) => tags.list(ctx, query),
  }),
  onSpace({
    ...bare,
    id: "tags.create",
    method: "POST",
    path: "/v1/tags",
    tag: "Tags",
    summary: "Create a tag",
    description: "Not needed before a contact is given a tag: one that is not there yet comes to be by that, with the text as its label.",
    scope: "tags:write",
    writes: "data",
    dryRun: true,
    body: schema.tagInput,
    bodyType: "json",
    bodyExample: { key: "vip", label: "VIP" },
    answers: { 201: { ...one, headers: { ETag: "Its version.", Location: "Its path." } } },
    problems: [...WITH_BODY, ...ON_WRITE, schema.tagExists, schema.tagRemoving],
    run: (ctx, { body }) => tags.create(ctx, body),
  }),
  onSpace({
    ...bare,
    id: "tags.get",
    method: "GET",
    path: "/v1/tags/{id}",
    tag: "Tags",
    summary: "Read a tag",
    description: "One tag.",
    scope: "contacts:read",
    params,
    answers: { 200: one },
    run: (ctx, { params: { id } }) => tags.read(ctx, id),
  }),
  onSpace({
    ...bare,
    id: "tags.update",
    method: "PATCH",
    path: "/v1/tags/{id}",
    tag: "Tags",
    summary: "Rename a tag",
    description: "Changes the label. The key, which contacts bear, stays, so no contact changes.",
    scope: "tags:write",
    writes: "data",
    dryRun: true,
    params,
    body: schema.tagPatch,
    bodyType: "json",
    bodyExample: { label: "Very important" },
    answers: { 200: one },
    problems: [...WITH_BODY, ...ON_WRITE],
    run: (ctx, { params: { id }, body }) => tags.update(ctx, id, body),
  }),
];

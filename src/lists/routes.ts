// The operations on static lists.
import * as z from "zod";
import { bare, onSpace, type Endpoint } from "../platform/endpoint";
import { cursorMismatch, pageOf, pageQuery } from "../platform/page";
import { ON_WRITE, WITH_BODY } from "../platform/problems";
import * as lists from "./lists";
import * as schema from "./schema";

export const example: schema.ListJson = {
  id: "lst_01kqz3v9c5f1nazrk2d4f7h8jm",
  name: "Spring fair",
  description: null,
  version: 1,
  created_at: "2026-11-20T17:53:00.000Z",
  updated_at: "2026-11-20T17:53:00.000Z",
};
const params = z.strictObject({ id: schema.listId.meta({ description: "Id of the list.", examples: [example.id] }) });
const one = { description: "The list.", schema: schema.list, example, headers: { ETag: "Its version." } };

export const routes: readonly Endpoint[] = [
  onSpace({
    ...bare,
    id: "lists.list",
    method: "GET",
    path: "/v1/lists",
    tag: "Lists",
    summary: "List lists",
    description: "The static lists of a location, oldest first.",
    scope: "contacts:read",
    query: z.strictObject(pageQuery),
    answers: { 200: { description: "A page of lists.", schema: pageOf(schema.list), example: { data: [example], page: { next_cursor: null, limit: 50 } } } },
    problems: [cursorMismatch],
    run: (ctx, { query }) => lists.list(ctx, query),
  }),
  onSpace({
    ...bare,
    id: "lists.create",
    method: "POST",
    path: "/v1/lists",
    tag: "Lists",
    summary: "Create a list",
    description: "An empty list; contacts are put into it by `POST /v1/lists/{id}/contacts` or in bulk.",
    scope: "lists:write",
    writes: "data",
    dryRun: true,
    body: schema.listInput,
    bodyType: "json",
    bodyExample: { name: "Spring fair" },
    answers: { 201: { ...one, headers: { ETag: "Its version.", Location: "Its path." } } },
    problems: [...WITH_BODY, ...ON_WRITE, schema.listExists],
    run: (ctx, { body }) => lists.create(ctx, body),
  }),
  onSpace({
    ...bare,
    id: "lists.get",
    method: "GET",
    path: "/v1/lists/{id}",
    tag: "Lists",
    summary: "Read a list",
    description: "One list; who is in it: `GET /v1/lists/{id}/contacts`.",
    scope: "contacts:read",
    params,
    answers: { 200: one },
    run: (ctx, { params: { id } }) => lists.read(ctx, id),
  }),
  onSpace({
    ...bare,
    id: "lists.update",
    method: "PATCH",
    path: "/v1/lists/{id}",
    tag: "Lists",
    summary: "Change a list",
    description: "Merge-patches name and description.",
    scope: "lists:write",
    writes: "data",
    dryRun: true,
    params,
    body: schema.listPatch,
    bodyType: "json",
    bodyExample: { description: "Met at the fair" },
    answers: { 200: one },
    problems: [...WITH_BODY, ...ON_WRITE, schema.listExists],
    run: (ctx, { params: { id }, body }) => lists.update(ctx, id, body),
  }),
];

// The operations on who is in a list.
import * as z from "zod";
import { find } from "../../lists/lists";
import { listId } from "../../lists/schema";
import { idPattern } from "../../platform/id";
import { bare, onSpace, type Endpoint } from "../../platform/endpoint";
import { cursorMismatch, pageQuery } from "../../platform/page";
import { invalid, ON_WRITE, WITH_BODY } from "../../platform/problems";
import { shapeOf } from "../render";
import { sortTooBroad } from "../schema";
import { SORTS } from "../search/plan";
import { page, pageExample } from "../search/page";
import { search } from "../search/search";
import { shaping } from "../shaping";
import { change } from "./members";

const params = z.strictObject({ id: listId.meta({ description: "Id of the list.", examples: ["lst_01kqz3v9c5f1nazrk2d4f7h8jm"] }) });
const ids = z.array(z.string().regex(idPattern("contact"), "a contact id")).max(500).optional();
const membership = z
  .strictObject({ add: ids, remove: ids })
  .refine(({ add = [], remove = [] }) => add.length + remove.length > 0, "something to add or to remove")
  .refine(({ add = [], remove = [] }) => !add.some((id) => remove.includes(id)), { path: ["remove"], message: "an id stands in both" })
  .meta({ id: "ListMembership" });
const answer = z.strictObject({ added: z.int(), removed: z.int(), unchanged: z.int(), not_found: z.array(z.string()) });

export const routes: readonly Endpoint[] = [
  onSpace({
    ...bare,
    id: "lists.contacts",
    method: "GET",
    path: "/v1/lists/{id}/contacts",
    tag: "Lists",
    summary: "List who is in a list",
    description: "The live contacts in a list, in the order of their creation; paged like all contacts.",
    scope: "contacts:read",
    params,
    query: z.strictObject({ sort: z.enum(SORTS).optional().meta({ description: "As of all contacts." }), ...shaping, ...pageQuery }),
    answers: { 200: { description: "A page of contacts.", schema: page, example: pageExample } },
    problems: [cursorMismatch, sortTooBroad],
    run: async (ctx, { params: { id }, query: { fields, include, ...rest } }) => {
      await find(ctx, id);
      const filter = { any: [{ all: [{ field: "lists", op: "has_any" as const, value: [id] }] }] };
      return search(ctx, { sought: { filter, terms: [] }, ...rest, sort: rest.sort, cursor: rest.cursor, shape: shapeOf(fields, include) }, invalid);
    },
  }),
  onSpace({
    ...bare,
    id: "lists.change_contacts",
    method: "POST",
    path: "/v1/lists/{id}/contacts",
    tag: "Lists",
    summary: "Put contacts into a list, take them out",
    description: "Up to 500 of each. Who is in already, or is not, stays as it is; ids of no contact are told (`not_found`) and cost nothing else. Archived contacts can be in lists too.",
    scope: "lists:write",
    writes: "data",
    dryRun: true,
    params,
    body: membership,
    bodyType: "json",
    bodyExample: { add: ["con_01kqz3v9c5f1nazrk2d4f7h8jm"] },
    answers: { 200: { description: "What came of it.", schema: answer, example: { added: 1, removed: 0, unchanged: 0, not_found: [] } } },
    problems: [...WITH_BODY, ...ON_WRITE],
    run: (ctx, { params: { id }, body }) => change(ctx, id, body),
  }),
];

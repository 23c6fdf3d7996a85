// The operations that delete a tag, a list or a field.
import * as z from "zod";
import { fieldConverting } from "../../fields/conversion-schema";
import { fieldId } from "../../fields/schema";
import { accepted } from "../../jobs/schema";
import { listId } from "../../lists/schema";
import type { SpaceCtx } from "../../platform/context";
import { bare, onSpace, type Endpoint } from "../../platform/endpoint";
import { ON_WRITE } from "../../platform/problems";
import type { Scope } from "../../platform/scopes";
import { tagId } from "../../tags/schema";
import { removeField, removeList, removeTag } from "./removals";

const removal = (what: string, scope: Scope, id: z.ZodString, example: string, run: (ctx: SpaceCtx, id: string) => ReturnType<typeof removeTag>): Endpoint =>
  onSpace({
    ...bare,
    id: `${what}s.delete`,
    method: "DELETE",
    path: `/v1/${what}s/{id}`,
    tag: `${what[0]?.toUpperCase()}${what.slice(1)}s`,
    summary: `Delete a ${what}`,
    description: `Deletes the ${what}: new calls no longer know it. A job takes it off the contacts that have it, each with its version and its event; until it has ended, a contact that has not been reached still shows it.`,
    scope,
    writes: "data",
    dryRun: true,
    params: z.strictObject({ id: id.meta({ description: `Id of the ${what}.`, examples: [example] }) }),
    answers: { 202: accepted },
    problems: what === "field" ? [...ON_WRITE, fieldConverting] : ON_WRITE,
    run: (ctx, { params }) => run(ctx, params.id),
  });

export const routes: readonly Endpoint[] = [
  removal("tag", "tags:write", tagId, "tag_01kqz3v9c5f1nazrk2d4f7h8jm", removeTag),
  removal("list", "lists:write", listId, "lst_01kqz3v9c5f1nazrk2d4f7h8jm", removeList),
  removal("field", "fields:write", fieldId, "fld_01kqz3v9c5f1nazrk2d4f7h8jm", removeField),
];

// Static lists on the wire, and their problems.
import * as z from "zod";
import { idPattern } from "../platform/id";
import { problem } from "../platform/problem";
import { readOnlyMembers } from "../platform/readonly";
import { line, time } from "../platform/validate";

export const listId = z.string().regex(idPattern("list"), "a list id");

export const list = z
  .strictObject({ id: listId, name: z.string(), description: z.string().nullable(), version: z.int(), created_at: time, updated_at: time })
  .meta({ id: "List" });
export type ListJson = z.output<typeof list>;

export const LIST_READ_ONLY = ["id", "version", "created_at", "updated_at"] as const;
const description = z.string().trim().max(500).nullable();
export const listInput = z.strictObject({ name: line(100), description: description.default(null) }).meta({ id: "ListInput" });
export const listPatch = z.strictObject({ name: line(100).optional(), description: description.optional(), ...readOnlyMembers(LIST_READ_ONLY) }).meta({ id: "ListPatch" });
export type ListInput = z.output<typeof listInput>;
export type ListPatch = z.output<typeof listPatch>;

export const listExists = problem({
  code: "list_exists",
  status: 409,
  title: "The list exists",
  cause: "This space has a list of this name.",
  cure: "Take that one (`existing_id`), or another name.",
  example: { existing_id: "lst_01kqz3v9c5f1nazrk2d4f7h8jm" },
});

// Bulk actions on the wire: what is done to every contact that a filter finds.
import * as z from "zod";
import { listId } from "../../lists/schema";
import { problem } from "../../platform/problem";
import { contactPatch } from "../schema";
import { filter } from "../search/filter";

const tags = z.array(z.string().min(1).max(100)).min(1).max(50);

/** Of what a contact is found by nothing can be set for many. */
const patch = contactPatch.omit({ emails: true, phones: true, external_ids: true }).meta({ id: "BulkPatch" });

export const action = z
  .discriminatedUnion("type", [
    z.strictObject({ type: z.literal("update"), data: patch }),
    z.strictObject({ type: z.literal("tag"), tags }),
    z.strictObject({ type: z.literal("untag"), tags }),
    z.strictObject({ type: z.literal("add_to_list"), list_id: listId }),
    z.strictObject({ type: z.literal("remove_from_list"), list_id: listId }),
    z.strictObject({ type: z.literal("archive") }),
    z.strictObject({ type: z.literal("restore") }),
    z.strictObject({ type: z.literal("delete") }),
  ])
  .meta({ id: "BulkAction" });
export type BulkAction = z.output<typeof action>;

export const bulk = z
  .strictObject({
    filter,
    action,
    expected_count: z.int().min(0).optional().meta({ description: "How many contacts the caller means; another number is refused." }),
  })
  .meta({ id: "Bulk" });
export type Bulk = z.output<typeof bulk>;

export const countMismatch = problem({
  code: "count_mismatch",
  status: 409,
  title: "Another number of contacts",
  cause: "The filter finds another number of contacts than `expected_count`. Nothing was started.",
  cure: "Look at what the filter finds (`POST /v1/contacts/search` with `count`), and send that number.",
  example: { count: 120 },
});

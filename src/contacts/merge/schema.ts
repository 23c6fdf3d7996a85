// Merges on the wire, and their problems.
import * as z from "zod";
import { idPattern } from "../../platform/id";
import { problem } from "../../platform/problem";
import { contact } from "../schema";

const contactId = z.string().regex(idPattern("contact"), "a contact id");
const mergeId = z.string().regex(idPattern("merge"), "a merge id");

export const MAX_SOURCES = 10;
export const MERGE_DAYS = 30;

export const mergeInput = z
  .strictObject({
    source_ids: z.array(contactId).min(1).max(MAX_SOURCES).meta({ description: "The contacts that are taken in." }),
    prefer: z
      .record(z.string().regex(/^(?:first_name|last_name|company|job_title|birthday|language|timezone|custom\.[a-z][a-z0-9_]{0,49}|external_ids\.[a-z0-9_]{1,50})$/, "a member that a contact has once"), contactId)
      .default({})
      .meta({ description: "Of a member that can be there once, whose value is kept: by default that of the contact that stays, then of the first source that has one." }),
  })
  .meta({ id: "MergeInput" });
export type MergeInput = z.output<typeof mergeInput>;

export const merge = z
  .strictObject({
    id: mergeId,
    contact,
    merged_ids: z.array(contactId),
    dropped: z.array(z.strictObject({ field: z.string(), contact_id: contactId, value: z.unknown() })).meta({ description: "Values that the contact does not have now." }),
    undo_until: z.iso.datetime(),
  })
  .meta({ id: "Merge" });
export type MergeJson = z.output<typeof merge>;

export const unmergeInput = z.strictObject({ merge_id: mergeId.optional().meta({ description: "Default: the latest one of this contact." }) }).meta({ id: "UnmergeInput" });
export type UnmergeInput = z.output<typeof unmergeInput>;

export const unmerged = z.strictObject({ contact, restored_ids: z.array(contactId) }).meta({ id: "Unmerge" });
export type UnmergedJson = z.output<typeof unmerged>;

export const mergeNotUndoable = problem({
  code: "merge_not_undoable",
  status: 409,
  title: "The merge can't be undone",
  cause: `There is no such merge of this contact, it was undone already, it is older than ${MERGE_DAYS} days, a later merge stands on it, or one of its contacts is gone for good.`,
  cure: "Undo later merges of the contact first, or create the contact anew from its history.",
});

// Tags on the wire, and their problems.
import * as z from "zod";
import { idPattern } from "../platform/id";
import { problem } from "../platform/problem";
import { readOnlyMembers } from "../platform/readonly";
import { line, time } from "../platform/validate";

export const tagId = z.string().regex(idPattern("tag"));
export const MAX_TAG = 100;

export const tag = z
  .strictObject({
    id: tagId,
    key: z.string().meta({ description: "What contacts and filters say: lower-case, for good." }),
    label: z.string().meta({ description: "What people read." }),
    version: z.int(),
    created_at: time,
    updated_at: time,
  })
  .meta({ id: "Tag" });
export type TagJson = z.output<typeof tag>;

export const TAG_READ_ONLY = ["id", "key", "version", "created_at", "updated_at"] as const;
const label = line(MAX_TAG);
export const tagInput = z.strictObject({ key: line(MAX_TAG).optional().meta({ description: "Default: the label, in lower case." }), label }).meta({ id: "TagInput" });
export const tagPatch = z.strictObject({ label: label.optional(), ...readOnlyMembers(TAG_READ_ONLY) }).meta({ id: "TagPatch" });
export type TagInput = z.output<typeof tagInput>;
export type TagPatch = z.output<typeof tagPatch>;

export const tagExists = problem({
  code: "tag_exists",
  status: 409,
  title: "The tag exists",
  cause: "This space has a tag of this key.",
  cure: "Take that one (`existing_id`), or another key.",
  example: { existing_id: "tag_01kqz3v9c5f1nazrk2d4f7h8jm" },
});
export const tagRemoving = problem({
  code: "tag_removing",
  status: 409,
  title: "The tag is being deleted",
  cause: "The tag was deleted, and is still being taken off the contacts that have it.",
  cure: "Take another key, or wait until the job has ended.",
  example: { keys: ["vip"] },
});

// Segments on the wire: a filter by name.
import * as z from "zod";
import { idPattern } from "../../platform/id";
import { problem } from "../../platform/problem";
import { readOnlyMembers } from "../../platform/readonly";
import { line, time } from "../../platform/validate";
import { count } from "../search/count";
import { filter } from "../search/filter";

export const segmentId = z.string().regex(idPattern("segment"), "a segment id");

export const segment = z
  .strictObject({
    id: segmentId,
    name: z.string(),
    description: z.string().nullable(),
    filter,
    count: count.optional().meta({ description: "How many contacts are in it now; of a single segment." }),
    version: z.int(),
    created_at: time,
    updated_at: time,
  })
  .meta({ id: "Segment" });
export type SegmentJson = z.output<typeof segment>;

export const SEGMENT_READ_ONLY = ["id", "count", "version", "created_at", "updated_at"] as const;
const description = z.string().trim().max(500).nullable();
export const segmentInput = z.strictObject({ name: line(100), description: description.default(null), filter }).meta({ id: "SegmentInput" });
export const segmentPatch = z
  .strictObject({ name: line(100).optional(), description: description.optional(), filter: filter.optional(), ...readOnlyMembers(SEGMENT_READ_ONLY) })
  .meta({ id: "SegmentPatch" });
export type SegmentInput = z.output<typeof segmentInput>;
export type SegmentPatch = z.output<typeof segmentPatch>;

export const segmentExists = problem({
  code: "segment_exists",
  status: 409,
  title: "The segment exists",
  cause: "This space has a segment of this name.",
  cure: "Take that one (`existing_id`), or another name.",
  example: { existing_id: "seg_01kqz3v9c5f1nazrk2d4f7h8jm" },
});
export const segmentStale = problem({
  code: "segment_stale",
  status: 409,
  title: "The segment's filter no longer holds",
  cause: "A field that the segment's filter asks for was deleted, or takes other operators now.",
  cure: "Change the segment's filter; `errors` says what is wrong with it.",
  example: { errors: [{ pointer: "/filter/any/0/all/0/field", code: "unknown_field", message: "no such field" }] },
});

// Copies of fields on the wire: from where, which, and what became of each.
import * as z from "zod";
import { idPattern } from "../platform/id";
import { FIELD_KEY } from "./schema";

export const fieldCopy = z
  .strictObject({
    from: z.string().regex(idPattern("location")).meta({ description: "The location whose fields are copied." }),
    keys: z.array(z.string().regex(FIELD_KEY)).min(1).max(200).optional().meta({ description: "Which ones. Default: all that are not archived." }),
  })
  .meta({ id: "FieldCopy" });
export type FieldCopy = z.output<typeof fieldCopy>;

const copied = z.strictObject({
  key: z.string(),
  outcome: z.enum(["created", "unchanged", "refused"]).meta({ description: "`unchanged`: the location has the same field." }),
  field_id: z.string().nullable().meta({ description: "The field of this location." }),
  problem: z.strictObject({ code: z.string(), status: z.int(), title: z.string(), detail: z.string() }).nullable().meta({ description: "Why it was refused; `/errors/{code}` explains it." }),
});
export const fieldCopies = z
  .strictObject({ results: z.array(copied), summary: z.strictObject({ created: z.int(), unchanged: z.int(), refused: z.int() }) })
  .meta({ id: "FieldCopies" });
export type FieldCopies = z.output<typeof fieldCopies>;

// Conversions of fields on the wire: what is asked for, what was counted, and their problems.
import * as z from "zod";
import { problem } from "../platform/problem";
import { bound, definition } from "./schema";

export const fieldConversion = z
  .strictObject({
    type: definition.type.optional(),
    unique: definition.unique.optional(),
    filterable: definition.filterable.optional(),
    min: bound.optional(),
    max: bound.optional(),
    pattern: definition.pattern.optional(),
    options: definition.options.optional(),
    default: definition.default.optional(),
    on_failure: z.enum(["refuse", "clear"]).default("refuse").meta({ description: "`refuse`: nothing is changed while a value does not convert. `clear`: such values are taken off, each with its event." }),
  })
  .meta({ id: "FieldConversion", description: "What is not named stays; `min`, `max`, `pattern` and `options` of another type only where they are named." });
export type FieldConversion = z.output<typeof fieldConversion>;

const failure = z.strictObject({ contact_id: z.string(), code: z.string(), message: z.string() });
export const fieldSurvey = z
  .strictObject({
    values: z.int().meta({ description: "Contacts that have a value, archived ones too." }),
    unchanged: z.int(),
    converted: z.int(),
    failing: z.int().meta({ description: "Values that can't be converted." }),
    duplicates: z.int().meta({ description: "Live contacts whose value another one has too, where it is to be unique." }),
    examples: z.array(failure).meta({ description: "Some of the last two, and why." }),
    refused: z.boolean().meta({ description: "Whether the same call without `dry_run` is refused." }),
  })
  .meta({ id: "FieldSurvey" });
export type FieldSurvey = z.output<typeof fieldSurvey>;

export const fieldConverting = problem({
  code: "field_converting",
  status: 409,
  title: "The field is being converted",
  cause: "A job is converting the values of the field, or contacts are being looked at for that. Until it has ended nobody else sets a value of it, brings a contact back or together that has one, or changes the field; taking values off is possible.",
  cure: "Wait for the job `job_id` (null: some seconds), then try again. One that was canceled or failed leaves the field so: convert it again, to the same or back.",
  example: { field: "custom.seats", job_id: "job_01kqz3v9c5f1nazrk2d4f7h8jm" },
});
export const conversionFails = problem({
  code: "conversion_fails",
  status: 409,
  title: "Values do not convert",
  cause: "Contacts have values that can't be made into what the field is to be, or that several have while it is to be unique. Nothing was changed.",
  cure: "Mend those contacts: `examples` names some, `dry_run=true` tells the same. `on_failure: \"clear\"` takes off what does not convert; duplicates are always refused.",
  example: { values: 120, unchanged: 0, converted: 118, failing: 2, duplicates: 0, examples: [{ contact_id: "con_01kqz3v9c5f1nazrk2d4f7h8jm", code: "invalid_value", message: "not a whole number within ±2^53" }], refused: true },
});

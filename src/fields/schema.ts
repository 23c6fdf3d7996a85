// Custom fields on the wire, and their problems.
import * as z from "zod";
import { idPattern } from "../platform/id";
import { problem } from "../platform/problem";
import { readOnlyMembers } from "../platform/readonly";
import { line, time } from "../platform/validate";
import { CUSTOM_TYPES, OPERATORS } from "./operators";

export const fieldId = z.string().regex(idPattern("field"));
export const FIELD_KEY = /^[a-z][a-z0-9_]{0,49}$/;

const option = z.strictObject({
  key: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.:-]{0,99}$/, "letters, digits and _ . : -, at most 100"),
  label: line(100),
  archived: z.boolean().default(false).meta({ description: "No longer offered; contacts that have it keep it." }),
});
const bound = z.union([z.number(), z.string().max(40)]).nullable();

const definition = {
  label: line(100),
  description: z.string().trim().max(500).nullable(),
  type: z.enum(CUSTOM_TYPES),
  required: z.boolean().meta({ description: "A contact can't be without it." }),
  unique: z.boolean().meta({ description: "A live contact owns its value alone; then `match=custom.<key>` finds it." }),
  min: bound.meta({ description: "Of a number or date its least value, of a text or set its least length." }),
  max: bound.meta({ description: "The same, greatest." }),
  pattern: z.string().min(1).max(200).nullable().meta({ description: "RE2 syntax; the whole text must be of it." }),
  options: z.array(option).min(1).max(500).nullable().meta({ description: "Of `select` and `multi_select`." }),
  default: z.unknown().meta({ description: "What a new contact gets that comes without it." }),
  filterable: z.boolean().meta({ description: "Has an index of its own; at most 50 in a space." }),
};

export const field = z
  .strictObject({
    id: fieldId,
    key: z.string().regex(FIELD_KEY).meta({ description: "Its name in `custom`, for good." }),
    name: z.string().meta({ description: "Its name in filters, `fields` and mappings: `custom.<key>`." }),
    ...definition,
    operators: z.array(z.enum(OPERATORS)).meta({ description: "What filters can ask of it." }),
    converting: z
      .strictObject({ job_id: z.string(), type: z.enum(CUSTOM_TYPES), unique: z.boolean(), filterable: z.boolean() })
      .nullable()
      .meta({ description: "What a job is making it into; meanwhile nobody else sets its values, and no filter asks for them." }),
    version: z.int(),
    created_at: time,
    updated_at: time,
    archived_at: time.nullable(),
  })
  .meta({ id: "Field" });
export type FieldJson = z.output<typeof field>;

export interface Definition {
  readonly label: string;
  readonly description: string | null;
  readonly type: (typeof CUSTOM_TYPES)[number];
  readonly required: boolean;
  readonly unique: boolean;
  readonly min: number | string | null;
  readonly max: number | string | null;
  readonly pattern: string | null;
  readonly options: readonly { readonly key: string; readonly label: string; readonly archived: boolean }[] | null;
  readonly default: unknown;
  readonly filterable: boolean;
}

const READ_ONLY = ["id", "name", "operators", "converting", "version", "created_at", "updated_at"] as const;
export const FIELD_READ_ONLY = [...READ_ONLY, "key", "type", "unique", "filterable"] as const;

export const fieldInput = z
  .strictObject({
    key: z.string().regex(FIELD_KEY, "lower-case letters, digits and _, a letter first, at most 50"),
    label: definition.label.optional().meta({ description: "Default: the key." }),
    description: definition.description.default(null),
    type: definition.type,
    required: definition.required.default(false),
    unique: definition.unique.default(false),
    min: bound.default(null),
    max: bound.default(null),
    pattern: definition.pattern.default(null),
    options: definition.options.default(null),
    default: definition.default.optional(),
    filterable: definition.filterable.optional().meta({ description: "Default true, of `long_text` false." }),
  })
  .meta({ id: "FieldInput" });
export type FieldInput = z.output<typeof fieldInput>;

export const fieldPatch = z
  .strictObject({
    label: definition.label.optional(),
    description: definition.description.optional(),
    required: definition.required.optional(),
    min: bound.optional(),
    max: bound.optional(),
    pattern: definition.pattern.optional(),
    options: definition.options.optional(),
    default: definition.default.optional(),
    archived_at: z.union([time, z.literal(true)]).nullable().optional().meta({ description: "`true` archives: no new values, the old ones stay. null brings it back." }),
    ...readOnlyMembers(FIELD_READ_ONLY),
  })
  .meta({ id: "FieldPatch" });
export type FieldPatch = z.output<typeof fieldPatch>;

export const builtIn = z.strictObject({ name: z.string(), type: z.string(), operators: z.array(z.enum(OPERATORS)) }).meta({ id: "BuiltInField" });

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
export const fieldExists = problem({
  code: "field_exists",
  status: 409,
  title: "The field exists",
  cause: "This space has a field of this key, perhaps an archived one, or one whose values are still being taken out of the contacts.",
  cure: "Change the field `existing_id`, or take another key.",
  example: { existing_id: "fld_01kqz3v9c5f1nazrk2d4f7h8jm" },
});
export const fieldInUse = problem({
  code: "field_in_use",
  status: 409,
  title: "Contacts would break the rule",
  cause: "Contacts of this space have values that the changed field would not take, or lack one that it would demand. Nothing was changed.",
  cure: "Mend the contacts first: `count` says how many there are, `examples` names some. `dry_run=true` tells the same and changes nothing.",
  example: { count: 12, examples: ["con_01kqz3v9c5f1nazrk2d4f7h8jm"] },
});
export const tooManyFields = problem({
  code: "too_many_fields",
  status: 409,
  title: "Too many fields",
  cause: "A space has at most 200 fields, of which at most 50 are filterable.",
  cure: "Delete fields that are not used, or make this one with `filterable: false`.",
  example: { limit: 50 },
});

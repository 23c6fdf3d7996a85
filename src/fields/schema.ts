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
export const bound = z.union([z.number(), z.string().max(40)]).nullable();

export const definition = {
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

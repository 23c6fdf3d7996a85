// The operation that makes a field into another.
import * as z from "zod";
import { conversionFails, fieldConversion, fieldConverting, fieldSurvey } from "../../fields/conversion-schema";
import { fieldId, tooManyFields } from "../../fields/schema";
import { accepted } from "../../jobs/schema";
import { bare, onSpace, type Endpoint } from "../../platform/endpoint";
import { ON_WRITE, WITH_BODY } from "../../platform/problems";
import { convert } from "./conversions";

export const routes: readonly Endpoint[] = [
  onSpace({
    ...bare,
    id: "fields.convert",
    method: "POST",
    path: "/v1/fields/{id}/convert",
    tag: "Fields",
    summary: "Convert a field",
    description:
      "Changes type, uniqueness, index or rules of a field together with the values that contacts have. `dry_run=true` counts: how many values convert, how many do not, how many are not unique, with examples. Without it, values that do not convert refuse it (409 `conversion_fails`, nothing changed) or, with `on_failure: \"clear\"`, are taken off; then a job rewrites the others, each with its contact's version and event, which hold the old value. A value converts only if nothing of it is lost: `12` becomes 12, `007` and `1.5` no whole number. Until the job has ended the field is `converting`: contacts show each value as it stands, nobody else sets one (409 `field_converting`), and no filter asks for it. Needs `contacts:write` too.",
    scope: "fields:write",
    writes: "data",
    dryRun: true,
    params: z.strictObject({ id: fieldId.meta({ description: "Id of the field.", examples: ["fld_01kqz3v9c5f1nazrk2d4f7h8jm"] }) }),
    body: fieldConversion,
    bodyType: "json",
    bodyExample: { type: "text" },
    answers: {
      200: { description: "With `dry_run`: what it would do.", schema: fieldSurvey, example: { values: 120, unchanged: 0, converted: 120, failing: 0, duplicates: 0, examples: [], refused: false } },
      202: accepted,
    },
    problems: [...WITH_BODY, ...ON_WRITE, conversionFails, fieldConverting, tooManyFields],
    run: (ctx, { params, body }) => convert(ctx, params.id, body),
  }),
];

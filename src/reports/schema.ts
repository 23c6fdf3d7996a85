// Reports on the wire, and their problem.
import * as z from "zod";
import { FIELD_KEY } from "../fields/schema";
import { problem } from "../platform/problem";
import { timestamp } from "../platform/validate";
import { MAX_GROUPS, NAMED, type Grouping } from "./groupings";

const groupBy = z
  .string()
  .transform((text, ctx): Grouping => {
    const by = NAMED.find((one) => one === text);
    if (by) return { by };
    const key = text.startsWith("custom.") ? text.slice(7) : "";
    if (FIELD_KEY.test(key)) return { by: "custom", key };
    ctx.issues.push({ code: "custom", message: `one of ${NAMED.join(", ")}, custom.<key>`, input: text, params: { code: "invalid_grouping" } });
    return { by: "source" };
  })
  .meta({
    description: `What to count by: ${NAMED.map((one) => `\`${one}\``).join(", ")} (of e-mail addresses: their \`state\`), or \`custom.<key>\` of a filterable field.`,
    type: "string",
    examples: ["tag"],
  });

const isOfTimes = ({ by }: Grouping): boolean => by === "created:day" || by === "created:month";

export const reportQuery = z
  .strictObject({
    group_by: groupBy,
    from: timestamp.optional().meta({ description: "Created at or after this time. With `created:…` alone." }),
    to: timestamp.optional().meta({ description: "Created before this time. With `created:…` alone." }),
  })
  .superRefine(({ group_by: by, ...period }, ctx) => {
    for (const name of ["from", "to"] as const) {
      if (period[name] !== undefined && !isOfTimes(by)) ctx.addIssue({ code: "custom", path: [name], message: "with `created:day` or `created:month` alone", params: { code: "not_of_times" } });
    }
  });

const group = z.strictObject({
  value: z.union([z.string(), z.number(), z.boolean()]).meta({ description: "The day or month (UTC), the tag's key, the country, … Texts of custom fields without case and accents, of long ones the first 100 characters." }),
  label: z.string().nullable().meta({ description: "What people read, where it has a name of its own: of a tag, a list, an option." }),
  count: z.int(),
  channel: z.string().optional().meta({ description: "Of `consent`, as `topic`." }),
  topic: z.string().optional(),
});

export const contactReport = z
  .strictObject({
    group_by: z.string(),
    total: z.int().meta({ description: "All live contacts of the location, whatever they are counted by." }),
    groups: z.array(group).meta({ description: `The ${MAX_GROUPS} with the most contacts, those first. Of times the latest ${MAX_GROUPS} that have any, oldest first. A contact with several values counts in each.` }),
    other: z.strictObject({ groups: z.int(), count: z.int() }).meta({ description: "What is in none of them: how many more groups, with how many contacts in them." }),
  })
  .meta({ id: "ContactReport" });
export type ContactReport = z.output<typeof contactReport>;

export const fieldNotFilterable = problem({
  code: "field_not_filterable",
  status: 400,
  title: "The field has no index",
  cause: "There is no such custom field, or it is not `filterable`: what no index holds can't be counted without reading every contact.",
  cure: "Count by another field, or make one that is filterable.",
  example: { field: "custom.seats", errors: [{ parameter: "group_by", code: "field_not_filterable", message: "custom.seats is not filterable" }] },
});

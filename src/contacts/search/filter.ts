// The filter object: OR of groups, AND within them. One shape in searches, segments, bulk actions and exports; HubSpot's
// spelling of it is understood as well.
import * as z from "zod";
import { OPERATORS, type Operator } from "../../fields/operators";

export const MAX_GROUPS = 5;
export const MAX_CONDITIONS = 10;
export const MAX_FILTERS = 30;
export const MAX_VALUES = 500;
export const MAX_VALUE_LENGTH = 1_000;

const scalar = z.union([z.string().max(MAX_VALUE_LENGTH), z.number(), z.boolean()]);

const condition = z.strictObject({
  field: z.string().min(1).max(120).meta({ description: "A member of the contact, such as `last_name`, `tags`, `emails`, `addresses.city`, `custom.<key>`, `external_ids.<name>`, `consent.email.marketing`: `GET /v1/fields` lists them." }),
  op: z.enum(OPERATORS).meta({ description: "What is asked; negative ones also match contacts without a value." }),
  value: z.union([scalar, z.array(scalar).min(1).max(MAX_VALUES)]).optional().meta({ description: "One value; an array for `in not_in between has_any has_all has_none`; none for `exists not_exists`; a duration such as `30d` or `PT12H` for `within_last before_last`." }),
});
export type Condition = z.output<typeof condition>;

const group = z.strictObject({ all: z.array(condition).min(1).max(MAX_CONDITIONS) });

export const filter = z
  .strictObject({ any: z.array(group).min(1).max(MAX_GROUPS) })
  .refine(({ any }) => any.reduce((sum, { all }) => sum + all.length, 0) <= MAX_FILTERS, `at most ${MAX_FILTERS} conditions`)
  .meta({ id: "Filter", description: "OR of groups (`any`), AND within a group (`all`)." });
export type Filter = z.output<typeof filter>;

/** A condition; `oneOf`: whatever the field's type, one of these values is it. */
export type Question = Condition & { readonly oneOf?: true };
export interface Questions {
  readonly any: readonly { readonly all: readonly Question[] }[];
}

const HUBSPOT_OPERATORS = {
  EQ: "eq", NEQ: "neq", LT: "lt", LTE: "lte", GT: "gt", GTE: "gte", BETWEEN: "between", IN: "in", NOT_IN: "not_in",
  HAS_PROPERTY: "exists", NOT_HAS_PROPERTY: "not_exists", CONTAINS_TOKEN: "contains", NOT_CONTAINS_TOKEN: "not_contains",
} as const satisfies Record<string, Operator>;

const HUBSPOT_NAMES: Readonly<Record<string, string>> = {
  firstname: "first_name", lastname: "last_name", email: "emails", phone: "phones", mobilephone: "phones", jobtitle: "job_title", city: "addresses.city",
  state: "addresses.region", zip: "addresses.postal_code", country: "addresses.country", createdate: "created_at", lastmodifieddate: "updated_at", hs_object_id: "id", website: "urls",
};
export const hubspotName = (name: string): string => HUBSPOT_NAMES[name] ?? name;

const hubspotFilter = z
  .strictObject({
    propertyName: z.string().min(1).max(120),
    operator: z.enum(Object.keys(HUBSPOT_OPERATORS)),
    value: scalar.optional(),
    highValue: scalar.optional(),
    values: z.array(scalar).min(1).max(MAX_VALUES).optional(),
  })
  .transform(({ propertyName, operator, value, highValue, values }): Condition => {
    const found = Object.entries(HUBSPOT_OPERATORS).find(([name]) => name === operator);
    const op = found ? found[1] : "eq";
    const sent = op === "between" ? [value ?? "", highValue ?? ""] : (values ?? (typeof value === "string" ? value.replaceAll(/^\*+|\*+$/g, "") : value));
    return { field: hubspotName(propertyName), op, ...(sent === undefined ? {} : { value: sent }) };
  });

/** `filterGroups` as HubSpot's search takes it. */
export const hubspotGroups = z.array(z.strictObject({ filters: z.array(hubspotFilter).min(1).max(MAX_CONDITIONS) }).transform(({ filters }) => ({ all: filters }))).min(1).max(MAX_GROUPS);

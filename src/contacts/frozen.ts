// Fields whose values are being converted: nobody else brings a value of theirs into play meanwhile, so what was counted
// before stays true. Taking values off is always possible. Pure.
import type { Field } from "../fields/registry";
import { fieldConverting } from "../fields/conversion-schema";
import { sameJson } from "../platform/json";
import type { Problem } from "../platform/problem";
import type { Change } from "./changes";
import type { Fields } from "./indexes";

export const frozenField = ({ key, frozen }: Pick<Field, "key" | "frozen">): Problem =>
  fieldConverting(`The values of \`custom.${key}\` are being converted.`, { field: `custom.${key}`, job_id: frozen?.job ?? null }, { "Retry-After": "5" });

/** Throws `field_converting` (409) for a change that sets a value of such a field, or makes a contact with one live. */
export function checkFrozen(fields: Fields, { before, after }: Change): void {
  if (after === null) return;
  for (const field of fields.values()) {
    if (field.frozen === null || !Object.hasOwn(after.doc.custom, field.key)) continue;
    const value = after.doc.custom[field.key];
    // While contacts are only looked at, a default would come to be behind that.
    const isDefault = before === null && field.frozen.job !== null && sameJson(value, field.default);
    const isOwn = before !== null && sameJson(value, before.doc.custom[field.key]) && (before.row.archived_at === null || after.row.archived_at !== null);
    if (!isDefault && !isOwn) throw frozenField(field);
  }
}

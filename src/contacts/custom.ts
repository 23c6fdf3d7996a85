// The custom fields of one contact: what a patch makes of them, by the fields of its space. Pure.
import type { Field } from "../fields/registry";
import { readValue } from "../fields/values";
import { pointerTo, sameJson } from "../platform/json";
import type { Fault } from "../platform/problem";
import { frozenField } from "./frozen";
import type { Rules } from "./patch";

type Custom = Readonly<Record<string, unknown>>;

/** Merged by key; null clears. A value that comes back as it is stored is not judged again. Throws `field_converting` (409). */
export function customOf(before: Custom, sent: Custom | null | undefined, { country, fields, isNew, isSought = false }: Rules, faults: Fault[]): Record<string, unknown> {
  const after = new Map(sent === null ? [] : Object.entries(before));
  for (const [key, value] of Object.entries(sent ?? {})) {
    const fault = (code: string, message: string): void => void faults.push({ pointer: pointerTo("/custom", key), code, message });
    if (value === null) after.delete(key);
    else if (Object.hasOwn(before, key) && sameJson(before[key], value)) continue;
    else {
      const field = fields.get(key);
      if (field?.frozen?.job && isSought) continue;
      if (field?.frozen && !isSought) throw frozenField(field);
      const read = field && !field.archived ? judged(field, value, country) : null;
      if (read === null) fault(field ? "archived_field" : "unknown_field", field ? "the field is archived" : "no such custom field");
      else if ("value" in read) after.set(key, read.value);
      else fault(read.code, read.message);
    }
  }
  for (const field of fields.values()) {
    if (isNew && field.default !== null && !field.archived && !after.has(field.key) && !(sent && field.key in sent)) after.set(field.key, field.default);
    const lacks = !after.has(field.key) && !field.archived && (field.required || field.next?.required);
    if (lacks && (isNew || Object.hasOwn(before, field.key))) faults.push({ pointer: pointerTo("/custom", field.key), code: "required", message: "is required" });
  }
  return Object.fromEntries([...after].toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** By its rules, and by those that are being checked. */
function judged(field: Field, value: unknown, country: string) {
  const read = readValue(field, value, country);
  if (!("value" in read) || field.next === null) return read;
  const next = readValue(field.next, read.value, country);
  return "value" in next ? read : next;
}

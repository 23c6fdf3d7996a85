// Whether what a field is said to be makes sense: its rules together, and with its type.
import type { Fault } from "../platform/problem";
import { invalid } from "../platform/problems";
import { compile } from "./registry";
import type { Definition } from "./schema";
import { readValue } from "./values";

/** Throws 422 where the rules make no sense together. */
export async function checkDefinition(definition: Definition, country: string): Promise<void> {
  const faults: Fault[] = [];
  const { type, options, pattern, min, max } = definition;
  const fault = (pointer: string, code: string, message: string): void => void faults.push({ pointer, code, message });
  const chosen = type === "select" || type === "multi_select";
  if (chosen !== (options !== null)) fault("/options", chosen ? "required" : "not_applicable", chosen ? "a select needs options" : "only a select has options");
  if (options && new Set(options.map(({ key }) => key)).size < options.length) fault("/options", "duplicate_value", "an option stands twice");
  const fits = pattern === null ? null : await compile(pattern);
  if (pattern !== null && type !== "text" && type !== "long_text") fault("/pattern", "not_applicable", "only a text has a pattern");
  else if (pattern !== null && fits === null) fault("/pattern", "invalid_pattern", "not a pattern in RE2 syntax");
  for (const [name, bound] of [["min", min], ["max", max]] as const) if (bound !== null && !boundFits(definition, bound, country)) fault(`/${name}`, "invalid_value", `not a bound of a ${type}`);
  if (min !== null && max !== null && min > max) fault("/max", "invalid_value", "below `min`");
  if (definition.unique && !UNIQUE_TYPES.has(type)) fault("/unique", "not_applicable", "only a text, integer, e-mail, phone or URL can be unique");
  if (definition.filterable && type === "long_text") fault("/filterable", "not_applicable", "a long text has no index");
  if (definition.default !== null && faults.length === 0) {
    const judged = readValue({ ...definition, fits: fits ?? undefined }, definition.default, country);
    if ("code" in judged) fault("/default", judged.code, judged.message);
    if (definition.unique) fault("/default", "not_applicable", "a unique field has no default");
  }
  if (faults.length > 0) throw invalid(faults);
}

const UNIQUE_TYPES = new Set<string>(["text", "integer", "email", "phone", "url"]);

/** A bound is a value of a number's or date's type, else a length. */
function boundFits({ type, options }: Definition, bound: number | string, country: string): boolean {
  if (type === "boolean" || type === "select") return false;
  if (type === "integer" || type === "number" || type === "date" || type === "datetime") {
    const judged = readValue({ type, options, min: null, max: null }, bound, country);
    return "value" in judged && judged.value === bound;
  }
  return typeof bound === "number" && Number.isInteger(bound) && bound >= 0;
}

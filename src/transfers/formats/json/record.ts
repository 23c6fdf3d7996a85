// One record of JSON: an object, read as strictly as the API reads a body.
import { Problem } from "../../../platform/problem";
import { parseStrictly } from "../../../platform/json";
import { tooLarge } from "../reader";
import type { SourceRow } from "../source";

export const tooLargeAt = (row: number): SourceRow => ({ row, source: {}, fault: tooLarge });

export function recordOf(row: number, text: string): SourceRow {
  const value = valueOf(text);
  if (value instanceof Problem) return { row, source: {}, fault: { code: "malformed_json", message: messageOf(value) } };
  return isObject(value) ? { row, source: value } : { row, source: {}, fault: { code: "not_an_object", message: "it is no JSON object" } };
}

function valueOf(text: string): unknown {
  try {
    return parseStrictly(text);
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
}

export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === "object" && value !== null && !Array.isArray(value);

/** Where in the record it is, and what. */
function messageOf({ extras }: Problem): string {
  const [first]: unknown[] = Array.isArray(extras["errors"]) ? extras["errors"] : [];
  if (!isObject(first)) return "it is not JSON";
  return [first["pointer"], first["message"]].filter((part) => typeof part === "string" && part !== "").join(": ") || "it is not JSON";
}

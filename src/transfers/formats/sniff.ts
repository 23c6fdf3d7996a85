// Which format a text has, by how it begins.
import type { Format } from "./source";
import { isObject } from "./json/record";

export function formatOf(head: string): Exclude<Format, "tsv"> {
  const text = head.trimStart();
  if (/^BEGIN:VCARD\s/i.test(text)) return "vcard";
  if (/^\[\s*(?:[[{"\]]|$)/.test(text)) return "json";
  if (/^\{\s*(?:["}]|$)/.test(text)) return isOfLines(text) ? "ndjson" : "json";
  return "csv";
}

/** The first line is an object by itself, and not one that holds a list of them. */
function isOfLines(text: string): boolean {
  const end = text.indexOf("\n");
  const first = end === -1 ? text : text.slice(0, end);
  try {
    const value: unknown = JSON.parse(first);
    return isObject(value) && (text.slice(first.length).trimStart().startsWith("{") || !Object.values(value).some((member) => Array.isArray(member) && isObject(member[0])));
  } catch {
    return false;
  }
}

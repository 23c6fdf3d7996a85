// Several values in one cell: apart, and together again so that no value is lost or cut.
import type { Separator } from "../targets";

const GUESSED = ["\n", " ::: ", ";", ",", "|"] as const;

/** Null: separated by the first of those that is there outside quotes. One in double quotes is kept whole. */
export function apart(cell: string, separator: Separator | null): string[] {
  if (!/["\n;,|]| ::: /.test(cell)) return [cell];
  return split(cell, separator ?? guessed(cell));
}

function guessed(cell: string): string {
  const bare = cell.replaceAll(/(^|[\n;,|]|:::)([ \t]*)"[^"]*(?:""[^"]*)*"(?=[ \t]*(?:$|[\n;,|]|:::))/g, "$1$2");
  return GUESSED.find((one) => bare.includes(one)) ?? ",";
}

function split(cell: string, separator: string): string[] {
  const parts: string[] = [];
  const core = separator.trim() || separator;
  for (let at = 0; at <= cell.length; ) {
    const quoted = /^[ \t]*"([^"]*(?:""[^"]*)*)"[ \t]*/.exec(cell.slice(at));
    const after = at + (quoted?.[0].length ?? 0);
    if (quoted && (after === cell.length || cell.startsWith(core, after))) {
      parts.push((quoted[1] ?? "").replaceAll('""', '"'));
      at = after + core.length;
    } else {
      const end = cell.indexOf(separator, at);
      parts.push(cell.slice(at, end < 0 ? cell.length : end));
      at = end < 0 ? cell.length + 1 : end + separator.length;
    }
  }
  return parts;
}

/** A set with nothing in it, which is not the same as no set. */
export const EMPTY = "[]";

/** With a value in double quotes where it holds a separator or a quote. */
export const together = (values: readonly string[], separator: string): string =>
  values.map((value) => (/["\n;,|]| ::: |^\s|\s$/.test(value) ? `"${value.replaceAll('"', '""')}"` : value)).join(separator);

/** Google's own groups, which are no tags: `* myContacts`. */
export const isSystemGroup = (tag: string): boolean => /^\*\s*my\s?contacts$/i.test(tag.trim());

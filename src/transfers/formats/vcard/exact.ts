// Texts that a vCard can't hold to the letter (a lone CR, control characters) stand beside what it shows of them, in a
// parameter of our own. It counts only as long as what is shown has not been edited.
import { param, type Property } from "./line";
import { partsOf, plain, unescapeText } from "./text";

const EXACT = "X-CONNECTKIT-EXACT";

export const packed = (value: unknown): string => encodeURIComponent(JSON.stringify(value).toWellFormed());

export function unpacked(text: string | null): unknown {
  try {
    return text === null ? null : JSON.parse(decodeURIComponent(text));
  } catch {
    return null;
  }
}

/** The parameter, where the texts need it. */
export const exactParam = (parts: readonly string[], always = false): readonly (readonly [string, string])[] =>
  always || parts.some((part) => plain(part) !== part) ? [[EXACT, packed(parts)]] : [];

/** The parts of a value as they were when it was written. `separator` null: it is one text. */
export function exactly(property: Property, separator: ";" | "," | null): { parts: string[]; exact: boolean } {
  const shown = separator === null ? [unescapeText(property.value)] : partsOf(property.value, separator);
  const kept = unpacked(param(property, EXACT));
  if (!Array.isArray(kept) || kept.length !== shown.length) return { parts: shown, exact: false };
  const texts = kept.map((text: unknown) => (typeof text === "string" ? text : ""));
  return texts.every((text, i) => plain(text) === shown[i]) ? { parts: texts, exact: true } : { parts: shown, exact: false };
}

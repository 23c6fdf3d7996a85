// Text as it is compared: without case, accents and other ways of writing the same. Pure and idempotent.

/** Letters that Unicode does not take apart, as people type them who have no such key; and the sigma that a word ends with. */
const LETTERS: Readonly<Record<string, string>> = { ß: "ss", æ: "ae", œ: "oe", ø: "o", đ: "d", ð: "d", þ: "th", ł: "l", ħ: "h", ı: "i", ς: "σ" };

/** Marks, invisible formatting, and the private-use range that the full-text index keeps for itself. */
const DROPPED = /[\p{M}\p{Cf}\p{Cc}\u{e000}-\u{f8ff}]+/gu;

/** Folded: one space for any white space, none at the ends. Empty where nothing is left. */
export function fold(text: string): string {
  const plain = text.replaceAll(/\s+/gu, " ").trim();
  if (/^[\x20-\x7e]*$/.test(plain)) return plain.toLowerCase();
  // Lower case before and after: each of the two can bring forth what the other changes.
  const lower = plain.toLowerCase().normalize("NFKD").toLowerCase().normalize("NFKD");
  return lower
    .replaceAll(DROPPED, "")
    .replaceAll(/[ßæœøđðþłħıς]/g, (letter) => LETTERS[letter] ?? letter)
    .replaceAll(/\s+/gu, " ")
    .trim();
}

/** The start of a text, at most so long; no character is cut in two. */
export const startOf = (text: string, length: number): string => text.slice(0, length).replace(/[\ud800-\udbff]$/, "");

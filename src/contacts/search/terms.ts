// Text search: the words of a query and the parts of a text as trigrams of the full-text index, and as what is then checked
// in the text itself.
import * as z from "zod";
import { fold } from "../../platform/fold";
import type { Term } from "../../platform/walk";
import { digitsOf, spaced, spaceMark } from "../indexes";

const MAX_QUERY = 1_000;
const MAX_TERMS = 20;

/** What a text must hold one of, as it stands in the indexed text. */
export type Alternatives = readonly string[];

const wordsOf = (query: string): string[] => fold(query).split(" ").filter(Boolean);

/** A query on the wire. */
export const words = z
  .string()
  .max(MAX_QUERY)
  .check((ctx) => {
    if (wordsOf(ctx.value).length > MAX_TERMS) ctx.issues.push({ code: "custom", message: `at most ${MAX_TERMS} words`, input: ctx.value, params: { code: "too_many_words" } });
  });

/** Per word of a query what is sought: parts of three characters and more, word beginnings below that, phones by digits. */
export function termsOf(query: string): Alternatives[] {
  return wordsOf(query).map((word) => {
    const digits = /^[+(]?[\d()./-]*\d[\d()./-]*$/.test(word) ? digitsOf(word) : "";
    return [...new Set([patternOf(word), ...(digits === "" ? [] : [patternOf(digits)])])];
  });
}

const patternOf = (word: string): string => (Array.from(word).length < 3 ? `  ${word}` : word);

/** Trigrams that one pattern asks for: more make no search sharper. */
const MAX_TRIGRAMS = 24;

function trigramsOf(pattern: string): string[] {
  const chars = Array.from(pattern);
  const all = [...new Set(chars.slice(2).map((_, i) => chars.slice(i, i + 3).join("")))];
  const step = Math.max(1, Math.ceil(all.length / MAX_TRIGRAMS));
  return all.filter((_, i) => i % step === 0);
}

const quoted = (trigram: string): string => `"${trigram.replaceAll('"', '""')}"`;

/** The expression that a space's texts with all of these match, and a few others. */
export function matchOf(space: number, terms: readonly Alternatives[]): string {
  const both = (pattern: string): string => trigramsOf(pattern).map(quoted).join(" AND ");
  return [quoted(spaceMark(space)), ...terms.map((one) => one.map((pattern) => `(${both(pattern)})`).join(" OR ")).map((some) => `(${some})`)].join(" AND ");
}

/** Whether the text of a contact `c` has one alternative of each. */
export const textHolds = (terms: readonly Alternatives[]): Term => ({
  sql: "NOT EXISTS (SELECT 1 FROM json_each(?) AS term WHERE NOT EXISTS (SELECT 1 FROM json_each(term.value) AS pattern WHERE instr(c.search_text, pattern.value) > 0))",
  params: [JSON.stringify(terms)],
});

/** What the indexed text holds where one of its texts holds, starts or ends with a part. */
export const inText = (part: string, op: "contains" | "starts_with" | "ends_with"): string => (op === "starts_with" ? `  ${spaced(part)}` : spaced(part));

// A whole name as first and last name, as its bearer would split it; what can't be known is left with the first name.
import { fold } from "../../../platform/fold";

export interface Names {
  readonly first: string | null;
  readonly last: string | null;
}

/** Words that belong to the last name that follows. */
const PARTICLES = new Set("van von der den de del della delle dei degli di da do dos das du le la las los el al bin ibn ben abu af av zu zum zur ter ten te op 't mac mc san santa st".split(" "));
/** Between two last names. */
const AND = new Set(["y", "i", "e"]);
const TITLES = new Set("mr mrs ms miss mx dr prof sir dame herr frau sr sra srta d dna m mme mlle sig sigra dhr mevr".split(" "));
const SUFFIXES = new Set("jr sr ii iii iv phd md esq jun sen filho junior neto".split(" "));
/** Where people have two last names. */
const TWO_LAST = new Set("ES MX AR CO CL PE VE EC GT CU BO DO HN PY SV NI CR PA UY PR GQ".split(" "));
/** Second halves of double first names there. */
const SECOND_FIRST = new Set("jose maria luis carlos antonio manuel miguel angel javier jesus pablo alberto andres david ramon isabel teresa carmen luisa elena cristina jose pilar rosa mar belen".split(" "));
const FAMILY_FIRST = /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\s]+$/u;

const plain = (word: string): string => fold(word).replaceAll(".", "");

/** `country`: by whose customs. */
export function splitName(full: string, country: string): Names {
  const [before = "", after, ...more] = full.split(",").map((part) => part.replaceAll(/\s+/gu, " ").trim());
  if (after !== undefined && more.length === 0 && after !== "" && before !== "" && !SUFFIXES.has(plain(after))) return { first: after, last: before };
  const suffix = after !== undefined && SUFFIXES.has(plain(after)) ? [after] : [];
  const words = [...(after === undefined || suffix.length > 0 ? before : full).split(/\s+/u), ...suffix].filter((word) => word !== "");
  while (words.length > 2 && TITLES.has(plain(words[0] ?? ""))) words.shift();
  if (words.length < 2) return { first: words[0] ?? null, last: null };
  if (FAMILY_FIRST.test(full)) return { first: words.slice(1).join(" "), last: words[0] ?? null };
  const at = lastStart(words, country);
  return { first: words.slice(0, at).join(" ") || null, last: words.slice(at).join(" ") };
}

/** Where the last name begins. */
function lastStart(words: readonly string[], country: string): number {
  const trailing = words.length > 2 && SUFFIXES.has(plain(words.at(-1) ?? "")) ? 1 : 0;
  const count = words.length - trailing;
  let at = withParticles(words, count - 1);
  if (TWO_LAST.has(country) && at > 1 && !words.some((word) => AND.has(plain(word))) && !(at === 2 && SECOND_FIRST.has(plain(words[1] ?? "")))) at = withParticles(words, at - 1);
  return Math.max(at, 1);
}

/** Back over the particles before a word, and over `Ortega y`; never over the first one. */
function withParticles(words: readonly string[], from: number): number {
  let at = from;
  if (at > 2 && AND.has(plain(words[at - 1] ?? ""))) at -= 2;
  while (at > 1 && PARTICLES.has(plain(words[at - 1] ?? ""))) at -= 1;
  return at;
}

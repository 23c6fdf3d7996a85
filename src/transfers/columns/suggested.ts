// What the columns of a file probably mean: by their headers in seven languages, by the fields of the space, by their
// values. A proposal with how sure it is; two columns never go to a target that takes one.
import { fold } from "../../platform/fold";
import { fits, lookOf, type Look } from "./looks";
import { fieldKey } from "./mapping";
import { customFor, recognised, type Labelled } from "./recognised";
import { isSingle, targetOf } from "./targets";
import { orderIn, type DateOrder } from "./values/dates";
import { ALONE, DEPENDING, HEADERS, LABELS, NOISE } from "./words";

export interface Suggestion {
  readonly column: string;
  /** Null: nothing that it could be. */
  readonly target: string | null;
  /** 0 to 1. */
  readonly confidence: number;
}

export interface Suggested {
  readonly preset: string | null;
  readonly columns: readonly Suggestion[];
  readonly date_order: DateOrder;
}

const BY_HEADER: ReadonlyMap<string, string> = new Map(Object.entries(HEADERS).flatMap(([target, list]) => list.split("|").map((header): [string, string] => [header, target])));
const BY_WORD: ReadonlyMap<string, string> = new Map(Object.entries(LABELS).flatMap(([label, list]) => list.split("|").map((word): [string, string] => [word, label])));

/** `rows`: some of the file, cells in the order of the columns. `country`: of phones written nationally. */
export function suggested(columns: readonly string[], rows: readonly (readonly string[])[], fields: Labelled, country: string): Suggested {
  const tool = recognised(columns, fields);
  const cells = columns.map((_, i) => rows.map((row) => row[i] ?? ""));
  const looks = cells.map((values) => lookOf(values, country));
  const guessed = columns.map((column, i): Suggestion => {
    if (tool && Object.hasOwn(tool.mapping, column)) return { column, target: tool.mapping[column] ?? null, confidence: 1 };
    const look = looks[i] ?? null;
    // Beside what a tool writes stand fields that its user has made: they are the space's own, or unknown.
    const guess = tool ? ofField(column, fields) : (ofField(column, fields) ?? ofHeader(column) ?? ofLook(look));
    return guess === null ? { column, target: null, confidence: 0 } : { column, ...seen(guess, look) };
  });
  const dated = cells.filter((_, i) => looks[i] === "date").flat();
  return { preset: tool?.preset ?? null, columns: tool ? guessed : settled(guessed), date_order: tool && tool.date_order !== "auto" ? tool.date_order : (orderIn(dated) ?? "auto") };
}

interface Guess {
  readonly target: string;
  readonly confidence: number;
}

function ofField(column: string, fields: Labelled): Guess | null {
  const target = customFor(column, fields);
  if (target !== undefined) return { target, confidence: 0.98 };
  const known = targetOf(column);
  return known === null || (known.to === "custom" && !fields.has(known.key)) ? null : { target: column, confidence: 1 };
}

/** Folded, camel case and punctuation apart. */
const wordsOf = (column: string): string[] => fold(column.replaceAll(/(\p{Ll})(\p{Lu})/gu, "$1 $2")).split(/[^\p{L}\p{N}]+/u).filter((word) => word !== "");

function ofHeader(column: string): Guess | null {
  const words = wordsOf(column);
  const whole = words.join(" ");
  const exact = BY_HEADER.get(whole);
  if (exact !== undefined) return { target: exact === "external_id.other" ? `external_id.${fieldKey(column) ?? "other"}` : exact, confidence: exact.startsWith("consent") || exact.startsWith("opt_out") || exact.startsWith("external_id") ? 0.6 : 0.95 };
  if (Object.hasOwn(DEPENDING, whole)) return { target: `?${whole}`, confidence: 0.85 };
  const labels = words.flatMap((word) => BY_WORD.get(word) ?? []);
  const rest = words.filter((word) => !BY_WORD.has(word) && !/^\d{1,2}$/.test(word));
  const bare = rest.filter((word) => !NOISE.has(word));
  const found = BY_HEADER.get(rest.join(" ")) ?? BY_HEADER.get(bare.join(" ")) ?? (bare.length === 0 && labels[0] !== undefined ? ALONE[labels[0]] : undefined);
  return found === undefined ? null : grouped(found, labels, words.find((word) => /^\d{1,2}$/.test(word)));
}

/** With the label that its words say, else the number. */
function grouped(target: string, labels: readonly string[], number: string | undefined): Guess | null {
  const [head = "", part] = target.split(".");
  if (!["email", "phone", "url", "address"].includes(head)) return labels.length > 0 || number !== undefined ? null : { target, confidence: 0.8 };
  const group = labels.length > 0 ? [...new Set(labels)].join(" ") : head === "address" ? number : undefined;
  return { target: [head, group, part].filter((one) => one !== undefined).join("."), confidence: 0.9 };
}

const BY_LOOK: Readonly<Partial<Record<Look, Guess>>> = { email: { target: "email", confidence: 0.7 }, phone: { target: "phone", confidence: 0.55 }, url: { target: "url", confidence: 0.5 }, country: { target: "address.country", confidence: 0.4 } };
const ofLook = (look: Look | null): Guess | null => (look === null ? null : (BY_LOOK[look] ?? null));

/** Surer where the values say the same, much less where they say another thing. */
function seen({ target, confidence }: Guess, look: Look | null): Guess {
  if (target.startsWith("?") || target.startsWith("custom.") || confidence === 1) return { target, confidence };
  if (!fits(target, look)) return ofLook(look) ?? { target, confidence: Math.min(confidence, 0.2) };
  return { target, confidence: look === null || look === "text" ? confidence : Math.min(0.99, confidence + 0.03) };
}

/** Headers that depend on others, then the surest of those that would share a target. */
function settled(guessed: readonly Suggestion[]): Suggestion[] {
  const has = (target: string): boolean => guessed.some((one) => one.target === target);
  const cityKnown = guessed.some(({ target }) => target?.startsWith("address.") && /\.(?:city|postal_code)$/.test(target));
  const clear = guessed.map((one): Suggestion => {
    const depending = one.target?.startsWith("?") ? DEPENDING[one.target.slice(1)] : undefined;
    if (depending) return { ...one, target: has(depending.beside) && !has(depending.means) ? depending.means : depending.alone };
    // `Address` beside a city is the street.
    return one.target?.endsWith(".text") && cityKnown && one.confidence > 0.5 ? { ...one, target: one.target.replace(/text$/, "line1") } : one;
  });
  const taken = new Map<string, Suggestion>();
  for (const one of clear.toSorted((a, b) => b.confidence - a.confidence)) {
    const target = one.target === null ? null : targetOf(one.target);
    if (one.target !== null && target !== null && isSingle(target) && !taken.has(one.target)) taken.set(one.target, one);
  }
  return clear.map((one) => {
    const target = one.target === null ? null : targetOf(one.target);
    return target !== null && one.target !== null && isSingle(target) && taken.get(one.target) !== one ? { ...one, target: null, confidence: 0 } : one;
  });
}

// Labels of e-mails, phones, addresses and URLs as a vCard has them: types where there are such, Apple's X-ABLabel for all else.
import { startOf } from "../../../platform/fold";
import { exactly } from "./exact";
import { param, typesOf, type Property } from "./line";

/** Label → types, by property. What is not here is written as X-ABLabel, so that it comes back to the letter. */
const PLACES = { home: ["home"], work: ["work"] } as const;
const TYPES: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  TEL: { ...PLACES, mobile: ["cell"], fax: ["fax"], pager: ["pager"], "home fax": ["home", "fax"], "work fax": ["work", "fax"], "work mobile": ["work", "cell"] },
};

export const typesFor = (name: string, label: string): readonly string[] | null => {
  const types = TYPES[name] ?? PLACES;
  return Object.entries(types).find(([known]) => known === label)?.[1] ?? null;
};

/** They say nothing of which one it is. */
const SILENT = new Set(["pref", "internet", "voice", "text", "msg", "x400", "dom", "intl", "postal", "parcel", "iphone", "x-internet"]);
const WORDS: Readonly<Record<string, string>> = { cell: "mobile", business: "work" };
const FIRST = ["home", "work"];

/** `labels`: the X-ABLabel of each group. */
export function labelOf(property: Property, labels: ReadonlyMap<string, Property>): string | null {
  const own = property.group === null ? undefined : labels.get(property.group);
  const text = own ? labelIn(own) : "";
  if (text !== "") return startOf(text, 50).trim();
  const words = [...new Set(typesOf(property).filter((type) => !SILENT.has(type)).map((type) => WORDS[type] ?? type.replace(/^x-/, "")))];
  const ordered = [...words.filter((word) => FIRST.includes(word)), ...words.filter((word) => !FIRST.includes(word))];
  return startOf(ordered.join(" "), 50).trim() || null;
}

/** Apple writes its own labels as `_$!<HomePage>!$_`. */
function labelIn(property: Property): string {
  const { parts: [text = ""], exact } = exactly(property, null);
  return exact ? text : text.replace(/^_\$!<(.*)>!\$_$/s, (_, word: string) => word.toLowerCase()).trim();
}
export const looksLikeApples = (label: string): boolean => /^_\$!<.*>!\$_$/s.test(label);

/** How much it is preferred: less is more; null: not at all. */
export function preferenceOf(property: Property): number | null {
  const given = property.params.has("PREF") ? Number(param(property, "PREF")) : Number.NaN;
  if (Number.isInteger(given)) return given;
  return typesOf(property).includes("pref") ? 1 : null;
}

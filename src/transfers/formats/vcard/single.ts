// What a card has one of: names, language, time zone; and its tags.
import { exactly } from "./exact";
import { param } from "./line";
import { preferenceOf } from "./labels";
import { partsOf, rawPartsOf, unescapeText } from "./text";
import type { View } from "./view";

interface Names {
  readonly first_name?: string;
  readonly last_name?: string;
}

/** From N; where that is missing or empty from FN, unless FN only repeats one of `others` (a company, an address). */
export function namesOf(view: View, others: readonly (string | undefined)[]): Names {
  const [n, fn] = [view.first("N"), view.first("FN")];
  const { parts, exact } = n ? exactly(n, ";") : { parts: [], exact: false };
  const [family = "", given = "", additional = "", prefix = "", suffix = ""] = parts;
  if (prefix) view.extra("name_prefix", prefix);
  if (suffix) view.extra("name_suffix", suffix);
  const first = exact || !n ? given : [given, ...partsOf(rawPartsOf(n.value, ";")[2] ?? "", ",")].filter((part) => part.trim() !== "").join(" ");
  if (family.trim() !== "" || first.trim() !== "" || additional.trim() !== "") return { ...(first ? { first_name: first } : {}), ...(family ? { last_name: family } : {}) };
  const formatted = fn && param(fn, "DERIVED")?.toUpperCase() !== "TRUE" ? unescapeText(fn.value).trim() : "";
  return formatted === "" || others.includes(formatted) ? {} : split(formatted);
}

/** `Ana Núñez`, or `Núñez, Ana`. */
function split(name: string): Names {
  const comma = /^([^,]+),\s*([^,]+)$/.exec(name);
  if (comma) return { first_name: comma[2] ?? "", last_name: comma[1] ?? "" };
  const at = name.lastIndexOf(" ");
  return at === -1 ? { first_name: name } : { first_name: name.slice(0, at).trim(), last_name: name.slice(at + 1) };
}

export function languageOf(view: View): string | undefined {
  const languages = view.all("LANG").toSorted((a, b) => (preferenceOf(a) ?? Infinity) - (preferenceOf(b) ?? Infinity) || 0);
  const [first] = languages;
  return first ? unescapeText(first.value) : view.text("X-CONNECTKIT-LANGUAGE");
}

/** Offsets (`-05:00`) are no time zones. */
export const timezoneOf = (view: View): string | undefined => view.read("TZ", (property) => (/^[A-Za-z]/.test(property.value) ? unescapeText(property.value) : null))[0];

/** `myContacts` is Google's word for all of them. */
export const tagsOf = (view: View): readonly string[] =>
  view.all("CATEGORIES").flatMap((property) => exactly(property, ",").parts).filter((tag) => tag.trim() !== "" && tag !== "myContacts");

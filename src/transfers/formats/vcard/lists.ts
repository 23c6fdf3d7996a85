// What a card has several of: e-mails, phones, addresses, URLs.
import { exactly, unpacked } from "./exact";
import { labelOf, preferenceOf } from "./labels";
import { param, typesOf, type Property } from "./line";
import { unescapeText } from "./text";
import type { View } from "./view";

interface Ranked {
  readonly value: string;
  readonly label: string | null;
  readonly primary?: boolean;
}

export const emailsOf = (view: View): readonly Ranked[] =>
  ranked("EMAIL", view, (property) => (typesOf(property).includes("x400") ? null : { value: after("mailto:", property), label: labelOf(property, view.labels) }));

export const phonesOf = (view: View): readonly Ranked[] =>
  ranked("TEL", view, (property) => {
    const raw = unpacked(param(property, "X-CONNECTKIT-RAW"));
    return { value: after("tel:", property).replace(/;ext=/i, " ext. "), ...(typeof raw === "string" ? { raw } : {}), label: labelOf(property, view.labels) };
  });

/** The most preferred is the primary one; of none preferred none is. */
function ranked<Item extends Ranked>(name: string, view: View, read: (property: Property) => Item | null): readonly (Item & Ranked)[] {
  const items = view.read(name, (property) => {
    const item = read(property);
    return item && { item, preference: preferenceOf(property) ?? Infinity };
  });
  const best = Math.min(...items.slice(0, MOST).map(({ preference }) => preference));
  const primary = best === Infinity ? -1 : items.findIndex(({ preference }) => preference === best);
  return items.map(({ item }, i) => (i === primary ? { ...item, primary: true } : item));
}
/** More of them no contact takes; a card may have thousands. */
const MOST = 1_000;

/** A URI without its scheme, or the text as it is. */
function after(scheme: string, property: Property): string {
  const value = exactly(property, null).parts[0] ?? "";
  return value.slice(0, scheme.length).toLowerCase() === scheme ? value.slice(scheme.length) : value;
}

export const urlsOf = (view: View): readonly unknown[] =>
  ["URL", "X-SOCIALPROFILE"].flatMap((name) => view.read(name, (property) => {
    // The scheme `http\:` is how 2.1 and Apple escape it.
    const value = unescapeText(property.value).trim();
    return /^x-apple:|^(?!https?:)[a-z][a-z0-9+-]*:(?!\d)/i.test(value) ? null : { value: /^https?:/i.test(value) ? value : `https://${value}`, label: labelOf(property, view.labels) };
  }));

export const addressesOf = (view: View): readonly unknown[] =>
  view.read("ADR", (property) => {
    const { parts, exact } = exactly(property, ";");
    const [box = "", extended = "", street = "", city = "", region = "", postal = "", country = ""] = parts;
    if (parts.every((part) => part.trim() === "")) return null;
    const lines = exact ? [street, extended] : linesOf(box, extended, street);
    return {
      label: labelOf(property, view.labels),
      line1: lines[0] || null,
      line2: lines[1] || null,
      city: city || null,
      region: region || null,
      postal_code: postal || null,
      // RFC 8605.
      country: param(property, "CC") ?? (country || null),
    };
  });

/** Many write all of a street's lines into one part. */
function linesOf(box: string, extended: string, street: string): readonly [string, string] {
  const [first = "", ...rest] = [...street.split("\n"), box].filter((line) => line.trim() !== "");
  return [first, [extended, ...rest].filter((line) => line.trim() !== "").join(", ")];
}

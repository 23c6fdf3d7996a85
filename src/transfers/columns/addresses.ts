// Postal addresses of a row: the columns of one group are the parts of one address.
import { cellAt, type At, type Read, type Rules } from "./draft";
import { isNumber, type AddressPart } from "./targets";
import { countryOf } from "./values/countries";

export interface AddressColumn extends At {
  readonly group: string;
  readonly part: AddressPart;
}

interface Group {
  readonly word: string | null;
  readonly label: At | null;
  readonly text: At | null;
  readonly parts: readonly { readonly part: Part; readonly columns: readonly At[] }[];
}

const PARTS = ["line1", "line2", "city", "region", "postal_code", "country"] as const;
type Part = (typeof PARTS)[number];
type Address = Partial<Record<Part | "label", string>>;

export function addressesRead(columns: readonly AddressColumn[], rules: Rules): Read {
  const groups = Array.from(Map.groupBy(columns, ({ group }) => group), ([name, members]): Group => {
    const all = (part: AddressPart): readonly At[] => members.filter((member) => member.part === part);
    return {
      word: name === "" || isNumber(name) ? null : name,
      label: all("label")[0] ?? null,
      text: all("text")[0] ?? null,
      parts: PARTS.map((part) => ({ part, columns: all(part) })).filter((one) => one.columns.length > 0),
    };
  });
  return (cells, draft) => {
    const from = draft.data["addresses"];
    const before = Array.isArray(from) ? from.length : 0;
    const found = groups.flatMap((group) => readGroup(group, cells));
    found.forEach(({ address, columns: said }, i) => {
      draft.country ??= address.country ?? null;
      for (const [part, column] of said) draft.origin.set(`/addresses/${before + i}/${part}`, column);
    });
    const addresses = found.map(({ address }) => address);
    if (addresses.length > 0) draft.data["addresses"] = Array.isArray(from) ? from.concat(addresses) : addresses;
    else if (rules.empty_cells === "clear" && from === undefined) draft.data["addresses"] = null;
  };
}

interface Found {
  readonly address: Address;
  readonly columns: readonly (readonly [part: string, column: string])[];
}

function readGroup(group: Group, cells: readonly string[]): Found[] {
  const texts = group.parts.map(({ part, columns }) => ({ part, column: columns[0]?.column ?? "", text: columns.map((at) => cellAt(cells, at)).filter((text) => text !== "").join(", ") })).filter(({ text }) => text !== "");
  const label = cellAt(cells, group.label) || group.word;
  const labelled = label === null ? {} : { label };
  if (texts.length === 0) {
    const whole = cellAt(cells, group.text);
    // Google's export has labels for blocks that are empty otherwise.
    if (group.text === null && group.label !== null && cellAt(cells, group.label) !== "") return [{ address: labelled, columns: [["label", group.label.column]] }];
    return whole === "" ? [] : [{ address: { ...oneCell(whole), ...labelled }, columns: PARTS.map((part) => [part, group.text?.column ?? ""] as const) }];
  }
  // Google's export, which has the whole in one cell too, puts several addresses of one label into the same cells.
  const several = group.text === null ? 1 : Math.max(...texts.map(({ text }) => text.split(" ::: ").length));
  const withLine2 = group.parts.some(({ part }) => part === "line2");
  return Array.from({ length: several }, (_, i) => {
    const labels = several === 1 ? [] : (label ?? "").split(" ::: ");
    const address: Address = labels.length === several ? { label: labels[i] ?? "" } : { ...labelled };
    for (const { part, text } of texts) {
      const own = several === 1 ? text : (text.split(" ::: ")[i] ?? "").trim();
      if (own !== "") address[part] = part === "country" ? (countryOf(own) ?? own) : own;
    }
    return { address: withLine2 ? address : inLines(address), columns: texts.map(({ part, column }) => [part, column] as const) };
  });
}

/** A street of several lines, where there is no column for the second. */
function inLines(address: Address): Address {
  const [first = "", ...more] = (address.line1 ?? "").split(/\r\n|\r|\n/).map((line) => line.trim()).filter((line) => line !== "");
  return more.length === 0 ? address : { ...address, line1: first, line2: more.join(", ") };
}

/** Mailchimp's form, parts with two spaces between them, or lines; the last may be a country. What can't be told apart is the first line. */
function oneCell(text: string): Address {
  const parts = text.trim().split(/\s{2,}|\s*[\r\n]+\s*/).map((part) => part.trim()).filter((part) => part !== "");
  const country = parts.length > 1 ? countryOf(parts.at(-1) ?? "") : null;
  const rest = country === null ? parts : parts.slice(0, -1);
  const [line1 = "", line2, ...more] = rest;
  const last = country === null ? {} : { country };
  if (rest.length >= 5) return { line1, line2: [line2, ...more.slice(0, -3)].join(", "), city: more.at(-3) ?? "", region: more.at(-2) ?? "", postal_code: more.at(-1) ?? "", ...last };
  if (rest.length === 4) return { line1, city: line2 ?? "", region: more[0] ?? "", postal_code: more[1] ?? "", ...last };
  if (rest.length === 3) return { line1, city: line2 ?? "", [/\d/.test(more[0] ?? "") ? "postal_code" : "region"]: more[0] ?? "", ...last };
  return { line1: rest.join(", "), ...last };
}

// E-mail addresses, phones and URLs of a row: columns of one group make items that share a label, and none stands twice.
import { e164, emailKey } from "../../platform/normalize";
import { cellAt, mangled, type At, type Draft, type Read, type Rules } from "./draft";
import { isNumber, type ItemPart, type Kind } from "./targets";
import { booleanOf, isMangled } from "./values/numbers";

export interface ItemColumn extends At {
  readonly group: string;
  readonly part: ItemPart;
}

interface Group {
  /** The word that the group is called, as the label of its items. */
  readonly word: string | null;
  readonly values: readonly At[];
  readonly label: At | null;
  readonly primary: At | null;
  readonly raw: At | null;
}

interface Item {
  value: string;
  label?: string | null;
  primary?: boolean;
  raw?: string;
}

/** One read for all columns of a kind. */
export function itemsRead(kind: Kind, columns: readonly ItemColumn[], rules: Rules): Read {
  const groups = Array.from(Map.groupBy(columns, ({ group }) => group), ([name, members]): Group => {
    const one = (part: ItemPart): At | null => members.find((member) => member.part === part) ?? null;
    return { word: name === "" || isNumber(name) ? null : name, values: members.filter(({ part }) => part === "value"), label: one("label"), primary: one("primary"), raw: one("raw") };
  });
  const clears = rules.empty_cells === "clear" && groups.some(({ values }) => values.length > 0);
  return (cells, draft) => {
    const items: Item[] = [];
    const from = draft.data[kind];
    const offset = Array.isArray(from) ? from.length : 0;
    for (const group of groups) for (const at of group.values) readCell(kind, group, at, cells, draft, items, offset, rules);
    if (items.length > 0) draft.data[kind] = Array.isArray(from) ? from.concat(items) : items;
    else if (clears && from === undefined && groups.every(({ values }) => values.every((at) => cellAt(cells, at) === ""))) draft.data[kind] = null;
  };
}

function readCell(kind: Kind, group: Group, at: At, cells: readonly string[], draft: Draft, items: Item[], offset: number, rules: Rules): void {
  const cell = cellAt(cells, at);
  if (cell === "") return;
  const given = cellAt(cells, group.label);
  const values = PARTS[kind](cell, draft, rules);
  // Google marks the default one in its label, and has a label for each of several; where there is a column for that, a label is just a label.
  const marks = kind !== "urls" && group.primary === null;
  const labels = marks && values.length > 1 && given.split(" ::: ").length === values.length ? given.split(" ::: ") : null;
  values.forEach((value, i) => {
    const own = (labels?.[i] ?? given).trim();
    const starred = marks && /^\*(?:\s|$)/.test(own);
    const label = (starred ? own.slice(1).trim() : own) || group.word;
    const primary = group.primary === null ? starred : booleanOf(cellAt(cells, group.primary)) === true;
    if (kind === "phones" && isMangled(value)) return mangled(draft, at, value);
    const item = itemOf(kind, value, draft, rules);
    const raw = cellAt(cells, group.raw);
    if (raw !== "") item.raw = raw;
    if (label !== null && label !== "") item.label = label;
    if (primary && i === 0 && kind !== "urls" && !items.some((one) => one.primary)) item.primary = true;
    if (items.some((one) => isSame(kind, one, item, rules))) return;
    const pointer = `/${kind}/${offset + items.length}`;
    draft.origin.set(pointer, at.column);
    if (group.label !== null && given !== "") draft.origin.set(`${pointer}/label`, group.label.column);
    if (group.raw !== null && raw !== "") draft.origin.set(`${pointer}/raw`, group.raw.column);
    items.push(item);
  });
}

/** A number without its country is of the row's own; where that is no number there, the engine reads it as of the import's. */
function itemOf(kind: Kind, value: string, { country }: Draft, rules: Rules): Item {
  if (kind !== "phones" || country === null || country === rules.country || /^\s*(?:\+|00)/.test(value)) return { value };
  const number = e164(value, country);
  return number === null ? { value } : { value: number, raw: value.trim() };
}

const KEYS: Readonly<Record<Kind, (value: string, country: string) => string | null>> = { emails: emailKey, phones: e164, urls: (value) => value };

function isSame(kind: Kind, one: Item, other: Item, { country }: Rules): boolean {
  if (kind === "urls") return false;
  if (one.value === other.value) return true;
  const key = KEYS[kind](one.value, country);
  return key !== null && key === KEYS[kind](other.value, country);
}

const trimmed = (parts: readonly string[]): string[] => parts.map((part) => part.trim()).filter((part) => part !== "");

/** The values of one cell. */
const PARTS: Readonly<Record<Kind, (cell: string, draft: Draft, rules: Rules) => string[]>> = {
  emails: (cell) => (/[;,\s<:]/.test(cell) ? trimmed(cell.split(/[;,\r\n]| ::: /).map(bareAddress)) : [cell]),
  phones: (cell, draft, { country }) => {
    if (/^\+\d+$/.test(cell)) return [cell];
    const parts = trimmed(cell.split(/[;\r\n]| ::: /)).map((part) => part.replace(/^tel:/i, "").replace(/^(\d{6,15})[.,]0$/, "$1"));
    return parts.flatMap((part) => severalPhones(part, draft.country ?? country));
  },
  urls: (cell) => trimmed(cell.split(/[\r\n]| ::: /)).map((part) => (/^(?:[\w-]+\.)+[a-z]{2,}(?:[/?#:]|$)/i.test(part) ? `https://${part}` : part)),
};

/** `Ana Núñez <ana@acme.com>` and `mailto:ana@acme.com`. */
const bareAddress = (part: string): string => (/<([^<>]+)>\s*$/.exec(part)?.[1] ?? part).trim().replace(/^mailto:/i, "");

/** A slash or a comma can be part of a number: it parts two where each is one. */
function severalPhones(part: string, country: string): string[] {
  if (!/[/,]/.test(part) || e164(part, country) !== null) return [part];
  const parts = trimmed(part.split(/[/,]/));
  return parts.every((one) => e164(one, country) !== null) ? parts : [part];
}

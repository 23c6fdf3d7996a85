// From a record of a file to what it says of a contact: prepared once for a mapping, then run for every row.
import { unescaped } from "../formats/csv/writer";
import type { Source } from "../formats/source";
import { addressesRead } from "./addresses";
import { customRead } from "./custom";
import { fault, newDraft, type At, type Draft, type Mapped, type Read, type Rules } from "./draft";
import { itemsRead } from "./items";
import { fieldKey, type Mapping } from "./mapping";
import { cellOf, isOwn, readOwn } from "./own";
import { birthdayPartsRead, consentRead, externalIdRead, idRead, namesRead, optOutRead, scalarRead, tagsRead } from "./scalars";
import { targetOf, type NamePart, type Target } from "./targets";

type Placed = At & { readonly target: Target };

/** `columns`: the file's, in the order of its cells; of objects none. The mapping is one that `faultsIn` finds nothing wrong with. */
export function prepare(columns: readonly string[], mapping: Mapping, rules: Rules): (source: Source) => Mapped {
  const ofCells = readsOf(placedIn(columns, mapping, rules), rules);
  const names = Object.keys(mapping);
  const ofMembers = readsOf(placedIn(names, mapping, { ...rules, unknown_columns: "ignore" }), rules);
  return (source) => {
    const draft = newDraft();
    if (isCells(source)) {
      const cells = source.some(isQuoted) ? source.map(unescaped) : source;
      for (const read of ofCells) read(cells, draft);
    } else {
      for (const [member, value] of Object.entries(source)) if (!Object.hasOwn(mapping, member)) readMember(member, value, draft, rules);
      const cells = names.map((name, index) => textOf(source, { index, column: name }, mapping, draft));
      for (const read of ofMembers) read(cells, draft);
    }
    return draft;
  };
}

/** For a single row; many go through `prepare`. */
export const mapped = (source: Source, columns: readonly string[], mapping: Mapping, rules: Rules): Mapped => prepare(columns, mapping, rules)(source);

const isCells = (source: Source): source is readonly string[] => Array.isArray(source);
const isQuoted = (cell: string): boolean => cell.charCodeAt(0) === 0x27;

function textOf(source: Readonly<Record<string, unknown>>, at: At, mapping: Mapping, draft: Draft): string {
  if (mapping[at.column] === null || !Object.hasOwn(source, at.column)) return "";
  const text = cellOf(source[at.column]);
  if (text === null) fault(draft, at, "not_a_text", JSON.stringify(source[at.column]), "an object can't be mapped; a text, a number, true, false or an array of those can");
  return text ?? "";
}

function readMember(member: string, value: unknown, draft: Draft, rules: Rules): void {
  if (isOwn(member)) return readOwn(member, value, draft);
  const at = { index: 0, column: member };
  if (rules.unknown_columns === "error") return fault(draft, at, "unknown_column", cellOf(value) ?? "", "the mapping doesn't say what this is");
  const key = rules.unknown_columns === "custom_field" ? fieldKey(member) : null;
  const text = key === null ? null : cellOf(value);
  if (key !== null && text !== null) customRead(key, at, rules)([text], draft);
}

/** Unknown columns of cells with them, where they are to become custom fields. */
function placedIn(columns: readonly string[], mapping: Mapping, rules: Rules): Placed[] {
  return columns.flatMap((column, index): Placed[] => {
    if (Object.hasOwn(mapping, column)) {
      const target = targetOf(mapping[column] ?? "");
      return target === null ? [] : [{ index, column, target }];
    }
    const key = rules.unknown_columns === "custom_field" ? fieldKey(column) : null;
    return key === null ? [] : [{ index, column, target: { to: "custom", key } }];
  });
}

/** Addresses before phones, which are of the row's country; companies before names. */
function readsOf(placed: readonly Placed[], rules: Rules): Read[] {
  const names = placed.flatMap(({ target, ...at }) => (target.to === "name" ? [{ ...at, part: target.part }] : []));
  const nameAt = (part: NamePart): Partial<Record<NamePart, At>> => {
    const found = names.find((one) => one.part === part);
    return found === undefined ? {} : { [part]: found };
  };
  const birthdays = Object.fromEntries(placed.flatMap(({ target, ...at }) => (target.to === "birthday" ? [[target.part, at] as const] : [])));
  const tags = placed.flatMap(({ target, ...at }) => (target.to === "tags" ? [{ ...at, separator: target.separator }] : []));
  const addresses = placed.flatMap(({ target, ...at }) => (target.to === "address" ? [{ ...at, group: target.group, part: target.part }] : []));
  const items = placed.flatMap(({ target, ...at }) => (target.to === "item" ? [{ ...at, kind: target.kind, group: target.group, part: target.part }] : []));
  const kinds = [...new Set(items.map(({ kind }) => kind))];
  return [
    ...placed.flatMap(({ target, ...at }) => oneRead(target, at, rules) ?? []),
    ...(names.length > 0 ? [namesRead({ ...nameAt("first_name"), ...nameAt("last_name"), ...nameAt("full_name") }, names.filter(({ part }) => part === "middle_name"), rules)] : []),
    ...(Object.keys(birthdays).length > 0 ? [birthdayPartsRead(birthdays, rules)] : []),
    ...(addresses.length > 0 ? [addressesRead(addresses, rules)] : []),
    ...kinds.map((kind) => itemsRead(kind, items.filter((item) => item.kind === kind), rules)),
    ...(tags.length > 0 ? [tagsRead(tags, rules)] : []),
  ];
}

function oneRead(target: Target, at: At, rules: Rules): Read | null {
  if (target.to === "scalar") return scalarRead(target.member, at, rules);
  if (target.to === "external_id") return externalIdRead(target.system, at, rules);
  if (target.to === "custom") return customRead(target.key, at, rules);
  if (target.to === "consent") return consentRead(target.channel, target.topic, at);
  if (target.to === "opt_out") return optOutRead(target.channel, target.topic, at);
  return target.to === "id" ? idRead(at) : null;
}

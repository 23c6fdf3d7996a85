// Columns of a row that are one value of a contact each: names, dates, tags, ids, consents.
import { idPattern } from "../../platform/id";
import { birthday } from "../../platform/normalize";
import { cellAt, fault, mangled, type At, type Draft, type Read, type Rules } from "./draft";
import type { NamePart, Scalar, Separator } from "./targets";
import { isOptOut, restrictionOf } from "./values/consents";
import { languageOf } from "./values/countries";
import { dayOf, isoOf } from "./values/dates";
import { splitName } from "./values/names";
import { isMangled } from "./values/numbers";
import { apart, isSystemGroup } from "./values/tags";

function put(draft: Draft, member: string, value: unknown, at: At): void {
  draft.data[member] = value;
  draft.origin.set(`/${member}`, at.column);
}

export function namesRead(columns: Partial<Record<NamePart, At>>, middles: readonly At[], rules: Rules): Read {
  const { first_name: first = null, last_name: last = null, full_name: full = null } = columns;
  const clears = rules.empty_cells === "clear";
  return (cells, draft) => {
    const given = [cellAt(cells, first), ...middles.map((at) => cellAt(cells, at))].filter((text) => text !== "").join(" ");
    const family = cellAt(cells, last);
    const whole = given === "" && family === "" ? cellAt(cells, full) : "";
    // An address book names a company's entry by the company.
    if (full !== null && whole !== "" && whole !== draft.data["company"]) {
      const names = splitName(whole, rules.country);
      if (names.first !== null) put(draft, "first_name", names.first, full);
      if (names.last !== null) put(draft, "last_name", names.last, full);
      return;
    }
    const [ofFirst, ofLast] = [first ?? middles[0] ?? full, last ?? full];
    if (ofFirst !== null && (given !== "" || clears)) put(draft, "first_name", given || null, ofFirst);
    if (ofLast !== null && (family !== "" || clears)) put(draft, "last_name", family || null, ofLast);
  };
}

export function scalarRead(member: Scalar, at: At, rules: Rules): Read {
  const value = member === "language" ? languageOf : (text: string): string => text;
  return (cells, draft) => {
    const text = cellAt(cells, at);
    if (text === "") {
      if (rules.empty_cells === "clear") put(draft, member, null, at);
    } else if (member !== "birthday") put(draft, member, value(text), at);
    else readBirthday(draft, at, text, text, rules);
  };
}

/** `0/0/00` is how Outlook writes that there is none. */
function readBirthday(draft: Draft, at: At, text: string, shown: string, rules: Rules): void {
  if (/^0+[/.-]0+(?:[/.-]0+)?$/.test(text.trim())) return;
  const day = dayOf(text, rules.date_order);
  if (day === "ambiguous") return fault(draft, at, "ambiguous_date", shown, "day and month can be read either way: state `date_order`");
  const value = day === null ? null : birthday(isoOf(day));
  if (value === null) fault(draft, at, "invalid_birthday", shown, "not a date");
  else put(draft, "birthday", value, at);
}

export function birthdayPartsRead(parts: Partial<Record<"year" | "month" | "day", At>>, rules: Rules): Read {
  const { year = null, month = null, day = null } = parts;
  return (cells, draft) => {
    const [y, m, d] = [cellAt(cells, year).trim(), cellAt(cells, month).trim(), cellAt(cells, day).trim()];
    const at = month ?? day ?? year;
    if (at === null) return;
    if ((m === "" || m === "0") && (d === "" || d === "0")) {
      if (rules.empty_cells === "clear") put(draft, "birthday", null, at);
      return;
    }
    const known = y !== "" && y !== "0";
    if (/^\d+$/.test(m)) readBirthday(draft, at, known ? `${y.padStart(4, "0")}-${m}-${d}` : `--${m.padStart(2, "0")}-${d.padStart(2, "0")}`, `${y}-${m}-${d}`, rules);
    else readBirthday(draft, at, `${d} ${m}${known ? ` ${y}` : ""}`, `${y}-${m}-${d}`, rules);
  };
}

export function tagsRead(columns: readonly (At & { readonly separator: Separator | null })[], rules: Rules): Read {
  return (cells, draft) => {
    const from = draft.data["tags"];
    const tags: string[] = [];
    const offset = Array.isArray(from) ? from.length : 0;
    const seen = new Set<string>();
    for (const at of columns) {
      const cell = cellAt(cells, at);
      if (cell === "") continue;
      for (const part of apart(cell, at.separator)) {
        const tag = part.trim();
        const key = tag.toLowerCase();
        if (tag === "" || seen.has(key) || (at.separator === " ::: " && isSystemGroup(tag))) continue;
        seen.add(key);
        draft.origin.set(`/tags/${offset + tags.length}`, at.column);
        tags.push(tag);
      }
    }
    if (tags.length > 0) draft.data["tags"] = Array.isArray(from) ? from.concat(tags) : tags;
    else if (rules.empty_cells === "clear" && from === undefined) draft.data["tags"] = null;
  };
}

const CONTACT_ID = idPattern("contact");

export const idRead =
  (at: At): Read =>
  (cells, draft) => {
    const text = cellAt(cells, at).trim();
    if (CONTACT_ID.test(text)) draft.id = text;
    else if (text !== "") fault(draft, at, "invalid_id", text, "not an id of a contact of this API; ids of other systems go to `external_id.<system>`");
  };

/** Puts a value into one of the two members that are records. */
export function putIn(draft: Draft, member: "custom" | "external_ids", key: string, value: unknown, column: string): void {
  // What came with the record is copied once, and not written into.
  const own = (draft.records[member] ??= { ...(typeof draft.data[member] === "object" ? draft.data[member] : {}) });
  own[key] = value;
  draft.data[member] = own;
  draft.origin.set(`/${member}/${key}`, column);
}

export const externalIdRead =
  (system: string, at: At, rules: Rules): Read =>
  (cells, draft) => {
    const text = cellAt(cells, at);
    if (text === "") {
      if (rules.empty_cells === "clear") putIn(draft, "external_ids", system, null, at.column);
    } else if (isMangled(text)) mangled(draft, at, text);
    else putIn(draft, "external_ids", system, text, at.column);
  };

const REACHED = ["email", "sms", "phone", "whatsapp"];

export const optOutRead =
  (channel: string | null, topic: string, at: At): Read =>
  (cells, draft) => {
    const text = cellAt(cells, at);
    if (text === "" || !isOptOut(text)) return;
    for (const one of channel === null ? REACHED : [channel]) draft.consents.push({ channel: one, topic, state: "unsubscribed", column: at.column });
  };

export const consentRead =
  (channel: string, topic: string, at: At): Read =>
  (cells, draft) => {
    const text = cellAt(cells, at);
    if (text === "") return;
    const state = restrictionOf(text);
    if (state === "unknown") fault(draft, at, "unknown_consent", text, "a consent in no word that is known: unsubscribed, never, pending, subscribed");
    else if (state !== null) draft.consents.push({ channel, topic, state, column: at.column });
  };

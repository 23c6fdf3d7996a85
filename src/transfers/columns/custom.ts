// A cell as the value of a custom field: written by people, read by the field's type. What can't be read goes on as it
// stands, for the contact engine to refuse in its own words.
import { fold } from "../../platform/fold";
import { cellAt, fault, mangled, type At, type Draft, type Read, type Rules } from "./draft";
import { putIn } from "./scalars";
import { dayOf, isoOf, timeOf } from "./values/dates";
import { booleanOf, isMangled, numberOf } from "./values/numbers";
import { apart, EMPTY } from "./values/tags";

/** A field that the space has not got yet takes the text. */
export function customRead(key: string, at: At, rules: Rules): Read {
  const field = rules.fields.get(key);
  const listed = field?.options ?? [];
  // What is a key is that option, whatever another one is called.
  const options = new Map([...listed.map((one): [string, string] => [fold(one.label), one.key]), ...listed.map((one): [string, string] => [fold(one.key), one.key]), ...listed.map((one): [string, string] => [one.key, one.key])]);
  const value = valueOf(field?.type ?? "text", options, rules);
  return (cells, draft) => {
    const text = cellAt(cells, at);
    if (text === "") {
      if (rules.empty_cells === "clear") putIn(draft, "custom", key, null, at.column);
      return;
    }
    const read = value(text, draft, at);
    if (read !== undefined) putIn(draft, "custom", key, read, at.column);
  };
}

/** Undefined: a fault was told. */
type Value = (text: string, draft: Draft, at: At) => unknown;

function valueOf(type: string, options: ReadonlyMap<string, string>, rules: Rules): Value {
  const option = (text: string): string => options.get(text) ?? options.get(fold(text)) ?? text.trim();
  const dated = (read: string | null, text: string, draft: Draft, at: At): unknown =>
    read === "ambiguous" ? fault(draft, at, "ambiguous_date", text, "day and month can be read either way: state `date_order`") : (read ?? text);
  const types: Readonly<Record<string, Value>> = {
    integer: (text) => numberOf(text, rules.decimal) ?? text,
    number: (text) => numberOf(text, rules.decimal) ?? text,
    boolean: (text) => booleanOf(text) ?? text,
    date: (text, draft, at) => {
      const day = dayOf(text, rules.date_order);
      return dated(day === null || day === "ambiguous" ? day : isoOf(day), text, draft, at);
    },
    datetime: (text, draft, at) => dated(timeOf(text, rules.date_order), text, draft, at),
    select: option,
    multi_select: (text) => {
      if (text === EMPTY) return [];
      // An option's label may hold a separator.
      if (options.has(text) || options.has(fold(text))) return [option(text)];
      const whole = options.size === 0 ? [text] : apart(text, null);
      return [...new Set(whole.map((part) => part.trim()).filter((part) => part !== "").map(option))];
    },
    phone: (text, draft, at) => (isMangled(text) ? mangled(draft, at, text) : text),
    url: (text) => (/^(?:[\w-]+\.)+[a-z]{2,}(?:[/?#:]|$)/i.test(text.trim()) ? `https://${text.trim()}` : text),
  };
  return types[type] ?? ((text) => text);
}

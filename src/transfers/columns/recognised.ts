// A file that a known tool has written, by its header line: then nothing is left to ask.
import { fieldKey, type Mapping } from "./mapping";
import { brevo, klaviyo, mailchimp, sendgrid } from "./tools/mailers";
import { generic, linkedin, thunderbird } from "./tools/books";
import { google, googleLegacy } from "./tools/google";
import { highlevel, hubspot, salesforce } from "./tools/crms";
import { outlook } from "./tools/outlook";
import type { Tool } from "./tools/tool";
import { isSingle, targetOf } from "./targets";
import type { DateOrder } from "./values/dates";
import type { Field } from "../../fields/registry";
import { fold } from "../../platform/fold";

/** Those with the most telling signs first. */
export const TOOLS: readonly Tool[] = [google, googleLegacy, thunderbird, linkedin, mailchimp, klaviyo, highlevel, hubspot, sendgrid, brevo, salesforce, outlook];

export interface Recognised {
  readonly preset: string;
  /** Of the columns that the tool writes; what else is in the file is as unknown columns are. */
  readonly mapping: Mapping;
  /** What `date_order` is to be unless it is stated. */
  readonly date_order: DateOrder;
}

/** The custom fields of the space, by key. */
export type Labelled = ReadonlyMap<string, Pick<Field, "label" | "type" | "options">>;

export function recognised(columns: readonly string[], fields: Labelled = new Map()): Recognised | null {
  const own = generic(columns);
  if (own !== null) return { preset: "generic", mapping: own, date_order: "auto" };
  const there = new Set(columns.map((column) => column.trim()));
  const tool = TOOLS.find(({ signs }) => signs.some((sign) => sign.every((header) => there.has(header))));
  return tool === undefined ? null : { preset: tool.name, mapping: mappingOf(tool, columns, fields), date_order: tool.date_order ?? "auto" };
}

/** The target of one column of a tool; undefined: it is none of the tool's, or has no place. */
export function targetIn(tool: Tool, column: string): string | null | undefined {
  // The second `UNSUB_CAMPAIGN_ID` of a file is called `UNSUB_CAMPAIGN_ID (2)`.
  const header = column.trim().replace(/ \(\d+\)$/, "");
  const known = indexOf(tool).get(header.toLowerCase());
  if (known !== undefined) return known;
  for (const [pattern, target] of tool.blocks ?? []) if (pattern.test(header)) return target === null ? null : header.replace(pattern, target);
  return undefined;
}

const indexes = new WeakMap<Tool, ReadonlyMap<string, string | null>>();
function indexOf(tool: Tool): ReadonlyMap<string, string | null> {
  const known = indexes.get(tool) ?? new Map(Object.entries(tool.columns).map(([header, target]) => [header.toLowerCase(), target]));
  indexes.set(tool, known);
  return known;
}

function mappingOf(tool: Tool, columns: readonly string[], fields: Labelled): Mapping {
  const order = [...indexOf(tool).keys()];
  const rank = (column: string): number => order.indexOf(column.trim().toLowerCase());
  const mapping = new Map<string, string | null>();
  const taken = new Set<string>();
  // By the order of the tool's table, so that of two columns to one target its first is taken.
  for (const column of columns.toSorted((a, b) => rank(a) - rank(b))) {
    const known = targetIn(tool, column);
    const target = known ?? customFor(column, fields) ?? known;
    if (target === undefined) continue;
    const parsed = target === null ? null : targetOf(target);
    const free = target === null || parsed === null || !isSingle(parsed) || !taken.has(target);
    if (target !== null) taken.add(target);
    mapping.set(column, free ? target : null);
  }
  return Object.fromEntries(columns.flatMap((column) => (mapping.has(column) ? [[column, mapping.get(column) ?? null] as const] : [])));
}

/** The custom field of the space that a column is called by. */
export function customFor(column: string, fields: Labelled): string | undefined {
  const [name, key] = [fold(column), fieldKey(column)];
  for (const [own, { label }] of fields) if (own === column || own === key || fold(label) === name) return `custom.${own}`;
  return undefined;
}

/** Which of the first rows is the header: 0, or the first of ten that a tool is recognised by, as LinkedIn's after its notes. */
export function headerAt(rows: readonly (readonly string[])[]): number {
  const [first = []] = rows;
  if (recognised(first) !== null) return 0;
  const found = rows.slice(0, 10).findIndex((row) => row.length > 2 && recognised(row) !== null);
  return Math.max(found, 0);
}

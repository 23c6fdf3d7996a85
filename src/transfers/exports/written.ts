// How contacts are written: by the format and the preset that were asked for. Pure.
import type { Contact } from "../../contacts/schema";
import type { Registry } from "../../fields/registry";
import type { Bounds } from "../columns/presets/bounds";
import { isMarketable } from "../columns/presets/cells";
import { prepared, PRESETS } from "../columns/presets/presets";
import { BOM, line } from "../formats/csv/writer";
import { json, ndjson } from "../formats/json/writer";
import { vcard3, vcard4 } from "../formats/vcard/writer";
import type { ExportInput } from "./schema";

/** What decides how contacts are written, and which. */
export type How = Pick<ExportInput, "format" | "preset" | "fields" | "csv" | "only_marketable">;

export interface Writer {
  readonly start: string;
  /** `n` counts the contacts from 0. */
  record(contact: Contact, n: number): { readonly text: string; readonly warnings: readonly string[] };
  readonly end: string;
}

const WRITTEN = { ndjson, json, vcard3, vcard4 } as const;
export const MEDIA = { csv: "text/csv; charset=utf-8", ndjson: "application/x-ndjson", json: "application/json", vcard3: "text/vcard; charset=utf-8", vcard4: "text/vcard; charset=utf-8" } as const;
export const ENDING = { csv: "csv", ndjson: "ndjson", json: "json", vcard3: "vcf", vcard4: "vcf" } as const;

export function writerOf({ format, preset, fields, csv }: How, bounds: Bounds, registry: Pick<Registry, "fields">): Writer {
  if (format !== "csv") {
    const { start, record, end } = WRITTEN[format];
    return { start, end, record: (contact, n) => ({ text: record(fields === undefined ? contact : only(contact, fields), n), warnings: [] }) };
  }
  const { reader } = PRESETS[preset];
  const escapeFormulas = csv.escape_formulas ? reader : "none";
  const written = (cells: readonly string[]): string => line(cells, { delimiter: csv.delimiter, escapeFormulas });
  const { headers, line: lineOf } = prepared(PRESETS[preset], bounds, registry.fields);
  return {
    start: `${csv.bom ? BOM : ""}${written(headers)}`,
    end: "",
    record(contact) {
      const { cells, warnings } = lineOf(contact);
      return { text: written(cells), warnings: [...new Set(warnings.map(({ code, member }) => `${code}:${member}`))] };
    },
  };
}

const only = (contact: Contact, fields: readonly (keyof Contact)[]): Partial<Contact> => Object.fromEntries(fields.map((field) => [field, contact[field]]));

/** Whether a contact goes out, by what was asked. */
export const isWanted = ({ only_marketable: marketable, preset, format }: How, contact: Contact): boolean => !(marketable ?? (format === "csv" && PRESETS[preset].only_marketable)) || isMarketable(contact);

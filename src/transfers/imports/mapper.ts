// Rows of an import's file as contacts, by its mapping and its settings: prepared once for a slice.
import type { Registry } from "../../fields/registry";
import type { Restriction } from "../../consents/imported";
import { columnOf, type Mapped } from "../columns/draft";
import { prepare } from "../columns/mapped";
import { cellOf } from "../columns/own";
import type { SourceRow } from "../formats/source";
import { mappingOf, settingsOf, type KeptFile } from "./render";
import type { ImportRow } from "./store";
import type { CellFault, Origin } from "./told";

export interface MappedRow {
  /** Shaped as a contact's patch. */
  readonly data: unknown;
  readonly id: string | null;
  readonly restrictions: readonly Restriction[];
  readonly faults: readonly CellFault[];
  readonly originOf: Origin;
}

export function mapperOf(row: ImportRow, file: KeptFile, { fields }: Registry, country: string): (source: SourceRow) => MappedRow {
  const { empty_cells, unknown_columns, date_order } = settingsOf(row);
  const columns = file.columns.map(({ column }) => column);
  const at = new Map(columns.map((column, i) => [column, i]));
  const map = prepare(columns, mappingOf(row) ?? {}, { empty_cells, unknown_columns, country, date_order: date_order === "auto" ? file.date_order : date_order, decimal: "auto", fields });
  const valueIn = ({ source }: SourceRow, column: string): string => (isCells(source) ? (source[at.get(column) ?? -1] ?? "") : (cellOf(source[column]) ?? ""));
  return (source) => {
    if (source.fault) return { data: {}, id: null, restrictions: [], faults: [{ column: null, value: null, ...source.fault }], originOf: () => null };
    const mapped = map(file.format === "vcard" ? known(source.source) : source.source);
    return { data: mapped.data, id: mapped.id, restrictions: mapped.consents, faults: mapped.faults, originOf: originIn(mapped, (column) => valueIn(source, column)) };
  };
}

/** What a card has that no contact has a member for is left out. */
function known(source: SourceRow["source"]): SourceRow["source"] {
  if (isCells(source)) return source;
  const { extras: _, ...members } = source;
  return members;
}

const originIn = (mapped: Mapped, valueOf: (column: string) => string): Origin => (pointer) => {
  const column = columnOf(mapped, pointer);
  return column === null ? null : { column, value: valueOf(column) };
};

export const isCells = (source: SourceRow["source"]): source is readonly string[] => Array.isArray(source);

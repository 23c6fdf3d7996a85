// What comes of one record while its columns are read: the contact's members, what is wrong, and which column said what.
import type { Field } from "../../fields/registry";
import type { Restriction } from "./values/consents";
import type { DateOrder } from "./values/dates";
import type { Decimal } from "./values/numbers";

export interface Rules {
  /** `clear`: an empty cell empties its member; of several columns to one member all must be empty. */
  readonly empty_cells: "ignore" | "clear";
  /** What becomes of columns that the mapping doesn't name. */
  readonly unknown_columns: "ignore" | "custom_field" | "error";
  /** Of phones written nationally where the row has no country of its own; the contact engine must be given the same. */
  readonly country: string;
  readonly date_order: DateOrder;
  readonly decimal: Decimal;
  readonly fields: ReadonlyMap<string, Pick<Field, "type" | "options">>;
}

export interface ColumnFault {
  readonly column: string;
  readonly code: string;
  readonly value: string;
  readonly message: string;
}

/** Restrictions only, for the ledger with the source `import`. */
export interface RowConsent {
  readonly channel: string;
  readonly topic: string;
  readonly state: Restriction;
  readonly column: string;
}

export interface Mapped {
  /** Shaped as a `ContactPatch`; what came as an object is as it came. */
  readonly data: Readonly<Record<string, unknown>>;
  /** The contact that is meant, by the id that it has here. */
  readonly id: string | null;
  readonly consents: readonly RowConsent[];
  readonly faults: readonly ColumnFault[];
  /** JSON pointers of `data` with the column that each is of. */
  readonly origin: ReadonlyMap<string, string>;
}

export interface Draft extends Mapped {
  readonly data: Record<string, unknown>;
  id: string | null;
  readonly consents: RowConsent[];
  readonly faults: ColumnFault[];
  readonly origin: Map<string, string>;
  /** Of the row's first address that has one. */
  country: string | null;
  /** Members of `data` that are made here, key by key. */
  readonly records: { custom?: Record<string, unknown>; external_ids?: Record<string, unknown> };
}

export const newDraft = (): Draft => ({ data: {}, id: null, consents: [], faults: [], origin: new Map(), country: null, records: {} });

/** Reads its columns from the cells of a row. */
export type Read = (cells: readonly string[], draft: Draft) => void;

/** A column, where its cell stands, and what is told of it. */
export interface At {
  readonly index: number;
  readonly column: string;
}

export const isBlank = (text: string): boolean => text === "" || text.trim() === "";

/** The cell, empty where the row is too short or has nothing but white space. */
export function cellAt(cells: readonly string[], at: At | null): string {
  const text = at === null ? "" : (cells[at.index] ?? "");
  return isBlank(text) ? "" : text;
}

const MAX_VALUE = 200;
export function fault(draft: Draft, at: At, code: string, value: string, message: string): void {
  draft.faults.push({ column: at.column, code, value: value.length > MAX_VALUE ? `${value.slice(0, MAX_VALUE).toWellFormed()}…` : value, message });
}

export const mangled = (draft: Draft, at: At, value: string): void =>
  fault(draft, at, "number_mangled", value, "a spreadsheet has cut this number; format the column as text and fill it in again");

/** The column that a fault of the contact engine is of: of this pointer, of what it is part of, or of what is part of it. Null: of none. */
export function columnOf({ origin }: Mapped, pointer: string): string | null {
  for (let at = pointer; at !== ""; at = at.slice(0, at.lastIndexOf("/"))) {
    const column = origin.get(at);
    if (column !== undefined) return column;
  }
  for (const [at, column] of origin) if (pointer !== "" && at.startsWith(`${pointer}/`)) return column;
  return null;
}

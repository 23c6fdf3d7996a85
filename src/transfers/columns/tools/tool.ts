// What is known of another tool's file: how it is told from others, and what its columns mean.
import type { DateOrder } from "../values/dates";

export interface Tool {
  readonly name: string;
  /** Sets of headers, letter by letter; a file that has all of one set is this tool's. */
  readonly signs: readonly (readonly string[])[];
  /** Headers, in any case, with their target; null: nothing of use (ids of its own, clicks, phonetics). First come, first served for a target that takes one. */
  readonly columns: Readonly<Record<string, string | null>>;
  /** Headers with a meaning that a contact has no member for: they are as unknown columns are. */
  readonly unplaced: readonly string[];
  /** Columns that are numbered. */
  readonly blocks?: readonly (readonly [header: RegExp, target: string | null])[];
  /** How it writes days. */
  readonly date_order?: DateOrder;
}

/** Headers that all mean nothing to us. */
export const nothing = (headers: string): Record<string, null> => Object.fromEntries(headers.split(",").map((header) => [header, null]));

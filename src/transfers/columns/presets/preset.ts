// How a set of contacts is written for a tool: the columns that it takes, in its words, and what of a contact has no place there.
import type { Document } from "../../../contacts/schema";
import type { Field } from "../../../fields/registry";
import type { FormulaRule } from "../../formats/csv/writer";
import type { Bounds } from "./bounds";

/** What of a contact is written; `id` and times are told where the tool keeps them. */
export interface Exported extends Document {
  readonly id: string;
  readonly version: number;
  readonly status: string;
  readonly created_at: string;
  readonly updated_at: string;
}

export type Fields = ReadonlyMap<string, Pick<Field, "label" | "type" | "options">>;

export interface Warning {
  /** `left_out`: the preset has no (further) column for it; `cut_off`: beyond the longest value that the tool takes. */
  readonly code: "left_out" | "cut_off";
  /** Of the contact; of what is cut off, the column. */
  readonly member: string;
}

export interface Line {
  readonly cells: readonly string[];
  readonly warnings: readonly Warning[];
}

export type Cell = readonly [header: string, value: (contact: Exported) => string];

export interface Preset {
  readonly name: string;
  /** Which cells get a `'` before what a spreadsheet would run. */
  readonly reader: Exclude<FormulaRule, "none">;
  /** A tool that sends e-mail: unless asked otherwise it gets those alone that may get any. */
  readonly only_marketable: boolean;
  /** The columns for contacts of these bounds. */
  readonly columns: (bounds: Bounds, fields: Fields) => readonly Cell[];
  /** How many of each member its columns hold, by the same bounds; one that is not named: none. */
  readonly holds: (bounds: Bounds) => Readonly<Partial<Record<Held, number>>>;
  /** The longest cell, in bytes of UTF-8. */
  readonly limit_bytes?: number;
}

/** Members that a preset may have no place for, or too few. */
export const HELD = ["company", "job_title", "emails", "phones", "addresses", "birthday", "language", "timezone", "urls", "tags", "external_ids", "custom", "consent"] as const;
export type Held = (typeof HELD)[number];
export const ANY = Number.POSITIVE_INFINITY;

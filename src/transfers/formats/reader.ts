// What each format is for the one who feeds it: text in, rows out, nothing held but the record that is not complete yet.
import type { SourceRow } from "./source";

export interface Reader {
  feed(text: string): readonly SourceRow[];
  /** What is left when the text has ended. Throws `Unreadable` where the end is none. */
  end(): readonly SourceRow[];
  /** Names of the columns, as far as the rows that were read tell. */
  readonly columns: readonly string[];
  readonly delimiter: string | null;
}

export type Fault = NonNullable<SourceRow["fault"]>;

export const tooLarge: Fault = { code: "record_too_large", message: "the record is larger than 1 MB" };
export const nul: Fault = { code: "nul", message: "it has the character U+0000, which no text has" };

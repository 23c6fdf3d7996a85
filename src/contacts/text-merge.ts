// The full-text index keeps postings of what was deleted (numbers of rows by trigram) until its segments are merged. An
// erasure asks for that, and upkeep merges slice by slice until there is nothing left to merge.
import { data, type Statement } from "../platform/sql";

export interface MergeWanted {
  wanted_at: number;
  begun: number;
}

export const wantMerge = (now: number): Statement<"data"> =>
  data("INSERT INTO text_merges (only_one, wanted_at, begun) VALUES (1, ?, 0) ON CONFLICT (only_one) DO UPDATE SET wanted_at = excluded.wanted_at, begun = 0", now);

export const readMergeWanted: Statement<"data"> = data("SELECT wanted_at, begun FROM text_merges");

/** Pages that one slice writes. */
const PAGES = 500;

/** The first one marks all segments that there are; those that follow go on with them (sqlite.org/fts5.html, 6.8). */
export const mergeSlice = (first: boolean): readonly Statement<"data">[] => [
  data("INSERT INTO contact_text (contact_text, rank) VALUES ('merge', ?)", first ? -PAGES : PAGES),
  ...(first ? [data("UPDATE text_merges SET begun = 1")] : []),
];

/** Unless it was asked for again meanwhile. */
export const mergeDone = ({ wanted_at }: MergeWanted): Statement<"data"> => data("DELETE FROM text_merges WHERE wanted_at = ?", wanted_at);

// Where a contact leaves traces beside its own row: one list, by which whatever removes a contact for good removes all
// that hangs on it, and an erasure finds what else tells of it. A test holds it against the tables that there are.
import type { Space } from "../platform/context";
import { data, type Statement } from "../platform/sql";

/** A contact as other tables name it. */
export interface Named {
  readonly rid: number;
  readonly id: string;
}

/** Rows of a contact, found by its `rid` or `id` in a column that an index starts from; the table has a `space_id`. */
export interface Trace {
  readonly table: string;
  readonly column: string;
  readonly by: "rid" | "id";
  /** `engine`: the plan of a change takes care of them. `delete`: they go with the contact. Else what an erasure sets in them: they stay. */
  readonly end: "engine" | "delete" | { readonly set: string; readonly unless: string };
  /** The columns that a person's access to their data shows, under the table's name. */
  readonly tells?: string;
}

export const ERASED = `'{"erased":true}'`;

export const TRACES: readonly Trace[] = [
  { table: "contacts", column: "rid", by: "rid", end: "engine" },
  { table: "contact_keys", column: "rid", by: "rid", end: "engine" },
  { table: "contact_facets", column: "rid", by: "rid", end: "engine" },
  { table: "contact_text", column: "rowid", by: "rid", end: "engine" },
  { table: "restrictions", column: "contact_id", by: "id", end: "delete", tells: "contact_id, request_id, created_at" },
  { table: "consents", column: "contact_rid", by: "rid", end: "delete", tells: "at, channel, topic, state, legal_basis, source, proof, recorded_at" },
  { table: "notes", column: "contact_rid", by: "rid", end: "delete", tells: "id, body, created_at, updated_at" },
  { table: "interactions", column: "contact_rid", by: "rid", end: "delete", tells: "id, source, source_id, type, subject, body, url, at" },
  { table: "engagements", column: "contact_rid", by: "rid", end: "delete", tells: "at, type, email, campaign, topic, bounce, machine" },
  { table: "contact_merges", column: "survivor", by: "id", end: "delete", tells: "id, sources, merged_at, undone_at" },
  { table: "not_duplicates", column: "a", by: "id", end: "delete" },
  { table: "not_duplicates", column: "b", by: "id", end: "delete" },
  { table: "events", column: "subject", by: "id", end: { set: `changes = NULL, data = ${ERASED}`, unless: "type = 'contact.erased'" } },
];

/** Rows of anything, which may quote a contact's id or identifiers as JSON strings: what an erasure looks through. */
export interface Quote {
  readonly table: string;
  /** What names a row. */
  readonly key: string;
  readonly texts: readonly string[];
  /** The rows of a space, `?1` being its number: as few as an index can tell. */
  readonly within: string;
  /** What an erasure sets in those that do. */
  readonly set: string;
}

export const QUOTES: readonly Quote[] = [
  { table: "events", key: "seq", texts: ["changes", "data"], within: "space_id = ?1", set: `changes = NULL, data = ${ERASED}` },
  {
    table: "idempotency", key: "scope || ' ' || key", texts: ["headers", "body"], within: "CAST(substr(scope, instr(scope, ':') + 1) AS INTEGER) = ?1",
    set: `status = 410, headers = '{"Content-Type":"application/problem+json"}', body = '{"title":"The contact was erased","status":410,"code":"contact_erased"}'`,
  },
  { table: "contact_merges", key: "id", texts: ["sources", "before", "after"], within: "space_id = ?1", set: "sources = '[]', before = '{}', after = '{}', undone_at = merged_at" },
  { table: "exports", key: "id", texts: ["settings"], within: "space_id = ?1", set: `settings = json_object('preset', settings ->> 'preset', 'format', settings ->> 'format')` },
  { table: "jobs", key: "id", texts: ["input", "problem"], within: "space_id = ?1 AND ended_at IS NOT NULL", set: "input = '{}', problem = NULL" },
];

/** Tables of this database that tell of no contact, and why. */
export const TRACELESS: Readonly<Record<string, string>> = {
  event_counters: "a number per organization",
  spaces: "numbers per space",
  job_chunks: "counts of slices",
  text_merges: "a time",
  fields: "rules that a location makes for all of its contacts",
  tags: "words that a location shares among its contacts: the label is not a person's",
  lists: "names of lists; who is in one stands in the contact",
  segments: "filters as a location wrote them",
  suppressions: "keyed hashes of who must not come back: they recognise an address and don't tell it",
  privacy_requests: "the erasure's own record: it takes the subject out of all requests of the same person",
};

/** Tables of what files of imports and exports hold, where contacts stand by the row: whoever forgets a person there sees to both. */
export const OF_FILES: Readonly<Record<string, string>> = {
  imports: "samples of the file",
  import_slices: "what became of each row: contacts, and cells that could not be taken",
  import_drafts: "contacts as a dry run has them, while it is under way",
  import_draft_keys: "what these are found by",
  export_pieces: "names of objects",
  export_touched: "ids of contacts that were changed while an export was walked",
};

const setOf = (trace: Pick<Trace, "by">, contacts: readonly Named[]): string => JSON.stringify(contacts.map((one) => one[trace.by]));
const ofThem = ({ column }: Trace): string => `${column} IN (SELECT value FROM json_each(?1)) AND space_id = ?2`;

/** All that hangs on contacts which go for good. */
export const deleteHanging = (space: Space, contacts: readonly Named[]): Statement<"data">[] =>
  TRACES.filter(({ end }) => end === "delete").map((trace) => data(`DELETE FROM ${trace.table} WHERE ${ofThem(trace)}`, setOf(trace, contacts), space.id));

/** Takes what they say out of the rows that stay. */
export const scrubStaying = (space: Space, contacts: readonly Named[]): Statement<"data">[] =>
  TRACES.flatMap((trace) => (typeof trace.end === "string" ? [] : [data(`UPDATE ${trace.table} SET ${trace.end.set} WHERE ${ofThem(trace)} AND NOT (${trace.end.unless})`, setOf(trace, contacts), space.id)]));

/** Tables whose rows of a contact are found by an index, and so can be counted for a receipt. */
const COUNTED = TRACES.filter(({ table }) => table !== "contact_facets" && table !== "contact_text");

/** How many rows there are of these contacts, by table. */
export const countTraces = (space: Space, contacts: readonly Named[]): Statement<"data"> => {
  const counts = COUNTED.map((trace) => `json_array('${trace.table}', (SELECT count(*) FROM ${trace.table} WHERE ${trace.column} IN (SELECT value FROM json_each(${trace.by === "rid" ? "?1" : "?2"})) AND space_id = ?3))`);
  return data(
    `SELECT counted.value ->> 0 AS name, sum(counted.value ->> 1) AS n FROM json_each(json_array(${counts.join(", ")})) AS counted GROUP BY 1`,
    setOf({ by: "rid" }, contacts), setOf({ by: "id" }, contacts), space.id,
  );
};

/** What access to a person's data shows of these tables, up to a limit each. */
export const tellTraces = (space: Space, contacts: readonly Named[], limit: number): readonly { readonly table: string; readonly statement: Statement<"data"> }[] =>
  TRACES.flatMap((trace) =>
    trace.tells === undefined ? [] : [{ table: trace.table, statement: data(`SELECT ${trace.tells} FROM ${trace.table} WHERE ${ofThem(trace)} LIMIT ?3`, setOf(trace, contacts), space.id, limit) }],
  );

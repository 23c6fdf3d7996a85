// What a space holds of a person, as one JSON document: made from the data when it is asked for, and kept nowhere.
import { contactOf } from "../contacts/render";
import type { ContactRow } from "../contacts/store";
import { tellTraces } from "../contacts/traces";
import { rfc3339 } from "../platform/clock";
import type { DataCtx } from "../platform/context";
import { data } from "../platform/sql";
import type { PersonalData } from "./schema";

/** Rows of one kind that a document shows. */
const MAX_ROWS = 5_000;

interface EventRow {
  type: string;
  subject: string;
  occurred_at: number;
  actor: string;
  changes: string | null;
  data: string | null;
}

export async function documentOf(ctx: Pick<DataCtx, "db" | "space" | "now">, request: string, contacts: readonly ContactRow[], withHistory: boolean): Promise<PersonalData> {
  const told = tellTraces(ctx.space, contacts, MAX_ROWS + 1);
  const history = data(
    "SELECT type, subject, occurred_at, actor, changes, data FROM events INDEXED BY events_of_subject WHERE subject IN (SELECT value FROM json_each(?)) AND space_id = ? ORDER BY subject, seq LIMIT ?",
    JSON.stringify(contacts.map(({ id }) => id)), ctx.space.id, withHistory ? MAX_ROWS + 1 : 0,
  );
  const [records, events] = await ctx.db.data.together<Record<string, unknown>, EventRow>(told.map(({ statement }) => statement), history);
  return {
    request,
    generated_at: rfc3339(ctx.now),
    complete: [...records, events].every(({ length }) => length <= MAX_ROWS),
    contacts: contacts.map((row) => ({ ...contactOf(row), ...(row.merged_into === null ? {} : { merged_into: row.merged_into }) })),
    records: Object.fromEntries(told.map(({ table }, i) => [table, (records[i] ?? []).slice(0, MAX_ROWS)])),
    ...(withHistory ? { history: events.slice(0, MAX_ROWS).toSorted((a, b) => a.occurred_at - b.occurred_at).map(shown) } : {}),
  };
}

const shown = ({ type, subject, occurred_at: at, actor, changes, data: more }: EventRow) => ({
  type, contact: subject, occurred_at: rfc3339(at), actor: parsed(actor), changes: parsed(changes), data: parsed(more),
});
const parsed = (json: string | null): unknown => (json === null ? null : JSON.parse(json));

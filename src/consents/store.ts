// The ledger of consent in D1: reads run, writes are returned. Rows are added, never changed.
import type { Guard } from "../platform/commit";
import type { DataCtx, Space } from "../platform/context";
import { data, inPieces, type Statement } from "../platform/sql";
import { equals, type Walk } from "../platform/walk";
import { STATES, type State } from "./effective";

export interface ConsentRow {
  contact_rid: number;
  at: number;
  id: string;
  channel: string;
  topic: string;
  state: State;
  passive: number;
  legal_basis: string | null;
  source: string;
  proof: string | null;
  recorded_at: number;
  actor: string;
}

export const COLUMNS = ["contact_rid", "at", "id", "channel", "topic", "state", "passive", "legal_basis", "source", "proof", "recorded_at", "actor"] as const;

export const insertConsents = (space: Space, rows: readonly ConsentRow[]): Statement<"data">[] =>
  inPieces(rows, (row) => COLUMNS.map((column) => row[column])).map((json) =>
    data(`INSERT INTO consents (space_id, ${COLUMNS.join(", ")}) SELECT ?1, ${COLUMNS.map((_, i) => `value ->> ${i}`).join(", ")} FROM json_each(?2)`, space.id, json),
  );

/** Whose consent to what. */
export interface Matter {
  readonly rid: number;
  readonly channel: string;
  readonly topic: string;
}

export interface MarkRow extends Matter {
  passive: number;
  state: State;
  at: number;
}

const KINDS = JSON.stringify([0, 1].flatMap((passive) => STATES.map((state) => [passive, state])));
/** One step in an index, whatever the length of the ledger. */
const LAST = `(SELECT max(at) FROM consents WHERE space_id = ?1 AND contact_rid = s.value ->> 0 AND channel = s.value ->> 1 AND topic = s.value ->> 2
  AND passive = m.value ->> 0 AND state = m.value ->> 1)`;

/** When each state was last recorded in these matters. */
export async function readMarks({ db, space }: Pick<DataCtx, "db" | "space">, matters: readonly Matter[]): Promise<MarkRow[]> {
  const statements = inPieces(matters, ({ rid, channel, topic }) => [rid, channel, topic]).map((json) =>
    data(
      `SELECT * FROM (SELECT s.value ->> 0 AS rid, s.value ->> 1 AS channel, s.value ->> 2 AS topic, m.value ->> 0 AS passive, m.value ->> 1 AS state, ${LAST} AS at
        FROM json_each(?2) s CROSS JOIN json_each('${KINDS}') m) WHERE at IS NOT NULL`,
      space.id,
      json,
    ),
  );
  if (statements.length === 0) return [];
  const [marks] = await db.data.together<MarkRow, object>(statements, data("SELECT 1 AS one"));
  return marks.flat();
}

/** Holds while nothing was recorded in these matters that these marks don't tell. */
export function marksStand(space: Space, matters: readonly (Matter & { readonly marks: readonly Pick<MarkRow, "passive" | "state" | "at">[] })[]): Guard<"data">[] {
  const rows = matters.map(({ rid, channel, topic, marks }) => {
    const last = (passive: number, state: State): number | null => marks.find((mark) => mark.passive === passive && mark.state === state)?.at ?? null;
    return [rid, channel, topic, [0, 1].flatMap((passive) => STATES.map((state) => [passive, state, last(passive, state)]))];
  });
  return inPieces(rows, (row) => row).map((json) => ({
    database: "data",
    sql: `SELECT count(*) = 0 FROM json_each(?2) s CROSS JOIN json_each(s.value, '$[3]') m WHERE ${LAST} IS NOT m.value ->> 2`,
    params: [space.id, json],
  }));
}

/** A contact's ledger, newest first. */
export const walkOf = (space: Space, rid: number, { channel, topic }: { channel?: string | undefined; topic?: string | undefined }, after: Walk["after"]): Walk => ({
  columns: COLUMNS,
  table: "consents",
  along: [...equals("space_id", space.id), ...equals("contact_rid", rid)],
  by: ["at", "id"],
  filters: [...equals("channel", channel), ...equals("topic", topic)],
  after,
});

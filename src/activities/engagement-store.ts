// Engagement in D1: what is needed to judge any number of items, in one round trip, and the rows that they become.
import { COLUMNS as CONTACT, type ContactRow } from "../contacts/store";
import type { DataCtx, Space } from "../platform/context";
import { data, inPieces, type Statement } from "../platform/sql";

export interface EngagementRow {
  contact_rid: number;
  at: number;
  id: string;
  dedupe_id: string;
  type: string;
  email: string;
  campaign: string | null;
  topic: string | null;
  bounce: string | null;
  machine: number;
  recorded_at: number;
}

export const ENGAGEMENT_COLUMNS = ["contact_rid", "at", "id", "dedupe_id", "type", "email", "campaign", "topic", "bounce", "machine", "recorded_at"] as const;

export const insertEngagements = (space: Space, rows: readonly EngagementRow[]): Statement<"data">[] =>
  inPieces(rows, (row) => ENGAGEMENT_COLUMNS.map((column) => row[column])).map((json) =>
    data(`INSERT INTO engagements (space_id, ${ENGAGEMENT_COLUMNS.join(", ")}) SELECT ?1, ${ENGAGEMENT_COLUMNS.map((_, i) => `value ->> ${i}`).join(", ")} FROM json_each(?2)`, space.id, json),
  );

/** The contact of an address; its document where it may have to change. */
export type Holder = Omit<ContactRow, "doc"> & { email: string; doc: string | null };

const FOUND = CONTACT.split(", ").filter((column) => column !== "doc").map((column) => `c.${column}`).join(", ");

/** Whose these addresses are (the live contact's, else that of the one archived last), and which of these ids are recorded already. */
export async function readFacts({ db, space }: Pick<DataCtx, "db" | "space">, addresses: ReadonlyMap<string, boolean>, dedupeIds: readonly string[]): Promise<{ holders: Holder[]; known: ReadonlySet<string> }> {
  const statements = inPieces([...addresses], ([email, whole]) => [email, whole ? 1 : 0]).map((json) =>
    data(
      `SELECT f.email, ${FOUND}, iif(f.whole, c.doc, NULL) AS doc FROM (
         SELECT s.value ->> 0 AS email, s.value ->> 1 AS whole, (
           SELECT k.rid FROM contact_keys k JOIN contacts o ON o.rid = k.rid
           WHERE k.space_id = ?1 AND k.kind = 'email' AND k.value = s.value ->> 0 AND o.merged_into IS NULL ORDER BY k.live DESC, k.rid DESC LIMIT 1
         ) AS rid FROM json_each(?2) s
       ) f JOIN contacts c ON c.rid = f.rid`,
      space.id,
      json,
    ),
  );
  const seen = data("SELECT dedupe_id FROM engagements WHERE space_id = ? AND dedupe_id IN (SELECT value FROM json_each(?)) LIMIT 1000", space.id, JSON.stringify(dedupeIds));
  const [holders, known] = await db.data.together<Holder, { dedupe_id: string }>(statements, seen);
  return { holders: holders.flat(), known: new Set(known.map(({ dedupe_id }) => dedupe_id)) };
}

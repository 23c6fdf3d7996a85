// What hangs on contacts goes with a merge to the one that stays, and back when it is undone: each row remembers the merges
// that moved it, so that several of them can be undone one after the other.
import type { DataCtx, Space } from "../../platform/context";
import { newId } from "../../platform/id";
import { data, type Statement } from "../../platform/sql";
import type { Document } from "../schema";

/** Tables whose rows name their contact by `contact_rid`. */
const MOVED = ["consents", "notes", "interactions", "engagements"] as const;

/** To the survivor. */
export const moveTo = (space: Space, merge: string, survivor: number, sources: readonly number[]): Statement<"data">[] =>
  MOVED.map((table) =>
    data(
      `UPDATE ${table} SET contact_rid = ?1, moved = json_insert(coalesce(moved, '[]'), '$[#]', json_array(?2, contact_rid))
        WHERE space_id = ?3 AND contact_rid IN (SELECT value FROM json_each(?4))`,
      survivor, merge, space.id, JSON.stringify(sources),
    ),
  );

/** Back to where this merge took them from. */
export const moveBack = (space: Space, merge: string, survivor: number): Statement<"data">[] => [
  data("DELETE FROM consents WHERE space_id = ? AND contact_rid = ? AND source = 'merge' AND proof = ?", space.id, survivor, merge),
  ...MOVED.map((table) =>
    data(
      `UPDATE ${table} SET contact_rid = moved ->> '$[#-1][1]', moved = json_remove(moved, '$[#-1]')
        WHERE space_id = ?1 AND contact_rid = ?2 AND moved ->> '$[#-1][0]' = ?3`,
      space.id, survivor, merge,
    ),
  ),
];

/** Entries of the ledger by which these states hold: a merge can only restrict, whatever later words say. */
export function entries({ space, trueNow, now, actor }: Pick<DataCtx, "space" | "trueNow" | "now" | "actor">, merge: string, rid: number, consent: Document["consent"]): Statement<"data">[] {
  const rows = Object.entries(consent).flatMap(([channel, topics]) => Object.entries(topics).map(([topic, state]) => [newId("consent", trueNow), channel, topic, state]));
  if (rows.length === 0) return [];
  return [
    data(
      `INSERT INTO consents (space_id, contact_rid, at, id, channel, topic, state, passive, source, proof, recorded_at, actor)
        SELECT ?1, ?2, ?3, value ->> 0, value ->> 1, value ->> 2, value ->> 3, 1, 'merge', ?4, ?3, ?5 FROM json_each(?6)`,
      space.id, rid, now, merge, JSON.stringify(actor), JSON.stringify(rows),
    ),
  ];
}

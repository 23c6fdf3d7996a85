// What a file says of consent: it restricts what holds, and never raises it, whatever it says.
import type { Changed } from "../contacts/drafts";
import type { Document } from "../contacts/schema";
import type { DataCtx } from "../platform/context";
import { newId } from "../platform/id";
import { data, inPieces, type Statement } from "../platform/sql";
import { isState, mostRestrictive, type State } from "./effective";
import { stateOf } from "./ledger";
import { COLUMNS } from "./store";

export interface Restriction {
  readonly channel: string;
  readonly topic: string;
  readonly state: State;
}

/** The document with what is more restrictive than what it says; a `subscribed` says nothing. */
export function restricted(doc: Document, restrictions: readonly Restriction[]): Document {
  let { consent } = doc;
  for (const { channel, topic, state } of restrictions) {
    if (state === "subscribed") continue;
    const now = stateOf({ ...doc, consent }, { channel, topic });
    const then = now === null ? state : (mostRestrictive([now, state]) ?? state);
    if (then !== now) consent = { ...consent, [channel]: { ...consent[channel], [topic]: then } };
  }
  return consent === doc.consent ? doc : { ...doc, consent };
}

/** The entries of the ledger for what changed: contacts are named by their id, since they may be born in the same batch. */
export function recordImported({ space, now, actor }: DataCtx, changes: readonly Changed[]): Statement<"data">[] {
  const entries = changes.flatMap(({ before, after }) =>
    matters(after.doc).filter(({ channel, topic, state }) => before === null || stateOf(before.doc, { channel, topic }) !== state).map((matter) => ({ contact: after.row.id, ...matter })),
  );
  const rows = entries.map(({ contact, channel, topic, state }) => [contact, now, newId("consent", now), channel, topic, state, 1, null, "import", null, now, JSON.stringify(actor)]);
  const [, ...columns] = COLUMNS;
  return inPieces(rows, (row) => row).map((json) =>
    data(
      `INSERT INTO consents (space_id, contact_rid, ${columns.join(", ")}) SELECT ?1, c.rid, ${columns.map((_, i) => `one.value ->> ${i + 1}`).join(", ")}
        FROM json_each(?2) AS one CROSS JOIN contacts AS c ON c.id = one.value ->> 0 WHERE c.space_id = ?1`,
      space.id, json,
    ),
  );
}

const matters = ({ consent }: Document): Restriction[] =>
  Object.entries(consent).flatMap(([channel, topics]) => Object.entries(topics).flatMap(([topic, state]) => (isState(state) ? [{ channel, topic, state }] : [])));

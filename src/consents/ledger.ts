// Entries of the ledger for any number of contacts: what they make of each contact's consent, in a number of statements
// that does not depend on the number of contacts. Imports and merges never raise it.
import { atVersions } from "../contacts/store";
import type { Kept } from "../contacts/changes";
import type { Document } from "../contacts/schema";
import type { Guard } from "../platform/commit";
import type { DataCtx } from "../platform/context";
import { newId } from "../platform/id";
import type { Statement } from "../platform/sql";
import { effective, isState, mostRestrictive, type Mark, type State } from "./effective";
import { PASSIVE } from "./schema";
import * as store from "./store";

export interface Entry {
  readonly channel: string;
  readonly topic: string;
  readonly state: State;
  readonly legal_basis: string | null;
  readonly source: string;
  readonly proof: string | null;
  readonly at: number;
}

/** What is recorded of one contact. */
export interface Recording {
  readonly before: Kept;
  readonly entries: readonly Entry[];
}

export interface Recorded {
  readonly guards: readonly Guard<"data">[];
  readonly writes: readonly Statement<"data">[];
  /** Of each recording its rows, in order, and the document that follows from them: the same one where nothing does. */
  readonly outcomes: readonly { readonly rows: readonly store.ConsentRow[]; readonly doc: Document }[];
}

/** Reads what the ledger says and tells what becomes of it. Each recording is of another contact. */
export async function recorded(ctx: DataCtx, recordings: readonly Recording[]): Promise<Recorded> {
  const filled = recordings.filter(({ entries }) => entries.length > 0);
  const matters = filled.flatMap(mattersOf);
  const byMatter = Map.groupBy(await store.readMarks(ctx, matters), nameOf);
  const marksOf = (matter: store.Matter): store.MarkRow[] => byMatter.get(nameOf(matter)) ?? [];
  const outcomes = recordings.map(({ before, entries }) => ({ rows: entries.map((entry) => rowOf(ctx, before.row.rid, entry)), doc: documentAfter({ before, entries }, marksOf) }));
  return {
    guards: filled.length === 0 ? [] : [atVersions(filled.map(({ before }) => before.row)), ...store.marksStand(ctx.space, matters.map((matter) => ({ ...matter, marks: marksOf(matter) })))],
    writes: store.insertConsents(ctx.space, outcomes.flatMap(({ rows }) => rows)),
    outcomes,
  };
}

const nameOf = ({ rid, channel, topic }: store.Matter): string => `${rid}:${channel}:${topic}`;

function mattersOf({ before: { row: { rid } }, entries }: Recording): store.Matter[] {
  const all = entries.map(({ channel, topic }) => ({ rid, channel, topic }));
  return [...new Map(all.map((matter) => [nameOf(matter), matter])).values()];
}

const rowOf = ({ now, actor }: DataCtx, rid: number, entry: Entry): store.ConsentRow => ({
  ...entry, contact_rid: rid, id: newId("consent", now), passive: isPassive(entry) ? 1 : 0, recorded_at: now, actor: JSON.stringify(actor),
});

const isPassive = ({ source }: Pick<Entry, "source">): boolean => PASSIVE.includes(source);

function documentAfter(recording: Recording, marksOf: (matter: store.Matter) => readonly store.MarkRow[]): Document {
  const { before: { doc }, entries } = recording;
  const changed = mattersOf(recording).flatMap((matter) => {
    const own = entries.filter(({ channel, topic }) => channel === matter.channel && topic === matter.topic);
    const now = stateOf(doc, matter);
    const state = stateAfter(now, marksOf(matter), own);
    return state === now ? [] : [{ ...matter, state, byPerson: !own.every(isPassive) }];
  });
  if (changed.length === 0) return doc;
  return mailable({ ...doc, consent: withStates(doc.consent, changed) }, changed);
}

/** What holds of a matter by the contact's document. */
export function stateOf({ consent }: Document, { channel, topic }: Pick<store.Matter, "channel" | "topic">): State | null {
  const topics = Object.hasOwn(consent, channel) ? consent[channel] : undefined;
  const state = topics && Object.hasOwn(topics, topic) ? topics[topic] : undefined;
  return isState(state) ? state : null;
}

function stateAfter(now: State | null, marks: readonly store.MarkRow[], entries: readonly Entry[]): State {
  const before = marks.map((mark): Mark => ({ ...mark, passive: mark.passive === 1 }));
  const after = [...before, ...entries.map((entry): Mark => ({ passive: isPassive(entry), state: entry.state, at: entry.at }))];
  const state = effective(after) ?? "never";
  // What was set without the ledger holds against what can't raise it.
  return now !== null && entries.every(isPassive) ? (mostRestrictive([state, now]) ?? state) : state;
}

function withStates(consent: Document["consent"], changed: readonly { channel: string; topic: string; state: State }[]): Document["consent"] {
  const channels = new Map(Object.entries(consent).map(([channel, topics]) => [channel, new Map(Object.entries(topics))]));
  for (const { channel, topic, state } of changed) channels.set(channel, (channels.get(channel) ?? new Map<string, string>()).set(topic, state));
  const sorted = <T>(map: ReadonlyMap<string, T>): [string, T][] => [...map].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(sorted(channels).map(([channel, topics]) => [channel, Object.fromEntries(sorted(topics))]));
}

/** Whoever subscribes to e-mail again takes the mark of the unsubscription off the addresses; an import or a merge can't. */
function mailable(doc: Document, changed: readonly { channel: string; state: State; byPerson: boolean }[]): Document {
  if (!changed.some(({ channel, state, byPerson }) => byPerson && channel === "email" && state === "subscribed")) return doc;
  return { ...doc, emails: doc.emails.map((email) => (email.state === "unsubscribed" ? { ...email, state: "unknown" } : email)) };
}

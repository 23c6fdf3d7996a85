// A set of changed contacts as one plan: rows, what they are found by, totals and events, in a number of statements that
// does not depend on the number of contacts. Whoever writes a contact writes it here.
import { atRevision } from "../fields/store";
import type { Registry } from "../fields/registry";
import type { Guard } from "../platform/commit";
import type { Space } from "../platform/context";
import type { EventDraft } from "../platform/events";
import { sortKey } from "../platform/normalize";
import { invalid } from "../platform/problems";
import type { Statement } from "../platform/sql";
import { checkFrozen } from "./frozen";
import { facetsOf, foldedOf, FORM, identitiesOf, searchTextOf, type Facet, type Fields, type Identity } from "./indexes";
import type { Document } from "./schema";
import * as store from "./store";
import { deleteHanging } from "./traces";

/** A contact as it is kept: its row, whose `doc` is the document's JSON. */
export interface Kept<Row = store.ContactRow> {
  readonly row: Row;
  readonly doc: Document;
}

/** `before` null: born; `after` null: gone for good. */
export interface Change {
  readonly before: Kept | null;
  readonly after: Kept<Omit<store.ContactRow, "rid" | "last_name_key">> | null;
  readonly events: readonly EventDraft[];
}

export interface ChangePlan {
  readonly guards: readonly Guard<"data">[];
  readonly writes: readonly Statement<"data">[];
  readonly events: readonly EventDraft[];
}

/** The statements that carry these changes out: each of another contact, each relying on the version that it was read at. Throws `field_converting` (409). */
export function planChanges(space: Space, registry: Registry, changes: readonly Change[]): ChangePlan {
  for (const change of changes) checkFrozen(registry.fields, change);
  const traces = changes.map((change) => ({ change, was: traceOf(space, registry.fields, change.before), now: traceOf(space, registry.fields, change.after) }));
  const standing = traces.flatMap(({ change: { before, after }, was, now }) => (before && after ? [{ before, after, was, now }] : []));
  const born = traces.flatMap(({ change: { before, after }, now }) => (after && !before ? [rowOf(after, now)] : []));
  const gone = changes.flatMap(({ before, after }) => (before && !after ? [before.row] : []));
  const updated = standing.map(({ before, after, now }) => ({ ...rowOf(after, now), rid: before.row.rid }));
  const turned = (to: boolean): number[] => standing.filter(({ was, now }) => was.live !== now.live && now.live === to).map(({ before }) => before.row.rid);

  const takenOut = traces.flatMap(({ change: { before }, was, now }) => (before && was.text !== null && was.text !== now.text ? [before.row.rid] : []));
  const putIn = traces.flatMap(({ change: { after }, was, now }) => (after && now.text !== null && was.text !== now.text ? [after.row.id] : []));
  const lost = <Item>(of: (trace: Trace) => readonly Item[]) =>
    traces.flatMap(({ change: { before }, was, now }) => (before ? [{ rid: before.row.rid, items: missing(of(was), of(now)) }] : []));
  const won = <Item>(of: (trace: Trace) => readonly Item[]) =>
    traces.flatMap(({ change: { after }, was, now }) => (after ? [{ id: after.row.id, items: missing(of(now), of(was)) }] : [])).filter(({ items }) => items.length > 0);

  const archivedBy = (side: "was" | "now", kept: (change: Change) => unknown): number => traces.filter((trace) => kept(trace.change) && !trace[side].live).length;
  const liveBy = (side: "was" | "now"): number => traces.filter((trace) => trace[side].live).length;
  const read = changes.flatMap(({ before }) => before?.row ?? []);
  return {
    guards: [...(read.length > 0 ? [store.atVersions(read)] : []), ...(changes.some(dependsOnFields) ? [atRevision(space, registry.revision)] : [])],
    writes: [
      ...store.deleteTexts(takenOut),
      ...store.deleteIdentities(space, lost(({ identities }) => identities)),
      ...store.deleteFacets(space, lost(({ facets }) => facets)),
      ...(gone.length > 0 ? [...deleteHanging(space, gone), ...store.deleteContacts(space, gone.map(({ rid }) => rid))] : []),
      ...store.insertContacts(space, born),
      ...store.updateContacts(space, updated),
      ...store.setLive(space, turned(false), false),
      ...store.setLive(space, turned(true), true),
      ...store.insertIdentities(space, won(({ identities }) => identities)),
      ...store.insertFacets(space, won(({ facets }) => facets)),
      ...store.insertTexts(putIn),
      ...store.count(space, liveBy("now") - liveBy("was"), archivedBy("now", ({ after }) => after) - archivedBy("was", ({ before }) => before)),
    ],
    events: changes.flatMap(({ events }) => events),
  };
}

/** All that the index tables hold of a contact. Archived ones keep their identities, released, and are in no other index. */
interface Trace {
  readonly live: boolean;
  readonly identities: readonly Identity[];
  readonly facets: readonly Facet[];
  readonly folded: string;
  /** Null: not in the full-text index. */
  readonly text: string | null;
  readonly searchText: string;
}

const NOTHING: Trace = { live: false, identities: [], facets: [], folded: "{}", text: null, searchText: "" };

function traceOf(space: Space, fields: Fields, kept: Change["before"] | Change["after"]): Trace {
  if (kept === null) return NOTHING;
  const live = kept.row.archived_at === null;
  const folded = foldedOf(kept.doc, fields);
  const searchText = searchTextOf(space.id, folded);
  return { live, identities: identitiesOf(kept.doc, fields), facets: live ? facetsOf(kept.doc, fields) : [], folded: JSON.stringify(folded), text: live ? searchText : null, searchText };
}

/** More than that no reader expects of one contact, and no statement could bind a few of them. */
const MAX_CONTACT = 700_000;

/** Throws 422 for one that is too large to be kept. */
function rowOf({ row, doc }: NonNullable<Change["after"]>, { folded, searchText }: Trace): store.NewRow {
  if (row.doc.length + folded.length > MAX_CONTACT) throw invalid([{ pointer: "", code: "contact_too_large", message: `all values together may have ${MAX_CONTACT} characters` }]);
  return { ...row, last_name_key: sortKey(doc.last_name), folded, search_text: searchText, form: FORM };
}

/** Whether the plan would be another one with other fields. */
const dependsOnFields = ({ before, after }: Change): boolean =>
  before === null || Object.keys(before.doc.custom).length > 0 || Object.keys(after?.doc.custom ?? {}).length > 0;

/** What `these` have and `those` lack. */
function missing<Item>(these: readonly Item[], those: readonly Item[]): Item[] {
  if (these === those) return [];
  const there = new Set(those.map((one) => JSON.stringify(one)));
  return these.filter((one) => !there.has(JSON.stringify(one)));
}

// Contacts that are one and the same become one, and can be parted again for 30 days. What was merged answers 410 with the
// one that stayed.
import { lenient } from "../../fields/conversion";
import { registryOf, type Registry } from "../../fields/registry";
import { readValue } from "../../fields/values";
import { commit } from "../../platform/commit";
import { DAY, rfc3339 } from "../../platform/clock";
import { checkIfMatch, etag } from "../../platform/conditions";
import type { DataCtx } from "../../platform/context";
import type { Reply } from "../../platform/endpoint";
import { diff } from "../../platform/events";
import { newId } from "../../platform/id";
import { sameJson } from "../../platform/json";
import { invalid } from "../../platform/problems";
import type { Change, Kept } from "../changes";
import { planChanges } from "../changes";
import { find, kept, refuseTaken } from "../contacts";
import { eventOf, redrafted } from "../drafts";
import { identitiesOf, type Identity } from "../indexes";
import { contactOf } from "../render";
import { contactArchived, contactRestricted, restoreConflict, type Document } from "../schema";
import * as contacts from "../store";
import { entries, moveBack, moveTo } from "./moves";
import { MERGE_DAYS, mergeNotUndoable, type MergeInput, type MergeJson, type UnmergedJson, type UnmergeInput } from "./schema";
import * as store from "./store";
import { parted, statedSince, strictest, told, united, unrepeated } from "./union";

/** Throws 422 for sources that there are not, `contact_archived` (409). */
export const merge = (ctx: DataCtx, id: string, { source_ids, prefer }: MergeInput): Promise<Reply<MergeJson>> =>
  commit(ctx, ctx.db.data, async (attempt) => {
    const survivor = kept(await find(ctx, id));
    checkIfMatch(ctx, survivor.row.version);
    if (survivor.row.archived_at !== null) throw contactArchived("The contact is archived.");
    const sources = await sourcesOf(ctx, id, source_ids, prefer);
    const ids = [id, ...source_ids];
    if ((await contacts.readRestricted(ctx, ids)).size > 0) throw contactRestricted("A privacy request restricts what is done with one of the contacts.");
    const { doc, dropped } = united(partOf(survivor), sources.map(partOf), new Map(Object.entries(prefer)));
    checkSize(doc);
    const registry = await registryOf(ctx, attempt > 0);
    const merged = redrafted(ctx, survivor, doc, "contact.merged");
    const mergeId = newId("merge", ctx.now);
    // A merge is one even where the survivor had all of it.
    const after = merged?.after ?? again(ctx, survivor);
    const detail = { data: { merge: mergeId, sources: sources.map(({ row }) => row.id) } };
    const events = (merged?.events ?? [eventOf(ctx, "contact.merged", after.row, {})]).map((event) => ({ ...event, ...detail }));
    const changes: Change[] = [{ before: survivor, after, events }, ...sources.map((source) => takenIn(ctx, source, id, mergeId))];
    const { guards, writes, events: all } = planChanges(ctx.space, registry, changes);
    const row = { id: mergeId, survivor: id, sources: JSON.stringify(sources.map(({ row: source }) => source.id)), before: JSON.stringify(survivor.doc), after: JSON.stringify(doc), merged_at: ctx.now, undone_at: null };
    return {
      reply: {
        status: 200,
        headers: { ETag: etag(after.row.version) },
        body: { id: mergeId, contact: contactOf(after.row), merged_ids: sources.map(({ row: source }) => source.id), dropped, undo_until: rfc3339(ctx.now + MERGE_DAYS * DAY) },
      },
      guards: [...guards, contacts.unrestricted(ctx.space, ids)],
      writes: [...writes, store.insertMerge(ctx.space, row), ...moveTo(ctx.space, mergeId, survivor.row.rid, sources.map(({ row: { rid } }) => rid)), ...entries(ctx, mergeId, survivor.row.rid, doc.consent)],
      events: all,
    };
  });

const partOf = ({ row, doc }: Kept) => ({ id: row.id, doc });

/** The same contact at its next version. */
function again({ now }: DataCtx, { row, doc }: Kept): NonNullable<Change["after"]> {
  const { last_name_key: _, ...was } = row;
  return { doc, row: { ...was, version: was.version + 1, updated_at: now } };
}

function takenIn(ctx: DataCtx, source: Kept, into: string, mergeId: string): Change {
  const { row, doc } = again(ctx, source);
  const after = { doc, row: { ...row, archived_at: ctx.now, merged_into: into } };
  return { before: source, after, events: [{ ...eventOf(ctx, "contact.merged", row, { status: { from: "active", to: "merged" } }), data: { merge: mergeId, into } }] };
}

async function sourcesOf(ctx: DataCtx, survivor: string, ids: readonly string[], prefer: MergeInput["prefer"]): Promise<Kept[]> {
  const rows = new Map((await contacts.readContacts(ctx, ids)).map((row) => [row.id, row]));
  const faults = ids.flatMap((id, i) => {
    const fault = (code: string, message: string) => [{ pointer: `/source_ids/${i}`, code, message }];
    if (id === survivor) return fault("same_contact", "a contact can't be merged into itself");
    if (ids.indexOf(id) !== i) return fault("duplicate_value", "this id stands twice");
    const row = rows.get(id);
    if (!row) return fault("not_found", "no such contact");
    return row.archived_at === null ? [] : fault(row.merged_into === null ? "contact_archived" : "contact_merged", "not an active contact");
  });
  const known = new Set([survivor, ...ids]);
  const strange = Object.entries(prefer).filter(([, id]) => !known.has(id)).map(([field]) => ({ pointer: `/prefer/${field}`, code: "not_found", message: "none of the contacts that are merged" }));
  if (faults.length + strange.length > 0) throw invalid([...faults, ...strange]);
  return ids.flatMap((id) => {
    const row = rows.get(id);
    return row ? [kept(row)] : [];
  });
}

const MOST = { emails: 50, phones: 50, addresses: 20, urls: 50, tags: 200 } as const;

function checkSize(doc: Document): void {
  const faults = (["emails", "phones", "addresses", "urls", "tags"] as const).filter((field) => doc[field].length > MOST[field]).map((field) => ({ pointer: "/source_ids", code: "too_many", message: `together they have over ${MOST[field]} ${field}` }));
  if (Object.keys(doc.external_ids).length > 50) faults.push({ pointer: "/source_ids", code: "too_many", message: "together they have over 50 external ids" });
  if (faults.length > 0) throw invalid(faults);
}

/** Throws `merge_not_undoable` (409), `restore_conflict` (409) where somebody has taken what one of them had, `contact_restricted` (409). */
export const unmerge = (ctx: DataCtx, id: string, { merge_id }: UnmergeInput): Promise<Reply<UnmergedJson>> =>
  commit(ctx, ctx.db.data, async (attempt) => {
    const survivor = kept(await find(ctx, id));
    checkIfMatch(ctx, survivor.row.version);
    const latest = await store.readLatest(ctx, id);
    if (!latest || (merge_id !== undefined && latest.id !== merge_id) || latest.merged_at < ctx.now - MERGE_DAYS * DAY) throw mergeNotUndoable("There is no such merge to undo.");
    const ids: string[] = JSON.parse(latest.sources);
    const rows = await contacts.readContacts(ctx, ids);
    if (rows.length < ids.length || rows.some((row) => row.merged_into !== id)) throw mergeNotUndoable("One of its contacts is gone.");
    if (survivor.row.archived_at !== null) throw contactArchived("The contact is archived.");
    if ((await contacts.readRestricted(ctx, [id, ...ids])).size > 0) throw contactRestricted("A privacy request restricts what is done with one of the contacts.");
    const registry = await registryOf(ctx, attempt > 0);
    const sources = rows.map(kept);
    if (attempt > 0 || ctx.dryRun) for (const { doc } of sources) await refuseTaken(ctx, identitiesOf(doc, registry.fields), id, restoreConflict);
    const detail = { data: { merge: latest.id, sources: ids } };
    const after: Document = JSON.parse(latest.after);
    const entered = await store.readSince(ctx, survivor.row.rid, latest);
    const merged = { ...after, consent: unrepeated(after.consent, entered) };
    const doc = fitting(ctx, registry, survivor.doc, parted(JSON.parse(latest.before), merged, survivor.doc));
    refuseBoth(id, identitiesOf(doc, registry.fields), sources.flatMap((source) => identitiesOf(source.doc, registry.fields)));
    const since = { consent: statedSince(merged.consent, survivor.doc.consent), emails: survivor.doc.emails };
    const back = redrafted(ctx, survivor, doc, "contact.unmerged");
    const own = back?.after ?? again(ctx, survivor);
    const events = (back?.events ?? [eventOf(ctx, "contact.unmerged", own.row, {})]).map((event) => ({ ...event, ...detail }));
    const { guards, writes, events: all } = planChanges(ctx.space, registry, [{ before: survivor, after: own, events }, ...sources.map((source) => givenBack(ctx, source, latest.id, since))]);
    return {
      reply: { status: 200, headers: { ETag: etag(own.row.version) }, body: { contact: contactOf(own.row), restored_ids: ids } },
      guards: [...guards, store.standing(latest.id), store.nothingSince(ctx.space, survivor.row.rid, latest, entered.length), contacts.unrestricted(ctx.space, [id, ...ids])],
      writes: [...writes, store.markUndone(ctx.space, latest.id, ctx.now), ...moveBack(ctx.space, latest.id, survivor.row.rid), ...sources.flatMap(({ row: { rid } }) => entries(ctx, latest.id, rid, since.consent))],
      events: all,
    };
  });

/** A value that came back and that its field would no longer take stays as it is now: the field was converted in between. */
function fitting({ space }: DataCtx, { fields }: Registry, now: Document, back: Document): Document {
  const custom = Object.entries(back.custom).flatMap(([key, value]): [string, unknown][] => {
    const field = fields.get(key);
    if (!field || sameJson(now.custom[key], value) || "value" in readValue(lenient(field), value, space.defaultCountry)) return [[key, value]];
    return Object.hasOwn(now.custom, key) ? [[key, now.custom[key]]] : [];
  });
  return { ...back, custom: Object.fromEntries(custom) };
}

/** What the survivor has got again by itself can't be a source's too. */
function refuseBoth(survivor: string, has: readonly Identity[], back: readonly Identity[]): void {
  const matched = has.filter((one) => one.kind !== "phone" && back.some(({ kind, value }) => kind === one.kind && value === one.value));
  if (matched.length > 0) throw restoreConflict("The contact that stayed has taken one of their identifiers since.", { existing_id: survivor, matched_on: matched });
}

/** As it was, but what was stated of consent and told of its addresses since then binds it too, unless it was stricter. */
function givenBack(ctx: DataCtx, source: Kept, mergeId: string, since: Pick<Document, "consent" | "emails">): Change {
  const { row, doc: was } = again(ctx, source);
  const doc = { ...was, consent: strictest([was.consent, since.consent]), emails: told(was.emails, since.emails) };
  const after = { doc, row: { ...row, doc: JSON.stringify(doc), archived_at: null, merged_into: null } };
  return { before: source, after, events: [{ ...eventOf(ctx, "contact.unmerged", row, { status: { from: "merged", to: "active" }, ...diff({ consent: was.consent, emails: was.emails }, { consent: doc.consent, emails: doc.emails }, sameJson) }), data: { merge: mergeId } }] };
}

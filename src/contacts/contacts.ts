// Contacts: create, read, change, archive, restore, delete. Each change is one version and one event.
import { commit, type Plan } from "../platform/commit";
import { checkIfMatch } from "../platform/conditions";
import type { DataCtx } from "../platform/context";
import type { Reply } from "../platform/endpoint";
import { diff, type Changes, type EventDraft } from "../platform/events";
import { newId } from "../platform/id";
import { JsonText, sameJson } from "../platform/json";
import { notFound } from "../platform/problems";
import { checkReadOnly } from "../platform/readonly";
import { apply, emptyDocument, type ArrayMode } from "./patch";
import { sortKey } from "./normalize";
import { contactOf, documentOf, replyWith, shaped, tagOf, type Shape } from "./render";
import { contactArchived, contactExists, READ_ONLY, restoreConflict, type Contact, type ContactPatch, type Document } from "./schema";
import * as store from "./store";

type ContactPlan = Plan<"data", Contact>;

/** Throws `contact_exists` (409) with the contact that owns one of its identities. */
export const create = (ctx: DataCtx, input: ContactPatch): Promise<Reply<Contact>> =>
  commit(ctx, ctx.db.data, (attempt) => planCreate(ctx, input, attempt > 0 || ctx.dryRun));

/** `look`: check for owners of its identities before it is tried; the constraints hold in any case. */
export async function planCreate(ctx: DataCtx, input: ContactPatch, look: boolean): Promise<ContactPlan> {
  checkReadOnly(input, null, READ_ONLY);
  const doc = apply(emptyDocument(sourceOf(ctx)), input, ctx.space.defaultCountry);
  if (look) await refuseTaken(ctx, store.identitiesOf(doc), null);
  const row = { id: newId("contact", ctx.now), version: 1, doc: JSON.stringify(doc), created_at: ctx.now, updated_at: ctx.now, archived_at: null };
  return {
    reply: replyWith(201, row),
    writes: [store.insertContact(ctx.space, row, doc), ...store.insertIdentities(ctx.space, row.id, store.identitiesOf(doc))],
    events: [eventOf(ctx, "contact.created", row, written(doc))],
  };
}

export async function read(ctx: DataCtx, id: string, shape: Shape): Promise<Reply<Partial<Contact>>> {
  const row = await find(ctx, id);
  return { status: 200, headers: { ETag: tagOf(row.version, shape) }, body: new JsonText(shaped(row, shape)) };
}

/** Merge patch. What changes nothing keeps the version and leaves no event. */
export const update = (ctx: DataCtx, id: string, patch: ContactPatch): Promise<Reply<Contact>> =>
  commit(ctx, ctx.db.data, async (attempt) => planUpdate(ctx, await find(ctx, id), patch, "replace", attempt > 0 || ctx.dryRun));

export async function planUpdate(ctx: DataCtx, before: store.ContactRow, patch: ContactPatch, arrays: ArrayMode, look: boolean): Promise<ContactPlan> {
  checkIfMatch(ctx, before.version);
  if (before.archived_at !== null) throw contactArchived("The contact is archived.");
  checkReadOnly(patch, contactOf(before), READ_ONLY);
  const [was, doc] = [documentOf(before), apply(documentOf(before), patch, ctx.space.defaultCountry, arrays)];
  const changes = diff({ ...was }, { ...doc }, sameJson);
  if (Object.keys(changes).length === 0) return { reply: replyWith(200, before), writes: [], events: [] };
  const [gone, come] = [missingFrom(was, doc), missingFrom(doc, was)];
  if (look) await refuseTaken(ctx, come, before.id);
  const row = { ...before, version: before.version + 1, doc: JSON.stringify(doc), last_name_key: sortKey(doc.last_name), updated_at: ctx.now };
  return {
    reply: replyWith(200, row),
    guards: [store.atVersion(before)],
    writes: [
      store.updateContact(ctx.space, row),
      ...store.deleteIdentities(ctx.space, row.rid, gone),
      ...store.insertIdentities(ctx.space, row.id, come),
    ],
    events: [eventOf(ctx, "contact.updated", row, changes)],
  };
}

/** Archived contacts leave the lists and release their identities. */
export const archive = (ctx: DataCtx, id: string): Promise<Reply<Contact>> =>
  commit(ctx, ctx.db.data, async () => {
    const before = await find(ctx, id);
    checkIfMatch(ctx, before.version);
    if (before.archived_at !== null) return { reply: replyWith(200, before), writes: [], events: [] };
    return planStatus(ctx, before, ctx.now);
  });

/** Throws `restore_conflict` (409) when one of its identities was taken meanwhile. */
export const restore = (ctx: DataCtx, id: string): Promise<Reply<Contact>> =>
  commit(ctx, ctx.db.data, async (attempt) => {
    const before = await find(ctx, id);
    checkIfMatch(ctx, before.version);
    if (before.archived_at === null) return { reply: replyWith(200, before), writes: [], events: [] };
    if (attempt > 0 || ctx.dryRun) await refuseTaken(ctx, store.identitiesOf(documentOf(before)), before.id, restoreConflict);
    return planStatus(ctx, before, null);
  });

function planStatus(ctx: DataCtx, before: store.ContactRow, archivedAt: number | null): ContactPlan {
  const row = { ...before, version: before.version + 1, updated_at: ctx.now, archived_at: archivedAt };
  const [from, to] = archivedAt === null ? ["archived", "active"] : ["active", "archived"];
  return {
    reply: replyWith(200, row),
    guards: [store.atVersion(before)],
    writes: [store.updateContact(ctx.space, row), store.setLive(ctx.space, row.rid, archivedAt === null)],
    events: [eventOf(ctx, archivedAt === null ? "contact.restored" : "contact.archived", row, { status: { from, to } })],
  };
}

/** Removes a contact for good; its event says that, and not what it was. */
export const remove = (ctx: DataCtx, id: string): Promise<Reply<never>> =>
  commit(ctx, ctx.db.data, async () => {
    const before = await find(ctx, id);
    checkIfMatch(ctx, before.version);
    return {
      reply: { status: 204 },
      guards: [store.atVersion(before)],
      writes: store.deleteContact(ctx.space, before.rid),
      events: [eventOf(ctx, "contact.deleted", { id, version: before.version + 1 }, {})],
    };
  });

async function find(ctx: DataCtx, id: string): Promise<store.ContactRow> {
  const row = await store.readContact(ctx, id);
  if (!row) throw notFound("No such contact.");
  return row;
}

/** Throws when a live contact other than `self` owns one of these. */
async function refuseTaken(ctx: DataCtx, identities: readonly store.Identity[], self: string | null, refusal = contactExists): Promise<void> {
  const owned = identities.filter(({ kind }) => kind !== "phone");
  if (owned.length === 0) return;
  const holders = (await store.readHolders(ctx, owned)).filter(({ id }) => id !== self);
  const [first] = holders;
  if (!first) return;
  const matched = holders.filter(({ id }) => id === first.id).map(({ kind, value }) => ({ kind, value }));
  throw refusal("Another live contact has one of its identifiers.", { existing_id: first.id, matched_on: matched });
}

const missingFrom = (here: Document, there: Document): store.Identity[] => {
  const known = new Set(store.identitiesOf(there).map(({ kind, value }) => `${kind}:${value}`));
  return store.identitiesOf(here).filter(({ kind, value }) => !known.has(`${kind}:${value}`));
};

const sourceOf = ({ actor }: DataCtx): Document["source"] => (actor.type === "key" ? { type: "api", key: actor.id } : { type: actor.type });

/** The members of a new document that hold something. */
const written = (doc: Document): Changes => {
  const empty: Record<string, unknown> = { ...emptyDocument(doc.source) };
  return diff({ ...empty, source: null }, { ...doc }, sameJson);
};

const eventOf = (ctx: DataCtx, type: string, { id, version }: { id: string; version: number }, changes: Changes): EventDraft => ({
  type,
  subject: id,
  version,
  changes,
  location: ctx.space.location,
  environment: ctx.space.environment,
  space: ctx.space.id,
});

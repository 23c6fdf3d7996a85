// One contact's change, thought through but not yet written: what it was, what it will be, what its event tells. Pure;
// what can't be is thrown.
import type { Registry } from "../fields/registry";
import type { DataCtx } from "../platform/context";
import { changeIn, diff, type Changes, type EventDraft } from "../platform/events";
import { newId } from "../platform/id";
import { sameJson } from "../platform/json";
import { checkReadOnly } from "../platform/readonly";
import type { Change, Kept } from "./changes";
import { apply, emptyDocument, labelsIn, type ArrayMode } from "./patch";
import { contactOf } from "./render";
import { contactArchived, READ_ONLY, type ContactPatch, type Document } from "./schema";

type DraftCtx = Pick<DataCtx, "now" | "actor" | "space">;

/** A change after which the contact is there, and the labels of the tags that it newly bears, by key. */
export interface Changed extends Change {
  readonly after: NonNullable<Change["after"]>;
  readonly labels: ReadonlyMap<string, string>;
}

/** What is done to a document beside what its patch says. */
export type Also = (doc: Document) => Document;
const nothing: Also = (doc) => doc;

/** Throws 422. */
export function born(ctx: DraftCtx, registry: Registry, input: ContactPatch, source: Document["source"] = sourceOf(ctx), also = nothing): Changed {
  checkReadOnly(input, null, READ_ONLY);
  const doc = also(apply(emptyDocument(source), input, { country: ctx.space.defaultCountry, fields: registry.fields, isNew: true }));
  const row = { id: newId("contact", ctx.now), version: 1, doc: JSON.stringify(doc), created_at: ctx.now, updated_at: ctx.now, archived_at: null, merged_into: null };
  return { before: null, after: { row, doc }, events: [eventOf(ctx, "contact.created", row, written(doc))], labels: labelsIn(doc.tags, input) };
}

/** Null: it changes nothing. Throws 409, 422. */
export function patched(ctx: DraftCtx, registry: Registry, before: Kept, patch: ContactPatch, arrays: ArrayMode, also = nothing): Changed | null {
  if (before.row.archived_at !== null) throw contactArchived("The contact is archived.");
  checkReadOnly(patch, contactOf(before.row), READ_ONLY);
  const doc = also(apply(before.doc, patch, { country: ctx.space.defaultCountry, fields: registry.fields, isNew: false }, arrays));
  return redrafted(ctx, before, doc, "contact.updated", labelsIn(doc.tags.filter((tag) => !before.doc.tags.includes(tag)), patch));
}

const NO_LABELS: ReadonlyMap<string, string> = new Map();

/** The contact with another document; null where it is the same. */
export function redrafted(ctx: DraftCtx, before: Kept, doc: Document, type: string, labels = NO_LABELS): Changed | null {
  const changes = changesOf(before.doc, doc);
  if (Object.keys(changes).length === 0) return null;
  const { last_name_key: _, ...was } = before.row;
  const row = { ...was, version: was.version + 1, doc: JSON.stringify(doc), updated_at: ctx.now };
  return { before, after: { row, doc }, events: [eventOf(ctx, type, row, changes)], labels };
}

/** Archived or active again; null: it is so already. */
export function turned(ctx: DraftCtx, before: Kept, to: "active" | "archived"): Changed | null {
  const from = before.row.archived_at === null ? "active" : "archived";
  if (from === to) return null;
  const { last_name_key: _, ...was } = before.row;
  const row = { ...was, version: was.version + 1, updated_at: ctx.now, archived_at: to === "archived" ? ctx.now : null };
  const type = to === "archived" ? "contact.archived" : "contact.restored";
  return { before, after: { row, doc: before.doc }, events: [eventOf(ctx, type, row, { status: { from, to } })], labels: NO_LABELS };
}

/** Gone for good. */
export const removed = (ctx: DraftCtx, before: Kept): Change => ({
  before,
  after: null,
  events: [eventOf(ctx, "contact.deleted", { id: before.row.id, version: before.row.version + 1 }, {})],
});

/** Gone for good as a privacy request demands: the event says which one, and nothing of the person. */
export const erased = (ctx: DraftCtx, before: Kept, request: string): Change => ({
  before,
  after: null,
  events: [{ ...eventOf(ctx, "contact.erased", { id: before.row.id, version: before.row.version + 1 }, {}), data: { request } }],
});

const sourceOf = ({ actor }: DraftCtx): Document["source"] => (actor.type === "key" ? { type: "api", key: actor.id } : { type: actor.type });

/** The members of a new document that hold something. */
const written = (doc: Document): Changes => {
  const { source: _, ...empty } = emptyDocument(doc.source);
  return changesOf({ ...empty, source: null }, doc);
};

/** Old and new by member; of custom fields each by itself. */
function changesOf({ custom: was, ...before }: Omit<Document, "source"> & { source: unknown }, { custom: now, ...after }: Document): Changes {
  const custom = diff(was, now, sameJson);
  return {
    ...diff({ ...before }, { ...after }, sameJson),
    ...Object.fromEntries(Object.entries(custom).map(([key, change]) => [`custom.${key}`, change])),
  };
}

/** The event of a contact. */
export const eventOf = ({ space }: Pick<DraftCtx, "space">, type: string, row: { id: string; version: number }, changes: Changes): EventDraft => changeIn(space, type, row, changes);

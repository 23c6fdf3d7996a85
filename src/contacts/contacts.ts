// Contacts: create, read, change, archive, restore, delete. Each change is one version and one event.
import { judged, registryOf } from "../fields/registry";
import { commit, type Plan } from "../platform/commit";
import { checkIfMatch } from "../platform/conditions";
import type { DataCtx } from "../platform/context";
import type { Reply } from "../platform/endpoint";
import { JsonText } from "../platform/json";
import { notFound } from "../platform/problems";
import { ensure } from "../tags/tags";
import { planChanges, type Change, type Kept } from "./changes";
import { born, patched, removed, turned, type Changed } from "./drafts";
import { identitiesOf, type Identity } from "./indexes";
import type { ArrayMode } from "./patch";
import { documentOf, replyWith, shaped, tagOf, type Shape } from "./render";
import { contactErased, contactExists, contactMerged, contactRestricted, restoreConflict, type Contact, type ContactPatch } from "./schema";
import * as store from "./store";
import { gained, noneSuppressed, readSuppressed, refuseSuppressed } from "./suppressions";

export type ContactPlan = Plan<"data", Contact>;

/** Throws `contact_exists` (409) with the contact that owns one of its identities. */
export const create = (ctx: DataCtx, input: ContactPatch): Promise<Reply<Contact>> =>
  commit(ctx, ctx.db.data, (attempt) => planCreate(ctx, input, attempt > 0));

/** `again`: the facts were stale, so nothing is taken from memory and owners of its identities are looked for first. */
export async function planCreate(ctx: DataCtx, input: ContactPatch, again: boolean): Promise<ContactPlan> {
  const made = await judged(ctx, again, (registry) => born(ctx, registry, input));
  if (again || ctx.dryRun) await refuseTaken(ctx, identitiesOf(made.after.doc, (await registryOf(ctx)).fields), null);
  return planOf(ctx, made, again, 201);
}

/** Many new contacts at once; `again`: those whose identities a live contact owns, or that are suppressed, are left out. */
export async function planCreateMany(ctx: DataCtx, inputs: readonly ContactPatch[], again: boolean): Promise<Omit<ContactPlan, "reply"> & { readonly created: number }> {
  const made = await judged(ctx, again, (registry) => inputs.map((input) => born(ctx, registry, input)));
  const { fields } = await registryOf(ctx);
  const owned = made.map(({ after }) => identitiesOf(after.doc, fields).filter(({ kind }) => kind !== "phone"));
  const holders = again ? await store.readHolders(ctx, owned.flat(), owned.flat().length) : [];
  const barred = again ? await readSuppressed(ctx, gained(made, fields)) : new Set<string>();
  const taken = new Set([...holders.map(({ kind, value }) => `${kind}:${value}`), ...barred]);
  const free = made.filter(({ after }) => !identitiesOf(after.doc, fields).some(({ kind, value }) => taken.has(`${kind}:${value}`)));
  return { ...(free.length === 0 ? { guards: [], writes: [], events: [] } : await planned(ctx, free, again)), created: free.length };
}

export async function read(ctx: DataCtx, id: string, shape: Shape): Promise<Reply<Partial<Contact>>> {
  const row = await find(ctx, id);
  return { status: 200, headers: { ETag: tagOf(row.version, shape) }, body: new JsonText(shaped(row, shape)) };
}

/** Merge patch. What changes nothing keeps the version and leaves no event. */
export const update = (ctx: DataCtx, id: string, patch: ContactPatch): Promise<Reply<Contact>> =>
  commit(ctx, ctx.db.data, async (attempt) => planUpdate(ctx, await find(ctx, id), patch, "replace", attempt > 0));

export async function planUpdate(ctx: DataCtx, row: store.ContactRow, patch: ContactPatch, arrays: ArrayMode, again: boolean): Promise<ContactPlan> {
  checkIfMatch(ctx, row.version);
  const before = kept(row);
  const change = await judged(ctx, again, (registry) => patched(ctx, registry, before, patch, arrays));
  if (change === null) return unchanged(row);
  if (again || ctx.dryRun) {
    if ((await store.readRestricted(ctx, [row.id])).has(row.id)) throw contactRestricted("A privacy request restricts what is done with the contact.");
    const registry = await registryOf(ctx);
    const had = new Set(identitiesOf(before.doc, registry.fields).map(({ kind, value }) => `${kind}:${value}`));
    await refuseTaken(ctx, identitiesOf(change.after.doc, registry.fields).filter(({ kind, value }) => !had.has(`${kind}:${value}`)), row.id);
  }
  const plan = await planOf(ctx, change, again, 200);
  return { ...plan, guards: [...(plan.guards ?? []), store.unrestricted(ctx.space, [row.id])] };
}

/** Archived contacts leave the lists and release their identities. */
export const archive = (ctx: DataCtx, id: string): Promise<Reply<Contact>> => turn(ctx, id, "archived");

/** Throws `restore_conflict` (409) when one of its identities was taken meanwhile. */
export const restore = (ctx: DataCtx, id: string): Promise<Reply<Contact>> => turn(ctx, id, "active");

const turn = (ctx: DataCtx, id: string, to: "active" | "archived"): Promise<Reply<Contact>> =>
  commit(ctx, ctx.db.data, async (attempt) => {
    const row = await find(ctx, id);
    checkIfMatch(ctx, row.version);
    const before = kept(row);
    const change = turned(ctx, before, to);
    if (change === null) return unchanged(row);
    if (to === "active" && (attempt > 0 || ctx.dryRun)) {
      await refuseTaken(ctx, identitiesOf(before.doc, (await registryOf(ctx, attempt > 0)).fields), row.id, restoreConflict);
    }
    return planOf(ctx, change, attempt > 0, 200);
  });

/** Removes a contact for good; its event says that, and not what it was. */
export const remove = (ctx: DataCtx, id: string): Promise<Reply<never>> =>
  commit(ctx, ctx.db.data, async (attempt) => {
    const row = await find(ctx, id);
    checkIfMatch(ctx, row.version);
    return { reply: { status: 204 }, ...planChanges(ctx.space, await registryOf(ctx, attempt > 0), [removed(ctx, kept(row))]) };
  });

/** One change, with what the tags that it newly bears need. */
async function planOf(ctx: DataCtx, change: Changed, again: boolean, status: 200 | 201): Promise<ContactPlan> {
  const plan = await planned(ctx, [change], again);
  return { reply: replyWith(status, change.after.row), ...plan };
}

/** Changes, with what the tags that they newly bear need. Throws `tag_removing`, `suppressed` (409). */
export async function planned(ctx: DataCtx, changes: readonly (Change & { readonly labels: ReadonlyMap<string, string> })[], again: boolean) {
  const registry = await registryOf(ctx, again);
  const { guards, writes, events } = planChanges(ctx.space, registry, changes);
  const fresh = gained(changes, registry.fields);
  if (again || ctx.dryRun) refuseSuppressed(fresh, await readSuppressed(ctx, fresh));
  const labels = new Map(changes.flatMap((change) => [...change.labels]));
  const tags = await ensure(ctx, labels, again);
  return { guards: [...guards, ...(fresh.length === 0 ? [] : [noneSuppressed(ctx, fresh)]), ...tags.guards], writes: [...tags.writes, ...writes], events: [...tags.events, ...events] };
}

const unchanged = (row: store.ContactRow): ContactPlan => ({ reply: replyWith(200, row), writes: [], events: [] });

export const kept = (row: store.ContactRow): Kept => ({ row, doc: documentOf(row) });

/** Throws 404, `contact_erased` (410), and `contact_merged` (410) with the contact that took it in. */
export async function find(ctx: DataCtx, id: string): Promise<store.ContactRow> {
  return checkThere(ctx, id, await store.readContact(ctx, id));
}

/** The row, if it is there. Throws as `find` does. */
export async function checkThere(ctx: DataCtx, id: string, row: store.ContactRow | null): Promise<store.ContactRow> {
  if (!row) throw (await store.isErased(ctx, id)) ? contactErased("The contact was erased.") : notFound("No such contact.");
  if (row.merged_into !== null) {
    throw contactMerged("The contact was merged into another one.", { merged_into: row.merged_into }, { Link: `</v1/contacts/${row.merged_into}>; rel="canonical"` });
  }
  return row;
}

/** Throws when a live contact other than `self` owns one of these. */
export async function refuseTaken(ctx: DataCtx, identities: readonly Identity[], self: string | null, refusal = contactExists): Promise<void> {
  const owned = identities.filter(({ kind }) => kind !== "phone");
  if (owned.length === 0) return;
  const holders = (await store.readHolders(ctx, owned)).filter(({ id }) => id !== self);
  const [first] = holders;
  if (!first) return;
  const matched = holders.filter(({ id }) => id === first.id).map(({ kind, value }) => ({ kind, value }));
  throw refusal("Another live contact has one of its identifiers.", { existing_id: first.id, matched_on: matched });
}

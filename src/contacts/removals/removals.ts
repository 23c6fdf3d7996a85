// A tag, a list or a field that is deleted: gone for new calls at once, and taken off the contacts by a job, each with its
// version and its event. When none has it, its row goes too.
import * as z from "zod";
import { checkSettled, find as findField } from "../../fields/fields";
import { registryOf, fieldOf } from "../../fields/registry";
import * as fieldStore from "../../fields/store";
import { planStart } from "../../jobs/jobs";
import { jobKind, type Kind, type Slice, type SliceCtx } from "../../jobs/kind";
import { nudge, type JobRef } from "../../jobs/nudge";
import type { Job } from "../../jobs/schema";
import * as lists from "../../lists/lists";
import * as listStore from "../../lists/store";
import { commit } from "../../platform/commit";
import { checkIfMatch } from "../../platform/conditions";
import type { SpaceCtx } from "../../platform/context";
import type { Reply } from "../../platform/endpoint";
import { changeIn, type EventDraft } from "../../platform/events";
import type { Statement } from "../../platform/sql";
import * as tagStore from "../../tags/store";
import * as tags from "../../tags/tags";
import { planChanges } from "../changes";
import { kept } from "../contacts";
import { redrafted } from "../drafts";
import type { Fields } from "../indexes";
import type { Document } from "../schema";
import { groupsOf, type Group } from "../search/groups";
import type { Condition } from "../search/filter";
import { following } from "../search/all";
import { readContacts } from "../store";

const input = z.object({ id: z.string(), key: z.string() });
type Removal = z.output<typeof input>;

/** Contacts of every state that fulfil a condition: also merged ones, which may come back. */
function bearing(condition: Condition): readonly Group[] {
  const groups = groupsOf({ filter: { any: [{ all: [condition, { field: "status", op: "in", value: ["active", "archived"] }] }] }, terms: [], merged: true }, { fields: new Map(), country: "", now: 0 });
  return groups.flatMap((group) => ("holds" in group ? [group] : []));
}

interface Bearers {
  readonly condition: (removal: Removal) => Condition;
  readonly without: (doc: Document, key: string) => Document;
  readonly last: (ctx: SliceCtx, removal: Removal) => Statement<"data">;
}

/** A job that takes something off the contacts that have it, found by the index of it. */
const removal = (kind: string, scope: "tags:write" | "lists:write", { condition, without, last }: Bearers): Kind<Removal> =>
  jobKind({
    kind,
    input,
    cursor: z.int(),
    most: 500,
    scopes: () => [scope],
    async slice(ctx, { input: given, cursor }, limit): Promise<Slice<number>> {
      const registry = await registryOf(ctx, true);
      const { rows, after, done } = await following(ctx, bearing(condition(given)), cursor ?? 0, limit);
      const changes = rows.map(kept).flatMap((contact) => redrafted(ctx, contact, without(contact.doc, given.key), "contact.updated") ?? []);
      const plan = planChanges(ctx.space, registry, changes);
      return {
        plan: { guards: plan.guards, writes: [...plan.writes, ...(done ? [last(ctx, given)] : [])], events: plan.events },
        cursor: after,
        counts: { updated: changes.length },
        done,
      };
    },
    async passOver(ctx, { input: given, cursor }): Promise<Slice<number>> {
      const { rows, after, done } = await following(ctx, bearing(condition(given)), cursor ?? 0, 1);
      return { plan: { writes: [], events: [] }, cursor: after, counts: { failed: rows.length }, done };
    },
  });

export const tagRemoval = removal("tags.delete", "tags:write", {
  condition: ({ key }) => ({ field: "tags", op: "has_any", value: [key] }),
  without: (doc, key) => ({ ...doc, tags: doc.tags.filter((tag) => tag !== key) }),
  last: (ctx, { id }) => tagStore.deleteTag(ctx.space, id),
});

export const listRemoval = removal("lists.delete", "lists:write", {
  condition: ({ id }) => ({ field: "lists", op: "has_any", value: [id] }),
  without: (doc, id) => ({ ...doc, lists: doc.lists.filter((list) => list !== id) }),
  last: (ctx, { id }) => listStore.deleteList(ctx.space, id),
});

/** Every contact is looked at: a field need not have an index. */
export const fieldRemoval = jobKind({
  kind: "fields.delete",
  input,
  cursor: z.int(),
  most: 500,
  scopes: () => ["fields:write"],
  async slice(ctx, { input: { id, key }, cursor }, limit): Promise<Slice<number>> {
    const { revision, fields } = await withRemoved(ctx, id);
    const held = await fieldStore.readValues(ctx, key, cursor ?? 0, limit * LOOKED);
    const bearers = held.filter(({ value }) => value !== null).slice(0, limit);
    const rows = bearers.length === 0 ? [] : await readContacts(ctx, bearers.map((one) => one.id));
    const changes = rows.map(kept).flatMap((contact) => {
      const { [key]: _, ...custom } = contact.doc.custom;
      return redrafted(ctx, contact, { ...contact.doc, custom }, "contact.updated") ?? [];
    });
    const plan = planChanges(ctx.space, { revision, fields }, changes);
    const after = bearers.length < limit ? held.at(-1)?.rid : bearers.at(-1)?.rid;
    const done = bearers.length < limit && held.length < limit * LOOKED;
    return {
      plan: { guards: plan.guards, writes: [...plan.writes, ...(done ? [fieldStore.deleteField(ctx.space, id)] : [])], events: plan.events },
      cursor: after ?? cursor,
      counts: { updated: changes.length },
      done,
    };
  },
  async passOver(ctx, { input: { key }, cursor }): Promise<Slice<number>> {
    const [held] = await fieldStore.readValues(ctx, key, cursor ?? 0, 1);
    return { plan: { writes: [], events: [] }, cursor: held?.rid ?? cursor, counts: held?.value === null ? {} : { failed: held ? 1 : 0 }, done: !held };
  },
});

/** Contacts that are looked at for each that a slice changes at most. */
const LOOKED = 10;

/** The fields of the space, and the one that is being removed: its index rows are known by it alone. */
async function withRemoved(ctx: SliceCtx, id: string): Promise<{ revision: number; fields: Fields }> {
  const { revision, fields } = await registryOf(ctx, true);
  const row = (await fieldStore.readAll(ctx)).rows.find((one) => one.id === id);
  return { revision, fields: row ? new Map([...fields, [row.key, await fieldOf(row)]]) : fields };
}

export const removeTag = (ctx: SpaceCtx, id: string): Promise<Reply<Job>> =>
  removing(ctx, tagRemoval, async () => {
    const row = await tags.find(ctx, id);
    checkIfMatch(ctx, row.version);
    const next = (job: string) => ({ ...row, version: row.version + 1, updated_at: ctx.now, removing: job });
    return { removal: { id, key: row.key }, guard: tagStore.atVersion(row), mark: (job) => [tagStore.updateTag(ctx.space, next(job))], event: changeIn(ctx.space, "tag.deleted", next(""), { label: { from: row.label, to: null } }) };
  });

export const removeList = (ctx: SpaceCtx, id: string): Promise<Reply<Job>> =>
  removing(ctx, listRemoval, async () => {
    const row = await lists.find(ctx, id);
    checkIfMatch(ctx, row.version);
    const next = (job: string) => ({ ...row, version: row.version + 1, updated_at: ctx.now, removing: job });
    return { removal: { id, key: id }, guard: listStore.atVersion(row), mark: (job) => [listStore.updateList(ctx.space, next(job))], event: changeIn(ctx.space, "list.deleted", next(""), { name: { from: row.name, to: null } }) };
  });

export const removeField = (ctx: SpaceCtx, id: string): Promise<Reply<Job>> =>
  removing(ctx, fieldRemoval, async () => {
    const row = await findField(ctx, id);
    checkSettled(row);
    checkIfMatch(ctx, row.version);
    const next = (job: string) => ({ ...row, version: row.version + 1, updated_at: ctx.now, removing: job });
    return {
      removal: { id, key: row.key },
      guard: fieldStore.atVersion(row),
      mark: (job) => [fieldStore.updateField(ctx.space, next(job)), fieldStore.raiseRevision(ctx.space)],
      event: changeIn(ctx.space, "field.deleted", next(""), { key: { from: row.key, to: null } }),
    };
  });

interface Marked {
  readonly removal: Removal;
  readonly guard: ReturnType<typeof tagStore.atVersion>;
  readonly mark: (job: string) => readonly Statement<"data">[];
  readonly event: EventDraft;
}

/** Marks what is removed and starts the job, in one transaction. */
async function removing(ctx: SpaceCtx, kind: Kind<Removal>, make: () => Promise<Marked>): Promise<Reply<Job>> {
  let nudged: JobRef | null = null;
  const reply = await commit(ctx, ctx.db.data, async () => {
    const { removal: given, guard, mark, event } = await make();
    const { plan, ref } = planStart(ctx, kind, given, null);
    nudged = ref;
    return { ...plan, guards: [guard], writes: [...plan.writes, ...mark(ref.job)], events: [event, ...plan.events] };
  });
  if (nudged !== null && !ctx.dryRun) ctx.defer(nudge(ctx.env, nudged));
  return reply;
}

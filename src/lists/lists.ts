// Static lists: made, renamed, read. Who is in one is told by the contacts.
import { rfc3339 } from "../platform/clock";
import { commit } from "../platform/commit";
import { checkIfMatch, etag } from "../platform/conditions";
import type { DataCtx } from "../platform/context";
import type { Reply } from "../platform/endpoint";
import { changeIn, diff } from "../platform/events";
import { newId } from "../platform/id";
import { sameJson } from "../platform/json";
import { pageById, questionOf, type PageAsked } from "../platform/page";
import { notFound } from "../platform/problems";
import { checkReadOnly } from "../platform/readonly";
import { LIST_READ_ONLY, listExists, type ListInput, type ListJson, type ListPatch } from "./schema";
import * as store from "./store";

/** Throws `list_exists` (409). */
export const create = (ctx: DataCtx, { name, description }: ListInput): Promise<Reply<ListJson>> =>
  commit(ctx, ctx.db.data, async () => {
    await refuseTaken(ctx, name, null);
    const row = { id: newId("list", ctx.now), name, description, version: 1, created_at: ctx.now, updated_at: ctx.now, removing: null };
    return {
      reply: { status: 201, headers: { ETag: etag(1), Location: `/v1/lists/${row.id}` }, body: listJson(row) },
      writes: [store.insertList(ctx.space, row)],
      events: [changeIn(ctx.space, "list.created", row, diff({}, { name, description }, sameJson))],
    };
  });

export const read = async (ctx: DataCtx, id: string): Promise<Reply<ListJson>> => replyOf(await find(ctx, id));

export const list = (ctx: DataCtx, asked: PageAsked) =>
  pageById(questionOf(["lists", ctx.space.id]), asked, (after, limit) => store.readLists(ctx, after, limit), listJson);

/** Throws `list_exists` (409). */
export const update = (ctx: DataCtx, id: string, patch: ListPatch): Promise<Reply<ListJson>> =>
  commit(ctx, ctx.db.data, async () => {
    const before = await find(ctx, id);
    checkIfMatch(ctx, before.version);
    checkReadOnly(patch, listJson(before), LIST_READ_ONLY);
    const { name = before.name, description = before.description } = patch;
    const changes = diff({ name: before.name, description: before.description }, { name, description }, sameJson);
    if (Object.keys(changes).length === 0) return { reply: replyOf(before), writes: [], events: [] };
    if (name !== before.name) await refuseTaken(ctx, name, id);
    const row = { ...before, name, description, version: before.version + 1, updated_at: ctx.now };
    return { reply: replyOf(row), guards: [store.atVersion(before)], writes: [store.updateList(ctx.space, row)], events: [changeIn(ctx.space, "list.updated", row, changes)] };
  });

async function refuseTaken(ctx: DataCtx, name: string, self: string | null): Promise<void> {
  const taken = await store.readNamed(ctx, name);
  if (taken && taken.id !== self) throw listExists("A list of this name exists.", { existing_id: taken.id });
}

export async function find(ctx: DataCtx, id: string): Promise<store.ListRow> {
  const row = await store.readList(ctx, id);
  if (!row) throw notFound("No such list.");
  return row;
}

const replyOf = (row: store.ListRow): Reply<ListJson> => ({ status: 200, headers: { ETag: etag(row.version) }, body: listJson(row) });

const listJson = ({ id, name, description, version, created_at, updated_at }: store.ListRow): ListJson => ({
  id, name, description, version, created_at: rfc3339(created_at), updated_at: rfc3339(updated_at),
});

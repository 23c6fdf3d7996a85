// Segments: a filter by name. Who is in one is asked when it is wanted, so it is never out of date.
import { judged } from "../../fields/registry";
import { rfc3339 } from "../../platform/clock";
import { commit } from "../../platform/commit";
import { checkIfMatch, etag } from "../../platform/conditions";
import type { DataCtx, SpaceCtx } from "../../platform/context";
import type { Reply } from "../../platform/endpoint";
import { changeIn, diff } from "../../platform/events";
import { newId } from "../../platform/id";
import { sameJson } from "../../platform/json";
import { pageById, questionOf, type PageAsked } from "../../platform/page";
import { invalid, notFound } from "../../platform/problems";
import { checkReadOnly } from "../../platform/readonly";
import type { Filter } from "../search/filter";
import { countNow } from "../search/all";
import { groupsIn } from "../search/groups";
import { search, type Query } from "../search/search";
import { SEGMENT_READ_ONLY, segmentExists, segmentStale, type SegmentInput, type SegmentJson, type SegmentPatch } from "./schema";
import * as store from "./store";

/** Throws `segment_exists` (409), 422 for a filter that can't be. */
export const create = (ctx: DataCtx, { name, description, filter }: SegmentInput): Promise<Reply<SegmentJson>> =>
  commit(ctx, ctx.db.data, async (attempt) => {
    await checkFilter(ctx, filter, attempt > 0);
    await refuseTaken(ctx, name, null);
    const row = { id: newId("segment", ctx.now), name, description, filter: JSON.stringify(filter), version: 1, created_at: ctx.now, updated_at: ctx.now };
    return {
      reply: { status: 201, headers: { ETag: etag(1), Location: `/v1/segments/${row.id}` }, body: segmentJson(row) },
      writes: [store.insertSegment(ctx.space, row)],
      events: [changeIn(ctx.space, "segment.created", row, diff({}, { name, description, filter }, sameJson))],
    };
  });

/** With how many contacts are in it now. Throws `segment_stale` (409). */
export async function read(ctx: DataCtx, id: string): Promise<Reply<SegmentJson>> {
  const row = await find(ctx, id);
  const { groups } = await judged(ctx, false, (registry) => groupsIn(ctx, { sought: { filter: filterOf(row), terms: [] } }, registry, stale));
  return { status: 200, headers: { ETag: etag(row.version) }, body: { ...segmentJson(row), count: await countNow(ctx, groups) } };
}

export const list = (ctx: DataCtx, asked: PageAsked) =>
  pageById(questionOf(["segments", ctx.space.id]), asked, (after, limit) => store.readSegments(ctx, after, limit), segmentJson);

/** Throws `segment_exists` (409), 422. */
export const update = (ctx: DataCtx, id: string, patch: SegmentPatch): Promise<Reply<SegmentJson>> =>
  commit(ctx, ctx.db.data, async (attempt) => {
    const before = await find(ctx, id);
    checkIfMatch(ctx, before.version);
    checkReadOnly({ ...patch, count: undefined }, segmentJson(before), SEGMENT_READ_ONLY);
    const was = { name: before.name, description: before.description, filter: filterOf(before) };
    const { name = was.name, description = was.description, filter = was.filter } = patch;
    const changes = diff(was, { name, description, filter }, sameJson);
    if (Object.keys(changes).length === 0) return { reply: replyOf(before), writes: [], events: [] };
    if (patch.filter) await checkFilter(ctx, filter, attempt > 0);
    if (name !== was.name) await refuseTaken(ctx, name, id);
    const row = { ...before, name, description, filter: JSON.stringify(filter), version: before.version + 1, updated_at: ctx.now };
    return { reply: replyOf(row), guards: [store.atVersion(before)], writes: [store.updateSegment(ctx.space, row)], events: [changeIn(ctx.space, "segment.updated", row, changes)] };
  });

export const remove = (ctx: DataCtx, id: string): Promise<Reply<never>> =>
  commit(ctx, ctx.db.data, async () => {
    const before = await find(ctx, id);
    checkIfMatch(ctx, before.version);
    return {
      reply: { status: 204 },
      guards: [store.atVersion(before)],
      writes: [store.deleteSegment(ctx.space, id)],
      events: [changeIn(ctx.space, "segment.deleted", { id, version: before.version + 1 }, { name: { from: before.name, to: null } })],
    };
  });

/** A page of who is in it. Throws `segment_stale` (409). */
export async function contacts(ctx: SpaceCtx, id: string, query: Omit<Query, "sought">): Promise<Reply<never>> {
  const row = await find(ctx, id);
  return search(ctx, { ...query, sought: { filter: filterOf(row), terms: [] } }, stale);
}

const stale = (errors: Parameters<typeof invalid>[0]) => segmentStale("The segment's filter no longer holds.", { errors });

const checkFilter = (ctx: DataCtx, filter: Filter, fresh: boolean) => judged(ctx, fresh, (registry) => groupsIn(ctx, { sought: { filter, terms: [] } }, registry, invalid));

async function refuseTaken(ctx: DataCtx, name: string, self: string | null): Promise<void> {
  const taken = await store.readNamed(ctx, name);
  if (taken && taken.id !== self) throw segmentExists("A segment of this name exists.", { existing_id: taken.id });
}

async function find(ctx: DataCtx, id: string): Promise<store.SegmentRow> {
  const row = await store.readSegment(ctx, id);
  if (!row) throw notFound("No such segment.");
  return row;
}

const filterOf = ({ filter }: store.SegmentRow): Filter => JSON.parse(filter);
const replyOf = (row: store.SegmentRow): Reply<SegmentJson> => ({ status: 200, headers: { ETag: etag(row.version) }, body: segmentJson(row) });

const segmentJson = (row: store.SegmentRow): SegmentJson => ({
  id: row.id, name: row.name, description: row.description, filter: filterOf(row), version: row.version, created_at: rfc3339(row.created_at), updated_at: rfc3339(row.updated_at),
});

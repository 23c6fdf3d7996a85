// Tags: an immutable key that contacts bear, and a label. One that a contact is given first comes to be by that.
import { rfc3339 } from "../platform/clock";
import { commit, type Guard } from "../platform/commit";
import { checkIfMatch, etag } from "../platform/conditions";
import type { DataCtx } from "../platform/context";
import type { Reply } from "../platform/endpoint";
import { changeIn, type EventDraft } from "../platform/events";
import { newId } from "../platform/id";
import { pageById, questionOf, type PageAsked } from "../platform/page";
import { notFound } from "../platform/problems";
import { checkReadOnly } from "../platform/readonly";
import type { Statement } from "../platform/sql";
import { TAG_READ_ONLY, tagExists, tagRemoving, type TagInput, type TagJson, type TagPatch } from "./schema";
import * as store from "./store";

/** How a tag is compared: NFC, lower-cased, one space for any white space. Null where nothing is left. */
export const tagKey = (text: string): string | null => text.normalize("NFC").replaceAll(/\s+/gu, " ").trim().toLowerCase() || null;

/** Keys that this isolate has seen to be tags; the guard says whether they still are. */
const seen = new Set<string>();
const MAX_SEEN = 20_000;

export interface Ensured {
  readonly guards: readonly Guard<"data">[];
  readonly writes: readonly Statement<"data">[];
  readonly events: readonly EventDraft[];
}
const NOTHING: Ensured = { guards: [], writes: [], events: [] };

/**
 * What makes these keys tags, by their labels: those that are none yet come to be. `fresh`: nothing is taken from memory.
 * Throws `tag_removing` (409).
 */
export async function ensure(ctx: DataCtx, labels: ReadonlyMap<string, string>, fresh: boolean): Promise<Ensured> {
  if (labels.size === 0) return NOTHING;
  const keys = [...labels.keys()];
  const name = (key: string): string => `${ctx.space.id}:${key}`;
  const unknown = fresh ? keys : keys.filter((key) => !seen.has(name(key)));
  const there = unknown.length === 0 ? [] : await store.readByKeys(ctx, unknown);
  const removing = there.filter((row) => row.removing !== null).map(({ key }) => key);
  if (removing.length > 0) throw tagRemoving("A tag is being deleted.", { keys: removing });
  const known = new Set(there.map(({ key }) => key));
  const missing = unknown.filter((key) => !known.has(key));
  const rows = missing.map((key) => ({ id: newId("tag", ctx.now), key, label: labels.get(key) ?? key, version: 1, created_at: ctx.now, updated_at: ctx.now, removing: null }));
  if (seen.size > MAX_SEEN) seen.clear();
  for (const key of known) seen.add(name(key));
  const standing = keys.filter((key) => !missing.includes(key));
  return {
    guards: standing.length === 0 ? [] : [store.allThere(ctx.space, standing)],
    writes: store.insertTags(ctx.space, rows),
    events: rows.map((row) => changeIn(ctx.space, "tag.created", row, { label: { from: null, to: row.label } })),
  };
}

/** Throws `tag_exists` (409), `tag_removing` (409). */
export const create = (ctx: DataCtx, { key: sent, label }: TagInput): Promise<Reply<TagJson>> =>
  commit(ctx, ctx.db.data, async () => {
    const key = tagKey(sent ?? label) ?? "";
    const [there] = await store.readByKeys(ctx, [key]);
    if (there?.removing) throw tagRemoving("The tag is being deleted.", { keys: [key] });
    if (there) throw tagExists(`The tag \`${key}\` exists.`, { existing_id: there.id });
    const row = { id: newId("tag", ctx.now), key, label, version: 1, created_at: ctx.now, updated_at: ctx.now, removing: null };
    return {
      reply: { status: 201, headers: { ETag: etag(1), Location: `/v1/tags/${row.id}` }, body: tagJson(row) },
      writes: store.insertTags(ctx.space, [row]),
      events: [changeIn(ctx.space, "tag.created", row, { label: { from: null, to: label } })],
    };
  });

export async function read(ctx: DataCtx, id: string): Promise<Reply<TagJson>> {
  return replyOf(await find(ctx, id));
}

export const list = (ctx: DataCtx, asked: PageAsked) =>
  pageById(questionOf(["tags", ctx.space.id]), asked, (after, limit) => store.readTags(ctx, after, limit), tagJson);

/** Another label: one event, and no contact changes. */
export const update = (ctx: DataCtx, id: string, patch: TagPatch): Promise<Reply<TagJson>> =>
  commit(ctx, ctx.db.data, async () => {
    const before = await find(ctx, id);
    checkIfMatch(ctx, before.version);
    checkReadOnly(patch, tagJson(before), TAG_READ_ONLY);
    const { label = before.label } = patch;
    if (label === before.label) return { reply: replyOf(before), writes: [], events: [] };
    const row = { ...before, label, version: before.version + 1, updated_at: ctx.now };
    return {
      reply: replyOf(row),
      guards: [store.atVersion(before)],
      writes: [store.updateTag(ctx.space, row)],
      events: [changeIn(ctx.space, "tag.updated", row, { label: { from: before.label, to: label } })],
    };
  });

export async function find(ctx: DataCtx, id: string): Promise<store.TagRow> {
  const row = await store.readTag(ctx, id);
  if (!row) throw notFound("No such tag.");
  return row;
}

const replyOf = (row: store.TagRow): Reply<TagJson> => ({ status: 200, headers: { ETag: etag(row.version) }, body: tagJson(row) });

const tagJson = ({ id, key, label, version, created_at, updated_at }: store.TagRow): TagJson => ({
  id, key, label, version, created_at: rfc3339(created_at), updated_at: rfc3339(updated_at),
});

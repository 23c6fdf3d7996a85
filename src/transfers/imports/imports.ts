// Imports: made, told of, set up. What is long work is begun elsewhere.
import { find as findList } from "../../lists/lists";
import { commit, type Plan } from "../../platform/commit";
import { checkIfMatch, etag } from "../../platform/conditions";
import type { SpaceCtx } from "../../platform/context";
import type { Reply } from "../../platform/endpoint";
import { changeIn, diff } from "../../platform/events";
import { newId } from "../../platform/id";
import { sameJson } from "../../platform/json";
import { decodeCursor, pageOfRows, questionOf, type PageAsked } from "../../platform/page";
import { notFound } from "../../platform/problems";
import { open } from "../formats/open";
import { analysed, checkMapping, understood } from "./columns";
import { askedOf, staged } from "./intake";
import { sourceKey } from "./objects";
import { fileOf, importOf, mappingOf, settingsOf, stateOf, type KeptFile } from "./render";
import { fileGone, importStateConflict, type ImportInput, type ImportJson, type ImportPatch, type ImportState } from "./schema";
import * as store from "./store";

/** Throws 404 for a list that there is not. */
export const create = (ctx: SpaceCtx, settings: ImportInput): Promise<Reply<ImportJson>> =>
  commit(ctx, ctx.db.data, async () => {
    if (settings.list_id !== undefined) await findList(ctx, settings.list_id);
    const row = newRow(ctx, settings);
    return { reply: replyOf(ctx, 201, row), writes: [store.insertImport(row)], events: [changeIn(ctx.space, "import.created", row, diff({}, { ...settings }, sameJson))] };
  });

export const newRow = (ctx: SpaceCtx, settings: ImportInput): store.ImportRead => ({
  id: newId("import", ctx.now), org_id: ctx.org, space_id: ctx.space.id, phase: "awaiting_upload", settings: JSON.stringify(settings), file: null, sha256: null, mapping: null,
  validate_job: null, run_job: null, revert_job: null, actor: JSON.stringify(ctx.actor), version: 1, created_at: ctx.now, updated_at: ctx.now, files_gone_at: null,
  validating: null, running: null, reverting: null,
});

export const replyOf = (ctx: SpaceCtx, status: number, row: store.ImportRead): Reply<ImportJson> => ({
  status, headers: { ETag: etag(row.version), ...(status === 201 || status === 202 ? { Location: `/v1/imports/${row.id}` } : {}) }, body: importOf(row, ctx.now),
});

export async function read(ctx: SpaceCtx, id: string): Promise<Reply<ImportJson>> {
  return replyOf(ctx, 200, await find(ctx, id));
}

/** Newest first. */
export async function list(ctx: SpaceCtx, { cursor, limit }: PageAsked) {
  const question = questionOf(["imports", ctx.space.id]);
  const [before = "~"] = cursor === undefined ? [] : decodeCursor(cursor, question, ["string"]);
  const rows = await store.readImports(ctx, String(before), limit + 1);
  return pageOfRows(question, limit, rows, ({ id }) => [id], (page) => page.map((row) => importOf(row, ctx.now)), null);
}

/** Throws 404. */
export async function find(ctx: SpaceCtx, id: string): Promise<store.ImportRead> {
  const row = await store.readImport(ctx, id);
  if (!row) throw notFound("No such import.");
  return row;
}

/** Throws `import_state_conflict` (409) unless the import is in one of these states. */
export function checkState(row: store.ImportRead, now: number, states: readonly ImportState[]): void {
  const state = stateOf(row, now);
  if (!states.includes(state)) throw importStateConflict(`The import is ${state}.`, { state });
}

const READING = ["format", "encoding", "delimiter"] as const;

/** Settings and mapping, before the start. How the file is read is changed by reading it anew. Throws 409, `mapping_invalid`, `file_unreadable` (422). */
export async function update(ctx: SpaceCtx, id: string, patch: ImportPatch): Promise<Reply<ImportJson>> {
  const first = await find(ctx, id);
  checkIfMatch(ctx, first.version);
  checkState(first, ctx.now, ["awaiting_upload", "ready", "validated"]);
  const settings = merged(settingsOf(first), patch);
  const kept = fileOf(first);
  const reread = kept !== null && READING.some((name) => settings[name] !== settingsOf(first)[name]);
  const file = reread ? await readAnew(ctx, first, kept, settings) : kept;
  return commit(ctx, ctx.db.data, async (): Promise<Plan<"data", ImportJson>> => {
    const before = await find(ctx, id);
    checkIfMatch(ctx, before.version);
    if (reread && before.version !== first.version) throw importStateConflict("The import was changed meanwhile.", { state: stateOf(before, ctx.now) });
    checkState(before, ctx.now, ["awaiting_upload", "ready", "validated"]);
    if (settings.list_id !== undefined && patch.list_id !== undefined) await findList(ctx, settings.list_id);
    const mapping = file === null ? null : await checkMapping(ctx, file, { ...(reread ? understood(file) : mappingOf(before)), ...patch.mapping }, patch.mapping ?? {}, settings);
    const phase = before.phase === "validate" ? "ready" : before.phase;
    const row = { ...before, phase, settings: JSON.stringify(settings), file: file === null ? null : JSON.stringify(file), mapping: mapping === null ? null : JSON.stringify(mapping), version: before.version + 1, updated_at: ctx.now };
    const changes = diff({ ...settingsOf(before), mapping: mappingOf(before) }, { ...settings, mapping }, sameJson);
    if (Object.keys(changes).length === 0 && !reread) return { reply: replyOf(ctx, 200, before), writes: [], events: [] };
    return { reply: replyOf(ctx, 200, row), guards: [store.atVersion(before)], writes: [store.updateImport(row)], events: [changeIn(ctx.space, "import.updated", row, changes)] };
  });
}

/** A null takes a setting back. */
function merged(settings: ImportInput, sent: ImportPatch): ImportInput {
  const { mapping: _, ...patch } = sent;
  const set = Object.entries({ ...settings, ...patch }).filter(([, value]) => value !== null && value !== undefined);
  return { ...settings, encoding: undefined, delimiter: undefined, default_country: undefined, list_id: undefined, ...Object.fromEntries(set) };
}

async function readAnew(ctx: SpaceCtx, row: store.ImportRow, kept: KeptFile, settings: ImportInput): Promise<KeptFile> {
  const of = { space: ctx.space, import: row.id };
  const source = await ctx.env.FILES.get(sourceKey(of));
  if (!source) throw fileGone("The import's file is gone.");
  return { ...(await analysed(ctx, kept, await staged(ctx.env, of, open, source.body, askedOf(settings)))), twin: kept.twin };
}

// The file of an import: taken in, understood, and one again where it can't be read. Until its answer nothing of it counts.
import { commit } from "../../platform/commit";
import type { SpaceCtx } from "../../platform/context";
import type { Reply } from "../../platform/endpoint";
import { changeIn } from "../../platform/events";
import type { Statement } from "../../platform/sql";
import type { Upload } from "../../platform/upload";
import { Unreadable } from "../formats/source";
import { open } from "../formats/open";
import { analysed, understood } from "./columns";
import { checkState, find, newRow, replyOf } from "./imports";
import { askedOf, keeping, staged } from "./intake";
import { deleteObjects } from "./objects";
import { settingsOf, type KeptFile } from "./render";
import { fileUnreadable, importStateConflict, type ImportInput, type ImportJson } from "./schema";
import * as store from "./store";

/** Throws 404, 408, `import_state_conflict` (409), 413, `file_unreadable` (422). */
export async function upload(ctx: SpaceCtx, id: string, sent: Upload): Promise<Reply<ImportJson>> {
  const before = await find(ctx, id);
  checkState(before, ctx.now, ["awaiting_upload", "ready", "validated"]);
  const taking = { ...before, phase: "analyzing" as const, version: before.version + 1, updated_at: ctx.now };
  await quietly(ctx, [store.updateImport(taking)], before);
  return take(ctx, taking, sent);
}

/** An import and its file in one call; answers its id. */
export async function createWithFile(ctx: SpaceCtx, settings: ImportInput, sent: Upload): Promise<string> {
  const row = { ...newRow(ctx, settings), phase: "analyzing" as const };
  await commit({ ...ctx, idempotency: null }, ctx.db.data, async () => ({ reply: { status: 201 }, writes: [store.insertImport(row)], events: [changeIn(ctx.space, "import.created", row, {})] }));
  await take(ctx, row, sent);
  return row.id;
}

async function take(ctx: SpaceCtx, taking: store.ImportRead, sent: Upload): Promise<Reply<ImportJson>> {
  const file = await read(ctx, taking, sent).catch(async (error: unknown) => {
    await quietly(ctx, [store.updateImport({ ...taking, phase: "awaiting_upload", file: null, sha256: null, mapping: null, version: taking.version + 1 })], taking);
    throw error instanceof Unreadable ? fileUnreadable(error.message, { reason: error.code }) : error;
  });
  const twin = await store.readTwin(ctx, { id: taking.id, sha256: file.sha256 });
  const kept: KeptFile = { ...file, twin: twin?.id ?? null };
  const row = { ...taking, phase: "ready" as const, file: JSON.stringify(kept), sha256: file.sha256, mapping: JSON.stringify(understood(file)), version: taking.version + 1, updated_at: ctx.now };
  ctx.defer(deleteObjects(ctx.env, { space: ctx.space, import: row.id }, file.reading));
  return commit(ctx, ctx.db.data, async () => ({
    reply: replyOf(ctx, 200, row),
    guards: [store.atVersion(taking)],
    writes: [store.updateImport(row)],
    events: [{ ...changeIn(ctx.space, "import.uploaded", row, {}), data: { bytes: file.bytes, sha256: file.sha256, rows: file.rows, format: file.format } }],
  }));
}

/** What tells nobody anything: the answer of the upload does. */
async function quietly(ctx: SpaceCtx, writes: readonly Statement<"data">[], at: store.ImportRow): Promise<void> {
  await commit({ ...ctx, idempotency: null }, ctx.db.data, async (attempt) => {
    if (attempt > 0) throw importStateConflict("The import was changed meanwhile.", { state: "analyzing" });
    return { reply: { status: 200 }, guards: [store.atVersion(at)], writes, events: [] };
  });
}

async function read(ctx: SpaceCtx, row: store.ImportRow, { stream, type }: Upload): Promise<KeptFile> {
  const of = { space: ctx.space, import: row.id };
  const keep = keeping(ctx.env, of, stream);
  try {
    const taken = await staged(ctx.env, of, open, keep.stream, askedOf(settingsOf(row), type));
    return await analysed(ctx, { ...(await keep.sent), uploaded_at: ctx.now }, taken);
  } catch (error) {
    await keep.abort();
    throw error;
  }
}

// Exports: asked for, told of, and handed out as files.
import { planStart, orderAs } from "../../jobs/jobs";
import { nudge } from "../../jobs/nudge";
import type { JobRef } from "../../jobs/nudge";
import { registryOf } from "../../fields/registry";
import { rfc3339 } from "../../platform/clock";
import { commit, type Plan } from "../../platform/commit";
import { etag } from "../../platform/conditions";
import type { Ctx, SpaceCtx } from "../../platform/context";
import type { Reply } from "../../platform/endpoint";
import { changeIn } from "../../platform/events";
import { newId } from "../../platform/id";
import { decodeCursor, encodeCursor, pageOfRows, questionOf, type PageAsked } from "../../platform/page";
import { notFound } from "../../platform/problems";
import { Streamed } from "../../platform/streamed";
import { KEPT_MS } from "../imports/objects";
import { asked as askedShape, groupsIn, resolved } from "./asked";
import { exportKind } from "./kind";
import { signed, verified } from "./link";
import { openPart } from "./objects";
import { exportGone, exportNotReady, STATES, type ExportInput, type ExportJson, type ExportState } from "./schema";
import * as store from "./store";
import { ENDING, MEDIA } from "./written";
import { kept, jobTold, type Told } from "./kept";

/** Throws 404, 422. */
export async function create(ctx: SpaceCtx, input: ExportInput): Promise<Reply<ExportJson>> {
  let nudged: JobRef | null = null;
  const reply = await commit(ctx, ctx.db.data, async (): Promise<Plan<"data", ExportJson>> => {
    const asked = await resolved(ctx, input);
    groupsIn(ctx, asked, await registryOf(ctx, true));
    const id = newId("export", ctx.now);
    const { plan, ref } = planStart(ctx, exportKind, { export: id, asked }, null);
    nudged = ref;
    const row = {
      id, org_id: ctx.org, space_id: ctx.space.id, job_id: ref.job, settings: JSON.stringify(input), result: null, actor: JSON.stringify(ctx.actor), version: 1, created_at: ctx.now, files_gone_at: null,
      job: JSON.stringify({ state: "queued", counts: {}, total: null, problem: null }),
    };
    return {
      reply: { status: 202, headers: { Location: `/v1/exports/${id}`, ETag: etag(1) }, body: exportOf(ctx, row) },
      writes: [...plan.writes, store.insertExport(row)],
      events: [...plan.events, { ...changeIn(ctx.space, "export.created", row, {}), data: { job: ref.job, preset: input.preset, format: input.format } }],
    };
  });
  if (nudged && !ctx.dryRun) ctx.defer(nudge(ctx.env, nudged));
  return reply;
}

export async function read(ctx: SpaceCtx, id: string): Promise<Reply<ExportJson>> {
  const row = await find(ctx, id);
  return { status: 200, headers: { ETag: etag(row.version) }, body: exportOf(ctx, row) };
}

/** Newest first. */
export async function list(ctx: SpaceCtx, { cursor, limit }: PageAsked) {
  const question = questionOf(["exports", ctx.space.id]);
  const [before = "~"] = cursor === undefined ? [] : decodeCursor(cursor, question, ["string"]);
  const rows = await store.readExports(ctx, String(before), limit + 1);
  return pageOfRows(question, limit, rows, ({ id }) => [id], (page) => page.map((row) => exportOf(ctx, row)), null);
}

/** Throws `job_state_conflict` (409) where it has ended. */
export async function cancel(ctx: SpaceCtx, id: string): Promise<Reply<ExportJson>> {
  const { job_id: job } = await find(ctx, id);
  return orderAs(ctx, job, "cancel", async ({ state, counts, total, problem }) => {
    const row = await find(ctx, id);
    return { status: 200, headers: { ETag: etag(row.version) }, body: exportOf(ctx, { ...row, job: JSON.stringify({ state, counts, total, problem }) }) };
  });
}

/** Throws `export_not_ready` (409), `export_gone` (410). */
export async function file(ctx: SpaceCtx, id: string): Promise<Reply<never>> {
  return handedOut(ctx, await find(ctx, id), ctx.now);
}

/** For whoever has a signed link. Throws 404, `export_gone` (410). */
export async function linked(ctx: Ctx, token: string): Promise<Reply<never>> {
  const id = verified(ctx.env, token, ctx.trueNow);
  const row = id === null ? null : await store.readLinked(ctx, id);
  if (!row) throw exportGone("The link is none of ours, or its 24 hours are over.");
  return handedOut(ctx, row, ctx.now);
}

const PARTS = 500;

async function handedOut(ctx: Pick<Ctx, "db" | "env">, row: store.ExportRead, now: number): Promise<Reply<never>> {
  const state = stateOf(row, now);
  if (state === "expired") throw exportGone("The export's file is gone.");
  const result = kept(row);
  if (state !== "completed" || result === null) throw exportNotReady(`The export is ${state}.`, { state });
  const { format } = askedIn(row);
  const { readable, writable } = new FixedLengthStream(result.bytes);
  void piped(ctx, row, writable).catch((error: unknown) => writable.abort(error).catch(() => undefined));
  return {
    status: 200,
    body: new Streamed(readable, MEDIA[format]),
    headers: { "Content-Disposition": `attachment; filename="${row.id}.${ENDING[format]}"`, "Repr-Digest": `sha-256=:${base64(result.sha256)}:` },
  };
}

async function piped(ctx: Pick<Ctx, "db" | "env">, row: store.ExportRow, writable: WritableStream<Uint8Array>): Promise<void> {
  for (let n = 0, full = true; full; n += PARTS) {
    const parts = await store.readPieces(ctx, row.id, "part", n, PARTS);
    for (const { name } of parts) await (await openPart(ctx.env, { space: row.space_id, export: row.id }, name)).pipeTo(writable, { preventClose: true });
    full = parts.length === PARTS;
  }
  await writable.close();
}

const base64 = (hex: string): string => Buffer.from(hex, "hex").toString("base64");

async function find(ctx: SpaceCtx, id: string): Promise<store.ExportRead> {
  const row = await store.readExport(ctx, id);
  if (!row) throw notFound("No such export.");
  return row;
}

const askedIn = ({ settings }: store.ExportRow) => askedShape.pick({ format: true, preset: true }).parse(JSON.parse(settings));

function stateOf(row: store.ExportRead, now: number): ExportState {
  if (row.files_gone_at !== null || now > row.created_at + KEPT_MS) return "expired";
  const { state } = jobTold(row);
  return STATES.find((one) => one === (state === "completed_with_errors" ? "completed" : state)) ?? "failed";
}

function exportOf(ctx: Pick<SpaceCtx, "env" | "origin" | "now" | "trueNow">, row: store.ExportRead): ExportJson {
  const job = jobTold(row);
  const state = stateOf(row, ctx.now);
  const { name = "Export", ...settings } = JSON.parse(row.settings);
  return {
    id: row.id, name, state, progress: progressOf(state, job), settings,
    result: state === "completed" ? resultOf(ctx, row) : null,
    job: row.job_id, problem: job.problem, expires_at: rfc3339(row.created_at + KEPT_MS), version: row.version, created_at: rfc3339(row.created_at), created_by: JSON.parse(row.actor),
  };
}

/** Walking is one half, writing the other. */
function progressOf(state: ExportState, { counts }: Told): number {
  if (state === "completed" || state === "expired") return 1;
  const [walked, written] = [counts["walked"] ?? 0, counts["written"] ?? 0];
  return written === 0 ? Math.min(0.5, walked / (walked + 10_000)) : Math.min(0.99, 0.5 + written / (2 * Math.max(1, walked)));
}

function resultOf(ctx: Pick<SpaceCtx, "env" | "origin" | "trueNow">, row: store.ExportRow): ExportJson["result"] {
  const result = kept(row);
  if (result === null) return null;
  const { token, until } = signed(ctx.env, row.id, ctx.trueNow);
  const warnings = Object.entries(result.warnings).map(([told, contacts]) => {
    const [code = "", member = ""] = told.split(":");
    return { code: code === "cut_off" ? ("cut_off" as const) : ("left_out" as const), member, contacts };
  });
  return {
    url: `${ctx.origin}/v1/files/${token}`, url_expires_at: rfc3339(until), bytes: result.bytes, rows: result.rows, sha256: result.sha256, excluded: result.excluded, warnings,
    events_cursor: encodeCursor("events", [result.at, result.seq]),
  };
}

// The job that makes a file: contacts as they stand, piece by piece; what changed meanwhile, until nothing has; the file's
// parts; and its sum. In memory there is one piece at a time.
import * as z from "zod";
import { contactOf } from "../../contacts/render";
import type { Contact } from "../../contacts/schema";
import { following } from "../../contacts/search/all";
import { readRestricted, type ContactRow } from "../../contacts/store";
import { registryOf } from "../../fields/registry";
import { jobKind, type Slice, type SliceCtx } from "../../jobs/kind";
import { data } from "../../platform/sql";
import { NARROW, widened, type Bounds } from "../columns/presets/bounds";
import { asked as askedShape, groupsIn, type Asked } from "./asked";
import { cursor, type At, type Cursor } from "./cursor";
import { lateOnes } from "./late";
import { openPart, put, readContacts, type Place } from "./objects";
import { exportGone } from "./schema";
import * as store from "./store";
import { isWanted, writerOf } from "./written";

/** Contacts of a piece. */
const MOST = 500;
const PARTS = 1_000;

export const exportKind = jobKind({
  kind: "exports.create",
  input: z.object({ export: z.string(), asked: askedShape }),
  cursor,
  most: MOST,
  scopes: () => ["exports:write", "contacts:read"],
  async slice(ctx, { input: { export: id, asked }, cursor: at }, limit): Promise<Slice<Cursor>> {
    const stage = at ?? { stage: "walk", walked: 0, late: 0, parts: 0, bounds: wide(NARROW), after: 0, from: await seqNow(ctx) };
    if (stage.stage === "walk") return walk(ctx, id, asked, stage, limit);
    if (stage.stage === "catch up") return catchUp(ctx, id, asked, stage);
    return stage.stage === "write" ? write(ctx, id, asked, stage) : signOff(ctx, id, stage);
  },
  /** A contact that can't be written is a fault of ours: there is no file without it. */
  passOver: async (_ctx, _work, why) => {
    throw why;
  },
});

const placeOf = ({ space }: SliceCtx, id: string): Place => ({ space: space.id, export: id });
const seqNow = async ({ db, org }: SliceCtx): Promise<number> => (await db.data.first<{ seq: number }>(data("SELECT seq FROM event_counters WHERE org_id = ?", org)))?.seq ?? 0;
const jsonOf = (rows: readonly ContactRow[]): string => JSON.stringify(rows.map(contactOf));
const wide = ({ systems, topics, ...numbers }: Bounds): Cursor["bounds"] => ({ ...numbers, systems: [...systems], topics: [...topics] });
const widenedBy = (bounds: Bounds, rows: readonly ContactRow[]): Cursor["bounds"] => wide(rows.map(contactOf).reduce(widened, bounds));

async function walk(ctx: SliceCtx, id: string, asked: Asked, at: At<"walk">, limit: number): Promise<Slice<Cursor>> {
  const groups = groupsIn(ctx, asked, await registryOf(ctx, true));
  const { rows, after, done } = await following(ctx, groups, at.after, limit);
  const { after: _, ...rest } = at;
  const bounds = widenedBy(at.bounds, rows);
  const walked = at.walked + (rows.length > 0 ? 1 : 0);
  const writes = rows.length === 0 ? [] : [store.insertPiece(ctx.space, id, "walk", { n: at.walked, name: await put(ctx.env, placeOf(ctx, id), jsonOf(rows)), rows: rows.length })];
  return { plan: { writes, events: [] }, cursor: done ? { ...rest, stage: "catch up", walked, bounds } : { ...at, after, walked, bounds }, counts: { walked: rows.length }, done: false };
}

async function catchUp(ctx: SliceCtx, id: string, asked: Asked, at: At<"catch up">): Promise<Slice<Cursor>> {
  const groups = groupsIn(ctx, asked, await registryOf(ctx, true));
  const { touched, rows, seq, done } = await lateOnes(ctx, groups, at.from);
  const writes = touched.length === 0 ? [] : [
    store.touch(ctx.space, id, at.late, touched),
    store.insertPiece(ctx.space, id, "late", { n: at.late, name: await put(ctx.env, placeOf(ctx, id), jsonOf(rows)), rows: rows.length }),
  ];
  const { from: _, stage: __, ...rest } = at;
  const common = { ...rest, late: at.late + (touched.length === 0 ? 0 : 1), bounds: widenedBy(at.bounds, rows) };
  const next: Cursor = done
    ? { ...common, stage: "write", kind: "walk", n: 0, rows: 0, excluded: { not_marketable: 0, restricted: 0 }, warnings: {}, seq, at: ctx.trueNow }
    : { ...common, stage: "catch up", from: seq };
  return { plan: { writes, events: [] }, cursor: next, counts: {}, done: false };
}

async function write(ctx: SliceCtx, id: string, asked: Asked, at: At<"write">): Promise<Slice<Cursor>> {
  const { kind, n, stage: _, ...rest } = at;
  const writer = writerOf(asked, at.bounds, await registryOf(ctx, true));
  const [piece] = await store.readPieces(ctx, id, kind, n, 1);
  if (piece?.n !== n) {
    if (kind === "walk") return { plan: { writes: [], events: [] }, cursor: { ...at, kind: "late", n: 0 }, counts: {}, done: false };
    const end = (at.parts === 0 ? writer.start : "") + writer.end;
    const writes = end === "" ? [] : [store.insertPiece(ctx.space, id, "part", { n: at.parts, name: await put(ctx.env, placeOf(ctx, id), end), rows: 0 })];
    return { plan: { writes, events: [] }, cursor: { ...rest, stage: "sign off", parts: at.parts + writes.length }, counts: {}, done: false };
  }
  const contacts = await readContacts(ctx.env, placeOf(ctx, id), piece.name);
  if (contacts.length < piece.rows) throw exportGone("A piece of the export is gone.");
  const ids = contacts.map((one) => one.id);
  const touched = new Map((await store.readTouched(ctx, id, ids)).map(({ contact_id, late }) => [contact_id, late]));
  const standing = contacts.filter((one) => touched.get(one.id) === (kind === "walk" ? undefined : n));
  const restricted = await readRestricted(ctx, ids);
  const { text, rows, warnings, notMarketable } = linesOf(standing.filter((one) => !restricted.has(one.id)), asked, writer, at);
  const part = (at.parts === 0 ? writer.start : "") + text;
  const writes = part === "" ? [] : [store.insertPiece(ctx.space, id, "part", { n: at.parts, name: await put(ctx.env, placeOf(ctx, id), part), rows })];
  const excluded = { not_marketable: at.excluded.not_marketable + notMarketable, restricted: at.excluded.restricted + standing.filter((one) => restricted.has(one.id)).length };
  return { plan: { writes, events: [] }, cursor: { ...at, n: n + 1, parts: at.parts + writes.length, rows: at.rows + rows, excluded, warnings }, counts: { written: rows }, done: false };
}

function linesOf(contacts: readonly Contact[], asked: Asked, writer: ReturnType<typeof writerOf>, at: At<"write">) {
  const wanted = contacts.filter((one) => isWanted(asked, one));
  const warnings: Record<string, number> = { ...at.warnings };
  const lines = wanted.map((one, i) => {
    const { text, warnings: told } = writer.record(one, at.rows + i);
    for (const name of told) warnings[name] = (warnings[name] ?? 0) + 1;
    return text;
  });
  return { text: lines.join(""), rows: wanted.length, warnings, notMarketable: contacts.length - wanted.length };
}

/** Reads the whole file once, for its sum. */
async function signOff(ctx: SliceCtx, id: string, at: At<"sign off">): Promise<Slice<Cursor>> {
  const hash = new crypto.DigestStream("SHA-256");
  const hashing = hash.getWriter();
  let bytes = 0;
  for (let n = 0; n < at.parts; n += PARTS) {
    for (const { name } of await store.readPieces(ctx, id, "part", n, PARTS)) {
      const reader = (await openPart(ctx.env, placeOf(ctx, id), name)).getReader();
      for (let read = await reader.read(); !read.done; read = await reader.read()) {
        bytes += read.value.length;
        await hashing.write(read.value);
      }
    }
  }
  await hashing.close();
  const sha256 = [...new Uint8Array(await hash.digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const result = { bytes, rows: at.rows, sha256, seq: at.seq, at: at.at, excluded: at.excluded, warnings: at.warnings };
  return { plan: { writes: [store.setResult(ctx.space, id, JSON.stringify(result))], events: [] }, cursor: at, counts: {}, done: true };
}

// The jobs of an import: its dry run, the real one, and its undoing.
import * as z from "zod";
import { jobKind } from "../../jobs/kind";
import { dryRunSlice, passOver, runSlice } from "./slices";
import { draftsLeft, forgetDrafts } from "./standing";
import { undoSlice } from "./undo";

const input = z.object({ import: z.string() });
/** A statement takes a thousand documents, and so does an object of rows. */
const MOST = 500;

export const runKind = jobKind({
  kind: "imports.start",
  input,
  cursor: z.int(),
  most: MOST,
  scopes: () => ["imports:write", "contacts:write"],
  slice: (ctx, { job, input: { import: id }, cursor }, limit) => runSlice(ctx, { import: id, job, done: cursor ?? 0, limit }),
  passOver: async (ctx, { job, input: { import: id }, cursor }, why) => passOver(ctx, { import: id, job, done: cursor ?? 0, limit: 1 }, "run", why),
});

/** Past its last row it forgets what it remembered of the earlier ones. */
export const validateKind = jobKind({
  kind: "imports.validate",
  input,
  cursor: z.object({ done: z.int(), forgetting: z.boolean() }),
  most: MOST,
  scopes: () => ["imports:write"],
  async slice(ctx, { job, input: { import: id }, cursor }, limit) {
    if (cursor?.forgetting) return { plan: { writes: forgetDrafts(job), events: [] }, cursor, counts: {}, done: !(await draftsLeft(ctx, job)) };
    const { done, cursor: last, ...slice } = await dryRunSlice(ctx, { import: id, job, done: cursor?.done ?? 0, limit });
    return { ...slice, cursor: { done: last ?? 0, forgetting: done }, done: false };
  },
  async passOver(ctx, { job, input: { import: id }, cursor }, why) {
    const { cursor: last, ...slice } = passOver(ctx, { import: id, job, done: cursor?.done ?? 0, limit: 1 }, "validate", why);
    return { ...slice, cursor: { done: last ?? 0, forgetting: false } };
  },
});

export const undoKind = jobKind({
  kind: "imports.undo",
  input,
  cursor: z.int(),
  most: MOST,
  scopes: () => ["imports:write", "contacts:write"],
  slice: (ctx, { job, input: { import: id }, cursor }, limit) => undoSlice(ctx, { import: id, job, before: cursor, limit }),
  passOver: (ctx, { job, input: { import: id }, cursor }, why) => undoSlice(ctx, { import: id, job, before: cursor, limit: 1 }, why),
});

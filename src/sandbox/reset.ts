// Empties a sandbox: every row of its space but the log, in slices, so that no one of them holds the database for long.
import { commit, replayIfDone, type Plan } from "../platform/commit";
import type { SpaceCtx } from "../platform/context";
import type { Reply } from "../platform/endpoint";
import { data, type Statement } from "../platform/sql";
import type { Emptied } from "./schema";

/**
 * Tables with rows of spaces: what tells a row from all others, and, where no index of the space has them all, the part that
 * one has. What refers to a contact goes before it.
 */
export const TABLES: readonly Table[] = [
  { name: "contact_keys", key: "space_id, kind, value, rid" },
  { name: "contacts", key: "rid", part: "archived_at IS NULL" },
  { name: "contacts", key: "rid", part: "archived_at IS NOT NULL" },
];
/** The log stays: a reset is one more line in it. */
export const KEPT = ["events"] as const;

interface Table {
  readonly name: string;
  readonly key: string;
  readonly part?: string;
}

const SLICE = 2_000;
/** Slices of one call. */
const MAX_SLICES = 50;

const slice = ({ name, key, part = "true" }: Table): string => `SELECT ${key} FROM ${name} WHERE space_id = ? AND ${part} LIMIT ${SLICE}`;
const present = (space: number, table: Table): Statement<"data"> => data(`SELECT count(*) AS n FROM (${slice(table)})`, space);
const drop = (space: number, table: Table): Statement<"data"> => data(`DELETE FROM ${table.name} WHERE (${table.key}) IN (${slice(table)})`, space);

/** Deletes what is there, up to a bound; `done` tells whether all of it. Of the log only, that it was done. */
export async function reset(ctx: SpaceCtx): Promise<Reply<Emptied>> {
  const { space } = ctx;
  if (space.environment !== "sandbox") throw new Error("a reset of live data");
  if (ctx.idempotency) await replayIfDone(ctx.db.data, ctx.idempotency);
  const { deleted, done } = await empty(ctx);
  return commit(ctx, ctx.db.data, async () => ({
    reply: { status: 200, body: { done, deleted: deleted["contacts"] ?? 0 } },
    writes: [],
    events: [{ type: "sandbox.reset", subject: space.location, version: 1, location: space.location, environment: space.environment, space: space.id, data: { done, deleted } }],
  }));
}

/** How many rows of which table went, and whether none is left. */
async function empty(ctx: SpaceCtx): Promise<{ deleted: Record<string, number>; done: boolean }> {
  const deleted: Record<string, number> = {};
  let left = MAX_SLICES;
  for (const table of TABLES) {
    for (let n = SLICE; n === SLICE; left -= 1) {
      if (left === 0) return { deleted, done: false };
      n = (await ctx.db.data.first<{ n: number }>(present(ctx.space.id, table)))?.n ?? 0;
      deleted[table.name] = (deleted[table.name] ?? 0) + n;
      if (n > 0) await commit({ ...ctx, idempotency: null }, ctx.db.data, async (): Promise<Plan<"data", never>> => ({ reply: { status: 200 }, writes: [drop(ctx.space.id, table)], events: [] }));
    }
  }
  return { deleted, done: true };
}

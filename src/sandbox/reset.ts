// Empties a sandbox: every row of its space but the log, in slices, so that no one of them holds the database for long.
import { commit, replayIfDone, type Plan } from "../platform/commit";
import type { SpaceCtx } from "../platform/context";
import type { Reply } from "../platform/endpoint";
import { emptyFiles } from "../transfers/empty";
import { data, type Statement } from "../platform/sql";
import type { Emptied } from "./schema";

interface Table {
  readonly name: string;
  /** What tells a row from all others. */
  readonly key: string;
  /** Where no index of the space has all rows: the part that one has. */
  readonly part?: string;
  /** Rows that go at once. */
  readonly rows: number;
  /** What else the rows stand in, in the same transaction and before them; takes the space. */
  readonly first?: (slice: string) => readonly string[];
}

const uncount = (total: string) => (slice: string) => `UPDATE spaces SET ${total} = ${total} - (SELECT count(*) FROM (${slice})) WHERE space_id = ?1`;

/** Tables with rows of spaces, in the order in which they go: what refers to a contact before it, what it refers to after. */
export const TABLES: readonly Table[] = [
  { name: "contact_facets", key: "space_id, field, value, rid", rows: 2_000 },
  { name: "contact_keys", key: "space_id, kind, value, rid", rows: 2_000 },
  {
    name: "contacts", key: "rid", part: "archived_at IS NULL", rows: 250,
    first: (slice) => [`DELETE FROM contact_text WHERE rowid IN (${slice})`, uncount("live")(slice)],
  },
  { name: "contacts", key: "rid", part: "archived_at IS NOT NULL", rows: 250, first: (slice) => [uncount("archived")(slice)] },
  { name: "tags", key: "id", rows: 1_000 },
  { name: "lists", key: "id", rows: 1_000 },
  { name: "segments", key: "id", rows: 1_000 },
  { name: "consents", key: "space_id, contact_rid, at, id", rows: 1_000 },
  { name: "notes", key: "id", rows: 1_000 },
  { name: "interactions", key: "id", rows: 1_000 },
  { name: "engagements", key: "space_id, contact_rid, at, id", rows: 1_000 },
  { name: "restrictions", key: "space_id, contact_id, request_id", rows: 1_000 },
  { name: "privacy_requests", key: "id", rows: 1_000 },
  { name: "suppressions", key: "space_id, digest", rows: 1_000 },
  { name: "contact_merges", key: "id", rows: 500 },
  { name: "not_duplicates", key: "space_id, a, b", rows: 2_000 },
  { name: "import_slices", key: "rowid", rows: 200 },
  { name: "import_drafts", key: "rowid", rows: 1_000 },
  { name: "import_draft_keys", key: "job_id, kind, value, contact_id", rows: 2_000 },
  { name: "imports", key: "id", rows: 1_000 },
  { name: "export_pieces", key: "export_id, kind, n", rows: 2_000 },
  { name: "export_touched", key: "export_id, contact_id", rows: 2_000 },
  { name: "exports", key: "id", rows: 1_000 },
  { name: "fields", key: "id", rows: 1_000 },
];
/** The log and the jobs stay: a reset is one more line in it. So do a space's totals, counted down, and the revision of its fields, which rises. */
export const KEPT = ["events", "spaces", "jobs"] as const;

/** Slices of one call. */
const MAX_SLICES = 60;

const sliceOf = ({ name, key, part = "true", rows }: Table): string => `SELECT ${key} FROM ${name} WHERE space_id = ?1 AND ${part} LIMIT ${rows}`;
const present = (space: number, table: Table): Statement<"data"> => data(`SELECT count(*) AS n FROM (${sliceOf(table)})`, space);
const drop = (space: number, table: Table): Statement<"data">[] => {
  const slice = sliceOf(table);
  return [...(table.first?.(slice) ?? []), `DELETE FROM ${table.name} WHERE (${table.key}) IN (${slice})`].map((sql) => data(sql, space));
};

/** Deletes what is there, up to a bound; `done` tells whether all of it. Of the log only, that it was done. */
export async function reset(ctx: SpaceCtx): Promise<Reply<Emptied>> {
  const { space } = ctx;
  if (space.environment !== "sandbox") throw new Error("a reset of live data");
  if (ctx.idempotency) await replayIfDone(ctx.db.data, ctx.idempotency);
  const files = await emptyFiles(ctx.env, space);
  const { deleted, done: emptied } = await empty(ctx);
  const done = files && emptied;
  return commit(ctx, ctx.db.data, async () => ({
    reply: { status: 200, body: { done, deleted: deleted["contacts"] ?? 0 } },
    writes: [data("UPDATE spaces SET revision = revision + 1 WHERE space_id = ?", space.id)],
    events: [{ type: "sandbox.reset", subject: space.location, version: 1, location: space.location, environment: space.environment, space: space.id, data: { done, deleted } }],
  }));
}

/** How many rows of which table went, and whether none is left. */
async function empty(ctx: SpaceCtx): Promise<{ deleted: Record<string, number>; done: boolean }> {
  const deleted: Record<string, number> = {};
  let left = MAX_SLICES;
  for (const table of TABLES) {
    for (let n = table.rows; n === table.rows; left -= 1) {
      if (left === 0) return { deleted, done: false };
      n = (await ctx.db.data.first<{ n: number }>(present(ctx.space.id, table)))?.n ?? 0;
      deleted[table.name] = (deleted[table.name] ?? 0) + n;
      if (n > 0) await commit({ ...ctx, idempotency: null }, ctx.db.data, async (): Promise<Plan<"data", never>> => ({ reply: { status: 200 }, writes: drop(ctx.space.id, table), events: [] }));
    }
  }
  return { deleted, done: true };
}

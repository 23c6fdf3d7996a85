// All contacts that a filter finds, for jobs and counts: some at a time in the order of their creation, or how many they are.
import type { DataCtx } from "../../platform/context";
import { data } from "../../platform/sql";
import type { ContactRow } from "../store";
import { counted, countsOf, LOOKED_AT, type Count } from "./count";
import type { Group } from "./groups";
import { along } from "./look";
import type { End } from "./order";
import { inCreationOrder } from "./plan";
import type { Walk } from "./walks";

/** Contacts of a walk in the order of creation, from behind `after` on. */
export interface Next {
  readonly rows: readonly ContactRow[];
  /** Up to where all were looked at. */
  readonly after: number;
  readonly done: boolean;
}

/** The next `limit` contacts that a filter finds, whatever leads, in the order of creation: fewer where none of many matches. */
export async function following(ctx: DataCtx, groups: readonly Group[], after: number, limit: number): Promise<Next> {
  const walk: Walk = { space: ctx.space.id, order: "rid", descending: false, after: [after] };
  const look = along<ContactRow>(inCreationOrder(groups), walk, LOOKED_AT, limit, true);
  const [answers] = await ctx.db.data.together<ContactRow & End, object>(look.reads, NOTHING_BESIDE);
  const { rows: found, horizon } = look.seen(answers);
  const rows = found.slice(0, limit);
  const full = found.length > limit;
  return { rows, after: full ? (rows.at(-1)?.rid ?? after) : Number(horizon?.[0] ?? rows.at(-1)?.rid ?? after), done: !full && horizon === null };
}

/** How many contacts a filter finds, as far as a bounded look tells. */
export async function countNow(ctx: DataCtx, groups: readonly Group[]): Promise<Count> {
  const [counts] = await ctx.db.data.together<object, object>(countsOf(ctx.space.id, groups), NOTHING_BESIDE);
  return counted(counts);
}

/** How many contacts a filter finds, counted to the end. */
export async function countAll(ctx: DataCtx, groups: readonly Group[]): Promise<number> {
  const [counts] = await ctx.db.data.together<object, object>(countsOf(ctx.space.id, groups, MANY), NOTHING_BESIDE);
  return counted(counts, MANY).value;
}
const NOTHING_BESIDE = data("SELECT 1 AS one");
const MANY = 5_000_000;


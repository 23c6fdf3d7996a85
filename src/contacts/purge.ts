// Archived contacts go for good when their organization's time is over: by upkeep, in slices, each with its event. What is
// not due costs nothing but a look at its space once a day.
import { registryOf } from "../fields/registry";
import { spacesNumbered, type OwnedSpace } from "../orgs/orgs";
import { DAY, HOUR } from "../platform/clock";
import { commit, systemCtx } from "../platform/commit";
import type { Space } from "../platform/context";
import { data, type Databases, type Statement } from "../platform/sql";
import { planChanges } from "./changes";
import { kept } from "./contacts";
import { removed } from "./drafts";
import * as store from "./store";

/** Spaces of a run, and contacts of each. */
const SPACES = 20;
const SLICE = 100;

/** As long a merge can be undone, so as long its sources stay. */
const UNMERGE_MS = 30 * DAY;

/** One slice of each space whose time has come; answers how many contacts went. */
export async function purge(db: Databases, now: number): Promise<number> {
  const due = await db.data.all<{ space_id: number }>(
    data("SELECT space_id FROM spaces INDEXED BY spaces_to_purge WHERE archived > 0 AND purge_due_at <= ? ORDER BY purge_due_at LIMIT ?", now, SPACES),
  );
  if (due.length === 0) return 0;
  const outcomes: PromiseSettledResult<number>[] = [];
  for (const owned of await spacesNumbered(db.control, due.map(({ space_id: id }) => id))) outcomes.push(...(await Promise.allSettled([ofSpace(db, now, owned)])));
  // One space that can't be done now keeps no other waiting.
  for (const outcome of outcomes) if (outcome.status === "rejected") throw outcome.reason;
  return outcomes.reduce((sum, outcome) => sum + (outcome.status === "fulfilled" ? outcome.value : 0), 0);
}

async function ofSpace(db: Databases, now: number, { org, space, retentionDays: days }: OwnedSpace): Promise<number> {
  const ctx = { ...systemCtx(org, now), db, space };
  let gone = 0;
  await commit(ctx, db.data, async (attempt) => {
    const rows = days === null ? [] : await db.data.all<store.ContactRow>(dueIn(space, now - days * DAY, now - UNMERGE_MS));
    gone = rows.length;
    const plan = planChanges(space, await registryOf(ctx, attempt > 0), rows.map((row) => removed(ctx, kept(row))));
    return { reply: { status: 204 }, ...plan, writes: [...plan.writes, lookAgain(space, now, days, gone === SLICE)] };
  });
  return gone;
}

/** Archived up to a time, and merged ones up to another. */
const dueIn = (space: Space, until: number, mergedUntil: number): Statement<"data"> =>
  data(
    `SELECT ${store.COLUMNS} FROM contacts INDEXED BY contacts_archived_at
      WHERE space_id = ? AND archived_at IS NOT NULL AND archived_at <= ? AND (merged_into IS NULL OR archived_at <= ?) ORDER BY archived_at LIMIT ?`,
    space.id, until, mergedUntil, SLICE,
  );

/** At once when there may be more; else when the oldest is due, in an hour at the earliest and in a day at the latest. */
const lookAgain = (space: Space, now: number, days: number | null, full: boolean): Statement<"data"> =>
  data(
    `UPDATE spaces SET purge_due_at = max(?2, min(?3, coalesce(?4 + (SELECT min(archived_at) FROM contacts INDEXED BY contacts_archived_at WHERE space_id = ?1 AND archived_at IS NOT NULL), ?3)))
      WHERE space_id = ?1`,
    space.id, full ? now : now + HOUR, now + DAY, days === null ? null : days * DAY,
  );

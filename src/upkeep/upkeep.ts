// What happens without a request: one list of cron and job. Each job is idempotent, bounded, and fails alone.
import type { Env } from "../env";
import { lapse } from "../access/lapses";
import { purge } from "../contacts/purge";
import { pastUndoing } from "../contacts/merge/store";
import { mergeDone, mergeSlice, readMergeWanted, type MergeWanted } from "../contacts/text-merge";
import { reindex } from "../contacts/reindex";
import { announceEnds, announceRetiring, expire, retire } from "../keys/ends";
import { expireIdle } from "../keys/expiry";
import { purge as purgeOfJobs } from "../jobs/store";
import { sweep as sweepJobs } from "../jobs/sweep";
import { sweep } from "../limits/switches";
import { purgeLapsed } from "../orgs/people";
import { catchUpAll } from "../sandbox/catch-up";
import { DAY, now as clock } from "../platform/clock";
import { purgeIdempotency } from "../platform/commit";
import type { Endpoint } from "../platform/endpoint";
import { resume } from "../privacy/erasure";
import * as exports from "../transfers/exports/expire";
import * as imports from "../transfers/imports/expire";
import { databases, log, type Databases } from "../platform/sql";
import { tellDeprecatedUse } from "./deprecated";

interface Job {
  readonly cron: string;
  readonly name: string;
  run(env: Env, db: Databases, now: number, endpoints: readonly Endpoint[]): Promise<unknown>;
}

const ACTIVITY_MS = 30 * DAY;
const JOBS_MS = 90 * DAY;
/** Rows that one statement deletes: a purge must not hold the database for long. */
const SLICE = 5_000;

/** Of what is decided row by row. */
const FEW = 250;

const MAX_SLICES = 100;

export const jobs: readonly Job[] = [
  { cron: "* * * * *", name: "gates", run: (env, db) => sweep(env, db) },
  { cron: "* * * * *", name: "old secrets", run: (_env, db, now) => inSlices(() => retire(db, now), FEW) },
  { cron: "* * * * *", name: "fixed ends", run: (env, db, now) => inSlices(() => expire(db, now), FEW).then(() => sweep(env, db)) },
  { cron: "* * * * *", name: "requests and claim links", run: (_env, db, now) => inSlices(() => lapse(db, now), FEW) },
  { cron: "* * * * *", name: "sandboxes ahead", run: (env) => catchUpAll(env, 0) },
  { cron: "* * * * *", name: "index rows of an older form", run: (_env, db, now) => inSlices(() => reindex(db, now, FEW), FEW) },
  { cron: "* * * * *", name: "jobs that nobody drives", run: (env, db, now) => sweepJobs(env, db, now) },
  { cron: "* * * * *", name: "archived contacts", run: (_env, db, now) => purge(db, now) },
  { cron: "* * * * *", name: "what dry runs of imports left", run: (_env, db) => inSlices(() => purgeDrafts(db)) },
  { cron: "7 * * * *", name: "files of imports and exports", run: (env, db, now) => purgeFiles(env, db, now) },
  { cron: "* * * * *", name: "full text after erasures", run: (_env, db) => mergeTexts(db) },
  { cron: "7 * * * *", name: "merges past undoing", run: (_env, db, now) => inSlices(() => purgeMerges(db, now)) },
  { cron: "* * * * *", name: "erasures under way", run: (env, db, now) => resume(env, db, now) },
  { cron: "7 * * * *", name: "unused keys", run: (env, _db, now) => expireIdle(env, now) },
  { cron: "7 * * * *", name: "fixed ends to come", run: (_env, db, now) => inSlices(() => announceEnds(db, now, 1), FEW).then(() => inSlices(() => announceEnds(db, now, 7), FEW)) },
  { cron: "7 * * * *", name: "old secrets still in use", run: (_env, db, now) => inSlices(() => announceRetiring(db, now), FEW) },
  { cron: "7 * * * *", name: "ends to come in sandboxes ahead", run: (env) => catchUpAll(env, 7 * DAY) },
  { cron: "7 * * * *", name: "use of what is deprecated", run: (_env, db, now, endpoints) => tellDeprecatedUse(db, endpoints, now) },
  { cron: "7 * * * *", name: "idempotency of keys", run: (_env, db, now) => inSlices(() => purgeIdempotency(db.control, now, SLICE)) },
  { cron: "7 * * * *", name: "idempotency of contacts", run: (_env, db, now) => inSlices(() => purgeIdempotency(db.data, now, SLICE)) },
  { cron: "7 * * * *", name: "sessions", run: (_env, db, now) => inSlices(() => purgeLapsed(db.control, "sessions", now, SLICE)) },
  { cron: "7 * * * *", name: "waiting sign-ins", run: (_env, db, now) => inSlices(() => purgeLapsed(db.control, "verifications", now, SLICE)) },
  { cron: "7 * * * *", name: "activity", run: (_env, db, now) => inSlices(() => purgeActivity(db, now)) },
  { cron: "7 * * * *", name: "jobs that ended long ago", run: (_env, db, now) => inSlices(() => purgeJobs(db, now)) },
];

async function purgeActivity(db: Databases, now: number): Promise<number> {
  const [deleted = 0] = await db.log.batch([
    log("DELETE FROM requests WHERE rid IN (SELECT rid FROM requests WHERE at < ? LIMIT ?)", now - ACTIVITY_MS, SLICE),
  ]);
  return deleted;
}

async function purgeJobs(db: Databases, now: number): Promise<number> {
  const deleted = await db.data.batch(purgeOfJobs(now - JOBS_MS, SLICE));
  return Math.max(...deleted);
}

async function purgeMerges(db: Databases, now: number): Promise<number> {
  const [deleted = 0] = await db.data.batch([pastUndoing(now, SLICE)]);
  return deleted;
}

/** Answers a full slice while there is more to come. */
async function purgeDrafts(db: Databases): Promise<number> {
  const writes = await imports.draftsLeftOver(db);
  if (writes.length > 0) await db.data.batch(writes);
  return writes.length > 0 ? SLICE : 0;
}

async function purgeFiles(env: Env, db: Databases, now: number): Promise<void> {
  for (const past of await imports.readPast(db, now)) await db.data.batch(await imports.expired(env, past, now));
  for (const past of await exports.readPast(db, now)) await batched(db, await exports.expired(env, past, now));
  await db.data.batch([imports.purge(now, SLICE), ...exports.purge(now, SLICE)]);
}

const batched = async (db: Databases, writes: Parameters<Databases["data"]["batch"]>[0]): Promise<void> => void (writes.length > 0 && (await db.data.batch(writes)));

/** Slices of one run that merge the full-text index; a call that changes nothing says that it is whole. */
const MERGES = 60;

async function mergeTexts(db: Databases): Promise<void> {
  const wanted = await db.data.first<MergeWanted>(readMergeWanted);
  if (!wanted) return;
  for (let i = 0; i < MERGES; i += 1) {
    const [changes = 0] = await db.data.batch([...mergeSlice(wanted.begun === 0 && i === 0)]);
    if (changes < 2) return void (await db.data.batch([mergeDone(wanted)]));
    await scheduler.wait(1);
  }
}

/** Slice by slice until none is full; what is left after many is the next run's. */
async function inSlices(slice: () => Promise<number>, full = SLICE): Promise<void> {
  for (let i = 0; i < MAX_SLICES; i += 1) {
    if ((await slice()) < full) return;
    await scheduler.wait(1);
  }
}

/**
 * Runs the jobs of a cron expression. A failing one is logged and does not stop the others. A run that comes late works
 * by the time that it is, not by the one that it was meant for.
 */
export async function run(cron: string, scheduledTime: number, env: Env, endpoints: readonly Endpoint[]): Promise<void> {
  const now = Math.max(scheduledTime, clock());
  for (const job of jobs.filter((one) => one.cron === cron)) {
    try {
      await job.run(env, databases(env), now, endpoints);
    } catch (error) {
      console.error(JSON.stringify({ level: "error", job: job.name, message: error instanceof Error ? error.message : String(error) }));
    }
  }
}

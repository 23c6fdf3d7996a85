// An erasure in steps, each one transaction that leaves the request where the next goes on: first the contacts with all
// that is theirs, then what else in the space's log quotes them, then kept answers and the request itself. A crash is
// mended by calling again, or by upkeep.
import type { Env } from "../env";
import { planChanges } from "../contacts/changes";
import { kept } from "../contacts/contacts";
import { erased } from "../contacts/drafts";
import { wantMerge } from "../contacts/text-merge";
import { suppress } from "../contacts/suppressions";
import { countTraces, QUOTES, scrubStaying } from "../contacts/traces";
import { registryOf } from "../fields/registry";
import { MINUTE, rfc3339 } from "../platform/clock";
import { commit, systemCtx, type Plan } from "../platform/commit";
import type { DataCtx } from "../platform/context";
import { sha256 } from "../platform/secret";
import { data, type Databases } from "../platform/sql";
import { spacesNumbered } from "../orgs/orgs";
import { FIRST, forget, type Mark } from "../transfers/forget";
import { eventOf } from "./events";
import { countHits, countQuoting, freeIdentities, hitsIn, quotedOf, scrubHits, scrubQuoting, writtenIn, type Hit } from "./quotes";
import type { Receipt } from "./schema";
import * as store from "./store";
import { contactsOf, digestOf, subjectOf } from "./subject";

/** What is kept between steps: of the person no more than what is still looked for. */
interface Progress {
  readonly quoted: readonly string[];
  /** Of the subjects that other requests may be about. */
  readonly digests: readonly string[];
  /** The stretch of the log that is left: after this number, up to that one. */
  readonly after: number;
  readonly until: number;
  /** Where the files of imports and exports are looked through next; null: they were. */
  readonly files: Mark | null;
  readonly counts: Readonly<Record<string, number>>;
}

type Written = Omit<Plan<"data", never>, "reply">;

/** The first step: all contacts of the subject go, with their traces. Throws `subject_too_broad` (409). */
export async function begin(ctx: DataCtx, before: store.PrivacyRequestRow, again: boolean): Promise<Written> {
  const pepper = ctx.env.KEY_PEPPER;
  const subject = subjectOf(before.subject);
  const contacts = await contactsOf(ctx, subject);
  const registry = await registryOf(ctx, again);
  const free = await freeIdentities(ctx, contacts, registry.fields);
  // Of a contact that was deleted before only its events are left.
  const traced = subject?.[0] === "contact_id" && contacts.length === 0 ? [{ rid: 0, id: subject[1] }] : contacts;
  const counts = await ctx.db.data.all<{ name: string; n: number }>(countTraces(ctx.space, traced));
  const { guards, writes, events } = planChanges(ctx.space, registry, contacts.map((row) => erased(ctx, kept(row), before.id)));
  const subjects = [...free.flatMap(({ kind, value }) => (kind === "external_id" ? [] : [[kind, value] as const])), ...contacts.map(({ id }) => ["contact_id", id] as const)];
  const progress: Progress = {
    quoted: quotedOf(subject, contacts, free), digests: [...subjects.map((one) => digestOf(pepper, ctx.space, one)), before.subject_digest], after: 0, until: 0, files: FIRST,
    counts: Object.fromEntries(counts.map(({ name, n }) => [name, n])),
  };
  const row = { ...before, status: "processing" as const, progress: JSON.stringify(progress), version: before.version + 1, updated_at: ctx.now };
  return {
    guards: [store.atVersion(before), ...guards],
    writes: [
      ...writes,
      ...scrubStaying(ctx.space, traced),
      ...(before.suppress === 1 ? [suppress(pepper, ctx.space, [...free, ...(subject && subject[0] !== "contact_id" ? [{ kind: subject[0], value: subject[1] }] : [])], before.id, ctx.now)] : []),
      store.updateRequest(row),
      // Whatever was told before this transaction, and nothing that comes after it.
      data("UPDATE privacy_requests SET progress = json_set(progress, '$.until', coalesce((SELECT seq FROM event_counters WHERE org_id = ?), 0)) WHERE id = ? AND space_id = ?", ctx.org, row.id, ctx.space.id),
    ],
    events: [...events, eventOf(ctx, "processing", row)],
  };
}

/** Steps of a call, stretches of the log that a step looks at, and numbers in each. */
const STEPS = 10;
const STRETCHES = 20;
const STRETCH = 2_000;
const MAX_HITS = 5_000;

/** Goes on as far as one call may; what is left is upkeep's, or the next call's. */
export async function goOn(ctx: DataCtx, id: string): Promise<void> {
  for (let step = 0; step < STEPS; step += 1) if (await oneStep({ ...ctx, idempotency: null }, id)) return;
}

/** Answers whether there is nothing left to do. */
async function oneStep(ctx: DataCtx, id: string): Promise<boolean> {
  let done = false;
  await commit(ctx, ctx.db.data, async () => {
    const before = await store.readRequest(ctx, id);
    const progress = progressOf(before);
    done = before === null || progress === null;
    if (before === null || progress === null) return { reply: { status: 204 }, writes: [], events: [] };
    const { after, until, files } = progress;
    const plan = after < until ? await swept(ctx, before, progress) : files ? await filesSwept(ctx, before, progress, files) : await finished(ctx, before, progress);
    return { reply: { status: 204 }, guards: [store.atVersion(before)], ...plan };
  });
  return done;
}

const progressOf = (row: store.PrivacyRequestRow | null): Progress | null => (row?.progress ? JSON.parse(row.progress) : null);

/** What the log quotes of the person, in a bounded number of stretches. */
async function swept(ctx: DataCtx, before: store.PrivacyRequestRow, progress: Progress): Promise<Written> {
  const hits: Hit[] = [];
  let { after } = progress;
  for (let i = 0; i < STRETCHES && after < progress.until && hits.length < MAX_HITS; i += 1) {
    const until = Math.min(after + STRETCH, progress.until);
    hits.push(...(await ctx.db.data.all<Hit>(hitsIn(ctx.org, ctx.space.id, after, until, progress.quoted))));
    after = until;
  }
  const found = hits.length === 0 ? null : await ctx.db.data.first<{ n: number }>(countHits(ctx.org, ctx.space.id, hits));
  const next = { ...progress, after, counts: added(progress.counts, "events", found?.n ?? 0) };
  return {
    writes: [
      ...(hits.length === 0 ? [] : [scrubHits(ctx.org, ctx.space.id, hits)]),
      store.updateRequest({ ...before, progress: JSON.stringify(next), version: before.version + 1, updated_at: ctx.now }),
    ],
    events: [],
  };
}

/** What files hold of the person, a stretch of one at a time. */
async function filesSwept(ctx: DataCtx, before: store.PrivacyRequestRow, progress: Progress, at: Mark): Promise<Written> {
  const { found, writes, next } = await forget(ctx, writtenIn(progress.quoted), at);
  const counts = Object.entries(found).reduce((sum, [name, n]) => added(sum, name, n), progress.counts);
  return { writes: [...writes, store.updateRequest({ ...before, progress: JSON.stringify({ ...progress, files: next, counts }), version: before.version + 1, updated_at: ctx.now })], events: [] };
}

/** The last step: answers kept for replay, other requests of the person, and the receipt in place of the subject. */
async function finished(ctx: DataCtx, before: store.PrivacyRequestRow, { quoted, digests, counts: sofar }: Progress): Promise<Written> {
  let counts = sofar;
  const others = QUOTES.filter(({ table }) => table !== "events");
  for (const quote of others) counts = added(counts, quote.table, (await ctx.db.data.first<{ n: number }>(countQuoting(quote, ctx.space.id, quoted)))?.n ?? 0);
  const at = rfc3339(ctx.now);
  const pairs = Object.entries(counts).toSorted(([a], [b]) => (a < b ? -1 : 1));
  const receipt: Receipt = {
    completed_at: at, subject_hash: before.subject_digest, counts: Object.fromEntries(pairs), sha256: sha256(JSON.stringify([before.id, before.subject_digest, at, pairs])),
  };
  const row = { ...before, status: "completed" as const, closed_at: ctx.now, progress: null, receipt: JSON.stringify(receipt), version: before.version + 1, updated_at: ctx.now, ...UNTOLD };
  return {
    writes: [
      ...others.map((quote) => scrubQuoting(quote, ctx.space.id, quoted)),
      store.updateRequest(row),
      wantMerge(ctx.now),
      data(
        `UPDATE privacy_requests SET subject = NULL, note = NULL, extension_reason = NULL, closing_reason = NULL, version = version + 1
          WHERE space_id = ? AND subject_digest IN (SELECT value FROM json_each(?)) AND id <> ?`,
        ctx.space.id, JSON.stringify(digests), row.id,
      ),
    ],
    events: [{ ...eventOf(ctx, "completed", row), data: { type: row.type, counts: receipt.counts } }],
  };
}

/** What a request says of a person beside its dates. */
const UNTOLD = { subject: null, note: null, extension_reason: null, closing_reason: null } as const;

const added = (counts: Progress["counts"], name: string, n: number): Progress["counts"] => ({ ...counts, [name]: (counts[name] ?? 0) + n });

/** Erasures of a run of upkeep: each may take all that a call takes, of the 900 statements that a run has. */
const FEW = 3;

/** Goes on with erasures that were left half-way: a minute after whoever began them went on last. */
export async function resume(env: Env, db: Databases, now: number): Promise<number> {
  const rows = await db.data.all<store.PrivacyRequestRow>(store.underWay(now - MINUTE, FEW));
  if (rows.length === 0) return 0;
  const owned = await spacesNumbered(db.control, rows.map(({ space_id: space }) => space));
  for (const { id, space_id: number } of rows) {
    const owner = owned.find(({ space }) => space.id === number);
    if (owner) await goOn({ ...systemCtx(owner.org, now), env, db, space: owner.space, ifMatch: null, ifNoneMatch: null }, id);
  }
  return rows.length;
}

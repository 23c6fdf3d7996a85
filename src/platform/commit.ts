// A write is a value; this is the one place that carries it out: record, guards, writes, counters and events in
// one atomic batch on one database. Whoever changes something leaves its event, or changes nothing.
import { DAY } from "./clock";
import type { Idempotency, OrgCtx } from "./context";
import type { Reply } from "./endpoint";
import { append, type EventDraft } from "./events";
import { newRequestId } from "./id";
import { JsonText } from "./json";
import { busy, idempotencyKeyReused } from "./problems";
import { failureOf, type Database, type Statement } from "./sql";

export type Writable = "control" | "data";

/** What is to be done and what is then answered; a plan without writes and events changes nothing and is only answered. */
export interface Plan<D extends Writable, Body> {
  readonly reply: Reply<Body>;
  /** What the plan read and relies on: where one no longer holds, the plan is made anew. */
  readonly guards?: readonly Guard<D>[];
  readonly writes: readonly Statement<D>[];
  readonly events: readonly EventDraft[];
  /** Members of the reply that bear a secret: never kept, so their replay says `null`. */
  readonly withhold?: readonly string[];
}

export interface Guard<D extends Writable> {
  readonly database: D;
  /** A scalar expression that is 1 while the plan's facts hold; it must not be a SELECT *from* the row that may be gone. */
  readonly sql: string;
  readonly params: readonly (string | number | null)[];
}

/** Who changes what, when and on whose request. */
export type CommitCtx = Pick<OrgCtx, "org" | "actor" | "now" | "trueNow" | "requestId" | "ip" | "dryRun" | "idempotency">;

/** The context of what the product does by itself: seeding, upkeep. */
export const systemCtx = (org: string, now: number, trueNow = now): CommitCtx => ({
  org, now, trueNow, actor: { type: "system", id: "system" }, requestId: newRequestId(), ip: null, dryRun: false, idempotency: null,
});

const MAX_ATTEMPTS = 5;
const MAX_WAIT_MS = 500;

/**
 * Plans and carries out a change. A broken guard or constraint means that the plan's facts were stale: it is made
 * anew (`attempt` counts from 0) and throws the refusal that the new facts call for. Throws `busy` (503) after 5.
 */
export async function commit<D extends Writable, Body>(
  ctx: CommitCtx,
  database: Database<D>,
  plan: (attempt: number) => Promise<Plan<D, Body>>,
): Promise<Reply<Body>> {
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
    const started = Date.now();
    const { reply, guards = [], writes, events, withhold } = await plan(attempt);
    if ((writes.length === 0 && events.length === 0) || ctx.dryRun) {
      if (!ctx.dryRun && ctx.idempotency) await replayIfDone(database, ctx.idempotency);
      return reply;
    }
    const log = append(ctx, database.name, ctx, events);
    const statements = [
      ...(ctx.idempotency ? [record(database.name, ctx, ctx.idempotency, reply, withhold)] : []),
      ...guards.map(
        ({ sql, params }): Statement<D> => ({
          database: database.name,
          sql: `INSERT INTO guard (name, holds) SELECT 'guard', coalesce((${sql}), 0)`,
          params,
        }),
      ),
      ...writes,
      ...log.statements,
    ];
    if (await send(database, statements, log.ids[0])) return reply;
    if (ctx.idempotency) await replayIfDone(database, ctx.idempotency);
    // Two large plans of the same contacts would else meet again and again.
    if (attempt > 0) await scheduler.wait(Math.random() * Math.min(MAX_WAIT_MS, Math.max(20, Date.now() - started)) * attempt);
  }
  throw busy("Too many changes of the same resource at once.", {}, { "Retry-After": "1" });
}

/** Whether the batch took effect. False: a guard or a constraint refused it. A lost answer is looked up in the log. */
async function send<D extends Writable>(database: Database<D>, statements: readonly Statement<D>[], eventId: string | undefined): Promise<boolean> {
  for (let tries = 0; ; tries += 1) {
    try {
      await database.batch(statements);
      return true;
    } catch (error) {
      const failure = failureOf(error);
      if (failure === "fault" || (failure === "lost" && tries >= 2)) throw error;
      if (eventId !== undefined && (tries > 0 || failure === "lost") && (await happened(database, eventId))) return true;
      if (failure !== "lost") return false;
      await scheduler.wait(50 + Math.random() * 100 * (tries + 1));
    }
  }
}

async function happened<D extends Writable>(database: Database<D>, eventId: string): Promise<boolean> {
  const found = await database.first<{ seq: number }>({ database: database.name, sql: "SELECT seq FROM events WHERE id = ?", params: [eventId] });
  return found !== null;
}

/** Thrown to answer a request with what its first twin was answered. */
export class Replay {
  constructor(readonly reply: Reply) {}
}

interface Kept {
  fingerprint: string;
  status: number;
  headers: string;
  body: string | null;
}

/** Throws `Replay` when this key's request was carried out before, `idempotency_key_reused` when it was another request. */
export async function replayIfDone<D extends Writable>(database: Database<D>, { scope, key, fingerprint }: Idempotency): Promise<void> {
  const kept = await database.first<Kept>({
    database: database.name,
    sql: "SELECT fingerprint, status, headers, body FROM idempotency WHERE scope = ? AND key = ?",
    params: [scope, key],
  });
  if (!kept) return;
  if (kept.fingerprint !== fingerprint) {
    throw idempotencyKeyReused("This Idempotency-Key was used for another request.");
  }
  const headers: Record<string, string> = { ...JSON.parse(kept.headers), "Idempotent-Replayed": "true" };
  throw new Replay({ status: kept.status, headers, ...(kept.body === null ? {} : { body: new JsonText(kept.body) }) });
}

function record<D extends Writable>(database: D, ctx: Pick<CommitCtx, "trueNow">, idempotency: Idempotency, reply: Reply, withhold: readonly string[] = []): Statement<D> {
  return {
    database,
    sql: "INSERT INTO idempotency (scope, key, fingerprint, status, headers, body, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
    params: [
      idempotency.scope, idempotency.key, idempotency.fingerprint, reply.status, JSON.stringify(reply.headers ?? {}),
      bodyToKeep(reply, withhold), ctx.trueNow,
    ],
  };
}

function bodyToKeep(reply: Reply, withhold: readonly string[]): string | null {
  if (reply.body === undefined) return null;
  if (reply.body instanceof JsonText) return reply.body.text;
  if (withhold.length === 0 || typeof reply.body !== "object") return JSON.stringify(reply.body);
  const nulls = Object.fromEntries(withhold.map((name) => [name, null]));
  return JSON.stringify({ ...reply.body, ...nulls, secret_withheld: true });
}

/** How long an answer is kept for replay. */
export const IDEMPOTENCY_MS = DAY;

/** Deletes one slice of what is older than that; answers how many. */
export async function purgeIdempotency<D extends Writable>(database: Database<D>, now: number, limit: number): Promise<number> {
  const [deleted = 0] = await database.batch([
    {
      database: database.name,
      sql: "DELETE FROM idempotency WHERE (scope, key) IN (SELECT scope, key FROM idempotency WHERE created_at < ? LIMIT ?)",
      params: [now - IDEMPOTENCY_MS, limit],
    },
  ]);
  return deleted;
}

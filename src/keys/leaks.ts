// Leaked keys: whoever finds some reports them. What works is revoked before the answer, and its admins are told; the
// answer is the same whatever was found.
import { addressOf } from "../limits/address";
import { guard } from "../limits/guards";
import { raiseKeys } from "../limits/store";
import { tell } from "../limits/switches";
import { SECOND } from "../platform/clock";
import { commit, systemCtx, type Plan } from "../platform/commit";
import type { Ctx } from "../platform/context";
import type { Reply } from "../platform/endpoint";
import type { EventDraft } from "../platform/events";
import { control } from "../platform/sql";
import { hash, PlainSecret, type HashedSecret } from "../platform/secret";
import { isWellFormed } from "./format";
import { ENDED } from "./store";
import { endedAs, idsOf, SUBJECT, subjectOf, unchanged, type SubjectRow } from "./subject";

interface Hit extends SubjectRow {
  readonly digest: string;
  readonly secret_last4: string;
  readonly state: "current" | "previous" | "retired";
  readonly retires_at: number | null;
  readonly leaked_at: number | null;
}

type LeakCtx = Pick<Ctx, "env" | "db" | "now" | "requestId" | "ip" | "defer">;

/** Takes in a report. What is no whole key costs no look-up. Throws 429. */
export async function report(ctx: LeakCtx, tokens: readonly string[]): Promise<Reply<{ received: number }>> {
  await guard(ctx.env, "leaks", addressOf(ctx.ip));
  const digests = [...new Set(tokens.map((token) => token.trim()).filter(isWellFormed))].map((token) => hash(ctx.env.KEY_PEPPER, new PlainSecret(token)));
  const revoked = digests.length > 0 ? await revokeAll(ctx, digests) : [];
  if (revoked.length > 0 && (await tell(ctx.env, ctx.db, { keys: revoked })) > 0) ctx.defer(insist(ctx, revoked));
  return { status: 202, body: { received: tokens.length } };
}

async function revokeAll(ctx: LeakCtx, digests: readonly HashedSecret[]): Promise<readonly string[]> {
  const source = { ...systemCtx("", ctx.now), actor: { type: "system", id: "leak_report" } as const, requestId: ctx.requestId, ip: ctx.ip };
  let revoked: readonly string[] = [];
  await commit(source, ctx.db.control, async (): Promise<Plan<"control", never>> => {
    const hits = await ctx.db.control.all<Hit>(
      control(
        `SELECT ${SUBJECT}, s.digest, s.last4 AS secret_last4, s.state, s.retires_at, s.leaked_at FROM key_secrets s JOIN keys k ON k.id = s.key_id
          WHERE s.digest IN (SELECT value FROM json_each(?))`,
        JSON.stringify(digests),
      ),
    );
    const living = hits.filter((hit) => !ENDED.has(hit.status));
    const working = [...new Map(living.filter((hit) => works(hit, ctx.now)).map((hit) => [hit.id, hit])).values()];
    revoked = working.map(({ id }) => id);
    // A secret that is out of use harms nobody; that it went about is worth knowing, once.
    const out = living.filter((hit) => !works(hit, ctx.now) && hit.leaked_at === null && !revoked.includes(hit.id));
    const first = [...working, ...out];
    if (first.length === 0) return { reply: { status: 202 }, writes: [], events: [] };
    return {
      reply: { status: 202 },
      guards: [unchanged(first.filter(({ id }, i) => first.findIndex((one) => one.id === id) === i))],
      writes: [
        control("UPDATE key_secrets SET leaked_at = ? WHERE leaked_at IS NULL AND digest IN (SELECT value FROM json_each(?))", ctx.now, JSON.stringify(first.map(({ digest }) => digest))),
        ...(working.length === 0
          ? []
          : [
              control("UPDATE keys SET status = 'revoked', version = version + 1, updated_at = ? WHERE id IN (SELECT value FROM json_each(?))", ctx.now, idsOf(working)),
              ...raiseKeys(revoked, ctx.now),
            ]),
      ],
      events: [...working.map((hit) => leaked(hit, true)), ...out.map((hit) => leaked(hit, false))],
    };
  });
  return revoked;
}

const works = ({ state, retires_at: until }: Hit, now: number): boolean => state === "current" || (state === "previous" && (until ?? 0) > now);

const leaked = (hit: Hit, revoked: boolean): EventDraft => ({
  type: "key.leaked",
  ...subjectOf(hit),
  ...(revoked ? endedAs(hit, "revoked") : {}),
  data: { name: hit.name, last4: hit.secret_last4, revoked },
  notice: { severity: revoked ? "critical" : "warning" },
});

const AGAIN_MS = [SECOND, 2 * SECOND, 5 * SECOND, 10 * SECOND] as const;

/** Gates that could not be told are told again, before the sweep comes. The answer must not say that there are any. */
async function insist(ctx: LeakCtx, keys: readonly string[]): Promise<void> {
  for (const ms of AGAIN_MS) {
    await scheduler.wait(ms);
    if ((await tell(ctx.env, ctx.db, { keys })) === 0) return;
  }
}

// Leaked keys: whoever finds some reports them. What works is revoked before the answer, and its admins are told; the
// answer is the same whatever was found.
import { addressOf } from "../limits/address";
import { guard } from "../limits/guards";
import { raiseKeys } from "../limits/store";
import { tell } from "../limits/switches";
import { commit, systemCtx, type Plan } from "../platform/commit";
import type { Ctx, Environment } from "../platform/context";
import type { Reply } from "../platform/endpoint";
import type { EventDraft } from "../platform/events";
import { control } from "../platform/sql";
import { hash, PlainSecret } from "../platform/secret";
import { isWellFormed } from "./format";
import { ENDED, type KeyStatus } from "./store";

interface Hit {
  id: string;
  org_id: string;
  environment: Environment;
  location_id: string | null;
  name: string;
  last4: string;
  status: KeyStatus;
  version: number;
  state: "current" | "previous" | "retired";
}

/** Takes in a report. What is no whole key costs no look-up. */
export async function report(ctx: Pick<Ctx, "env" | "db" | "now" | "requestId" | "ip">, tokens: readonly string[]): Promise<Reply<{ received: number }>> {
  await guard(ctx.env, "leaks", addressOf(ctx.ip));
  const digests = [...new Set(tokens.map((token) => token.trim()).filter(isWellFormed))].map((token) => hash(ctx.env.KEY_PEPPER, new PlainSecret(token)));
  if (digests.length > 0) await revokeAll(ctx, digests);
  return { status: 202, body: { received: tokens.length } };
}

async function revokeAll(ctx: Pick<Ctx, "env" | "db" | "now" | "requestId" | "ip">, digests: readonly string[]): Promise<void> {
  const { control: database } = ctx.db;
  const source = { ...systemCtx("", ctx.now), actor: { type: "system", id: "leak_report" } as const, requestId: ctx.requestId, ip: ctx.ip };
  let revoked: string[] = [];
  await commit(source, database, async (): Promise<Plan<"control", never>> => {
    const hits = await database.all<Hit>(
      control(
        `SELECT k.id, k.org_id, k.environment, k.location_id, k.name, s.last4, k.status, k.version, s.state FROM key_secrets s JOIN keys k ON k.id = s.key_id
          WHERE s.digest IN (SELECT value FROM json_each(?))`,
        JSON.stringify(digests),
      ),
    );
    // A secret that is out of use harms nobody; that it went about is still worth knowing.
    const living = hits.filter((hit) => !ENDED.has(hit.status));
    const working = living.filter(({ state }) => state !== "retired");
    revoked = [...new Set(working.map(({ id }) => id))];
    const out = living.filter(({ id, state }) => state === "retired" && !revoked.includes(id));
    const keys = JSON.stringify(revoked);
    return {
      reply: { status: 202 },
      guards: [
        { database: "control", sql: "SELECT count(*) = ? FROM keys WHERE status NOT IN ('revoked', 'expired', 'deleted') AND id IN (SELECT value FROM json_each(?))", params: [revoked.length, keys] },
      ],
      writes:
        revoked.length === 0
          ? []
          : [control("UPDATE keys SET status = 'revoked', version = version + 1, updated_at = ? WHERE id IN (SELECT value FROM json_each(?))", ctx.now, keys), ...raiseKeys(revoked, ctx.now)],
      events: [...working.filter(({ id }, i) => working.findIndex((one) => one.id === id) === i).map((hit) => leaked(hit, true)), ...out.map((hit) => leaked(hit, false))],
    };
  });
  if (revoked.length > 0) await tell(ctx.env, ctx.db, { keys: revoked });
}

const leaked = (hit: Hit, works: boolean): EventDraft => ({
  type: "key.leaked",
  org: hit.org_id,
  subject: hit.id,
  version: works ? hit.version + 1 : hit.version,
  environment: hit.environment,
  location: hit.location_id,
  ...(works ? { changes: { status: { from: hit.status, to: "revoked" } } } : {}),
  data: { name: hit.name, last4: hit.last4, revoked: works },
  notice: { severity: works ? "critical" : "warning" },
});

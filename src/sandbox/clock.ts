// The clock of an organization's sandbox: put forward, never back, and what that much time brings to the sandbox keys happens
// before the answer. Nothing live hears of it.
import { usedAt } from "../keys/dues";
import { raiseSandbox } from "../limits/store";
import { effectively } from "../limits/switches";
import { DAY, rfc3339, SECOND } from "../platform/clock";
import { commit, type Plan } from "../platform/commit";
import type { OrgCtx } from "../platform/context";
import type { Reply } from "../platform/endpoint";
import { invalid, notFound } from "../platform/problems";
import { control } from "../platform/sql";
import { catchUp, hasCaughtUp } from "./catch-up";
import type { Clock } from "./schema";

const MAX_AHEAD_MS = 4_000 * DAY;

interface ClockRow {
  readonly sandbox_ahead: number;
  readonly version: number;
}

async function read({ db, org }: OrgCtx): Promise<ClockRow> {
  const row = await db.control.first<ClockRow>(control("SELECT sandbox_ahead, version FROM organizations WHERE id = ?", org));
  if (!row) throw notFound("No such organization.");
  return row;
}

const clockOf = ({ trueNow }: OrgCtx, aheadMs: number, settled: boolean): Clock => ({
  now: rfc3339(trueNow + aheadMs), offset_seconds: aheadMs / SECOND, real_now: rfc3339(trueNow), settled,
});

export async function show(ctx: OrgCtx): Promise<Reply<Clock>> {
  const [{ sandbox_ahead: ahead }, settled] = await Promise.all([read(ctx), hasCaughtUp(ctx.db, ctx.org, ctx.trueNow)]);
  return { status: 200, body: clockOf(ctx, ahead, settled) };
}

/** Of two at once each adds its own. Throws `not_yet_effective` (503) while a gate could not be told, 422. */
export async function advance(ctx: OrgCtx, byMs: number): Promise<Reply<Clock>> {
  const { org, trueNow, principal } = ctx;
  let ahead = 0;
  const plan = async (): Promise<Plan<"control", Clock>> => {
    const before = await read(ctx);
    ahead = before.sandbox_ahead + byMs;
    if (ahead > MAX_AHEAD_MS) {
      throw invalid([{ pointer: "/advance", code: "too_far", message: `a sandbox can be at most ${MAX_AHEAD_MS / DAY} days ahead` }]);
    }
    const [from, to] = [trueNow + before.sandbox_ahead, trueNow + ahead];
    return {
      reply: { status: 200, body: clockOf(ctx, ahead, false) },
      guards: [{ database: "control", sql: "SELECT sandbox_ahead = ? FROM organizations WHERE id = ?", params: [before.sandbox_ahead, org] }],
      writes: [
        control("UPDATE organizations SET sandbox_ahead = ? WHERE id = ?", ahead, org),
        ...(principal.key ? [usedAt(principal.key.id, to, ctx.ip)] : []),
        ...raiseSandbox(org, trueNow),
      ],
      events: [
        {
          type: "sandbox.clock_advanced", subject: org, version: before.version, environment: "sandbox",
          data: { from: rfc3339(from), to: rfc3339(to), by: `PT${byMs / SECOND}S` },
        },
      ],
    };
  };
  const reply = await effectively(ctx, () => commit(ctx, ctx.db.control, plan));
  // The clock stands. What fails from here on is the sweep's to do.
  const settled = await catchUp(ctx.env, org, ahead).then(
    () => hasCaughtUp(ctx.db, org, trueNow),
    (error: unknown) => {
      ctx.defer(Promise.reject(error));
      return false;
    },
  );
  return { ...reply, body: clockOf(ctx, ahead, settled) };
}

// Inactivity, whatever cron does: random schedules of upkeep and uses on a steered clock, against the rules of the contract.
import { env } from "cloudflare:workers";
import * as fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import * as z from "zod";
import { expireIdle } from "../src/keys/expiry";
import { DAY, HOUR, MINUTE } from "../src/platform/clock";
import { world, type Client, type World } from "./world";

const START = Date.UTC(2027, 0, 1);
const LAST = 110 * DAY;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"] });
  vi.setSystemTime(START);
});
afterEach(() => {
  vi.useRealTimers();
});

type Act = { readonly at: number } & ({ readonly use: number } | { readonly run: number });

interface Told {
  type: string;
  subject: string;
  at: number;
  days: number | null;
  since: number;
}

const row = z.object({ type: z.string(), subject: z.string(), occurred_at: z.number(), data: z.string().nullable() });

async function toldIn(w: World): Promise<Told[]> {
  const { results } = await env.DB.prepare("SELECT type, subject, occurred_at, data FROM events WHERE org_id = ? AND type IN ('key.expiring', 'key.deleted') ORDER BY seq").bind(w.org).all();
  return results.map((one) => {
    const { type, subject, occurred_at: at, data } = row.parse(one);
    const { days_left: days = null, unused_since: since } = JSON.parse(data ?? "{}");
    return { type, subject, at, days, since: Date.parse(since) };
  });
}

interface History {
  keys: Client[];
  uses: { key: number; at: number; status: number }[];
  runs: number[];
  told: Told[];
}

async function play(w: World, keys: Client[], acts: readonly Act[]): Promise<History> {
  const uses: History["uses"] = [];
  const runs: number[] = [];
  for (const act of acts.toSorted((a, b) => a.at - b.at)) {
    vi.setSystemTime(START + act.at);
    if ("use" in act) {
      const { status } = (await keys[act.use]?.get("/v1/ping")) ?? { status: 0 };
      uses.push({ key: act.use, at: START + act.at, status });
    } else {
      runs.push(START + act.at);
      await Promise.all(Array.from({ length: act.run }, () => expireIdle(env, START + act.at)));
    }
  }
  return { keys, uses, runs, told: await toldIn(w) };
}

const WINDOWS = [{ days: 15, next: 7 }, { days: 7, next: 1 }, { days: 1, next: 0 }] as const;

/** The rules, of each key of a history. `through` is when it ended. */
function check({ keys, uses, runs, told }: History): void {
  for (const [i, key] of keys.entries()) {
    const of = told.filter(({ subject }) => subject === key.id);
    const deleted = of.find(({ type }) => type === "key.deleted");
    const notices = of.filter(({ type }) => type === "key.expiring");
    const used = [START, ...uses.filter((one) => one.key === i && one.status === 200).map(({ at }) => at)];
    for (const since of used) {
      const next = used.find((at) => at > since) ?? Number.POSITIVE_INFINITY;
      const end = Math.min(next, deleted?.at ?? Number.POSITIVE_INFINITY);
      for (const { days, next: after } of WINDOWS) {
        const [from, to] = [since + (90 - days) * DAY, since + (90 - after) * DAY];
        const sent = notices.filter((one) => one.since === since && one.days === days);
        const ran = runs.some((at) => at >= from && at < Math.min(to, end));
        expect([i, since - START, days, sent.length]).toEqual([i, since - START, days, ran ? 1 : days === 1 ? sent.length : 0]);
        expect(sent.length).toBeLessThanOrEqual(1);
      }
    }
    // None after a use: each notice is of the period that it was sent in.
    for (const { at, since } of notices) expect([since, used.filter((one) => one <= at).at(-1)]).toEqual([since, since]);
    if (deleted) {
      const lastUse = used.filter((at) => at <= deleted.at).at(-1) ?? 0;
      const warned = notices.find(({ days, since }) => days === 1 && since === lastUse);
      expect(deleted.at - lastUse).toBeGreaterThanOrEqual(90 * DAY);
      expect(deleted.at - (warned?.at ?? deleted.at)).toBeGreaterThanOrEqual(DAY);
      expect(uses.filter((one) => one.key === i && one.at > deleted.at && one.status === 200)).toEqual([]);
    }
  }
}

const hourly = (from: number, to: number): Act[] => Array.from({ length: Math.ceil((to - from) / HOUR) }, (_, n) => ({ at: from + n * HOUR, run: 1 }));

describe("an unused key", () => {
  it("hourly runs: 15, 7, 1, deleted at 90 days; used keys live on; none is alive 2 h past its end", async () => {
    const w = await world();
    const keys = await Promise.all([0, 1, 2, 3].map(() => w.key({ kind: "agency" })));
    const acts: Act[] = [
      { at: 10 * DAY + 17 * MINUTE, use: 1 },
      { at: 89 * DAY + 23 * HOUR + 59 * MINUTE, use: 2 },
      { at: 80 * DAY, use: 3 },
      ...hourly(74 * DAY, 76 * DAY), ...hourly(82 * DAY, 86 * DAY), ...hourly(88 * DAY, 93 * DAY), ...hourly(94 * DAY, 102 * DAY),
    ];
    const history = await play(w, keys, acts);
    check(history);
    const [never, once] = keys.map((key) => history.told.filter(({ subject }) => subject === key.id).map(({ type, days, at }) => [type, days, Math.floor((at - START) / DAY)]));
    expect(never).toEqual([["key.expiring", 15, 75], ["key.expiring", 7, 83], ["key.expiring", 1, 89], ["key.deleted", null, 90]]);
    expect(once?.at(-1)).toEqual(["key.deleted", null, 100]);
    const ends = history.told.filter(({ type }) => type === "key.deleted").map(({ at, since }) => at - since - 90 * DAY);
    expect(ends).toHaveLength(2);
    expect(Math.max(...ends)).toBeLessThan(2 * HOUR);
  });

  it("a use that only its gate knows of saves it, also while the run is under way; nothing is told of it", async () => {
    const w = await world();
    const key = await w.key({ kind: "agency" });
    await play(w, [key], [{ at: 75 * DAY, run: 1 }, { at: 83 * DAY, run: 1 }, { at: 89 * DAY, run: 1 }]);
    vi.setSystemTime(START + 90 * DAY);
    expect((await key.get("/v1/ping")).status).toBe(200);
    // As if the gate's own word to D1 had been lost.
    await env.DB.prepare("UPDATE keys SET last_used_at = NULL WHERE id = ?").bind(key.id).run();
    const [, ...answers] = await Promise.all([expireIdle(env, START + 90 * DAY + 1), ...Array.from({ length: 10 }, () => key.get("/v1/ping"))]);
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 10 }, () => 200));
    expect((await toldIn(w)).map(({ days }) => days)).toEqual([15, 7, 1]);
    const { last_used_at: at } = z.object({ last_used_at: z.number() }).parse(await env.DB.prepare("SELECT last_used_at FROM keys WHERE id = ?").bind(key.id).first());
    expect(at).toBe(START + 90 * DAY);
  });

  it("50 random histories: missed, doubled, concurrent and late runs, uses in between", async () => {
    const at = fc.integer({ min: 0, max: LAST / MINUTE }).map((minutes) => minutes * MINUTE);
    // Where it matters: around the notices and the end of a key that is not used.
    const near = fc.tuple(fc.constantFrom(75, 83, 89, 90, 91), fc.integer({ min: -90, max: 90 })).map(([day, minutes]) => day * DAY + minutes * MINUTE);
    const when = fc.oneof(at, near);
    const run = when.map((time): Act => ({ at: time, run: 1 }));
    const crowd = when.map((time): Act => ({ at: time, run: 3 }));
    const stretch = fc.tuple(when, fc.integer({ min: 1, max: 40 }), fc.constantFrom(HOUR, 6 * HOUR, DAY)).map(([from, count, gap]): Act[] =>
      Array.from({ length: count }, (_, n) => ({ at: from + n * gap, run: 1 })),
    );
    // A millisecond beside the runs: of two acts at one time no clock could say which came first.
    const use = fc.tuple(when, fc.integer({ min: 0, max: 2 })).map(([time, key]): Act => ({ at: time + 1, use: key }));
    await fc.assert(
      fc.asyncProperty(
        fc.array(run, { maxLength: 25 }), fc.array(crowd, { maxLength: 6 }), fc.array(stretch, { maxLength: 4 }), fc.array(use, { maxLength: 5 }),
        async (runs, crowds, stretches, uses) => {
          vi.setSystemTime(START);
          const w = await world();
          const keys = await Promise.all([0, 1, 2].map(() => w.key({ kind: "agency" })));
          check(await play(w, keys, [...runs, ...crowds, ...stretches.flat(), ...uses]));
        },
      ),
      { numRuns: 50 },
    );
  });
});

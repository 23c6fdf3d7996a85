// Upkeep and sandboxes that are ahead: cron goes on from where an advance broke off and by the sandbox's time from then on,
// and is asked one question more where there is none.
import { env } from "cloudflare:workers";
import * as fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { DAY, HOUR, MINUTE } from "../src/platform/clock";
import { routes } from "../src/routes";
import { run } from "../src/upkeep/upkeep";
import { altered, front, recorded, unreachable } from "./front";
import { steered } from "./steered";
import { times, world, type Client, type Json, type World } from "./world";

const START = Date.UTC(2029, 0, 1);
const upkeep = steered(START);
const of = async (w: World, key: Client): Promise<Json[]> =>
  (await w.events("control")).filter(({ subject, type }) => subject === key.id && type !== "key.created").map(({ type, data }) => [type, data?.days_left ?? null]);

it("where no sandbox is ahead, or none has something due, a minute's upkeep asks one question for them, which reads next to nothing", async () => {
  const w = await world();
  const by = await w.key({ environment: "sandbox" });
  await Promise.all(times(5, () => w.key()));
  const asked = async (): Promise<number[]> => {
    const { bindings, ran } = recorded("DB");
    await run("* * * * *", START, bindings, routes);
    return ran.filter(({ sql }) => sql.includes("organizations_ahead")).map(({ rowsRead }) => rowsRead);
  };
  const before = await asked();
  await by.post("/v1/sandbox/clock", { advance: "P1D" });
  const after = await asked();
  expect([before.length, after.length]).toEqual([1, 1]);
  expect(before[0]).toBeLessThan(10);
  expect(after[0]).toBeLessThan(20);
});

describe("a sandbox ahead", () => {
  it("is kept by its own time: nothing is due early or late there, and live keys go by the true one", async () => {
    const w = await world();
    const [by, idle, live] = [await w.key({ environment: "sandbox" }), await w.key({ environment: "sandbox", expiresAt: START + 200 * DAY }), await w.key()];
    await by.post("/v1/sandbox/clock", { advance: "P70D" });
    await upkeep(4 * DAY, 5 * DAY - MINUTE);
    expect(await of(w, idle)).toEqual([]);
    await upkeep(5 * DAY, 5 * DAY + MINUTE, 12 * DAY);
    expect(await of(w, idle)).toEqual([["key.expiring", 15]]);
    // The one who put it forward was used at day 70 of the sandbox, which is day 0 of the true time.
    await upkeep(13 * DAY, 19 * DAY, 20 * DAY, 20 * DAY + HOUR);
    expect(await of(w, idle)).toEqual([["key.expiring", 15], ["key.expiring", 7], ["key.expiring", 1], ["key.deleted", null]]);
    expect([await of(w, by), await of(w, live)]).toEqual([[], []]);
    await upkeep(75 * DAY);
    expect([await of(w, by), await of(w, live)]).toEqual([[["key.expiring", 15]], [["key.expiring", 15]]]);
  });

  it("whose advance broke off is taken on by the sweep: each notice in its window, each once", async () => {
    const w = await world();
    const [by, idle, ends] = [await w.key({ environment: "sandbox" }), await w.key({ environment: "sandbox" }), await w.key({ environment: "sandbox", expiresAt: START + 30 * DAY })];
    const answer = await by.through(front(unreachable(new Set([idle.id])))).post("/v1/sandbox/clock", { advance: "P100D" });
    expect(answer.status).toBe(503);
    expect([await of(w, idle), await of(w, ends)]).toEqual([[], []]);
    vi.setSystemTime(START + MINUTE);
    await Promise.all(times(2, () => run("* * * * *", START + MINUTE, env, routes)));
    expect(await of(w, idle)).toEqual([["key.expiring", 15], ["key.expiring", 7], ["key.expiring", 1], ["key.deleted", null]]);
    expect(await of(w, ends)).toEqual([["key.expiring", 7], ["key.expiring", 1], ["key.expired", null]]);
    expect((await by.get("/v1/sandbox/clock")).body.settled).toBe(true);
    expect((await idle.get("/v1/ping")).body.code).toBe("key_deleted");
  });

  it("a use that its gate tells D1 of at this very moment: the key is looked at again an hour later, and each notice comes in its window", async () => {
    const w = await world();
    const [by, key] = [await w.key({ environment: "sandbox" }), await w.key({ environment: "sandbox" })];
    const stored = () => env.DB.prepare("SELECT last_used_at AS at FROM keys WHERE id = ?").bind(key.id).first("at");
    vi.setSystemTime(START + 10 * MINUTE);
    await key.get("/v1/ping");
    await expect.poll(stored, { timeout: 5_000 }).toBe(START + 10 * MINUTE);
    await env.DB.prepare("UPDATE keys SET last_used_at = NULL WHERE id = ?").bind(key.id).run();
    let told = false;
    const DB = altered(env.DB, {
      prepare: (sql: string) => {
        told ||= sql.startsWith("UPDATE keys SET last_used_at = one.value");
        return env.DB.prepare(sql);
      },
      batch: async <T>(statements: D1PreparedStatement[]) => {
        if (told) await env.DB.prepare("UPDATE keys SET last_used_at = ? WHERE id = ?").bind(START + 10 * MINUTE, key.id).run();
        return env.DB.batch<T>(statements);
      },
    });
    const { body } = await by.through(front({ ...env, DB })).post("/v1/sandbox/clock", { advance: "P200D" });
    expect([told, body.settled]).toEqual([true, true]);
    expect(await of(w, key)).toEqual([["key.expiring", 15], ["key.expiring", 7], ["key.expiring", 1], ["key.deleted", null]]);
    const [first] = (await w.events("control")).filter(({ subject, type }) => subject === key.id && type === "key.expiring");
    expect(first?.data).toMatchObject({ unused_since: new Date(START + 10 * MINUTE).toISOString(), sandbox_time: new Date(START + 75 * DAY + HOUR).toISOString() });
  });

  it("many keys, each due in an hour of its own: more than one call does is left to the sweep, and nothing is left out", async () => {
    const w = await world();
    const keys: Client[] = [];
    for (let i = 0; i < 20; i += 1) {
      vi.setSystemTime(START + i * 5 * HOUR);
      keys.push(await w.key({ environment: "sandbox" }));
    }
    const by = await w.key({ environment: "sandbox" });
    expect((await by.post("/v1/sandbox/clock", { advance: "P100D" })).body).toMatchObject({ settled: false });
    for (let i = 1; i <= 4; i += 1) await upkeep(4 * DAY + 4 * HOUR + i * MINUTE);
    expect((await by.get("/v1/sandbox/clock")).body.settled).toBe(true);
    for (const key of keys) expect(await of(w, key)).toEqual([["key.expiring", 15], ["key.expiring", 7], ["key.expiring", 1], ["key.deleted", null]]);
  });
});

describe("random histories", () => {
  const act = fc.oneof(
    { weight: 3, arbitrary: fc.integer({ min: 1, max: 45 * 24 }).map((hours) => ({ advance: `PT${hours}H` })) },
    { weight: 1, arbitrary: fc.constant({ advance: "P120D" }) },
    { weight: 2, arbitrary: fc.integer({ min: 0, max: 1 }).map((use) => ({ use })) },
  );
  const WINDOWS = [[15, 75], [7, 83], [1, 89]] as const;

  it("of advances and uses: each notice once in each idle period that came so far, within the hour, and the end a day after the last", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(act, { minLength: 3, maxLength: 14 }), async (acts) => {
        vi.setSystemTime(START);
        const w = await world();
        const [by, ...keys] = await Promise.all(times(3, () => w.key({ environment: "sandbox" })));
        if (!by) throw new Error("no key");
        const periods = keys.map(() => [{ since: START, until: START }]);
        for (const one of acts) {
          vi.setSystemTime(Date.now() + 1);
          if ("advance" in one) {
            const { body } = await by.post("/v1/sandbox/clock", one);
            expect(body.settled).toBe(true);
            for (const mine of periods) Object.assign(mine.at(-1) ?? {}, { until: Date.parse(body.now) });
          } else {
            const { status, body } = (await keys[one.use]?.get("/v1/ping")) ?? { status: 0, body: null };
            if (status === 200) periods[one.use]?.push({ since: Date.parse(body.time), until: Date.parse(body.time) });
          }
        }
        const events = await w.events("control");
        for (const [i, key] of keys.entries()) {
          const told = events.filter(({ subject, type }) => subject === key.id && type !== "key.created").map(({ type, data }) => ({ type, days: data.days_left, at: Date.parse(data.sandbox_time), since: Date.parse(data.unused_since) }));
          const expected = (periods[i] ?? []).flatMap(({ since, until }) => [
            ...WINDOWS.filter(([, day]) => until >= since + day * DAY).map(([days]) => [since, "key.expiring", days]),
            ...(told.some(({ type }) => type === "key.deleted") && until >= since + 90 * DAY ? [[since, "key.deleted", undefined]] : []),
          ]);
          expect(told.map(({ type, days, since }) => [since, type, days])).toEqual(expected);
          for (const { days, at, since } of told) {
            const due = since + (WINDOWS.find(([one]) => one === days)?.[1] ?? 90) * DAY;
            // An hour for the step, one more where the gate told D1 of a use in the midst of one; the end is a day after the last notice.
            expect(at).toSatisfy((ms: number) => ms >= due && ms < due + (days === undefined ? 4 : 2) * HOUR);
          }
          const { since = 0, until = 0 } = periods[i]?.at(-1) ?? {};
          const ended = (await key.get("/v1/ping")).body.code === "key_deleted";
          if (until >= since + 90 * DAY + 4 * HOUR) expect(ended).toBe(true);
          if (until < since + 90 * DAY) expect(ended).toBe(false);
        }
        expect((await by.get("/v1/ping")).status).toBe(200);
      }),
      { numRuns: 25 },
    );
  });
});

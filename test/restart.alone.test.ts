// What outlives an object's memory, and what it costs: evictions and restarts at any moment.
import { abortAllDurableObjects, evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import * as fc from "fast-check";
import { afterEach, describe, expect, it, vi } from "vitest";
import { BLOCK_MS } from "../src/limits/gate";
import { full, policiesOf, take, tokensIn, type Level } from "../src/limits/bucket";
import { tally, times, world, type Client } from "./world";

/** Aborts every object; the calls that are cut off by it say so, and are no fault here. */
async function restart(): Promise<void> {
  const noise = vi.spyOn(console, "error").mockImplementation(() => undefined);
  await scheduler.wait(100);
  await abortAllDurableObjects();
  noise.mockRestore();
}

const gateOf = (key: Client) => env.GATE.getByName(key.id);
const left = (headers: Headers, policy: string): number => Number(new RegExp(`"${policy}";r=(\\d+)`).exec(headers.get("RateLimit") ?? "")?.[1]);

afterEach(() => {
  vi.useRealTimers();
});

describe("restart", () => {
  it("200 with no token more than was left, and at most a block fewer", async () => {
    const key = await (await world()).key({ limits: { hour: 500, second: 1, burst: 100, inflight: 50 } });
    const before = await Promise.all(times(30, () => key.get("/v1/ping")));
    const last = Math.min(...before.map(({ headers }) => left(headers, "hour")));
    await restart();
    const { status, headers } = await key.get("/v1/ping");
    expect(status).toBe(200);
    expect(left(headers, "hour")).toBeLessThan(last);
    expect(left(headers, "hour")).toBeGreaterThanOrEqual(last - 1 - 30);
  });

  it("401 for a revoked key also after one: the end is not forgotten", async () => {
    const w = await world();
    const [owner, key] = [await w.key({ kind: "agency" }), await w.key()];
    await key.get("/v1/ping");
    await owner.delete(`/v1/keys/${key.id}`);
    await restart();
    expect(tally(await Promise.all(times(20, () => key.get("/v1/ping"))))).toEqual({ 401: 20 });
  });

  it("an idle gate stores what is left exactly, so that its eviction costs nothing", async () => {
    const key = await (await world()).key({ limits: { hour: 500, second: 1, burst: 100, inflight: 50 } });
    await Promise.all(times(30, () => key.get("/v1/ping")));
    vi.useFakeTimers({ toFake: ["Date"] });
    vi.setSystemTime(Date.now() + 9_000);
    await runDurableObjectAlarm(gateOf(key));
    const before = await gateOf(key).peek(1);
    await evictDurableObject(gateOf(key));
    expect((await gateOf(key).peek(1))?.hour).toEqual(before?.hour);
  });

  it("whatever is used, waited and crashed: never more passes than an exact bucket allows, and a crash costs at most a block", async () => {
    const limits = { hour: 400, second: 5, burst: 50, inflight: 1_000 };
    const policies = policiesOf(limits);
    const step = fc.oneof(
      fc.record({ use: fc.integer({ min: 1, max: 30 }) }),
      fc.record({ wait: fc.integer({ min: 1, max: 20_000 }) }),
      fc.constant({ crash: true }),
    );
    const w = await world();
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
        const key = await w.key({ limits });
        vi.useFakeTimers({ toFake: ["Date"] });
        const stub = gateOf(key);
        let exact: readonly Level[] = policies.map((policy) => full(policy, Date.now()));
        const uses: number[] = [];
        let block = 1;
        for (const one of steps) {
          if ("wait" in one) vi.setSystemTime(Date.now() + one.wait);
          else if ("crash" in one) {
            const before = await stub.peek(1);
            await evictDurableObject(stub);
            const after = await stub.peek(1);
            expect(after?.hour.remaining).toBeLessThanOrEqual(before?.hour.remaining ?? 0);
            expect(after?.burst.remaining).toBeLessThanOrEqual(before?.burst.remaining ?? 0);
            const inflow = policies.map(({ perPeriod, periodMs }) => Math.ceil((BLOCK_MS * perPeriod) / periodMs));
            expect((before?.hour.remaining ?? 0) - (after?.hour.remaining ?? 0)).toBeLessThanOrEqual(block + (inflow[0] ?? 0) + 1);
            expect((before?.burst.remaining ?? 0) - (after?.burst.remaining ?? 0)).toBeLessThanOrEqual(block + (inflow[1] ?? 0) + 1);
          } else {
            for (let i = 0; i < one.use; i += 1) {
              const word = await stub.admit({ epoch: 1, cost: 1, operation: "ping", ip: null, secret: null });
              if (word.kind !== "admitted") continue;
              uses.push(Date.now());
              block = Math.max(block, uses.filter((at) => at > Date.now() - BLOCK_MS).length);
              const decision = take(policies, exact, Date.now(), 1);
              exact = decision.levels;
              // Had the exact bucket refused, a token would have been given twice.
              expect(decision.admitted).toBe(true);
            }
          }
        }
        const end = await stub.peek(1);
        const [hour] = take(policies, exact, Date.now(), 0).levels;
        if (hour) expect(end?.hour.remaining).toBeLessThanOrEqual(tokensIn(policies[0], hour));
        vi.useRealTimers();
      }),
      { numRuns: 40 },
    );
  });
});

describe("leases", () => {
  it("free themselves after a minute when nobody gives them back", async () => {
    const key = await (await world()).key({ limits: { inflight: 1 } });
    await runInDurableObject(gateOf(key), async (gate) => {
      vi.useFakeTimers({ toFake: ["Date"] });
      const ask = () => gate.admit({ epoch: 1, cost: 1, operation: "ping", ip: null, secret: null });
      expect((await ask()).kind).toBe("admitted");
      vi.setSystemTime(Date.now() + 59_000);
      expect((await ask()).kind).toBe("limited");
      vi.setSystemTime(Date.now() + 1_001);
      expect((await ask()).kind).toBe("admitted");
    });
  });
});

import { env } from "cloudflare:workers";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BOUNDS_MS, BUCKET_COLUMNS, bucketOf, emptyHistogram, quantile } from "../src/limits/histogram";

function histogramOf(durations: readonly number[]): number[] {
  const counts = emptyHistogram();
  for (const ms of durations) counts[bucketOf(ms)] = (counts[bucketOf(ms)] ?? 0) + 1;
  return counts;
}

const statements = env.MIGRATIONS.log.find(({ name }) => name === "0002_usage.sql")?.queries.filter((sql) => /^\s*(--.*\n\s*)*(INSERT|DELETE)/.test(sql)) ?? [];

it("what was counted before moves over, with the environment that its key is known by", async () => {
  const [org, hour] = [crypto.randomUUID(), 3_600_000];
  const old = env.LOG.prepare("INSERT INTO usage (org_id, hour, key_id, operation, status, location_id, requests, ms) VALUES (?, ?, ?, 'ping', 200, '', 7, 70)");
  const seen = env.LOG.prepare("INSERT INTO requests (org_id, key_id, at, method, route, operation, params, environment, status, ms, request_id) VALUES (?, ?, 1, 'GET', '/v1/ping', 'ping', '[]', 'sandbox', 200, 1, ?)");
  await env.LOG.batch([old.bind(org, hour, `${org}-a`), old.bind(org, hour, `${org}-b`), seen.bind(org, `${org}-b`, org)]);
  expect(statements).toHaveLength(2);
  await env.LOG.batch(statements.map((sql) => env.LOG.prepare(sql)));
  const { results } = await env.LOG.prepare("SELECT environment, requests, ms, ms_2 FROM usage_hours WHERE org_id = ? ORDER BY key_id").bind(org).all();
  expect(results).toEqual([{ environment: "live", requests: 7, ms: 70, ms_2: 0 }, { environment: "sandbox", requests: 7, ms: 70, ms_2: 0 }]);
  expect((await env.LOG.prepare("SELECT 1 FROM usage WHERE org_id = ?").bind(org).all()).results).toEqual([]);
});

describe("a latency histogram", () => {
  it.each([[0, 0], [2, 0], [3, 1], [4, 1], [5, 2], [500, 10], [501, 11], [10_000, 14], [10_001, 15], [99_999, 15]])("%i ms fall into bucket %i", (ms, bucket) => {
    expect(bucketOf(ms)).toBe(bucket);
  });

  it("has a column for each bucket", async () => {
    const { results } = await env.LOG.prepare("SELECT name FROM pragma_table_info('usage_hours') WHERE name LIKE 'ms\\_%' ESCAPE '\\'").all();
    expect(results.map(({ name }) => name)).toEqual(BUCKET_COLUMNS);
  });

  it("nothing measured has no quantile", () => {
    expect(quantile(emptyHistogram(), 0.5)).toBe(null);
  });

  it("a quantile never leaves the bucket of the true one, and grows with its share", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 30_000 }), { minLength: 1, maxLength: 200 }), fc.constantFrom(0.1, 0.5, 0.9, 0.95, 1), (durations, share) => {
        const exact = durations.toSorted((a, b) => a - b)[Math.ceil(share * durations.length) - 1] ?? 0;
        const told = quantile(histogramOf(durations), share) ?? -1;
        expect(bucketOf(told)).toBe(bucketOf(exact));
        expect(quantile(histogramOf(durations), 0.05) ?? -1).toBeLessThanOrEqual(told);
      }),
    );
  });

  it("of latencies as they are spread in life, p50 and p95 up to 1.5 s are within 25 %", () => {
    // Log-normal around a median, as latencies are: Box and Muller on a fixed sequence.
    const normal = (i: number): number => Math.sqrt(-2 * Math.log(((i * 0.618_034) % 1) * 0.999 + 0.000_5)) * Math.cos(2 * Math.PI * ((i * 0.414_214) % 1));
    for (const median of [3, 5, 8, 15, 25, 40, 70, 120, 200, 350, 700, 1_000]) {
      for (const spread of [0.4, 0.7, 1]) {
        const durations = Array.from({ length: 2_000 }, (_, i) => Math.round(median * Math.exp(spread * normal(i + 1)))).toSorted((a, b) => a - b);
        for (const share of [0.5, 0.95]) {
          const exact = durations[Math.ceil(share * durations.length) - 1] ?? 0;
          if (exact > 1_500) continue;
          const told = quantile(histogramOf(durations), share) ?? 0;
          expect([median, spread, share, exact, told, Math.abs(told - exact) <= Math.max(1, 0.25 * exact)]).toEqual([median, spread, share, exact, told, true]);
        }
      }
    }
  });

  it("its bounds lie at most a factor of 2 apart, where most answers are", () => {
    for (const [i, bound] of BOUNDS_MS.entries()) if (i > 0 && bound <= 3_000) expect(bound / (BOUNDS_MS[i - 1] ?? 1)).toBeLessThanOrEqual(2);
  });
});

import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { DAY, HOUR, rfc3339 } from "../src/platform/clock";
import { front, recorded } from "./front";
import { written } from "./spooled";
import { times, world, type Client, type Json, type World } from "./world";

interface Counted {
  hour: number;
  key?: string;
  operation?: string;
  status?: number;
  location?: string;
  environment?: string;
  requests?: number;
  /** Column of the histogram that holds them all. */
  took?: string;
}

/** Counters as gates write them. */
async function count(w: World, rows: readonly Counted[]): Promise<void> {
  const insert = rows.map(({ hour, key = "key_a", operation = "ping", status = 200, location = "", environment = "live", requests = 1, took }) =>
    env.LOG.prepare(`INSERT INTO usage_hours (org_id, hour, key_id, operation, status, location_id, environment, requests, ms${took ? `, ${took}` : ""}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0${took ? `, ${requests}` : ""})`)
      .bind(w.org, hour, key, operation, status, location, environment, requests),
  );
  for (let i = 0; i < insert.length; i += 500) await env.LOG.batch(insert.slice(i, i + 500));
}

async function walk(key: Client, path: string): Promise<{ rows: Json[]; pages: number }> {
  const rows: Json[] = [];
  for (let pages = 1, cursor = ""; ; pages += 1) {
    const { status, body } = await key.get(`${path}${cursor && `&cursor=${cursor}`}`);
    if (status !== 200) throw new Error(JSON.stringify(body));
    rows.push(...body.data);
    if (body.page.next_cursor === null) return { rows, pages };
    cursor = body.page.next_cursor;
  }
}

const T = Date.UTC(2026, 2, 10, 5);
const at = (ms: number): string => encodeURIComponent(rfc3339(ms));
const agency = (w: World, options = {}) => w.key({ kind: "agency", ...options });

describe("usage", () => {
  it("200 with what was called, refused and failed, from the gates' own counters", async () => {
    const w = await world();
    const key = await w.key({ limits: { burst: 3, second: 1, hour: 1_000 } });
    await key.get("/v1/ping");
    await key.get("/v1/contacts?limit=1");
    await key.get("/v1/contacts/con_nope");
    const refused = (await Promise.all(times(5, () => key.get("/v1/ping")))).filter(({ status }) => status === 429).length;
    await scheduler.wait(1_100);
    await written(key, 3 + 5 - refused);
    const reader = await agency(w);
    const { rows } = await walk(reader, "/v1/usage?by=operation&interval=day");
    expect(rows).toMatchObject([
      { operation: "contacts.get", requests: 1, refused: 0, errors: 1, p50_ms: expect.any(Number) },
      { operation: "contacts.list", requests: 1, refused: 0, errors: 0, p95_ms: expect.any(Number) },
      { operation: "ping", requests: 1 + 5, refused, errors: 0 },
    ]);
    const [here] = (await walk(reader, "/v1/usage?by=location&interval=day")).rows;
    expect(here).toMatchObject({ location: w.locations[0], requests: 8, refused, errors: 1 });
    expect((await walk(key, "/v1/usage?by=location&interval=day")).rows).toMatchObject([{ location: w.locations[0], requests: 8 }]);
  });

  it("sums by each dimension, hour and day; a refusal has no duration; null where nothing was measured", async () => {
    const w = await world();
    const key = await agency(w);
    await count(w, [
      { hour: T, requests: 90, took: "ms_12" },
      { hour: T, requests: 10, took: "ms_500", operation: "contacts.list", location: w.locations[0] },
      { hour: T, status: 429, requests: 7 },
      { hour: T + HOUR, status: 404, requests: 5, key: "key_b", took: "ms_2" },
      { hour: T + HOUR, status: 500, requests: 2, key: "key_b", took: "ms_2" },
      { hour: T + DAY, requests: 3 },
    ]);
    const ask = async (query: string) => (await walk(key, `/v1/usage?from=${at(T)}&to=${at(T + 2 * DAY)}&${query}`)).rows.map(({ time, ...rest }) => ({ time: Date.parse(time), ...rest }));
    const none = { p50_ms: null, p95_ms: null };
    expect(await ask("by=key&interval=day")).toEqual([
      { time: Date.UTC(2026, 2, 10), key: "key_a", requests: 107, refused: 7, errors: 0, p50_ms: expect.any(Number), p95_ms: expect.any(Number) },
      { time: Date.UTC(2026, 2, 10), key: "key_b", requests: 7, refused: 0, errors: 7, p50_ms: 1, p95_ms: 2 },
      { time: Date.UTC(2026, 2, 11), key: "key_a", requests: 3, refused: 0, errors: 0, ...none },
    ]);
    const [first] = await ask("by=key");
    expect(first).toMatchObject({ time: T, requests: 107 });
    expect(first.p50_ms > 7 && first.p50_ms <= 12 && first.p95_ms > 300 && first.p95_ms <= 500).toBe(true);
    expect((await ask("by=status")).map((row) => [row.time - T, row.status, row.requests])).toEqual([[0, 200, 100], [0, 429, 7], [HOUR, 404, 5], [HOUR, 500, 2], [DAY, 200, 3]]);
    expect((await ask("by=location")).map((row) => [row.time - T, row.location, row.requests])).toEqual([[0, null, 97], [0, w.locations[0], 10], [HOUR, null, 7], [DAY, null, 3]]);
    expect((await ask("by=operation&status=4xx")).map((row) => [row.operation, row.requests])).toEqual([["ping", 7], ["ping", 5]]);
    expect((await ask("by=operation&status=404")).map((row) => row.requests)).toEqual([5]);
    expect((await ask("by=key&operation=contacts.list")).map((row) => row.requests)).toEqual([10]);
    expect((await ask(`by=key&location=${w.locations[0]}`)).map((row) => row.requests)).toEqual([10]);
  });

  it("from is inclusive, to exclusive; by default the last 24 hours, and a page later they are still the same", async () => {
    const w = await world();
    const key = await agency(w);
    const now = Date.now();
    const hour = now - (now % HOUR);
    await count(w, times(30, (i) => ({ hour: hour - i * HOUR, requests: i + 1 })));
    expect((await walk(key, "/v1/usage?limit=200")).rows).toHaveLength(24);
    expect((await walk(key, "/v1/usage?limit=7")).rows).toHaveLength(24);
    const range = `from=${at(hour - 5 * HOUR)}&to=${at(hour - 2 * HOUR)}`;
    expect((await walk(key, `/v1/usage?${range}`)).rows.map(({ requests }) => requests)).toEqual([6, 5, 4]);
  });

  it("a walk of any page size tells each sum once, in order", async () => {
    const w = await world();
    const key = await agency(w);
    await count(w, times(120, (i) => ({ hour: T + (i % 10) * HOUR, key: `key_${i % 7}`, operation: `op${i % 3}`, status: 200 + (i % 4), location: i % 2 ? w.locations[0] : "", requests: i })));
    for (const by of ["key", "operation", "status", "location"]) {
      for (const interval of ["hour", "day"]) {
        const path = `/v1/usage?from=${at(T)}&to=${at(T + DAY)}&by=${by}&interval=${interval}`;
        const { rows } = await walk(key, `${path}&limit=200`);
        expect(rows.reduce((sum, { requests }) => sum + requests, 0)).toBe((119 * 120) / 2);
        for (const limit of [1, 3, 50]) expect([by, limit, (await walk(key, `${path}&limit=${limit}`)).rows]).toEqual([by, limit, rows]);
      }
    }
  });

  it("400 for a range that is none or too long, and says what to do; 400 for another list's cursor", async () => {
    const w = await world();
    const key = await agency(w);
    const fault = async (query: string) => (await key.get(`/v1/usage?${query}`)).body.errors?.[0];
    expect(await fault(`from=${at(T)}&to=${at(T)}`)).toMatchObject({ parameter: "from", code: "invalid_range", message: "must lie before `to`" });
    expect(await fault(`from=${at(T)}&to=${at(T + 31 * DAY + 1)}`)).toMatchObject({ parameter: "from", message: "spans more than 31 days by hour; `interval=day` takes 366: ask for less at once" });
    expect((await key.get(`/v1/usage?from=${at(T)}&to=${at(T + 31 * DAY)}`)).status).toBe(200);
    expect((await key.get(`/v1/usage?from=${at(T)}&to=${at(T + 366 * DAY)}&interval=day`)).status).toBe(200);
    expect(await fault(`from=${at(T)}&to=${at(T + 366 * DAY + 1)}&interval=day`)).toMatchObject({ code: "invalid_range" });
    for (const query of ["by=hat", "interval=week", "status=6xx", "status=40", "key=con_1", "location=x", "from=yesterday"]) expect([query, (await fault(query))?.parameter]).toEqual([query, query.split("=")[0]]);
    await count(w, [{ hour: T, key: "key_a" }, { hour: T, key: "key_b" }]);
    const cursor = (await key.get(`/v1/usage?by=key&limit=1&from=${at(T)}&to=${at(T + DAY)}`)).body.page.next_cursor;
    expect((await key.get(`/v1/usage?by=operation&limit=1&from=${at(T)}&to=${at(T + DAY)}&cursor=${cursor}`)).body.code).toBe("cursor_mismatch");
  });

  it("ends at the caller's environment and locations; 404 for a location beyond", async () => {
    const [w, other] = [await world(), await world()];
    const [here, there] = w.locations;
    await count(w, [{ hour: T, location: here }, { hour: T, location: there, requests: 2 }, { hour: T, requests: 4 }, { hour: T, location: here, environment: "sandbox", requests: 8 }]);
    await count(other, [{ hour: T, requests: 16 }]);
    const range = `from=${at(T)}&to=${at(T + HOUR)}`;
    const total = async (key: Client, more = "") => (await walk(key, `/v1/usage?${range}${more}`)).rows.reduce((sum, { requests }) => sum + requests, 0);
    expect(await total(await agency(w))).toBe(7);
    expect(await total(await agency(w, { environment: "sandbox" }))).toBe(8);
    expect(await total(await agency(w, { locations: [there] }))).toBe(2);
    expect(await total(await w.key())).toBe(1);
    expect(await total(await agency(w), `&location=${there}`)).toBe(2);
    for (const key of [await w.key(), await agency(w, { locations: [here] }), await agency(other)]) {
      expect((await key.get(`/v1/usage?location=${there}`)).status).toBe(404);
    }
  });
});

describe("what a page of usage looks at", () => {
  it("is bounded: beyond it the cursor moves on, and the whole walk misses nothing", async () => {
    const w = await world();
    const key = await agency(w);
    await env.LOG.prepare(
      `WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 44999)
        INSERT INTO usage_hours (org_id, hour, key_id, operation, status, location_id, environment, requests, ms)
        SELECT ?1, ?2 + (i / 300) * 3600000, 'key_' || (i % 300), 'ping', 200, '', iif(i < 30000, 'sandbox', 'live'), 1, 0 FROM n`,
    ).bind(w.org, T).run();
    const path = `/v1/usage?from=${at(T)}&to=${at(T + 31 * DAY)}&by=operation&limit=200`;
    const { bindings, ran } = recorded("LOG");
    const { rows, pages } = await walk(key.through(front(bindings)), path);
    expect([rows.length, rows.reduce((sum, { requests }) => sum + requests, 0), pages]).toEqual([50, 15_000, 5]);
    const read = Math.max(...ran.map(({ rowsRead }) => rowsRead));
    expect([read, read < 35_000]).toEqual([read, true]);
    const plans = await Promise.all(ran.map(({ sql, params }) => env.LOG.prepare(`EXPLAIN QUERY PLAN ${sql}`).bind(...params).all<{ detail: string }>()));
    const details = plans.flatMap(({ results }) => results.map(({ detail }) => detail));
    expect(details.filter((detail) => /SCAN (?!CONSTANT ROW|json_each)/.test(detail))).toEqual([]);
    expect(details.filter((detail) => detail.includes("usage_hours"))).toEqual(details.filter((detail) => /SEARCH usage_hours USING PRIMARY KEY \(org_id=\? AND hour>\? AND hour<\?\)/.test(detail)));
    expect((await walk(key, `/v1/usage?from=${at(T)}&to=${at(T + 31 * DAY)}&by=operation&interval=day`)).rows.map(({ requests }) => requests)).toEqual([300 * 15, 300 * 24, 300 * 11]);
  });
});

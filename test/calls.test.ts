// The activity log as it is read: reach, filters, order, and that nothing is scanned.
import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { rfc3339 } from "../src/platform/clock";
import { front, recorded } from "./front";
import { written } from "./spooled";
import { times, world, type Client, type Json, type World } from "./world";

const T = Date.UTC(2026, 2, 10, 5);
const time = (ms: number): string => encodeURIComponent(rfc3339(ms));
const agency = (w: World, options = {}) => w.key({ kind: "agency", ...options });

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

/** So many calls, two in each millisecond, in turns by two keys, here, there and nowhere, every tenth a 404, every hundredth a 500. */
async function plant(w: World, calls: number, environment = "live"): Promise<void> {
  await env.LOG.prepare(
    `WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < ?2 - 1)
      INSERT INTO requests (org_id, key_id, at, method, route, operation, params, location_id, environment, status, code, ms, request_id, ip)
      SELECT ?1, iif(i % 2, ?4, ?5), ?3 + i / 2, 'GET', '/v1/ping', iif(i % 3, 'ping', 'me'), '[]', CASE i % 3 WHEN 0 THEN ?6 WHEN 1 THEN ?7 END, ?8,
        CASE WHEN i % 100 = 99 THEN 500 WHEN i % 10 = 9 THEN 404 ELSE 200 END, NULL, 1, ?1 || '-' || i, iif(i % 4, '203.0.113.7', '203.0.113.8') FROM n`,
  ).bind(w.org, calls, T, KEYS[0], KEYS[1], ...w.locations, environment).run();
}
const KEYS = ["key_01kqz3v9c5f1nazrk2d4f7h8ja", "key_01kqz3v9c5f1nazrk2d4f7h8jb"] as const;

describe("the list of calls", () => {
  it("200 with what gates wrote, newest first: names, no values", async () => {
    const w = await world();
    const key = await w.key();
    await key.get("/v1/contacts?email=ana%40acme.com");
    const made = await key.post("/v1/contacts", { first_name: "Ana" });
    const missing = await key.get("/v1/contacts/con_nope");
    await written(key, 3);
    const { body, text } = await (await agency(w)).get("/v1/requests");
    expect(body.data).toEqual([
      { request_id: missing.headers.get("Request-Id"), at: expect.any(String), key: key.id, method: "GET", route: "/v1/contacts/{id}", operation: "contacts.get", params: [], location: w.locations[0], environment: "live", status: 404, code: "not_found", ms: expect.any(Number), ip: expect.any(String) },
      expect.objectContaining({ request_id: made.headers.get("Request-Id"), operation: "contacts.create", status: 201 }),
      expect.objectContaining({ operation: "contacts.list", params: ["email"] }),
    ]);
    expect(text).not.toContain("acme");
    expect((await key.get("/v1/requests")).body.data).toHaveLength(3);
  });

  it("ends at the caller's environment and locations; 404 for a location beyond; nothing of another tenant, by id or key either", async () => {
    const [w, other] = [await world(), await world()];
    await plant(w, 90);
    await plant(w, 30, "sandbox");
    const count = async (key: Client, query = "") => (await walk(key, `/v1/requests?limit=200${query}`)).rows.length;
    expect(await count(await agency(w))).toBe(90);
    expect(await count(await agency(w, { environment: "sandbox" }))).toBe(30);
    expect(await count(await agency(w, { locations: [w.locations[1]] }))).toBe(30);
    expect(await count(await w.key())).toBe(30);
    expect(await count(await agency(w), `&location=${w.locations[1]}`)).toBe(30);
    const stranger = await agency(other);
    expect([await count(stranger), await count(stranger, `&request_id=${w.org}-1`), await count(stranger, `&key=${KEYS[0]}`)]).toEqual([0, 0, 0]);
    for (const key of [stranger, await w.key(), await agency(w, { locations: [w.locations[0]] })]) expect((await key.get(`/v1/requests?location=${w.locations[1]}`)).status).toBe(404);
  });
});

describe("a walk", () => {
  let w: World;
  let key: Client;
  beforeAll(async () => {
    w = await world();
    key = await agency(w);
    await plant(w, 5_000);
  });

  /** The reader's own calls are in the log too, later. */
  const path = (filter: string, limit: number): string => `/v1/requests?limit=${limit}&${filter.replace("@", w.org)}${filter.includes("to=") ? "" : `&to=${time(T + 2_500)}`}`;

  const filters: [string, (i: number) => boolean][] = [
    ["", () => true],
    [`key=${KEYS[0]}`, (i) => i % 2 === 1],
    ["status=404", (i) => i % 10 === 9 && i % 100 !== 99],
    ["status=4xx", (i) => i % 10 === 9 && i % 100 !== 99],
    ["status=500", (i) => i % 100 === 99],
    ["operation=me", (i) => i % 3 === 0],
    ["ip=203.0.113.8", (i) => i % 4 === 0],
    ["request_id=@-77", (i) => i === 77],
    [`from=${time(T + 100)}&to=${time(T + 200)}`, (i) => i >= 200 && i < 400],
    [`status=5xx&key=${KEYS[0]}&from=${time(T + 1_000)}`, (i) => i % 100 === 99 && i >= 2_000],
    ["operation=never", () => false],
  ];

  it.each(filters)("%s: each that matches once, newest first, on pages of any size", async (filter, matches) => {
    const expected = times(5_000, (i) => i).filter(matches).map((i) => `${w.org}-${i}`).toReversed();
    for (const limit of [200, 7]) {
      if (limit === 7 && expected.length > 1_000) continue;
      const { rows } = await walk(key, path(filter, limit));
      expect([limit, rows.map((row) => row.request_id)]).toEqual([limit, expected]);
    }
  });

  it("looks at 2,000 calls a page: what is rare comes on short pages with a cursor that moves on", async () => {
    expect((await walk(key, path("operation=never", 50))).pages).toBe(3);
    const { body } = await key.get(path("status=500", 50));
    expect([body.data.length, body.page.next_cursor]).toEqual([20, expect.any(String)]);
  });

  it("scans nothing, sorts nothing, and reads what it looks at", async () => {
    for (const [filter, matches] of filters) {
      const { bindings, ran } = recorded("LOG");
      const through = key.through(front(bindings));
      const first = await through.get(path(filter, 50));
      if (first.body.page.next_cursor) await through.get(`${path(filter, 50)}&cursor=${first.body.page.next_cursor}`);
      // A page that is full of what it seeks reads little more than it tells.
      const served = times(100, (i) => i).every(matches);
      for (const { sql, params, rowsRead } of ran) {
        expect([filter, sql, rowsRead <= (served ? 2 * 51 + 2 : 2 * 2_000 + 2), rowsRead]).toEqual([filter, sql, true, rowsRead]);
        const { results } = await env.LOG.prepare(`EXPLAIN QUERY PLAN ${sql}`).bind(...params).all<{ detail: string }>();
        const plan = results.map(({ detail }) => detail).join("\n");
        expect([filter, plan]).toEqual([filter, expect.stringMatching(/SEARCH requests USING INDEX requests_(of_org|of_caller|by_request) \((org_id|request_id)=\?/)]);
        expect([filter, plan]).toEqual([filter, expect.not.stringMatching(/SCAN (?!CONSTANT ROW|json_each|looked)|TEMP B-TREE/)]);
      }
    }
  });

  it("400 for another list's cursor", async () => {
    const { next_cursor: cursor } = (await key.get("/v1/requests?limit=1")).body.page;
    expect((await key.get(`/v1/requests?limit=1&operation=me&cursor=${cursor}`)).body.code).toBe("cursor_mismatch");
  });
});

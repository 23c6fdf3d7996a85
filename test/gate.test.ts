import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it, vi } from "vitest";
import { BUCKET_COLUMNS } from "../src/limits/histogram";
import { altered, front, unreachable } from "./front";
import { tally, times, world, type Client } from "./world";

const gateOf = (key: Client) => env.GATE.getByName(key.id);
const left = (headers: Headers, policy: string): number => Number(new RegExp(`"${policy}";r=(\\d+)`).exec(headers.get("RateLimit") ?? "")?.[1]);
const ping = (key: Client) => key.get("/v1/ping");

describe("exactness", () => {
  it("500 at once on hour 1,000, 5/s, burst 50: 50 + 5 × elapsed pass, to the token", async () => {
    const key = await (await world()).key({ limits: { hour: 1_000, second: 5, burst: 50, inflight: 1_000 } });
    const started = Date.now();
    const answers = await Promise.all(times(500, () => ping(key)));
    const seconds = (Date.now() - started) / 1_000;
    const passed = tally(answers)[200] ?? 0;
    expect(passed).toBeGreaterThanOrEqual(50);
    expect(passed).toBeLessThanOrEqual(50 + Math.floor(5 * seconds));
    expect(tally(answers)[429]).toBe(500 - passed);

    const allowed = answers.filter(({ status }) => status === 200).map(({ headers }) => left(headers, "burst"));
    expect(Math.max(...allowed)).toBe(49);
    const refused = answers.find(({ status }) => status === 429);
    expect(refused?.body).toMatchObject({
      type: "https://iana.org/assignments/http-problem-types#quota-exceeded", code: "rate_limited", "violated-policies": ["burst"],
    });
    expect(refused?.headers.get("Retry-After")).toBe("1");
    expect(refused?.headers.get("Link")).toContain('/errors/rate_limited>; rel="help"');
    expect(refused?.headers.get("RateLimit-Policy")).toBe('"hour";q=1000;w=3600, "burst";q=50;w=10, "inflight";q=1000;qu="concurrent-requests"');
    // The last allowed and the first refused agree: nothing left in the burst, and of the hour what passed is gone.
    expect(left(refused?.headers ?? new Headers(), "burst")).toBe(0);
    expect(Math.min(...allowed)).toBe(0);
    const hours = answers.filter(({ status }) => status === 200).map(({ headers }) => left(headers, "hour"));
    expect(Math.min(...hours)).toBe(1_000 - passed);
    expect(left(refused?.headers ?? new Headers(), "hour")).toBeLessThanOrEqual(1_000 - 50);
  });

  it("tells the hour's next token, and every 4xx of a recognised key bears the headers", async () => {
    const key = await (await world()).key({ limits: { hour: 1_000, second: 5, burst: 50, inflight: 5 } });
    const { headers } = await ping(key);
    expect(headers.get("RateLimit")).toBe('"hour";r=999;t=4, "burst";r=49;t=1');
    for (const [path, status] of [["/v1/contacts?limit=x", 400], ["/v1/contacts/con_1", 404]] as const) {
      const answer = await key.get(path);
      expect([answer.status, answer.headers.has("RateLimit"), answer.headers.has("RateLimit-Policy")]).toEqual([status, true, true]);
    }
  });

  it("after an eviction: never more than was left, fewer by at most what was used in 4 s and what flows in during 4 s", async () => {
    const key = await (await world()).key({ limits: { hour: 1_000, second: 1, burst: 50, inflight: 50 } });
    const before = await Promise.all(times(20, () => ping(key)));
    const last = Math.min(...before.map(({ headers }) => left(headers, "hour")));
    await evictDurableObject(gateOf(key));
    const after = left((await ping(key)).headers, "hour") + 1;
    expect(after).toBeLessThanOrEqual(last);
    expect(after).toBeGreaterThanOrEqual(last - 20 - 2);
  });

  it("a steady flood costs at most one storage write per 10 admits, alarms counted", async () => {
    const key = await (await world()).key({ limits: { hour: 100_000, second: 5, burst: 50, inflight: 50 } });
    await ping(key);
    const writes = await runInDurableObject(gateOf(key), async (gate, state) => {
      const put = vi.spyOn(state.storage.kv, "put");
      const alarm = vi.spyOn(state.storage, "setAlarm");
      const start = Date.now();
      vi.useFakeTimers({ now: start, toFake: ["Date"] });
      for (let i = 1; i <= 200; i += 1) {
        vi.setSystemTime(start + i * 200);
        const word = await gate.admit({ epoch: 1, cost: 1, operation: "ping", ip: null, secret: null });
        if (word.kind !== "admitted") throw new Error(word.kind);
        const activity = { at: Date.now(), method: "GET", route: "/v1/ping", operation: "ping", params: [], location: null, environment: "live", status: 200, code: null, ms: 1, requestId: "r", ip: null, secret: null };
        gate.settle([{ lease: word.lease, activity }]);
      }
      vi.useRealTimers();
      return put.mock.calls.length + alarm.mock.calls.length;
    });
    expect(writes).toBeLessThanOrEqual(20);
    expect(writes).toBeGreaterThan(0);
  });

  it("a plan change keeps what was used and bites at once", async () => {
    const w = await world({ plan: "professional" });
    const [owner, key] = [await w.key({ kind: "agency", role: "owner" }), await w.key()];
    await Promise.all(times(10, () => ping(key)));
    expect((await owner.patch("/v1/organization", { plan: "standard" })).status).toBe(200);
    const { headers } = await ping(key);
    expect(headers.get("RateLimit-Policy")).toContain('"hour";q=1000;');
    expect(left(headers, "hour")).toBeGreaterThanOrEqual(1_000 - 11);
    expect(left(headers, "hour")).toBeLessThanOrEqual(1_000 - 10);
  });
});

describe("in flight", () => {
  /** A body that waits for `go`. */
  const slowly = (go: Promise<void>) =>
    new ReadableStream({
      async start(controller) {
        controller.enqueue(new TextEncoder().encode('{"first_name":'));
        await go;
        controller.enqueue(new TextEncoder().encode('"Ana"}'));
        controller.close();
      },
    });

  it("429 for the sixth of six requests whose bodies are sent slowly; all are free again after", async () => {
    const key = (await (await world()).key({ limits: { inflight: 5 } })).through(front(env));
    const { promise: go, resolve } = Promise.withResolvers<void>();
    const five = times(5, () => key.post("/v1/contacts", slowly(go)));
    await vi.waitFor(async () => expect((await ping(key)).status).toBe(429), { timeout: 5_000 });
    const sixth = await key.post("/v1/contacts", slowly(Promise.resolve()));
    expect(sixth).toMatchObject({ status: 429, body: { code: "too_many_in_flight", "violated-policies": ["inflight"] } });
    expect(sixth.headers.get("RateLimit")).toContain('"inflight";r=0');
    resolve();
    expect(tally(await Promise.all(five))).toEqual({ 201: 5 });
    await vi.waitFor(async () => expect((await ping(key)).status).toBe(200));
  });

  it("a synchronous key has one", async () => {
    const key = await (await world()).key({ synchronous: true });
    expect((await ping(key)).headers.get("RateLimit-Policy")).toContain('"inflight";q=1;');
  });

  it("a handler that throws gives its lease back", async () => {
    const key = await (await world()).key({ limits: { inflight: 1 } });
    const broken = front({ ...env, DATA: altered(env.DATA, { batch: () => Promise.reject(new Error("broken")) }) });
    const noise = vi.spyOn(console, "error").mockImplementation(() => undefined);
    for (let i = 0; i < 5; i += 1) {
      expect(await key.through(broken).post("/v1/contacts", { first_name: "Ana" })).toMatchObject({ status: 500, body: { code: "internal", detail: "Something failed in here." } });
      await broken.settled();
    }
    noise.mockRestore();
    expect((await ping(key)).status).toBe(200);
  });

  it("a client that goes gives its lease back", async () => {
    const key = await (await world()).key({ limits: { inflight: 1 } });
    const gone = new ReadableStream({
      start(controller) {
        controller.enqueue(new TextEncoder().encode('{"first_name":'));
        setTimeout(() => controller.error(new Error("the client is gone")), 50);
      },
    });
    const noise = vi.spyOn(console, "error").mockImplementation(() => undefined);
    await key.through(front(env)).post("/v1/contacts", gone).catch(() => undefined);
    noise.mockRestore();
    await vi.waitFor(async () => expect((await ping(key)).status).toBe(200), { timeout: 5_000 });
  });
});

describe("failure", () => {
  it("503, closed, when the gate can't be reached", async () => {
    const w = await world();
    const key = await w.key();
    await ping(key);
    const through = key.through(front(unreachable(new Set([key.id]))));
    expect(await through.get("/v1/contacts")).toMatchObject({ status: 503, body: { code: "unavailable" } });
    expect((await through.post("/v1/contacts", { first_name: "Ana" })).status).toBe(503);
    expect(await w.events()).toEqual([]);
  });

  it("200, only slower, when KV fails", async () => {
    const key = await (await world()).key();
    const gone = () => Promise.reject(new Error("KV is gone"));
    const kv = new Proxy(env.KEY_CACHE, { get: () => gone });
    expect((await key.through(front({ ...env, KEY_CACHE: kv })).get("/v1/ping")).status).toBe(200);
  });
});

describe("usage and activity", () => {
  it("lists each call by template and parameter names, counts refusals, keeps the last use", async () => {
    const w = await world();
    const key = await w.key({ limits: { hour: 1_000, second: 1, burst: 3, inflight: 50 } });
    await key.get("/v1/contacts?limit=1&email=ana%40acme.com");
    const { body } = await key.post("/v1/contacts", { first_name: "Ana" });
    await key.get(`/v1/contacts/${body.id}`);
    const refused = await Promise.all(times(30, () => ping(key)));
    const refusals = tally(refused)[429] ?? 0;
    await vi.waitFor(
      async () => {
        await runInDurableObject(gateOf(key), (gate) => gate.alarm());
        const { results } = await env.LOG.prepare("SELECT status, environment, location_id = ? AS here, sum(requests) AS n FROM usage_hours WHERE key_id = ? GROUP BY 1, 2, 3").bind(w.locations[0], key.id).all();
        expect(results).toContainEqual({ status: 429, environment: "live", here: 1, n: refusals });
      },
      { timeout: 15_000, interval: 500 },
    );
    const { results } = await env.LOG.prepare("SELECT method, route, operation, params, status, ip FROM requests WHERE key_id = ? ORDER BY rid").bind(key.id).all();
    expect(results.slice(0, 3)).toMatchObject([
      { method: "GET", route: "/v1/contacts", operation: "contacts.list", params: '["email","limit"]', status: 200 },
      { operation: "contacts.create", status: 201 },
      { route: "/v1/contacts/{id}", operation: "contacts.get", status: 200 },
    ]);
    expect(JSON.stringify(results)).not.toContain("acme");
    expect(results.some(({ status }) => status === 429)).toBe(false);
    const measured = BUCKET_COLUMNS.join(" + ");
    const { results: wrong } = await env.LOG.prepare(`SELECT * FROM usage_hours WHERE key_id = ? AND (${measured}) <> iif(status = 429, 0, requests)`).bind(key.id).all();
    expect(wrong).toEqual([]);
    const [row] = (await env.DB.prepare("SELECT last_used_at FROM keys WHERE id = ?").bind(key.id).all()).results;
    expect(Number(row?.["last_used_at"])).toBeGreaterThan(Date.now() - 30_000);
  });

  it("an alarm is set by the first call and flushes what is spooled", async () => {
    const key = await (await world()).key();
    const through = front(env);
    await key.through(through).get("/v1/ping");
    await through.settled();
    expect(await runDurableObjectAlarm(gateOf(key))).toBe(true);
  });
});

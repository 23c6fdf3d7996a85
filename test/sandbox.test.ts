// The sandbox's clock: what time brings to its keys happens when it is put forward, and nothing live hears of it.
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { DAY, HOUR } from "../src/platform/clock";
import { altered, front, unreachable } from "./front";
import { isGapless, tally, times, world, type Answer, type Client, type Json, type World } from "./world";

const advance = (by: Client, duration: string): Promise<Answer> => by.post("/v1/sandbox/clock", { advance: duration });
const sandboxKey = (w: World) => w.key({ environment: "sandbox" });
const console = async (w: World) => (await w.session("owner")).with({ "ConnectKit-Environment": "sandbox" });

/** What was told of a key, in the sandbox's days since `start`. */
async function toldOf(w: World, key: Client, start: number): Promise<Json[]> {
  const events = (await w.events("control")).filter(({ subject, type }) => subject === key.id && type !== "key.created");
  return events.map(({ type, data }) => [type, data.days_left ?? null, Math.floor((Date.parse(data.sandbox_time) - start) / DAY)]);
}
const rowOf = async (key: Client): Promise<Json> => env.DB.prepare("SELECT * FROM keys WHERE id = ?").bind(key.id).first();

describe("the clock", () => {
  it("200 at the true time, then ahead; the requests of sandbox keys and of the console's sandbox are at its time", async () => {
    const w = await world();
    const [by, other, signedIn] = [await sandboxKey(w), await w.key({ environment: "sandbox", kind: "agency" }), await console(w)];
    const before = await by.get("/v1/sandbox/clock");
    expect(before).toMatchObject({ status: 200, body: { offset_seconds: 0, settled: true } });
    expect(before.body.now).toBe(before.body.real_now);
    for (const one of [by, other]) expect(Math.abs(Date.parse((await one.get("/v1/ping")).body.time) - Date.now())).toBeLessThan(MOMENT);
    const answer = await advance(by, "P75DT1H");
    expect(answer).toMatchObject({ status: 200, body: { offset_seconds: 75 * 86_400 + 3_600, settled: true } });
    expect(Date.parse(answer.body.now) - Date.parse(answer.body.real_now)).toBe(75 * DAY + HOUR);
    for (const one of [by, other]) expect(Math.abs(Date.parse((await one.get("/v1/ping")).body.time) - Date.parse(answer.body.now))).toBeLessThan(MOMENT);
    for (const one of [by, other.with({ "ConnectKit-Location": w.locations[1] }), signedIn.with({ "ConnectKit-Location": w.locations[0] })]) {
      const { body } = await one.post("/v1/contacts", { first_name: "Ana" });
      expect(Math.abs(Date.parse(body.created_at) - Date.parse(answer.body.now))).toBeLessThan(MOMENT);
    }
    expect((await signedIn.get("/v1/sandbox/clock")).body.offset_seconds).toBe(75 * 86_400 + 3_600);
  });

  it("leaves one event, which bears both times; the log stays in the order of the true one", async () => {
    const w = await world();
    const by = await sandboxKey(w);
    const started = Date.now();
    const { body } = await advance(by, "P1D");
    await by.post("/v1/contacts", { first_name: "Ana" });
    const { results } = await env.DB.prepare("SELECT data, occurred_at, environment, subject FROM events WHERE org_id = ? AND type = 'sandbox.clock_advanced'").bind(w.org).all();
    expect(results).toMatchObject([{ environment: "sandbox", subject: w.org }]);
    const { from, to, by: much } = JSON.parse(String(results[0]?.["data"]));
    expect([Date.parse(to) - Date.parse(from), much, to]).toEqual([DAY, "PT86400S", body.now]);
    const logged = [...results, ...(await env.DATA.prepare("SELECT occurred_at, data FROM events WHERE org_id = ?").bind(w.org).all()).results];
    expect(logged).toHaveLength(2);
    for (const { occurred_at: at } of logged) expect(Number(at)).toSatisfy((ms: number) => ms >= started && ms <= Date.now());
    const [created] = await w.events();
    expect(Date.parse(created?.data.sandbox_time) - started).toBeGreaterThanOrEqual(DAY);
    const { data } = (await (await console(w)).get(`/v1/audit?from=${new Date(started).toISOString()}`)).body;
    expect(data.map(({ type }: Json) => type)).toEqual(expect.arrayContaining(["contact.created", "sandbox.clock_advanced"]));
  });

  it("403 to a live key and the console's live side, 422 for what is no time or too far; the clock stands", async () => {
    const w = await world();
    const [live, by] = [await w.key(), await sandboxKey(w)];
    for (const one of [live, await w.session("owner")]) {
      expect(await advance(one, "P1D")).toMatchObject({ status: 403, body: { code: "sandbox_only" } });
      expect(await one.get("/v1/sandbox/clock")).toMatchObject({ status: 403, body: { code: "sandbox_only" } });
    }
    expect(await advance(await w.key({ environment: "sandbox", scopes: ["contacts:write"] }), "P1D")).toMatchObject({ status: 403, body: { required: "contacts:delete" } });
    for (const bad of ["P401D", "PT0S", "-P1D", "soon"]) expect([bad, (await advance(by, bad)).status]).toEqual([bad, 422]);
    await env.DB.prepare("UPDATE organizations SET sandbox_ahead = ? WHERE id = ?").bind(3_999 * DAY, w.org).run();
    expect(await advance(by, "P2D")).toMatchObject({ status: 422, body: { errors: [{ pointer: "/advance", code: "too_far" }] } });
    expect((await w.events("control")).filter(({ type }) => type.startsWith("sandbox."))).toEqual([]);
  });

  it("two at once: each adds its own, each has its event", async () => {
    const w = await world();
    const [a, b, idle] = [await sandboxKey(w), await sandboxKey(w), await sandboxKey(w)];
    const start = Date.now();
    const answers = await Promise.all([advance(a, "P40D"), advance(b, "P43D")]);
    expect(tally(answers)).toEqual({ 200: 2 });
    expect((await a.get("/v1/sandbox/clock")).body.offset_seconds).toBe(83 * 86_400);
    const events = await w.events("control");
    expect(events.filter(({ type }) => type === "sandbox.clock_advanced")).toHaveLength(2);
    expect(isGapless(events)).toBe(true);
    expect((await toldOf(w, idle, start)).map(([, days]) => days)).toEqual([15, 7]);
  });

  it("a retry with the same Idempotency-Key adds nothing", async () => {
    const w = await world();
    const by = await sandboxKey(w);
    const send = () => by.post("/v1/sandbox/clock", { advance: "P3D" }, { headers: { "Idempotency-Key": "once" } });
    const [first, again] = [await send(), await send()];
    expect([first.status, again.status, again.headers.get("Idempotent-Replayed")]).toEqual([200, 200, "true"]);
    expect((await by.get("/v1/sandbox/clock")).body.offset_seconds).toBe(3 * 86_400);
  });
});

/** What a test takes between two looks at the time. */
const MOMENT = 20_000;

describe("what time brings to sandbox keys", () => {
  it("an unused one: warned of at 75, 83 and 89 days, deleted after 90; who puts the clock forward lives", async () => {
    const w = await world();
    const start = Date.now();
    const [by, idle] = [await sandboxKey(w), await sandboxKey(w)];
    await advance(by, "P74D");
    expect(await toldOf(w, idle, start)).toEqual([]);
    await advance(by, "P1DT1M");
    expect(await toldOf(w, idle, start)).toEqual([["key.expiring", 15, 75]]);
    await advance(by, "P8D");
    await advance(by, "P6D");
    expect(await toldOf(w, idle, start)).toEqual([["key.expiring", 15, 75], ["key.expiring", 7, 83], ["key.expiring", 1, 89]]);
    expect((await rowOf(idle)).status).toBe("active");
    await advance(by, "P1DT1H");
    expect((await toldOf(w, idle, start)).at(-1)).toEqual(["key.deleted", null, 90]);
    expect(await idle.get("/v1/ping")).toMatchObject({ status: 401, body: { code: "key_deleted" } });
    expect(await by.get("/v1/ping")).toMatchObject({ status: 200 });
    expect(await toldOf(w, by, start)).toEqual([]);
    const notices = (await (await w.session("owner")).get("/v1/notifications")).body.data;
    expect(notices.filter(({ subject }: Json) => subject === idle.id).map(({ type }: Json) => type)).toEqual(["key.deleted", "key.expiring", "key.expiring", "key.expiring"]);
  });

  it("all in one leap: each notice in its window, the deletion a day after the last", async () => {
    const w = await world();
    const start = Date.now();
    const [by, ...idle] = await Promise.all(times(6, () => sandboxKey(w)));
    if (!by) throw new Error("no key");
    expect((await advance(by, "P200D")).body.settled).toBe(true);
    for (const key of idle) {
      expect(await toldOf(w, key, start)).toEqual([["key.expiring", 15, 75], ["key.expiring", 7, 83], ["key.expiring", 1, 89], ["key.deleted", null, 90]]);
    }
    expect((await by.get("/v1/ping")).status).toBe(200);
  });

  it("one that is used between two advances lives, and its notice is closed", async () => {
    const w = await world();
    const [by, used] = [await sandboxKey(w), await sandboxKey(w)];
    await advance(by, "P80D");
    expect((await used.get("/v1/ping")).status).toBe(200);
    await advance(by, "P60D");
    expect((await used.get("/v1/ping")).status).toBe(200);
    const { data } = (await (await w.session("owner")).get("/v1/notifications")).body;
    const of = data.filter(({ subject }: Json) => subject === used.id);
    expect(of).toHaveLength(1);
    expect(of[0].closed_at).not.toBeNull();
  });

  it("a rotated secret's overlap ends; while it is used that is told a day before", async () => {
    const w = await world();
    const [by, key, signedIn] = [await sandboxKey(w), await sandboxKey(w), await console(w)];
    await advance(by, "P10D");
    const { body } = await signedIn.post(`/v1/keys/${key.id}/rotate`, { overlap: "P7D" });
    const next = key.as(body.secret);
    expect([(await key.get("/v1/ping")).status, (await next.get("/v1/ping")).status]).toEqual([200, 200]);
    await advance(by, "P5DT12H");
    await key.get("/v1/ping");
    await expect.poll(() => env.DB.prepare("SELECT max(last_used_at) AS at FROM key_secrets WHERE key_id = ? AND state = 'previous'").bind(key.id).first("at"), { timeout: 5_000 }).toBeGreaterThan(Date.now() + 15 * DAY);
    await advance(by, "PT18H");
    expect((await key.get("/v1/ping")).headers.get("ConnectKit-Secret-Retires")).toBe(body.secrets[1].retires_at);
    await advance(by, "P1D");
    expect([(await key.get("/v1/ping")).body.code, (await next.get("/v1/ping")).status]).toEqual(["secret_retired", 200]);
    expect((await toldOf(w, key, 0)).map(([type]) => type)).toEqual(["key.rotated", "key.secret_retiring", "key.rotation_finished"]);
  });

  it("a fixed end: announced 7 days and 1 day before, then 401 key_expired", async () => {
    const w = await world();
    const [by, signedIn] = [await sandboxKey(w), await console(w)];
    await advance(by, "P100D");
    const { now: at } = (await by.get("/v1/sandbox/clock")).body;
    const { body } = await signedIn.post("/v1/keys", {
      name: "Short", kind: "location", location_ids: [w.locations[0]], scopes: ["contacts:read"], expires_at: new Date(Date.parse(at) + 30 * DAY).toISOString(),
    });
    const key = by.as(body.secret).named(body.id);
    await advance(by, "P29DT1H");
    expect((await key.get("/v1/ping")).status).toBe(200);
    expect((await toldOf(w, key, Date.parse(at))).map(([type, days, day]) => [type, days, day])).toEqual([["key.expiring", 7, 23], ["key.expiring", 1, 29]]);
    await advance(by, "P1D");
    expect(await key.get("/v1/ping")).toMatchObject({ status: 401, body: { code: "key_expired" } });
    expect((await toldOf(w, key, 0)).map(([type]) => type)).toEqual(["key.expiring", "key.expiring", "key.expired"]);
  });

  it("429 until the clock is put forward; then the buckets have filled, and no further than full", async () => {
    const w = await world();
    const by = await sandboxKey(w);
    const key = await w.key({ environment: "sandbox", limits: { hour: 20, second: 1, burst: 20, inflight: 50 } });
    expect(tally(await Promise.all(times(22, () => key.get("/v1/ping"))))[429]).toBeGreaterThan(0);
    await advance(by, "PT1H");
    await expect.poll(async () => (await key.get("/v1/ping")).status, { timeout: 5_000 }).toBe(200);
    expect(tally(await Promise.all(times(25, () => key.get("/v1/ping"))))[429]).toBeGreaterThan(3);
  });
});

describe("what it does not touch", () => {
  it("live keys, live contacts and members of the same organization, and other organizations' sandboxes", async () => {
    const [w, other] = [await world(), await world()];
    const live = await w.key();
    const idle = await w.key({ kind: "agency", expiresAt: Date.now() + 5 * DAY });
    const drained = await w.key({ limits: { hour: 5, second: 1, burst: 5, inflight: 50 } });
    const theirs = await sandboxKey(other);
    const owner = await w.session("owner");
    const rotated = (await owner.post(`/v1/keys/${live.id}/rotate`, { overlap: "P7D" })).body;
    const contact = (await live.post("/v1/contacts", { first_name: "Ana" })).body;
    await Promise.all(times(7, () => drained.get("/v1/ping")));
    const before = [await rowOf(live), await rowOf(idle), await rowOf(theirs)];
    const by = await sandboxKey(w);
    for (const step of ["P20D", "P80D", "P300D"]) expect((await advance(by, step)).body.settled).toBe(true);
    expect([await rowOf(live), await rowOf(idle), await rowOf(theirs)]).toEqual(before);
    for (const key of [live, idle, theirs, live.as(rotated.secret)]) {
      const { status, body } = await key.get("/v1/ping");
      expect([status, Math.abs(Date.parse(body.time) - Date.now()) < MOMENT]).toEqual([200, true]);
    }
    expect(tally(await Promise.all(times(20, () => drained.get("/v1/ping"))))[429]).toBeGreaterThanOrEqual(15);
    expect((await live.get(`/v1/contacts/${contact.id}`)).body).toEqual(contact);
    const fresh = (await live.post("/v1/contacts", { first_name: "Bea" })).body;
    expect(Math.abs(Date.parse(fresh.created_at) - Date.now())).toBeLessThan(MOMENT);
    expect((await owner.get("/v1/session")).status).toBe(200);
    const invited = (await (await console(w)).post("/v1/members", { email: "eva@acme.example", name: "Eva", role: "viewer" })).body;
    expect(Math.abs(Date.parse(invited.created_at) - Date.now())).toBeLessThan(MOMENT);
    const told = (await w.events("control")).filter(({ subject }) => [live.id, idle.id, drained.id].includes(subject)).map(({ type }) => type);
    expect(told.filter((type) => !["key.created", "key.rotated", "key.limit_near"].includes(type))).toEqual([]);
    expect((await other.events("control")).filter(({ subject }) => subject === theirs.id).map(({ type }) => type)).toEqual(["key.created"]);
  });
});

describe("what dies half-way", () => {
  it("503 while a gate can't be told; the next call goes on, and each notice comes in its window", async () => {
    const w = await world();
    const start = Date.now();
    const [by, idle] = [await sandboxKey(w), await sandboxKey(w)];
    const answer = await advance(by.through(front(unreachable(new Set([idle.id])))), "P85D");
    expect(answer).toMatchObject({ status: 503, body: { code: "not_yet_effective", waiting: 1 } });
    expect(await toldOf(w, idle, start)).toEqual([]);
    expect((await by.get("/v1/sandbox/clock")).body).toMatchObject({ offset_seconds: 85 * 86_400, settled: false });
    expect((await advance(by, "P5DT1H")).body.settled).toBe(true);
    expect(await toldOf(w, idle, start)).toEqual([["key.expiring", 15, 75], ["key.expiring", 7, 83], ["key.expiring", 1, 89], ["key.deleted", null, 90]]);
  });

  it("200 not settled where D1 fails after the clock was put forward; nothing is told twice, nothing left out", async () => {
    const w = await world();
    const start = Date.now();
    const [by, idle] = [await sandboxKey(w), await sandboxKey(w)];
    let batches = 0;
    // The clock's batch, the gates' and the first notice's pass; then the database is gone for this invocation.
    const DB = altered(env.DB, {
      batch: (statements) => {
        batches += 1;
        if (batches > 3) throw new Error("gone");
        return env.DB.batch(statements);
      },
    });
    const answer = await advance(by.through(front({ ...env, DB })), "P95D");
    expect(answer).toMatchObject({ status: 200, body: { offset_seconds: 95 * 86_400, settled: false } });
    expect(await toldOf(w, idle, start)).toEqual([["key.expiring", 15, 75]]);
    await advance(by, "PT1S");
    expect((await toldOf(w, idle, start)).map(([, days, day]) => [days, day])).toEqual([[15, 75], [7, 83], [1, 89], [null, 90]]);
    expect((await by.get("/v1/sandbox/clock")).body.settled).toBe(true);
  });
});

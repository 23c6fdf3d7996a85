// Rotation with overlap: two secrets of one key, over HTTP.
import { describe, expect, it } from "vitest";
import { DAY } from "../src/platform/clock";
import { Client, tally, times, world, type Answer } from "./world";

async function rotated(overlap = "P7D") {
  const w = await world();
  const admin = await w.key({ kind: "agency", role: "owner" });
  const old = await w.key({ scopes: ["contacts:read"], limits: { hour: 100, second: 1, burst: 40 } });
  const answer = await admin.post(`/v1/keys/${old.id}/rotate`, { overlap });
  return { w, admin, old, answer, next: old.as(answer.body.secret) };
}
const left = ({ headers }: Answer): number => Number(/"burst";r=(\d+)/.exec(headers.get("RateLimit") ?? "")?.[1]);

describe("a rotation", () => {
  it("200: both secrets work, take from one bucket, and only answers to the old one tell its end", async () => {
    const { w, admin, old, answer, next } = await rotated();
    expect(answer.status).toBe(200);
    expect(answer.body.secrets.map(({ state }: { state: string }) => state).toSorted()).toEqual(["current", "previous"]);
    const [byOld, byNext] = [await old.get("/v1/ping"), await next.get("/v1/ping")];
    expect([byOld.status, byNext.status, byOld.body.key.ref, byNext.body.key.ref]).toEqual([200, 200, old.id, old.id]);
    expect(left(byNext)).toBe(left(byOld) - 1);
    const retires = byOld.headers.get("ConnectKit-Secret-Retires");
    expect(Date.parse(retires ?? "") - Date.now()).toBeGreaterThan(6.9 * DAY);
    expect(byNext.headers.has("ConnectKit-Secret-Retires")).toBe(false);
    const used = times(50, (i) => (i % 2 ? old : next).get("/v1/ping"));
    expect(tally(await Promise.all(used))[429]).toBeGreaterThanOrEqual(50 - 38 - 5);
    expect((await w.events("control")).at(-1)).toMatchObject({ type: "key.rotated", subject: old.id });
    await expect.poll(async () => (await admin.get(`/v1/keys/${old.id}`)).body.secrets.filter((one: { last_used_at: string | null }) => one.last_used_at !== null).length).toBe(2);
  });

  it("409 while one runs; finished: the old one is refused at once with warm caches", async () => {
    const { admin, old, next } = await rotated();
    expect(await admin.post(`/v1/keys/${old.id}/rotate`, {})).toMatchObject({ status: 409, body: { code: "rotation_in_progress" } });
    expect((await old.get("/v1/ping")).status).toBe(200);
    expect((await admin.post(`/v1/keys/${old.id}/rotate/finish`)).body.secrets).toHaveLength(1);
    expect(tally(await Promise.all(times(40, () => old.get("/v1/ping"))))).toEqual({ 401: 40 });
    expect((await old.get("/v1/ping")).body.code).toBe("secret_retired");
    expect((await next.get("/v1/ping")).status).toBe(200);
    expect(await admin.post(`/v1/keys/${old.id}/rotate/finish`)).toMatchObject({ status: 409, body: { code: "no_rotation" } });
  });

  it("canceled: the new one is refused, the old one has no end again", async () => {
    const { admin, old, next } = await rotated();
    expect((await next.get("/v1/ping")).status).toBe(200);
    const { body } = await admin.post(`/v1/keys/${old.id}/rotate/cancel`);
    expect([body.last4, body.secrets[0].retires_at]).toEqual([old.secret?.slice(-4), null]);
    expect([(await next.get("/v1/ping")).body.code, (await old.get("/v1/ping")).status]).toEqual(["secret_retired", 200]);
  });

  it("without overlap ends the old one at once; its overlap never passes a fixed end", async () => {
    const { old, next } = await rotated("PT0S");
    expect([(await old.get("/v1/ping")).body.code, (await next.get("/v1/ping")).status]).toEqual(["secret_retired", 200]);
    const w = await world();
    const expiresAt = Date.now() + DAY;
    const key = await w.key({ expiresAt, scopes: ["contacts:read"] });
    const { body } = await (await w.key({ kind: "agency", role: "owner" })).post(`/v1/keys/${key.id}/rotate`, { overlap: "P30D" });
    expect(body.secrets.find(({ state }: { state: string }) => state === "previous").retires_at).toBe(new Date(expiresAt).toISOString());
  });

  it.each(["P31D", "7 days", "P1M", "P", "PT", "-P1D", ""])("422 for an overlap of %j", async (overlap) => {
    const w = await world();
    const admin = await w.key({ kind: "agency", role: "owner" });
    expect((await admin.post(`/v1/keys/${admin.id}/rotate`, { overlap })).status).toBe(422);
  });

  it("a key rotates itself, but 403 for one that it could not have made; the replay withholds the secret", async () => {
    const w = await world();
    const own = await w.key({ scopes: ["keys:write", "contacts:read"] });
    const again = { headers: { "Idempotency-Key": "rotate-me" } };
    const first = await own.post(`/v1/keys/${own.id}/rotate`, {}, again);
    expect(first.status).toBe(200);
    expect((await own.post(`/v1/keys/${own.id}/rotate`, {}, again)).body).toMatchObject({ secret: null, secret_withheld: true });
    const stronger = await w.key({ scopes: ["contacts:write"] });
    for (const act of ["rotate", "rotate/finish", "rotate/cancel"]) {
      expect(await own.post(`/v1/keys/${stronger.id}/${act}`, act === "rotate" ? {} : undefined)).toMatchObject({ status: 403, body: { code: "not_grantable" } });
    }
  });

  it("20 at once: one wins, and its secret and the old one work", async () => {
    const w = await world();
    const admin = await w.key({ kind: "agency", role: "owner" });
    const key = await w.key({ scopes: ["contacts:read"] });
    const answers = await Promise.all(times(20, () => admin.post(`/v1/keys/${key.id}/rotate`, {})));
    expect(tally(answers)).toEqual({ 200: 1, 409: 19 });
    const secret = answers.find(({ status }) => status === 200)?.body.secret;
    expect([(await key.as(secret).get("/v1/ping")).status, (await key.get("/v1/ping")).status]).toEqual([200, 200]);
  });
});

describe("a leak report", () => {
  it("202 whatever was found: what works is revoked at once, retired ones are recognised, the rest costs nothing", async () => {
    const { w, admin, old, next } = await rotated("PT0S");
    const found = await w.key();
    const fine = await w.key();
    for (const key of [found, fine, next]) expect((await key.get("/v1/ping")).status).toBe(200);
    const report = await new Client(null, "", {}).post("/v1/leaks", { tokens: [found.secret, `${found.secret} `, old.secret, "rubbish", `${fine.secret?.slice(0, -1)}!`] });
    expect([report.status, report.body]).toEqual([202, { received: 5 }]);
    expect(tally(await Promise.all(times(40, () => found.get("/v1/ping"))))).toEqual({ 401: 40 });
    expect([(await found.get("/v1/ping")).body.code, (await fine.get("/v1/ping")).status, (await next.get("/v1/ping")).status]).toEqual(["key_revoked", 200, 200]);
    const events = (await w.events("control")).filter(({ type }) => type === "key.leaked");
    expect(events.map(({ subject, changes }) => [subject, changes?.status?.to ?? null]).toSorted()).toEqual([[found.id, "revoked"], [old.id, null]].toSorted());
    expect((await admin.get(`/v1/keys/${found.id}`)).body.status).toBe("revoked");
    const none = await new Client(null, "", {}).post("/v1/leaks", { tokens: ["ck_live_loc_nothing"] });
    expect([none.status, none.body]).toEqual([202, { received: 1 }]);
  });

  it("of keys of many organizations leaves a gapless log in each", async () => {
    const worlds = await Promise.all(times(5, () => world()));
    const keys = (await Promise.all(worlds.map((w) => Promise.all(times(3, () => w.key()))))).flat();
    await new Client(null, "", {}).post("/v1/leaks", { tokens: keys.map(({ secret }) => secret) });
    for (const w of worlds) {
      const events = await w.events("control");
      expect(events.map(({ seq }) => seq)).toEqual(events.map((_, i) => i + 1));
      expect(events.filter(({ type }) => type === "key.leaked")).toHaveLength(3);
    }
    expect(tally(await Promise.all(keys.map((key) => key.get("/v1/ping"))))).toEqual({ 401: 15 });
  });
});

describe("a simulation", () => {
  it("tells the first rule that refuses, spends nothing and is no use", async () => {
    const w = await world();
    const admin = await w.key({ kind: "agency", role: "owner" });
    const key = await w.key({ kind: "agency", scopes: ["contacts:read"], allowedIps: ["203.0.113.0/24"], limits: { hour: 10, second: 1, burst: 2 } });
    const judge = async (request: object, id = key.id) => (await admin.post(`/v1/keys/${id}/simulate`, request)).body;
    const ip = "203.0.113.7";
    const read = { method: "GET", path: "/v1/contacts", ip, location: w.locations[0] };
    for (let i = 0; i < 5; i += 1) expect(await judge(read)).toMatchObject({ allowed: true, operation: "contacts.list", refusal: null });
    const cases: [object, string][] = [
      [{ ...read, ip: "198.51.100.1" }, "ip_not_allowed"],
      [{ ...read, method: "POST" }, "insufficient_scope"],
      [{ method: "GET", path: "/v1/contacts", ip }, "location_required"],
      [{ ...read, location: (await world()).locations[0] }, "not_found"],
      [{ ...read, path: "/v1/nothing" }, "not_found"],
      [{ ...read, method: "DELETE" }, "method_not_allowed"],
    ];
    for (const [request, code] of cases) expect([request, (await judge(request)).refusal?.code]).toEqual([request, code]);
    expect((await admin.get(`/v1/keys/${key.id}`)).body.last_used_at).toBe(null);
    await admin.patch(`/v1/keys/${key.id}`, { status: "paused" });
    expect((await judge(read)).refusal.code).toBe("key_paused");
    await admin.delete(`/v1/keys/${key.id}`);
    expect((await judge(read)).refusal.code).toBe("key_revoked");
  });
});

describe("a key that is exposed", () => {
  it("in a browser or a URL: refused, and told once a day", async () => {
    const w = await world();
    const [inBrowser, inUrl] = [await w.key(), await w.key()];
    for (let i = 0; i < 5; i += 1) {
      expect((await inBrowser.get("/v1/ping", { headers: { Origin: "https://shop.example" } })).body.code).toBe("key_in_browser");
      expect((await w.anonymous.get(`/v1/ping?key=${inUrl.secret}`)).body.code).toBe("key_in_url");
    }
    await expect.poll(async () => (await w.events("control")).filter(({ type }) => type === "key.exposed").map(({ subject }) => subject).toSorted()).toEqual([inBrowser.id, inUrl.id].toSorted());
  });
});

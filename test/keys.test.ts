import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { routes } from "../src/routes";
import { run } from "../src/upkeep/upkeep";
import { front, unreachable } from "./front";
import { Client, isGapless, ORIGIN, tally, times, world, type World } from "./world";

const admin = (w: World) => w.key({ kind: "agency", role: "owner" });
const introspect = (by: Client, token: string) =>
  by.post("/v1/introspect", new URLSearchParams({ token }).toString(), { headers: { "Content-Type": "application/x-www-form-urlencoded" } });

describe("ways in", () => {
  it("200 by Bearer, by Basic in both forms, with a mode behind the key, and by X-API-Key", async () => {
    const w = await world();
    const { secret } = await w.key();
    const basic = (text: string) => ({ Authorization: `Basic ${btoa(text)}` });
    const ways = [{ Authorization: `bearer ${secret}` }, basic(`my app:${secret}`), basic(`${secret}:`), basic(`app:${secret}|0`), basic(`app:${secret}|1`), { "X-API-Key": secret ?? "" }];
    for (const headers of ways) expect([headers, (await w.anonymous.get("/v1/ping", { headers })).status]).toEqual([headers, 200]);
  });

  it("401 tells garbage from strangers, without looking garbage up", async () => {
    const w = await world();
    const { secret } = await w.key();
    const typo = `${secret?.slice(0, -1)}${secret?.endsWith("x") ? "y" : "x"}`;
    const call = (headers: Record<string, string>) => w.anonymous.get("/v1/ping", { headers });
    expect((await call({})).body.code).toBe("missing_key");
    expect((await call({})).headers.get("WWW-Authenticate")).toBe('Bearer realm="connectkit"');
    expect((await call({ Authorization: `Bearer ${typo}` })).body.code).toBe("malformed_key");
    expect((await call({ Authorization: `Basic ${btoa(`app:${typo}`)}` })).headers.get("WWW-Authenticate")).toContain("Basic");
    expect((await call({ "X-API-Key": "ck_live_loc_0000000000000000000000000000000000000000000000000" })).body.code).toBe("malformed_key");
  });

  it("401 for unknown keys, then 429 without a look-up: a flood stays out of the databases", async () => {
    const w = await world();
    const { mint } = await import("../src/keys/format");
    const answers = [];
    for (let i = 0; i < 70; i += 1) answers.push(await w.anonymous.get("/v1/ping", { headers: { "X-API-Key": mint("live", "location").reveal() } }));
    expect(tally(answers)).toMatchObject({ 401: expect.any(Number), 429: expect.any(Number) });
    expect(answers[0]?.body.code).toBe("unknown_key");
    expect(answers.at(-1)?.body.code).toBe("too_many_unknown_keys");
    const other = await (await world()).key();
    expect((await other.get("/v1/ping")).status).toBe(200);
  });

  it("a live key works from Node's fetch and is refused from a page; a sandbox key works from a page", async () => {
    const w = await world();
    const [live, sandbox] = [await w.key(), await w.key({ environment: "sandbox" })];
    expect((await live.get("/v1/ping", { headers: { "Sec-Fetch-Mode": "cors" } })).status).toBe(200);
    const pages: Record<string, string>[] = [{ Origin: "https://shop.example" }, { "Sec-Fetch-Site": "same-origin" }, { "Sec-Fetch-Dest": "empty" }];
    for (const headers of pages) {
      const refused = await live.get("/v1/ping", { headers });
      expect([refused.status, refused.body.code, refused.headers.get("Access-Control-Allow-Origin")]).toEqual([403, "key_in_browser", "*"]);
      expect((await sandbox.get("/v1/ping", { headers })).status).toBe(200);
    }
  });

  it("400 for a key in the URL and for two keys that differ", async () => {
    const w = await world();
    const [a, b] = [await w.key(), await w.key()];
    expect((await w.anonymous.get(`/v1/ping?api_key=${a.secret}`)).body.code).toBe("key_in_url");
    expect((await a.get("/v1/ping", { headers: { "X-API-Key": b.secret ?? "" } })).body.code).toBe("ambiguous_credentials");
    expect((await a.get("/v1/ping", { headers: { "X-API-Key": a.secret ?? "" } })).status).toBe(200);
  });

  it("403 from an address that is not allowed, v4 and v6", async () => {
    const w = await world();
    const key = await w.key({ allowedIps: ["203.0.113.0/24", "2001:db8:aa::/48"] });
    const from = (ip: string) => key.get("/v1/ping", { headers: { "CF-Connecting-IP": ip } });
    expect((await from("203.0.113.9")).status).toBe(200);
    expect((await from("::ffff:203.0.113.9")).status).toBe(200);
    expect((await from("2001:db8:aa:1::5")).status).toBe(200);
    expect((await from("203.0.114.9")).body.code).toBe("ip_not_allowed");
    expect((await from("2001:db8:ab::1")).body.code).toBe("ip_not_allowed");
  });
});

describe("reach", () => {
  it("an agency key picks a location, a location key has its own", async () => {
    const w = await world();
    const [here, there] = w.locations;
    const agency = await w.key({ kind: "agency" });
    expect((await agency.get("/v1/contacts")).body.code).toBe("location_required");
    const at = (location: string) => agency.with({ "ConnectKit-Location": location });
    await at(there).post("/v1/contacts", { first_name: "There" });
    expect((await at(here).get("/v1/contacts")).body.data).toEqual([]);
    expect((await at(there).get("/v1/contacts")).body.data).toHaveLength(1);
    const narrowed = await w.key({ kind: "agency", locations: [here] });
    expect((await narrowed.get("/v1/contacts", { headers: { "ConnectKit-Location": there } })).status).toBe(404);
    const own = await w.key();
    expect((await own.get("/v1/contacts", { headers: { "ConnectKit-Location": here } })).status).toBe(200);
    expect((await own.get("/v1/contacts", { headers: { "ConnectKit-Location": there } })).status).toBe(404);
    expect((await at("loc_nonsense").get("/v1/contacts")).status).toBe(404);
  });

  it("live and sandbox are two worlds", async () => {
    const w = await world();
    const [live, sandbox] = [await w.key(), await w.key({ environment: "sandbox" })];
    await sandbox.post("/v1/contacts", { emails: ["ana@acme.com"] });
    expect((await live.post("/v1/contacts", { emails: ["ana@acme.com"] })).status).toBe(201);
    expect((await live.get("/v1/contacts")).body.data).toHaveLength(1);
    expect((await (await w.key({ kind: "agency", environment: "sandbox" })).patch("/v1/organization", { name: "X" })).body.code).toBe("sandbox_key");
  });
});

describe("life", () => {
  it("201 shows the secret once; lists, reads and the log never do; a replay withholds it", async () => {
    const w = await world();
    const owner = await admin(w);
    const once = { headers: { "Idempotency-Key": "k" } };
    const input = { name: "Sync", kind: "location", location_ids: [w.locations[0]], scopes: ["contacts:*"], allowed_ips: ["10.1.2.3/8"] };
    const made = await owner.post("/v1/keys", input, once);
    expect(made).toMatchObject({ status: 201, body: { status: "active", scopes: ["contacts:*"], effective_scopes: ["contacts:read", "contacts:write", "contacts:delete"], allowed_ips: ["10.0.0.0/8"] } });
    const secret: string = made.body.secret;
    expect(secret).toMatch(/^ck_live_loc_[0-9A-Za-z]{49}$/);
    expect(made.body.last4).toBe(secret.slice(-4));
    const replay = await owner.post("/v1/keys", input, once);
    expect(replay.body).toMatchObject({ id: made.body.id, secret: null, secret_withheld: true });
    const seen = [await owner.get("/v1/keys"), await owner.get(`/v1/keys/${made.body.id}`)].map(({ text }) => text).join() + JSON.stringify(await w.events("control"));
    expect(seen).not.toContain(secret);
    const { results } = await env.DB.prepare("SELECT * FROM key_secrets WHERE key_id = ?").bind(made.body.id).all();
    expect(results).toMatchObject([{ digest: expect.stringMatching(/^[0-9a-f]{64}$/) }]);
    expect(isGapless(await w.events("control"))).toBe(true);
  });

  it("403: a key can't give what it has not got", async () => {
    const w = await world();
    const [here, there] = w.locations;
    const limited = await w.key({ kind: "agency", locations: [here], scopes: ["keys:write", "keys:read", "contacts:read"] });
    const make = (input: object) => limited.post("/v1/keys", { name: "x", kind: "location", location_ids: [here], scopes: ["contacts:read"], ...input });
    expect((await make({})).status).toBe(201);
    expect(await make({ scopes: ["contacts:*"] })).toMatchObject({ status: 403, body: { code: "not_grantable", scopes: ["contacts:write", "contacts:delete"] } });
    expect((await make({ scopes: ["keys:write"] })).body.code).toBe("not_grantable");
    expect((await make({ location_ids: [there] })).body.code).toBe("not_grantable");
    expect((await make({ environment: "sandbox" })).body.code).toBe("not_grantable");
    expect((await make({ kind: "agency", location_ids: undefined })).status).toBe(201);
    const own = await make({});
    expect((await limited.patch(`/v1/keys/${own.body.id}`, { scopes: ["contacts:write"] })).body.code).toBe("not_grantable");
    expect((await limited.patch(`/v1/keys/${own.body.id}`, { name: "y" })).body.name).toBe("y");
    const beyond = await w.key({ locations: [there] });
    expect((await limited.get(`/v1/keys/${beyond.id}`)).status).toBe(404);
    expect((await limited.delete(`/v1/keys/${beyond.id}`)).status).toBe(404);
  });

  it("409 when the plan has no room for another key, also in a race", async () => {
    const w = await world({ limits: { keys: 6 } });
    const owner = await admin(w);
    const answers = await Promise.all(times(20, () => owner.post("/v1/keys", { name: "x", kind: "agency", scopes: ["contacts:read"] })));
    expect(tally(answers)).toEqual({ 201: 5, 409: 15 });
    expect(answers.find(({ status }) => status === 409)?.body).toMatchObject({ code: "key_limit_reached", limit: 6 });
    expect((await w.events("control")).filter(({ type }) => type === "key.created")).toHaveLength(6);
  });

  it("lists by last four, and pages", async () => {
    const w = await world();
    const owner = await admin(w);
    const made = [await w.key(), await w.key(), await w.key()];
    const found = await owner.get(`/v1/keys?last4=${made[1]?.secret?.slice(-4)}`);
    expect(found.body.data.map(({ id }: { id: string }) => id)).toContain(made[1]?.id);
    const first = await owner.get("/v1/keys?limit=3");
    const second = await owner.get(`/v1/keys?limit=3&cursor=${first.body.page.next_cursor}`);
    expect([first.body.data.length, second.body.data.length, second.body.page.next_cursor]).toEqual([3, 1, null]);
    expect((await owner.get(`/v1/keys?limit=3&status=paused&cursor=${first.body.page.next_cursor}`)).body.code).toBe("cursor_mismatch");
  });
});

describe("what an answered change means", () => {
  const warm = (key: Client, count = 200) => Promise.all(times(count, () => key.get("/v1/contacts?limit=1")));

  it("revoked: of 1,000 requests that arrive after the answer, with all caches warm, none passes", async () => {
    const w = await world();
    const [owner, key] = [await admin(w), await w.key()];
    expect(tally(await warm(key))).toEqual({ 200: 200 });
    expect((await owner.delete(`/v1/keys/${key.id}`)).body.status).toBe("revoked");
    const after = await warm(key, 1_000);
    expect(after.filter(({ status }) => status < 400)).toHaveLength(0);
    expect(after[0]).toMatchObject({ status: 401, body: { code: "key_revoked" } });
    expect((await owner.delete(`/v1/keys/${key.id}`)).status).toBe(200);
    expect((await owner.patch(`/v1/keys/${key.id}`, { name: "x" })).body.code).toBe("key_ended");
    expect((await w.events("control")).filter(({ type }) => type === "key.revoked")).toHaveLength(1);
  });

  it("scope cut, paused, resumed, demoted, API off and on: each true for whatever comes next", async () => {
    const w = await world();
    const [owner, sandbox, key] = [await admin(w), await w.key({ environment: "sandbox", kind: "agency" }), await w.key({ role: "member" })];
    const next = async (count: number) => tally((await warm(key, count)).map(({ status, body }) => ({ status: body?.code ?? status })));
    const refused = async (code: string, count = 1_000) => expect(await next(count)).toEqual({ [code]: count });
    const passes = async () => expect(await next(200)).toEqual({ 200: 200 });
    await passes();
    await owner.patch(`/v1/keys/${key.id}`, { scopes: ["contacts:write"] });
    await refused("insufficient_scope");
    await owner.patch(`/v1/keys/${key.id}`, { scopes: ["contacts:read"] });
    await passes();
    await owner.patch(`/v1/keys/${key.id}`, { status: "paused" });
    await refused("key_paused", 200);
    await owner.patch(`/v1/keys/${key.id}`, { status: "active", scopes: ["contacts:write", "contacts:read"] });
    await passes();
    expect((await owner.patch(`/v1/members/${w.members.member}`, { role: "viewer" })).status).toBe(200);
    expect((await key.post("/v1/contacts", { first_name: "Ana" })).body).toMatchObject({ code: "insufficient_scope", granted: ["contacts:read"] });
    expect((await owner.patch("/v1/organization", { api_enabled: false })).status).toBe(200);
    await refused("api_disabled");
    expect((await sandbox.get("/v1/ping")).status).toBe(200);
  }, 120_000);

  it("250 keys are switched off in one call; a gate that fails is 503, and the sweep completes it", async () => {
    const w = await world();
    const owner = await admin(w);
    const keys = await Promise.all(times(250, () => w.key()));
    const all = async () => tally((await Promise.all(keys.map((key) => key.get("/v1/ping")))).map(({ status, body }) => ({ status: body?.code ?? status })));
    expect(await all()).toEqual({ 200: 250 });
    const [unlucky] = keys;
    if (!unlucky) throw new Error("no keys");
    const off = await owner.through(front(unreachable(new Set([unlucky.id])))).patch("/v1/organization", { api_enabled: false });
    expect(off).toMatchObject({ status: 503, body: { code: "not_yet_effective", waiting: 1 } });
    await run("* * * * *", Date.now(), env, routes);
    expect(await all()).toEqual({ api_disabled: 250 });
    const { results } = await env.DB.prepare("SELECT * FROM gate_pushes WHERE org_id = ?").bind(w.org).all();
    expect(results).toEqual([]);
    const member = await w.session("owner");
    await env.DB.prepare("UPDATE organizations SET api_enabled = 1 WHERE id = ?").bind(w.org).run();
    expect((await member.patch(`/v1/members/${w.members.admin}`, { role: "member" })).status).toBe(200);
    expect(await all()).toEqual({ 200: 250 });
  }, 120_000);
});

describe("introspection", () => {
  it("tells a key of itself, others with the scope, and strangers nothing", async () => {
    const w = await world();
    const [owner, key, plain, stranger] = [await admin(w), await w.key({ scopes: ["contacts:read"] }), await w.key({ scopes: ["contacts:read"] }), await admin(await world())];
    const own = await introspect(key, key.secret ?? "");
    expect(own.body).toMatchObject({ active: true, scope: "contacts:read", token_type: "Bearer", sub: key.id, iss: ORIGIN, location: w.locations[0] });
    expect((await introspect(owner, key.secret ?? "")).body).toMatchObject({ active: true, sub: key.id });
    expect((await introspect(plain, key.secret ?? "")).body.code).toBe("insufficient_scope");
    const { mint } = await import("../src/keys/format");
    for (const token of ["rubbish", mint("live", "location").reveal()]) expect((await introspect(owner, token)).text).toBe('{"active":false}');
    expect((await introspect(stranger, key.secret ?? "")).text).toBe('{"active":false}');
  });

  it("is current at once: a revoked key is inactive, a cut scope is gone", async () => {
    const w = await world();
    const [owner, key] = [await admin(w), await w.key({ scopes: ["contacts:*"] })];
    await introspect(owner, key.secret ?? "");
    await owner.patch(`/v1/keys/${key.id}`, { scopes: ["contacts:read"] });
    expect((await introspect(owner, key.secret ?? "")).body.scope).toBe("contacts:read");
    await owner.delete(`/v1/keys/${key.id}`);
    expect((await introspect(owner, key.secret ?? "")).text).toBe('{"active":false}');
  });

  it("/v1/me tells what is left, /v1/ping whose it is", async () => {
    const w = await world();
    const key = await w.key({ limits: { hour: 100, burst: 10, second: 1, inflight: 2 } });
    expect((await key.get("/v1/ping")).body).toMatchObject({ ok: true, organization: w.org, location: w.locations[0], environment: "live", key: { ref: key.id, last4: key.secret?.slice(-4) } });
    const { body } = await key.get("/v1/me");
    expect(body).toMatchObject({ id: key.id, limits: { hour: 100, burst: 10, second: 1, inflight: 2 }, remaining: { hour: { quota: 100 }, inflight: { quota: 2 } } });
    expect([98, 99]).toContain(body.remaining.hour.remaining);
    expect(body.last_used_at).toMatch(/Z$/);
  });
});

// What once did not hold: ways around the rules of keys, and around the clock.
import { env } from "cloudflare:workers";
import { exportJWK, generateKeyPair } from "jose";
import { afterEach, expect, it, vi } from "vitest";
import { DAY, HOUR } from "../src/platform/clock";
import { routes } from "../src/routes";
import { run } from "../src/upkeep/upkeep";
import { altered, counted, front, unreachable } from "./front";
import { Client, tally, times, world, type Json, type World } from "./world";

afterEach(() => { vi.useRealTimers(); });
const CUSTOM = { custom: { name: "Sync", reason: "n", scopes: ["contacts:read"] } };
const ask = async (w: World, body: object = CUSTOM): Promise<Json> => (await (await w.session("member")).post("/v1/access-requests", body)).body;
const approve = async (w: World, id: string, body: object = {}): Promise<Json> => (await (await w.session("admin")).post(`/v1/access-requests/${id}/approve`, body)).body;
const claim = (w: World, { claim: { url } }: Json) => w.anonymous.post(new URL(url).pathname);
const at = (ms: number) => { vi.useFakeTimers({ toFake: ["Date"] }); vi.setSystemTime(ms); };
const T = Date.UTC(2029, 0, 1);

it("an admin gets no owner's powers by rotating an owner's key", async () => {
  const w = await world({ plan: "professional" });
  const key = await w.key({ kind: "agency", role: "owner", scopes: ["org:write"] });
  expect((await (await w.session("admin")).post(`/v1/keys/${key.id}/rotate`, {})).status).toBe(403);
});
it("an admin gets no owner's powers by widening an owner's key", async () => {
  const w = await world();
  const key = await w.key({ kind: "agency", role: "owner", scopes: ["contacts:read"] });
  expect((await (await w.session("admin")).patch(`/v1/keys/${key.id}`, { scopes: ["contacts:read", "org:write"] })).status).toBe(403);
});
it("If-Match of what the admin saw does not approve other scopes or another recipient", async () => {
  const [v, c] = [await world(), await world()];
  const sandbox = await v.key({ environment: "sandbox", scopes: ["contacts:read"] });
  const app = (await (await v.session("owner")).post("/v1/integrations", { name: "Mail", sandbox_key: sandbox.id })).body;
  const { id } = await ask(c, { integration_id: app.id, location_ids: [c.locations[0]] });
  const admin = await c.session("admin");
  const seen = await admin.get(`/v1/access-requests/${id}`);
  await (await v.key({ environment: "sandbox", kind: "agency", role: "owner" })).patch(`/v1/keys/${sandbox.id}`, { scopes: ["contacts:*", "privacy:write", "org:write"] });
  expect((await admin.post(`/v1/access-requests/${id}/approve`, {}, { headers: { "If-Match": seen.headers.get("ETag") ?? "" } })).status).toBe(412);
});
it("a sandbox location key does not change the catalogue", async () => {
  const v = await world();
  const sandbox = await v.key({ environment: "sandbox", scopes: ["contacts:read"] });
  const app = (await (await v.session("owner")).post("/v1/integrations", { name: "Mail", sandbox_key: sandbox.id })).body;
  const sneaky = await v.key({ environment: "sandbox", scopes: ["keys:write"] });
  expect((await sneaky.patch(`/v1/integrations/${app.id}`, { name: "x" })).status).toBe(403);
});
it("a secret past its end takes no tokens and is no use", async () => {
  at(T);
  const w = await world();
  const admin = await w.key({ kind: "agency", role: "owner" });
  const old = await w.key({ scopes: ["contacts:read"], limits: { hour: 100, second: 1, burst: 20 } });
  const next = old.as((await admin.post(`/v1/keys/${old.id}/rotate`, { overlap: "PT1H" })).body.secret);
  for (const one of [old, next]) await one.get("/v1/ping");
  at(T + 2 * HOUR);
  await run("* * * * *", Date.now(), env, routes);
  at(T + DAY);
  for (let i = 0; i < 25; i += 1) expect((await old.get("/v1/ping")).body.code).toBe("secret_retired");
  expect((await next.get("/v1/ping")).status).toBe(200);
});
it("another key's gate does not lose a rotation's secret", async () => {
  const w = await world();
  const admin = await w.key({ kind: "agency", role: "owner" });
  const [a, b] = [await w.key(), await w.key({ scopes: ["contacts:read"] })];
  const by = admin.through(front(unreachable(new Set([a.id]))));
  expect((await by.patch(`/v1/keys/${a.id}`, { name: "x" })).status).toBe(503);
  expect((await by.post(`/v1/keys/${b.id}/rotate`, {})).body.secret).toEqual(expect.any(String));
});
it("reissuing keeps to the number of keys", async () => {
  at(T);
  const w = await world({ limits: { keys: 1 } });
  const { id } = await ask(w);
  await approve(w, id);
  at(T + 4 * DAY);
  await run("* * * * *", Date.now(), env, routes);
  await w.key();
  expect((await (await w.session("admin")).post(`/v1/access-requests/${id}/reissue`)).body.code).toBe("key_limit_reached");
});
it("a key that can't be sealed to is refused when it is sent", async () => {
  const w = await world();
  const zero = { kty: "OKP", crv: "X25519", x: "A".repeat(43) };
  expect((await (await w.session("member")).post("/v1/access-requests", { custom: { ...CUSTOM.custom, public_jwk: zero } })).status).toBe(422);
});
it("a use does not close the notice of a fixed end", async () => {
  at(T);
  const w = await world();
  const key = await w.key({ scopes: ["contacts:read"], expiresAt: T + 5 * DAY });
  await run("7 * * * *", T, env, routes);
  at(T + 2 * HOUR);
  await key.get("/v1/ping");
  await scheduler.wait(300);
  expect((await (await w.session("owner")).get("/v1/notifications?open=true")).body.data).toHaveLength(1);
});
it("a key that ended before its claim is not handed over", async () => {
  at(T);
  const w = await world();
  const approved = await approve(w, (await ask(w)).id, { expires_at: new Date(T + HOUR).toISOString() });
  at(T + 2 * HOUR);
  expect((await claim(w, approved)).status).toBe(410);
});
it("a key that ended is not rotated", async () => {
  at(T);
  const w = await world();
  const key = await w.key({ scopes: ["contacts:read"], expiresAt: T + HOUR });
  at(T + HOUR + 1);
  expect((await (await w.key({ kind: "agency", role: "owner" })).post(`/v1/keys/${key.id}/rotate`, {})).status).toBe(409);
});
it("a secret past its end that is reported does not revoke its key, and is told once", async () => {
  at(T);
  const w = await world();
  const key = await w.key({ scopes: ["contacts:read"] });
  await (await w.key({ kind: "agency", role: "owner" })).post(`/v1/keys/${key.id}/rotate`, { overlap: "PT10S" });
  at(T + 30_000);
  for (let i = 0; i < 3; i += 1) await new Client(null, "", { "CF-Connecting-IP": "203.0.113.9" }).post("/v1/leaks", { tokens: [key.secret] });
  const told = (await w.events("control")).filter(({ type }) => type === "key.leaked");
  expect([told.length, told[0]?.data.revoked]).toEqual([1, false]);
});
it("a key that was paused stays so through a new hand-over", async () => {
  const w = await world();
  const admin = await w.session("admin");
  const { id } = await ask(w);
  const approved = await approve(w, id);
  await claim(w, approved);
  await admin.patch(`/v1/keys/${approved.key.id}`, { status: "paused" });
  const again = await admin.post(`/v1/access-requests/${id}/reissue`);
  if (again.status === 200) await claim(w, again.body);
  expect((await admin.get(`/v1/keys/${approved.key.id}`)).body.status).toBe("paused");
});
it("who acted is told by the secret that acted", async () => {
  const w = await world();
  const key = await w.key({ scopes: ["contacts:write"] });
  await (await w.key({ kind: "agency", role: "owner" })).post(`/v1/keys/${key.id}/rotate`, {});
  await key.post("/v1/contacts", { first_name: "Ana" });
  expect(JSON.parse((await w.events("data")).at(-1)?.actor ?? "{}").last4).toBe(key.secret?.slice(-4));
});
it("the events of a key have its versions, and each change its event", async () => {
  at(T);
  const w = await world();
  const admin = await w.session("admin");
  const { id } = await ask(w);
  const { key } = await approve(w, id);
  at(T + 4 * DAY);
  await run("* * * * *", Date.now(), env, routes);
  await claim(w, (await admin.post(`/v1/access-requests/${id}/reissue`)).body);
  const versions = (await w.events("control")).filter(({ subject }) => subject === key.id).map(({ version }) => version);
  expect(versions).toEqual(times((await admin.get(`/v1/keys/${key.id}`)).body.version, (i) => i + 1));
});
it("a key that ends, is held to addresses or to quotas gives no more than it has, and does not free itself", async () => {
  const w = await world();
  const bounds = { allowedIps: ["203.0.113.0/24"], expiresAt: Date.now() + HOUR, limits: { hour: 10 } };
  const key = (await w.key({ scopes: ["keys:write", "contacts:read"], ...bounds })).with({ "CF-Connecting-IP": "203.0.113.5" });
  const child = { name: "child", kind: "location", scopes: ["contacts:read"] };
  const made = (await key.post("/v1/keys", child)).body;
  expect([made.allowed_ips, Date.parse(made.expires_at), made.limits.hour]).toEqual([bounds.allowedIps, bounds.expiresAt, 10]);
  const more = [{ allowed_ips: ["0.0.0.0/0"] }, { allowed_ips: ["203.0.0.0/16"] }, { expires_at: new Date(bounds.expiresAt + 1).toISOString() }, { limits: { hour: 11 } }];
  for (const one of more) expect([one, (await key.post("/v1/keys", { ...child, ...one })).body.code]).toEqual([one, "not_grantable"]);
  expect((await key.post("/v1/keys", { ...child, allowed_ips: ["203.0.113.128/25"], limits: { hour: 5 } })).status).toBe(201);
  for (const one of [{ allowed_ips: null }, { limits: null }, { limits: { hour: 20 } }]) expect([one, (await key.patch(`/v1/keys/${key.id}`, one)).body.code]).toEqual([one, "not_grantable"]);
  expect((await key.patch(`/v1/keys/${key.id}`, { limits: { hour: 9 } })).status).toBe(200);
});
it("the connection test works where the request can't be closed", async () => {
  const w = await world();
  const handed = await claim(w, await approve(w, (await ask(w)).id));
  const broken = { ...env, DB: altered(env.DB, { batch: async () => { throw new Error("D1_ERROR: internal"); } }) };
  expect((await w.anonymous.as(handed.body.secret).through(front(broken)).get("/v1/ping")).status).toBe(200);
});

const askFor = (w: World, scopes: string[]): Promise<Json> => ask(w, { custom: { ...CUSTOM.custom, scopes } });
const approveBy = async (by: Client, id: string): Promise<Json> => (await by.post(`/v1/access-requests/${id}/approve`, {})).body;
const claimAt = (w: World, url: string) => w.anonymous.post(new URL(url).pathname);

it("an admin gets no owner's powers by handing an owner's key over anew", async () => {
  const w = await world();
  const { id } = await askFor(w, ["org:write", "org:read"]);
  await approveBy(await w.session("owner"), id);
  const admin = await w.session("admin");
  const again = await admin.post(`/v1/access-requests/${id}/reissue`);
  const handed = again.status === 200 ? await claimAt(w, again.body.claim.url) : null;
  const stolen = handed?.body.secret ? w.anonymous.as(handed.body.secret) : null;
  const made = stolen ? await stolen.patch(`/v1/members/${w.members.admin}`, { role: "owner" }) : null;
  expect(made?.status).not.toBe(200);
});
it("no key comes back to life with a removed member as its owner", async () => {
  at(T);
  const w = await world();
  const { id } = await askFor(w, ["contacts:*"]);
  const gone = await w.session("admin");
  const approved = await approveBy(gone, id);
  at(T + 4 * DAY);
  await run("* * * * *", Date.now(), env, routes);
  const owner = await w.session("owner");
  await owner.delete(`/v1/members/${w.members.admin}`);
  const again = await owner.post(`/v1/access-requests/${id}/reissue`);
  await claimAt(w, again.body.claim.url);
  const shown = (await owner.get(`/v1/keys/${approved.key.id}`)).body;
  expect((await owner.get(`/v1/members/${shown.owner.id}`)).status).toBe(200);
});
it("If-Match of what the admin saw does not hand over to another recipient", async () => {
  const [v, c] = [await world(), await world()];
  const sandbox = await v.key({ environment: "sandbox", scopes: ["contacts:read"] });
  const { publicKey } = await generateKeyPair("ECDH-ES+A256KW", { extractable: true });
  const vendor = await v.session("owner");
  const app = (await vendor.post("/v1/integrations", { name: "Mail", sandbox_key: sandbox.id, public_jwk: await exportJWK(publicKey) })).body;
  const { id } = (await (await c.session("member")).post("/v1/access-requests", { integration_id: app.id, location_ids: [c.locations[0]] })).body;
  const admin = await c.session("admin");
  await approveBy(admin, id);
  await vendor.patch(`/v1/integrations/${app.id}`, { public_jwk: null });
  const seen = await admin.get(`/v1/access-requests/${id}`);
  const again = await admin.post(`/v1/access-requests/${id}/reissue`, undefined, { headers: { "If-Match": seen.headers.get("ETag") ?? "" } });
  expect(again.status === 412 || again.body.encrypted_to !== null).toBe(true);
});
it("another key's gate does not lose the claim link of a reissue, nor an invitation", async () => {
  const w = await world();
  const { id } = await askFor(w, ["contacts:read"]);
  const admin = await w.session("admin");
  await approveBy(admin, id);
  const other = await w.key();
  const by = admin.through(front(unreachable(new Set([other.id]))));
  expect((await by.patch(`/v1/keys/${other.id}`, { name: "x" })).status).toBe(503);
  const again = await by.post(`/v1/access-requests/${id}/reissue`);
  const invited = await by.post("/v1/members", { email: `eva-${w.org}@acme.example`, name: "Eva", role: "viewer" }, { headers: { "Idempotency-Key": "i" } });
  expect([again.status, invited.status]).toEqual([200, 201]);
});
it("a bound key gets no unbound secret by rotating another key", async () => {
  const w = await world();
  const bound = (await w.key({ scopes: ["keys:write", "contacts:read"], allowedIps: ["203.0.113.0/24"], expiresAt: Date.now() + HOUR, limits: { hour: 10 } })).with({ "CF-Connecting-IP": "203.0.113.5" });
  const free = await w.key({ scopes: ["contacts:read"] });
  const rotated = await bound.post(`/v1/keys/${free.id}/rotate`, {});
  expect(rotated.status).toBe(403);
});
it("after a canceled rotation the old secret works past its once planned end", async () => {
  at(T);
  const w = await world();
  const admin = await w.key({ kind: "agency", role: "owner" });
  const key = await w.key({ scopes: ["contacts:read"] });
  await admin.post(`/v1/keys/${key.id}/rotate`, { overlap: "PT1H" });
  expect((await key.get("/v1/ping")).status).toBe(200);
  await scheduler.wait(100);
  expect((await admin.post(`/v1/keys/${key.id}/rotate/cancel`)).status).toBe(200);
  at(T + 2 * HOUR);
  const answer = await key.get("/v1/ping");
  expect(answer.status).toBe(200);
});
it("a short rotation is not begun where the key's gate can't be told; nothing is lost", async () => {
  const w = await world();
  const admin = await w.key({ kind: "agency", role: "owner" });
  const key = await w.key({ scopes: ["contacts:read"] });
  await key.get("/v1/ping");
  expect((await admin.through(front(unreachable(new Set([key.id])))).post(`/v1/keys/${key.id}/rotate`, { overlap: "PT1S" })).status).toBe(503);
  expect([(await key.get("/v1/ping")).status, (await admin.get(`/v1/keys/${key.id}`)).body.secrets.length]).toEqual([200, 1]);
});
it("limits of a key that a key makes are null where none were given", async () => {
  const w = await world();
  const by = await w.key({ kind: "agency", role: "owner", scopes: ["keys:write", "contacts:read"] });
  await by.post("/v1/keys", { name: "x", kind: "agency", scopes: ["contacts:read"] });
  const log = (await w.events("control")).at(-1);
  expect(log?.changes.limits).toBeUndefined();
});
it("an ended session's cookie does not reach D1 for ever", async () => {
  const w = await world();
  const { by } = await w.person();
  const { bindings } = counted();
  const through = by.through(front(bindings));
  await Promise.all(times(120, () => through.get("/v1/contacts")));
  await Promise.all(times(120, (i) => through.call("POST", "/api/auth/update-user", { body: { name: `N${i}` } })));
  await through.call("POST", "/api/auth/sign-out", { body: {} });
  const ended = await Promise.all(times(120, () => through.get("/v1/contacts")));
  expect(tally(ended)[429] ?? 0).toBeGreaterThan(0);
});
it("names are one line", async () => {
  const w = await world();
  const owner = await w.session("owner");
  const name = "Tide\u202Eretaw\nSecond line";
  const { by } = await w.person();
  for (const answer of [await by.post("/v1/organizations", { name }), await owner.patch("/v1/organization", { name }), await owner.patch(`/v1/members/${w.members.viewer}`, { name }), await owner.patch(`/v1/locations/${w.locations[0]}`, { name }), await owner.post("/v1/keys", { name, kind: "agency", scopes: ["contacts:read"] })]) expect(answer.status).toBe(422);
  const sandbox = await w.key({ environment: "sandbox", scopes: ["contacts:read"] });
  const app = await owner.post("/v1/integrations", { name: "Mail", sandbox_key: sandbox.id });
  expect(app.body.vendor.name).not.toMatch(/[\n\u202e]/);
});
it("another tenant's location is 404 in notifications too", async () => {
  const [w, o] = [await world(), await world()];
  const by = await w.session("owner");
  const found = await Promise.all(["notifications", "audit", "usage", "requests", "keys"].map(async (what) => [what, (await by.get(`/v1/${what}?location=${o.locations[0]}`)).status]));
  expect(found[0]?.[1]).toBe(404);
});

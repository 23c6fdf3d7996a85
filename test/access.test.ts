// Integrations, access requests and the hand-over, beyond the story that goes well.
import { env } from "cloudflare:workers";
import { compactDecrypt, exportJWK, generateKeyPair } from "jose";
import { describe, expect, it } from "vitest";
import { DAY, now } from "../src/platform/clock";
import { mintToken } from "../src/platform/token";
import { lapse } from "../src/access/lapses";
import { databases } from "../src/platform/sql";
import { tally, times, world, type Client, type Json, type World } from "./world";

const WISH = { custom: { name: "Sync", reason: "Nightly copy", scopes: ["contacts:read", "contacts:write"] } };

async function asked(wish: Json = WISH, w?: World) {
  const client = w ?? (await world());
  const [member, admin] = [await client.session("member"), await client.session("admin")];
  const { status, body } = await member.post("/v1/access-requests", wish);
  expect([status, body.status]).toEqual([201, "pending"]);
  return { w: client, member, admin, id: String(body.id), request: body };
}
const approve = (admin: Client, id: string, body: Json = {}) => admin.post(`/v1/access-requests/${id}/approve`, body);
const linkIn = (body: Json): string => new URL(body.claim.url).pathname;

async function offered(vendor: World, extra: Json = {}, key: Parameters<World["key"]>[0] = {}): Promise<{ id: string; sandbox: Client; owner: Client }> {
  const owner = await vendor.session("owner");
  const sandbox = await vendor.key({ environment: "sandbox", scopes: ["contacts:read"], ...key });
  const { status, body } = await owner.post("/v1/integrations", { name: "Sync", sandbox_key: sandbox.id, ...extra });
  expect([status, body]).toEqual([201, body]);
  return { id: body.id, sandbox, owner };
}

describe("a request", () => {
  it("gets what the sandbox key has at the approval, not at the request; wildcards stay as they are", async () => {
    const [vendor, client] = [await world(), await world()];
    const app = await offered(vendor);
    const { admin, id } = await asked({ integration_id: app.id, location_ids: [client.locations[0]] }, client);
    await app.owner.with({ "ConnectKit-Environment": "sandbox" }).patch(`/v1/keys/${app.sandbox.id}`, { scopes: ["contacts:*", "tags:write"] });
    expect((await admin.get(`/v1/access-requests/${id}`)).body.scopes).toEqual(["contacts:*", "tags:write"]);
    const { body } = await approve(admin, id);
    expect(body.scopes).toEqual(["contacts:*", "tags:write"]);
    expect((await admin.get(`/v1/keys/${body.key.id}`)).body).toMatchObject({ status: "unclaimed", scopes: ["contacts:*", "tags:write"], integration: app.id, kind: "location", owner: { id: client.members.admin } });
  });

  it("is narrowed on purpose only, and recorded; 422 for more than was asked for", async () => {
    const { w, admin, id } = await asked({ custom: { ...WISH.custom, scopes: ["contacts:*"] } });
    expect(await approve(admin, id, { scopes: ["contacts:read", "tags:write"] })).toMatchObject({ status: 422, body: { errors: [{ pointer: "/scopes", code: "beyond_request" }] } });
    expect((await approve(admin, id, { scopes: ["contacts:read"] })).body.scopes).toEqual(["contacts:read"]);
    const [event] = (await w.events("control")).filter(({ type }) => type === "access_request.approved");
    expect(event?.data).toMatchObject({ scopes: ["contacts:read"], narrowed_from: ["contacts:*"] });
  });

  it("409 when the sandbox key has ended, 422 for a key that is none of one's sandbox keys, or for no such location", async () => {
    const [vendor, client] = [await world(), await world()];
    const app = await offered(vendor);
    const { admin, id } = await asked({ integration_id: app.id, location_ids: [client.locations[0]] }, client);
    await app.owner.with({ "ConnectKit-Environment": "sandbox" }).delete(`/v1/keys/${app.sandbox.id}`);
    expect(await approve(admin, id)).toMatchObject({ status: 409, body: { code: "sandbox_key_ended" } });
    const member = await client.session("member");
    expect((await member.post("/v1/access-requests", { integration_id: app.id, location_ids: [client.locations[0]] })).body.code).toBe("sandbox_key_ended");
    const live = await client.key();
    for (const sandbox_key of [live.id, app.sandbox.id]) {
      expect(await member.post("/v1/access-requests", { custom: { name: "x", reason: "y", sandbox_key } })).toMatchObject({ status: 422, body: { errors: [{ code: "not_a_sandbox_key" }] } });
    }
    expect(await member.post("/v1/access-requests", { ...WISH, location_ids: [vendor.locations[0]] })).toMatchObject({ status: 422, body: { errors: [{ code: "unknown_location" }] } });
  });

  it("422 for both or neither of integration and custom, of sandbox key and scopes, and for a location key of two locations", async () => {
    const w = await world();
    const member = await w.session("member");
    const app = await offered(await world());
    const wrong = [{}, { ...WISH, integration_id: app.id }, { custom: { name: "x", reason: "y" } }, { custom: { name: "x", scopes: ["contacts:read"] } }, { integration_id: app.id, location_ids: w.locations }, { integration_id: app.id }];
    for (const wish of wrong) expect([wish, (await member.post("/v1/access-requests", wish)).status]).toEqual([wish, 422]);
  });

  it("is seen and decided by admins, seen and withdrawn by its member; denied with a reason that the member is told", async () => {
    const { w, member, admin, id } = await asked();
    const viewer = await w.session("viewer");
    expect([(await viewer.get(`/v1/access-requests/${id}`)).status, (await viewer.get("/v1/access-requests")).body.data]).toEqual([404, []]);
    expect((await viewer.post(`/v1/access-requests/${id}/withdraw`)).status).toBe(404);
    expect((await member.post(`/v1/access-requests/${id}/deny`, { reason: "no" })).body.code).toBe("approver_only");
    expect((await admin.post(`/v1/access-requests/${id}/deny`, {})).status).toBe(422);
    expect((await admin.post(`/v1/access-requests/${id}/deny`, { reason: "We have one" })).body).toMatchObject({ status: "denied", decision: "We have one" });
    const told = (await member.get("/v1/notifications")).body.data;
    expect(told.map(({ type, detail }: Json) => [type, detail])).toEqual([["access_request.denied", "We have one"]]);
    for (const act of ["approve", "withdraw", "reissue"]) expect([act, (await admin.post(`/v1/access-requests/${id}/${act}`, act === "approve" ? {} : undefined)).body.code]).toEqual([act, "request_closed"]);
    const again = await asked(WISH, w);
    expect((await again.member.post(`/v1/access-requests/${again.id}/withdraw`)).body.status).toBe("withdrawn");
  });

  it("20 approvals and a withdrawal at once: one wins, at most one key is made", async () => {
    const { w, member, admin, id } = await asked();
    const answers = await Promise.all([...times(20, () => approve(admin, id)), member.post(`/v1/access-requests/${id}/withdraw`)]);
    expect(tally(answers)[200]).toBe(1);
    expect((await w.events("control")).filter(({ type }) => type === "key.created").length).toBeLessThanOrEqual(1);
  });

  it("expires after 30 days, its link after 72 hours; the lapsed one can be handed over anew", async () => {
    const [pending, linked] = [await asked(), await asked()];
    const { body } = await approve(linked.admin, linked.id);
    const link = linkIn(body);
    // As time would have it.
    await env.DB.prepare("UPDATE access_requests SET expires_at = ? WHERE id IN (?, ?)").bind(now() - 1, pending.id, linked.id).run();
    expect(await linked.w.anonymous.post(link)).toMatchObject({ status: 410, body: { code: "claim_lapsed" } });
    expect((await approve(pending.admin, pending.id)).body.code).toBe("request_closed");
    while ((await lapse(databases(env), now())) > 0);
    for (const { admin, id } of [pending, linked]) expect((await admin.get(`/v1/access-requests/${id}`)).body.status).toBe("expired");
    expect((await linked.admin.get(`/v1/keys/${body.key.id}`)).body.status).toBe("expired");
    expect((await pending.w.events("control")).at(-1)).toMatchObject({ type: "access_request.expired", subject: pending.id });
    const again = (await linked.admin.post(`/v1/access-requests/${linked.id}/reissue`)).body;
    expect([again.status, (await linked.w.anonymous.post(link)).status, (await linked.w.anonymous.post(linkIn(again))).status]).toEqual(["approved", 404, 200]);
  });
});

describe("a claim", () => {
  it("without a public key shows the secret once; the key works only from then on", async () => {
    const { w, admin, id } = await asked();
    const { body } = await approve(admin, id);
    const answers = await Promise.all(times(20, () => w.anonymous.with({ "CF-Connecting-IP": `2001:db8:${Math.floor(Math.random() * 65_536).toString(16)}::1` }).post(linkIn(body))));
    expect(tally(answers)).toEqual({ 200: 1, 410: 19 });
    const secret = answers.find(({ status }) => status === 200)?.body.secret;
    const key = w.anonymous.as(secret);
    expect((await key.get("/v1/ping")).body).toMatchObject({ key: { ref: body.key.id, last4: secret.slice(-4) }, scopes: ["contacts:read", "contacts:write"] });
  });

  it.each([
    ["RSA-OAEP-256", {}],
    ["ECDH-ES+A256KW", { crv: "P-521" }],
    ["ECDH-ES+A256KW", { crv: "X25519" }],
  ] as const)("for %s %o is a JWE that its holder opens, and nobody else", async (alg, options) => {
    const [vendor, client] = [await world(), await world()];
    const [mine, other] = [await generateKeyPair(alg, { ...options, extractable: true }), await generateKeyPair(alg, { ...options, extractable: true })];
    const app = await offered(vendor, { public_jwk: { ...(await exportJWK(mine.publicKey)), alg, use: "enc", kid: "mine" } });
    const { admin, id } = await asked({ integration_id: app.id, location_ids: [client.locations[0]] }, client);
    const { body } = await client.anonymous.post(linkIn((await approve(admin, id)).body));
    const { plaintext, protectedHeader } = await compactDecrypt(body.jwe, mine.privateKey);
    expect([protectedHeader.alg, protectedHeader.enc, protectedHeader.kid]).toEqual([alg, "A256GCM", "mine"]);
    expect((await client.anonymous.as(JSON.parse(new TextDecoder().decode(plaintext)).secret).get("/v1/ping")).status).toBe(200);
    await expect(compactDecrypt(body.jwe, other.privateKey)).rejects.toThrow("decryption operation failed");
  });

  it("that went wrong: reissued, the first secret is refused at once, warm caches or not, and the new one works", async () => {
    const { w, admin, id } = await asked();
    const first = (await w.anonymous.post(linkIn((await approve(admin, id)).body))).body;
    const astray = w.anonymous.as(first.secret);
    expect((await astray.get("/v1/contacts", { headers: { "ConnectKit-Location": w.locations[0] } })).status).toBe(200);
    const again = (await admin.post(`/v1/access-requests/${id}/reissue`)).body;
    expect(tally(await Promise.all(times(40, () => astray.get("/v1/ping"))))).toEqual({ 401: 40 });
    expect((await admin.get(`/v1/keys/${again.key.id}`)).body).toMatchObject({ status: "unclaimed", secrets: [], last4: "----" });
    const { body } = await w.anonymous.with({ "CF-Connecting-IP": "192.0.2.77" }).post(linkIn(again));
    expect((await w.anonymous.as(body.secret).with({ "CF-Connecting-IP": "192.0.2.78" }).get("/v1/ping")).status).toBe(200);
    expect((await admin.get(`/v1/access-requests/${id}`)).body.status).toBe("connected");
    // Whoever had the link may have tested the connection too.
    expect((await admin.post(`/v1/access-requests/${id}/reissue`)).body).toMatchObject({ status: "approved", connected_at: null });
  });

  it("404 for what is no link, 410 once its key is revoked, 429 for guesses", async () => {
    const { w, admin, id } = await asked();
    const { body } = await approve(admin, id);
    const at = (address: string) => w.anonymous.with({ "CF-Connecting-IP": address });
    for (const token of ["x", "ckc_", `${linkIn(body).split("/").at(-1)}x`, mintToken("invitation").reveal()]) expect([token, (await at("192.0.2.1").post(`/v1/claims/${token}`)).status]).toEqual([token, 404]);
    const guesses = await Promise.all(times(60, () => at("192.0.2.2").post(`/v1/claims/${mintToken("claim").reveal()}`)));
    expect(tally(guesses)).toEqual({ 404: 20, 429: 40 });
    await admin.delete(`/v1/keys/${body.key.id}`);
    expect(await at("192.0.2.3").post(linkIn(body))).toMatchObject({ status: 410, body: { code: "claim_lapsed" } });
  });

  it("the replay of an approval has no link; a dry run makes no key", async () => {
    const { w, admin, id } = await asked();
    const dry = await admin.post(`/v1/access-requests/${id}/approve?dry_run=true`, {});
    expect([dry.status, dry.body.claim, (await admin.get(`/v1/access-requests/${id}`)).body.status]).toEqual([200, null, "pending"]);
    const once = { headers: { "Idempotency-Key": "approve-once" } };
    const [first, replay] = [await admin.post(`/v1/access-requests/${id}/approve`, {}, once), await admin.post(`/v1/access-requests/${id}/approve`, {}, once)];
    expect([typeof first.body.claim.url, replay.headers.get("Idempotent-Replayed"), replay.body.claim, replay.body.secret_withheld]).toEqual(["string", "true", null, true]);
    const { results } = await env.DB.prepare("SELECT body FROM idempotency WHERE body LIKE '%ckc_%'").all();
    expect([results, (await w.events("control")).filter(({ type }) => type === "key.created").length]).toEqual([[], 1]);
  });
});

describe("an integration", () => {
  it("422 for a private, a small or a broken key, told where; 404 for another's, gone from the catalogue once retired", async () => {
    const [vendor, other] = [await world(), await world()];
    const app = await offered(vendor);
    const { publicKey, privateKey } = await generateKeyPair("ECDH-ES+A256KW", { extractable: true });
    const jwk = await exportJWK(publicKey);
    const small = { kty: "RSA", n: "A".repeat(170), e: "AQAB" };
    for (const public_jwk of [await exportJWK(privateKey), { ...jwk, x: "AAAA" }, { ...jwk, crv: "secp256k1" }, { ...jwk, alg: "ECDH-ES" }, { ...jwk, use: "sig" }, { ...jwk, key_ops: ["verify"] }, small, { kty: "oct", k: "AAAA" }, {}, "jwk"]) {
      const { status, body } = await app.owner.patch(`/v1/integrations/${app.id}`, { public_jwk });
      expect([public_jwk, status, body.errors?.[0]?.pointer]).toEqual([public_jwk, 422, expect.stringMatching(/^\/public_jwk/)]);
    }
    // Also as the jose command and WebCrypto write it.
    for (const said of [{}, { key_ops: ["wrapKey"] }, { key_ops: [], ext: true }]) {
      expect((await app.owner.patch(`/v1/integrations/${app.id}`, { public_jwk: { ...jwk, ...said } })).body.encrypted_to).toMatchObject({ alg: "ECDH-ES+A256KW" });
    }
    const stranger = await other.session("owner");
    expect((await stranger.patch(`/v1/integrations/${app.id}`, { name: "Mine" })).status).toBe(404);
    const shown = (await app.owner.get(`/v1/integrations/${app.id}`)).body;
    expect((await app.owner.patch(`/v1/integrations/${app.id}`, shown)).body.version).toBe(shown.version);
    expect((await app.owner.patch(`/v1/integrations/${app.id}`, { status: "retired" })).status).toBe(200);
    expect([(await stranger.get(`/v1/integrations/${app.id}`)).status, (await app.owner.get("/v1/integrations?mine=true")).body.data[0].status]).toEqual([404, "retired"]);
    expect((await stranger.post("/v1/access-requests", { integration_id: app.id, location_ids: [other.locations[0]] })).body.errors[0].code).toBe("unknown_integration");
  });

  it("keys that are approved already stay with the public key of their approval", async () => {
    const [vendor, client] = [await world(), await world()];
    const [before, after] = [await generateKeyPair("ECDH-ES+A256KW", { extractable: true }), await generateKeyPair("ECDH-ES+A256KW", { extractable: true })];
    const app = await offered(vendor, { public_jwk: await exportJWK(before.publicKey) });
    const { admin, id } = await asked({ integration_id: app.id, location_ids: [client.locations[0]] }, client);
    const { body } = await approve(admin, id);
    await app.owner.patch(`/v1/integrations/${app.id}`, { public_jwk: await exportJWK(after.publicKey) });
    const { jwe } = (await client.anonymous.post(linkIn(body))).body;
    await expect(compactDecrypt(jwe, after.privateKey)).rejects.toThrow("decryption operation failed");
    expect((await compactDecrypt(jwe, before.privateKey)).plaintext.length).toBeGreaterThan(50);
    expect(Date.parse(body.claim.expires_at) - Date.now()).toBeGreaterThan(2.9 * DAY);
  });
});

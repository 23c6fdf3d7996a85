// The whole life of a key, from the vendor's catalogue entry to its last trace in the audit, as its people live it.
import { env } from "cloudflare:workers";
import { compactDecrypt, exportJWK, generateKeyPair } from "jose";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { DAY, HOUR } from "../src/platform/clock";
import { routes } from "../src/routes";
import { run } from "../src/upkeep/upkeep";
import { Browser } from "./browser";
import { PASSWORD } from "./people";
import { ORIGIN, world, type Answer, type Client, type Json, type World } from "./world";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"] });
  vi.setSystemTime(Date.UTC(2027, 2, 1));
});
afterEach(() => {
  vi.useRealTimers();
});

/** Sessions end after a week; whoever comes back later signs in again. */
async function signedInAgain(w: World, role: string): Promise<Client> {
  const browser = new Browser();
  expect((await browser.post("/sign-in/email", { email: `${role}@${w.org.slice(4)}.example`, password: PASSWORD })).status).toBe(200);
  return w.anonymous.with({ Cookie: browser.cookie, Origin: ORIGIN, "ConnectKit-Organization": w.org });
}

const left = ({ headers }: Answer): number => Number(/"burst";r=(\d+)/.exec(headers.get("RateLimit") ?? "")?.[1]);

it("vendor registers → member asks → vendor can't → admin approves → vendor opens the JWE → ping → rotate → finish → idle → deleted → audit", async () => {
  const [vendor, client] = [await world(), await world()];
  const [vendorOwner, member, admin] = [await vendor.session("owner"), await client.session("member"), await client.session("admin")];

  // The vendor registers its integration with the sandbox key that it was built on, and a public key.
  const { publicKey, privateKey } = await generateKeyPair("ECDH-ES+A256KW", { crv: "P-256", extractable: true });
  const sandbox = await vendor.key({ environment: "sandbox", scopes: ["contacts:read", "contacts:write"] });
  const offer = { name: "Tidewater Mail", sandbox_key: sandbox.id, public_jwk: await exportJWK(publicKey) };
  const app = (await vendorOwner.post("/v1/integrations", offer)).body;
  expect(app).toMatchObject({ scopes: ["contacts:read", "contacts:write"], available: true, encrypted_to: { alg: "ECDH-ES+A256KW" } });
  expect((await vendorOwner.post("/v1/integrations", { ...offer, public_jwk: await exportJWK(privateKey) })).body.errors[0]).toMatchObject({ pointer: "/public_jwk/d" });

  // A member of the client finds it in the catalogue and asks; the vendor can't, neither as itself nor in the client's name.
  expect((await member.get("/v1/integrations?limit=200")).body.data.map(({ id }: Json) => id)).toContain(app.id);
  const wish = { integration_id: app.id, location_ids: [client.locations[0]], reason: "Our newsletter" };
  expect(await vendorOwner.post("/v1/access-requests", wish)).toMatchObject({ status: 403, body: { code: "vendor_cannot_request" } });
  expect((await vendorOwner.with({ "ConnectKit-Organization": client.org }).post("/v1/access-requests", wish)).status).toBe(404);
  expect(await sandbox.post("/v1/access-requests", wish)).toMatchObject({ status: 403, body: { code: "session_required" } });
  const request = (await member.post("/v1/access-requests", wish)).body;
  expect(request).toMatchObject({ status: "pending", scopes: ["contacts:read", "contacts:write"] });

  // The admin is told, and approves; the member can't.
  const [waiting] = (await admin.get("/v1/notifications?unread=true")).body.data;
  expect(waiting).toMatchObject({ type: "access_request.created", severity: "warning", link: `/v1/access-requests/${request.id}`, closed_at: null });
  expect(await member.post(`/v1/access-requests/${request.id}/approve`, {})).toMatchObject({ status: 403, body: { code: "approver_only" } });
  const approved = (await admin.post(`/v1/access-requests/${request.id}/approve`, { reason: "Agreed" })).body;
  expect(approved).toMatchObject({ status: "approved", key: { status: "unclaimed" }, decided_by: client.members.admin });
  expect((await admin.get(`/v1/notifications?open=true`)).body.data.map(({ type }: Json) => type)).not.toContain("access_request.created");

  // Anybody may carry the link: only the vendor can open what comes out, and it comes out once.
  const link = new URL(approved.claim.url).pathname;
  const claimed = await vendor.anonymous.post(link);
  expect([claimed.status, "secret" in claimed.body]).toEqual([200, false]);
  const { plaintext, protectedHeader } = await compactDecrypt(claimed.body.jwe, privateKey);
  const opened = JSON.parse(new TextDecoder().decode(plaintext));
  expect([protectedHeader.alg, protectedHeader.enc, opened.ref]).toEqual(["ECDH-ES+A256KW", "A256GCM", approved.key.id]);
  expect(await vendor.anonymous.post(link)).toMatchObject({ status: 410, body: { code: "claim_used" } });
  const key = client.anonymous.as(opened.secret);
  const received = (w: World, type: string) => w.events("control").then((events) => events.filter((one) => one.type === type).map(({ data }) => data));
  const receipts = [...(await received(client, "key.claimed")), ...(await received(vendor, "access_request.claimed"))];
  for (const receipt of receipts) expect(receipt).toMatchObject({ last4: opened.secret.slice(-4), fingerprint: claimed.body.fingerprint });
  expect(receipts).toHaveLength(2);

  // The connection test closes the request.
  const ping = await key.get("/v1/ping");
  expect(ping.body).toMatchObject({ ok: true, organization: client.org, environment: "live", scopes: ["contacts:read", "contacts:write"] });
  expect((await member.get(`/v1/access-requests/${request.id}`)).body).toMatchObject({ status: "connected", fingerprint: claimed.body.fingerprint });
  await key.get("/v1/ping");
  expect(await received(client, "access_request.connected")).toHaveLength(1);

  // Rotated with overlap: both secrets work on one bucket; finished, the old one is refused.
  const rotated = (await admin.post(`/v1/keys/${approved.key.id}/rotate`, { overlap: "P7D" })).body;
  const next = key.as(rotated.secret);
  const [byOld, byNew] = [await key.get("/v1/ping"), await next.get("/v1/ping")];
  expect([byOld.status, byNew.status, left(byNew)]).toEqual([200, 200, left(byOld) - 1]);
  expect([byOld.headers.has("ConnectKit-Secret-Retires"), byNew.headers.has("ConnectKit-Secret-Retires")]).toEqual([true, false]);
  await admin.post(`/v1/keys/${approved.key.id}/rotate/finish`);
  expect((await key.get("/v1/ping")).body.code).toBe("secret_retired");
  const lastUse = Date.now();
  expect((await next.get("/v1/ping")).status).toBe(200);

  // Then nobody uses it. Upkeep runs every hour around the days that matter.
  for (const day of [75, 83, 89, 90]) {
    for (let hour = -2; hour <= 2; hour += 1) {
      const at = lastUse + day * DAY + hour * HOUR + 7 * 60_000;
      vi.setSystemTime(at);
      await run("* * * * *", at, env, routes);
      await run("7 * * * *", at, env, routes);
    }
  }
  const back = await signedInAgain(client, "admin");
  const told = (await back.get("/v1/notifications?limit=200")).body.data.filter(({ subject }: Json) => subject === approved.key.id).toReversed();
  expect(told.map(({ type, severity }: Json) => [type, severity])).toEqual([
    ["key.claimed", "info"], ["key.expiring", "info"], ["key.expiring", "warning"], ["key.expiring", "critical"], ["key.deleted", "warning"],
  ]);
  const once = (await back.post(`/v1/notifications/${told[0].id}/read`)).body.read_at;
  expect([(await back.post(`/v1/notifications/${told[0].id}/read`)).body.read_at, typeof once]).toEqual([once, "string"]);
  expect(await next.get("/v1/ping")).toMatchObject({ status: 401, body: { code: "key_deleted" } });
  expect((await back.get(`/v1/keys/${approved.key.id}`)).body).toMatchObject({ status: "deleted", inactive_delete_at: null });

  // The audit has every step, by whom.
  const trail: Json[] = (await back.get("/v1/audit?limit=200&type=key.*&type=access_request.*")).body.data.toReversed();
  const steps = trail.filter(({ subject }) => subject === request.id || subject === approved.key.id).map(({ type, actor }) => `${type} by ${actor.type} ${actor.id}`);
  const { member: mia, admin: adam } = client.members;
  expect(steps).toEqual([
    `access_request.created by member ${mia}`,
    `key.created by member ${adam}`,
    `access_request.approved by member ${adam}`,
    "key.claimed by system claim",
    `access_request.connected by key ${approved.key.id}`,
    `key.rotated by member ${adam}`,
    `key.rotation_finished by member ${adam}`,
    "key.expiring by system system",
    "key.expiring by system system",
    "key.expiring by system system",
    "key.deleted by system system",
  ]);
  const all = JSON.stringify(trail);
  for (const secret of [opened.secret, rotated.secret, link.split("/").at(-1) ?? "", claimed.body.jwe]) expect(all).not.toContain(secret);
}, 120_000);

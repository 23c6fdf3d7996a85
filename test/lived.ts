// A rich life over HTTP, and every secret that somebody saw in it.
import { env } from "cloudflare:workers";
import { compactDecrypt, exportJWK, generateKeyPair } from "jose";
import { expect } from "vitest";
import { mint } from "../src/keys/keys";
import { mintToken } from "../src/platform/token";
import { Browser } from "./browser";
import { guarded, halfway, PASSWORD, totp } from "./people";
import { world, type Answer, type Client, type Json, type World } from "./world";

export class Life {
  /** Secret → what it is. */
  readonly secrets = new Map<string, string>([[env.KEY_PEPPER, "pepper"], [env.AUTH_SECRET, "auth secret"], [PASSWORD, "password"]]);
  readonly keys: string[] = [];
  readonly claimed: string[] = [];
  readonly tokens: string[] = [];
  readonly browsers: Browser[] = [];
  lastRequest = "";
  /** The coordinate of the vendor's public key: what must be found. */
  publicX = "";

  constructor(readonly vendor: World, readonly client: World) {}

  keep(what: string, secret: string): string {
    if (secret.length < 10) throw new Error(`no ${what}`);
    this.secrets.set(secret, what);
    return secret;
  }
  key(what: string, secret: string): string {
    this.keys.push(secret);
    return this.keep(what, secret);
  }
  token(what: string, { body }: Answer): string {
    const text: string = (body.claim?.url ?? body.invitation.token).split("/").at(-1);
    this.tokens.push(text);
    return this.keep(what, text);
  }
  cookies(what: string, cookies: string): void {
    for (const value of cookies.split("; ").map((pair) => decodeURIComponent(pair.slice(pair.indexOf("=") + 1)))) {
      for (const part of [value, ...value.split(".")].filter((one) => one.length > 9)) this.keep(`cookie of ${what}`, part);
    }
  }
}

/** Sent twice with one Idempotency-Key: the first answer; the second has no secret. */
async function twice(by: Client, path: string, body: unknown): Promise<Answer> {
  const once = { headers: { "Idempotency-Key": `once ${crypto.randomUUID()}` } };
  const [first, replay] = [await by.post(path, body, once), await by.post(path, body, once)];
  expect([first.status < 300, replay.headers.get("Idempotent-Replayed"), replay.body.secret_withheld]).toEqual([true, "true", true]);
  return first;
}

export async function lived(): Promise<Life> {
  const life = new Life(await world(), await world());
  const admin = await life.client.session("admin");
  await ofKeys(life, admin);
  await ofHandOvers(life, admin);
  await ofPeople(life);
  const { headers } = await admin.get("/v1/notifications?limit=200");
  life.lastRequest = headers.get("Request-Id") ?? "";
  for (const [w, role] of [[life.client, "admin"], [life.client, "member"], [life.vendor, "owner"]] as const) {
    life.cookies(role, (await w.session(role)).request("GET", "/").headers.get("Cookie") ?? "");
  }
  return life;
}

async function ofKeys(life: Life, admin: Client): Promise<void> {
  const { client } = life;
  const input = { name: "Sync", kind: "location", location_ids: [client.locations[0]], scopes: ["contacts:*", "keys:introspect"] };
  const make = async (what: string): Promise<{ id: string; by: Client }> => {
    const { body } = await twice(admin, "/v1/keys", input);
    return { id: body.id, by: client.anonymous.as(life.key(what, body.secret)) };
  };
  const rotate = async (what: string, id: string, overlap = "P7D"): Promise<string> => life.key(what, (await twice(admin, `/v1/keys/${id}/rotate`, { overlap })).body.secret);
  const [used, revoked, leaked, canceled] = [await make("key"), await make("revoked key"), await make("leaked key"), await make("key with a rotation canceled")];

  const next = used.by.as(await rotate("new secret", used.id));
  for (const by of [used.by, next]) expect((await by.post("/v1/contacts", { first_name: "Ana", emails: [`${crypto.randomUUID()}@acme.example`] }, { headers: { "Idempotency-Key": crypto.randomUUID() } })).status).toBe(201);
  await admin.post(`/v1/keys/${used.id}/rotate/finish`);
  await rotate("dropped secret", canceled.id);
  await admin.post(`/v1/keys/${canceled.id}/rotate/cancel`);
  await admin.delete(`/v1/keys/${revoked.id}`);

  // Where keys must not be: in a report, in a URL (its value, its name, its path), in a form, in a page.
  expect((await client.anonymous.post("/v1/leaks", { tokens: [leaked.by.secret, revoked.by.secret, life.keep("unknown key", mint("live", "location").reveal())] })).status).toBe(202);
  const key = canceled.by.secret ?? "";
  expect((await next.get(`/v1/contacts?q=${key}`)).body.code).toBe("key_in_url");
  expect((await next.get(`/v1/contacts?${key}=1`)).body.code).toBe("key_in_url");
  expect((await next.get(`/v1/contacts?${life.keep("token in a URL", mintToken("claim").reveal())}=1`)).status).toBe(400);
  expect((await next.get(`/v1/contacts/${key}`)).status).toBe(404);
  expect((await next.post("/v1/introspect", new URLSearchParams({ token: key }).toString(), { headers: { "Content-Type": "application/x-www-form-urlencoded" } })).body.active).toBe(true);
  expect((await next.get("/v1/ping", { headers: { Origin: "https://page.example" } })).body.code).toBe("key_in_browser");
}

async function ofHandOvers(life: Life, admin: Client): Promise<void> {
  const { vendor, client } = life;
  const [owner, member] = [await vendor.session("owner"), await client.session("member")];
  const pair = await generateKeyPair("ECDH-ES+A256KW", { crv: "P-256", extractable: true });
  const { d = "" } = await exportJWK(pair.privateKey);
  const public_jwk = await exportJWK(pair.publicKey);
  life.keep("private JWK", d);
  life.publicX = public_jwk.x ?? "";
  const sandbox = (await owner.post("/v1/keys", { name: "Workshop", kind: "location", location_ids: [vendor.locations[0]], scopes: ["contacts:read"] }, { headers: { "ConnectKit-Environment": "sandbox" } })).body;
  life.key("sandbox key", sandbox.secret);
  const app = (await owner.post("/v1/integrations", { name: "Tidewater Mail", sandbox_key: sandbox.id, public_jwk })).body;

  const ask = async (wish: Json, what: string): Promise<{ id: string; link: string }> => {
    const { id } = (await member.post("/v1/access-requests", wish)).body;
    const approved = await twice(admin, `/v1/access-requests/${id}/approve`, {});
    return { id, link: `/v1/claims/${life.token(what, approved)}` };
  };
  const custom = { custom: { name: "Warehouse", reason: "Nightly", scopes: ["contacts:read"] } };
  const handOver = async (link: string, what: string): Promise<void> => {
    const { body } = await vendor.anonymous.post(link);
    const opened = body.jwe === undefined ? body : JSON.parse(new TextDecoder().decode((await compactDecrypt(body.jwe, pair.privateKey)).plaintext));
    if (body.jwe !== undefined) for (const part of [body.jwe, body.jwe.split(".")[1], body.jwe.split(".")[3]]) life.keep(`JWE of ${what}`, part);
    life.claimed.push(life.key(what, opened.secret));
    expect((await client.anonymous.as(opened.secret).get("/v1/ping")).status).toBe(200);
  };
  await handOver((await ask({ integration_id: app.id, location_ids: [client.locations[0]] }, "claim link")).link, "claimed key");
  await handOver((await ask(custom, "claim link of a secret shown")).link, "key shown once");
  await ask(custom, "unused claim link");
  const again = await ask(custom, "link of a hand-over that went wrong");
  life.claimed.push(life.key("secret that was voided", (await vendor.anonymous.post(again.link)).body.secret));
  life.token("second claim link", await twice(admin, `/v1/access-requests/${again.id}/reissue`, {}));
}

async function ofPeople(life: Life): Promise<void> {
  const { client } = life;
  const owner = await client.session("owner");
  const somebody = await client.person("Eva");
  const invited = await twice(owner, "/v1/members", { email: somebody.email, name: "Eva", role: "viewer" });
  expect((await somebody.by.post(`/v1/invitations/${life.token("invitation", invited)}/accept`)).status).toBe(200);
  life.token("unused invitation", await twice(owner, "/v1/members", { email: "nobody@acme.example", name: "Nobody", role: "viewer" }));
  life.cookies("owner", owner.request("GET", "/").headers.get("Cookie") ?? "");
  life.cookies("who was invited", somebody.by.request("GET", "/").headers.get("Cookie") ?? "");

  const { email, uri, codes, browser } = await guarded();
  life.keep("TOTP secret", new URL(uri).searchParams.get("secret") ?? "");
  for (const code of codes) for (const written of [code, code.replace("-", "")]) life.keep("backup code", written);
  const [waiting, done] = [await halfway(email), await halfway(email)];
  life.cookies("who waits for the second factor", waiting.cookie);
  expect((await done.post("/two-factor/verify-totp", { code: totp(uri, Date.now() + 30_000) })).status).toBe(200);
  expect((await waiting.get("/passkey/generate-authenticate-options")).status).toBe(200);
  const byCode = await halfway(email);
  expect((await byCode.post("/two-factor/verify-backup-code", { code: codes[0] })).status).toBe(200);
  const wrong = life.keep("wrong password", "nearly the right battery");
  expect((await new Browser().post("/sign-in/email", { email, password: wrong })).status).toBe(401);
  const changed = life.keep("new password", "another horse altogether");
  expect((await browser.post("/change-password", { currentPassword: PASSWORD, newPassword: changed, revokeOtherSessions: false })).status).toBe(200);
  for (const code of (await browser.post("/two-factor/generate-backup-codes", { password: changed })).body.backupCodes) life.keep("new backup code", code);
  for (const one of [browser, waiting, done, byCode]) life.cookies("somebody", one.cookie);
  life.browsers.push(browser, done, byCode);
}

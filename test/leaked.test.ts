// A copy of the database: what it says of people signs nobody in.
import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { personOf } from "../src/orgs/people";
import { guarded, halfway, io, PASSWORD, totp } from "./people";

const TABLES = ["users", "sessions", "accounts", "verifications", "two_factors", "passkeys"];

const everything = async (): Promise<string> => JSON.stringify(await Promise.all(TABLES.map(async (table) => (await env.DB.prepare(`SELECT * FROM ${table}`).all()).results)));

it("no row has a password, a session token, a waiting sign-in, a secret or a code", async () => {
  const { email, uri, codes, browser } = await guarded();
  const waiting = await halfway(email);
  const done = await halfway(email);
  expect((await done.post("/two-factor/verify-totp", { code: totp(uri, Date.now() + 30_000) })).status).toBe(200);
  await waiting.get("/passkey/generate-authenticate-options");

  const cookies = [browser, waiting, done].flatMap((one) => [...one.cookies.values()].map((value) => decodeURIComponent(value)));
  // A cookie is `value.signature`.
  const held = cookies.flatMap((value) => [value, value.slice(0, value.indexOf(".")), value.slice(value.indexOf(".") + 1)]);
  const secret = new URL(uri).searchParams.get("secret") ?? "";
  const secrets = [PASSWORD, secret, ...codes, ...codes.map((code) => code.replace("-", "")), ...held, env.AUTH_SECRET];
  expect([held.length >= 12, secret.length >= 32, secrets.every((one) => one.length > 8)]).toEqual([true, true, true]);

  const rows = await everything();
  expect(rows).toContain(email);
  for (const one of secrets) {
    expect(rows).not.toContain(one);
    for (const encoding of ["base64", "base64url", "hex"] as const) expect(rows).not.toContain(Buffer.from(one).toString(encoding).replace(/=+$/, ""));
  }
});

it("what a row has in place of a token is no token", async () => {
  const { user } = await guarded();
  const row = await env.DB.prepare("SELECT token FROM sessions WHERE user_id = ?").bind(user).first<{ token: string }>();
  const token = row?.token ?? "";
  expect(token).toMatch(/^[0-9a-f]{64}$/);
  expect(await personOf(io(), new Headers({ Cookie: `__Secure-connectkit.session_token=${token}.${token}` }))).toBeNull();
});

// People for tests: made through the product's door, signed in through its way in.
import { createHmac } from "node:crypto";
import { env } from "cloudflare:workers";
import { expect } from "vitest";
import { personOf, signUp } from "../src/orgs/people";
import { auth } from "../src/orgs/sign-in/loaded";
import { now } from "../src/platform/clock";
import { databases } from "../src/platform/sql";
import { Browser } from "./browser";
import { ORIGIN } from "./origin";

export const PASSWORD = "correct horse battery";

export const io = () => ({ env, db: databases(env), origin: ORIGIN, now: now(), requestId: "test" });
export const someEmail = (): string => `${crypto.randomUUID()}@people.example`;
export const whoIs = (browser: Browser) => personOf(io(), new Headers({ Cookie: browser.cookie }));

let hash: string | undefined;

/** Somebody new who signed in, and the cookie of it: the rows that a sign-up leaves, the same hash of the password in all. */
export async function planted(email: string, name: string): Promise<{ user: string; cookie: string }> {
  const { authOf } = await auth();
  const { authCookies, internalAdapter, password, secret } = await authOf(io()).$context;
  hash ??= await password.hash(PASSWORD);
  const user = await internalAdapter.createUser({ email, name }, { method: "email-password" });
  await internalAdapter.linkAccount({ userId: user.id, providerId: "credential", accountId: user.id, password: hash });
  const { token } = await internalAdapter.createSession(user.id);
  const signature = createHmac("sha256", secret).update(token).digest("base64");
  return { user: user.id, cookie: `${authCookies.sessionToken.name}=${encodeURIComponent(`${token}.${signature}`)}` };
}

export async function register() {
  const email = someEmail();
  return { email, user: await signUp(io(), { email, name: "Ana", password: PASSWORD }) };
}

export async function somebody() {
  const { email, user } = await register();
  const browser = new Browser();
  expect((await browser.post("/sign-in/email", { email, password: PASSWORD })).status).toBe(200);
  return { email, user, browser };
}

const BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

function fromBase32(text: string): Buffer {
  const bits = Array.from(text).map((letter) => BASE32.indexOf(letter).toString(2).padStart(5, "0")).join("");
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
}

/** RFC 6238 with the defaults of authenticators: HMAC-SHA-1, 30 s, 6 digits. */
export function totp(uri: string, at = Date.now()): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(at / 30_000)));
  const digest = createHmac("sha1", fromBase32(new URL(uri).searchParams.get("secret") ?? "")).update(counter).digest();
  const offset = (digest.at(-1) ?? 0) & 0x0f;
  return String((digest.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}

/** Somebody who has switched the second factor on, with the code of the next half minute still unused. */
export async function guarded() {
  const one = await somebody();
  const { body } = await one.browser.post("/two-factor/enable", { password: PASSWORD });
  const uri: string = body.totpURI;
  const codes: string[] = body.backupCodes;
  expect((await one.browser.post("/two-factor/verify-totp", { code: totp(uri) })).status).toBe(200);
  return { ...one, uri, codes };
}

/** A browser in which the password was right and the second factor is asked for. */
export async function halfway(email: string, address?: string): Promise<Browser> {
  const browser = new Browser(address);
  const { status, body } = await browser.post("/sign-in/email", { email, password: PASSWORD });
  expect([status, body]).toEqual([200, { twoFactorRedirect: true, twoFactorMethods: ["totp"] }]);
  expect(await whoIs(browser)).toBeNull();
  return browser;
}

// The second factor: switched on with the password, asked for at every sign-in, guessed by nobody.
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { now } from "../src/platform/clock";
import { Browser, someAddress } from "./browser";
import { guarded, halfway, PASSWORD, somebody, totp, whoIs } from "./people";

const HALF_MINUTE = 30_000;
const next = (uri: string): string => totp(uri, Date.now() + HALF_MINUTE);

describe("the second factor", () => {
  it("takes the password to switch on, and a code before it is asked for", async () => {
    const { email, browser } = await somebody();
    const wrong = await browser.post("/two-factor/enable", { password: "not this one at all" });
    expect([wrong.status, wrong.body.code]).toEqual([403, "wrong_password"]);
    const { status, body } = await browser.post("/two-factor/enable", { password: PASSWORD });
    expect([status, body.backupCodes.length]).toEqual([200, 10]);
    expect(body.totpURI).toMatch(/^otpauth:\/\/totp\/ConnectKit%20Edge/);
    expect((await new Browser().post("/sign-in/email", { email, password: PASSWORD })).body.user.email).toBe(email);
    const bad = await browser.post("/two-factor/verify-totp", { code: "000000" });
    expect([bad.status, bad.body.code]).toEqual([401, "invalid_code"]);
    expect((await browser.post("/two-factor/verify-totp", { code: totp(body.totpURI) })).status).toBe(200);
    expect((await whoIs(browser))?.email).toBe(email);
    const again = await browser.post("/two-factor/enable", { password: PASSWORD });
    expect([again.status, again.body.code]).toEqual([409, "second_factor_state"]);
  });

  it("200 with the authenticator's code, and no session before", async () => {
    const { email, user, uri } = await guarded();
    const browser = await halfway(email);
    const { status, body } = await browser.post("/two-factor/verify-totp", { code: next(uri) });
    expect([status, body.token]).toEqual([200, null]);
    expect((await whoIs(browser))?.user).toBe(user);
  });

  it("a code works once, though it would still be valid", async () => {
    const { email, uri } = await guarded();
    const code = next(uri);
    const [first, second] = [await halfway(email), await halfway(email)];
    expect((await first.post("/two-factor/verify-totp", { code })).status).toBe(200);
    const replayed = await second.post("/two-factor/verify-totp", { code });
    expect([replayed.status, replayed.body.code]).toEqual([429, "too_many_attempts"]);
    expect(await whoIs(second)).toBeNull();
  });

  it("a backup code works once, also when two come at once", async () => {
    const { email, codes } = await guarded();
    const [code = "", other = ""] = codes;
    const both = [await halfway(email), await halfway(email)];
    const statuses = (await Promise.all(both.map((browser) => browser.post("/two-factor/verify-backup-code", { code })))).map(({ status }) => status);
    expect(statuses.filter((status) => status === 200).length).toBe(1);
    expect((await Promise.all(both.map(whoIs))).filter(Boolean).length).toBe(1);
    const late = await halfway(email);
    const used = await late.post("/two-factor/verify-backup-code", { code });
    expect([used.status, used.body.code]).toEqual([401, "invalid_code"]);
    expect((await late.post("/two-factor/verify-backup-code", { code: other })).status).toBe(200);
  });

  it("429 for the sixth guess at an account, wherever it comes from, and the right code waits too", async () => {
    const { email, uri } = await guarded();
    const statuses: number[] = [];
    for (let i = 0; i < 6; i += 1) {
      const browser = await halfway(email, someAddress());
      statuses.push((await browser.post("/two-factor/verify-totp", { code: `99999${i}` })).status);
    }
    // The code that switched it on was the first of five.
    expect(statuses).toEqual([401, 401, 401, 401, 429, 429]);
    const browser = await halfway(email, someAddress());
    const right = await browser.post("/two-factor/verify-totp", { code: next(uri) });
    expect([right.status, right.body.code, Number(right.headers.get("Retry-After")) > 0]).toEqual([429, "too_many_attempts", true]);
  });

  it("429 while it is locked, also for the right code", async () => {
    const { email, user, uri } = await guarded();
    await env.DB.prepare("UPDATE two_factors SET failed_verification_count = 10, locked_until = ? WHERE user_id = ?").bind(now() + 60_000, user).run();
    const browser = await halfway(email);
    const answer = await browser.post("/two-factor/verify-totp", { code: next(uri) });
    expect([answer.status, answer.body.code, answer.headers.get("Retry-After")]).toEqual([429, "too_many_attempts", "900"]);
    expect(await whoIs(browser)).toBeNull();
  });

  it("the waiting sign-in can't be forged, and another's cookie is no way in", async () => {
    const { uri } = await guarded();
    const browser = new Browser();
    const none = await browser.post("/two-factor/verify-totp", { code: next(uri) });
    expect([none.status, none.body.code]).toEqual([401, "sign_in_expired"]);
    browser.cookies.set("__Secure-connectkit.two_factor", "2fa-aaaaaaaaaaaaaaaaaaaa.c2lnbmF0dXJl");
    expect((await browser.post("/two-factor/verify-totp", { code: next(uri) })).status).toBe(401);
    expect(await whoIs(browser)).toBeNull();
  });

  it("is switched off with the password alone in a session", async () => {
    const { email, user, browser } = await guarded();
    expect((await new Browser().post("/two-factor/disable", { password: PASSWORD })).status).toBe(401);
    expect((await browser.post("/two-factor/disable", { password: PASSWORD })).status).toBe(200);
    const after = new Browser();
    await after.post("/sign-in/email", { email, password: PASSWORD });
    expect((await whoIs(after))?.user).toBe(user);
  });

  it("429 for the sixth guess at the password from within a session", async () => {
    const { browser } = await somebody();
    const statuses: number[] = [];
    for (let i = 0; i < 6; i += 1) statuses.push((await browser.post("/two-factor/enable", { password: "not this one at all" })).status);
    expect(statuses).toEqual([403, 403, 403, 403, 403, 429]);
  });

  it("new backup codes replace the old ones", async () => {
    const { email, codes, browser } = await guarded();
    const { body } = await browser.post("/two-factor/generate-backup-codes", { password: PASSWORD });
    const late = await halfway(email);
    expect((await late.post("/two-factor/verify-backup-code", { code: codes[0] })).status).toBe(401);
    expect((await late.post("/two-factor/verify-backup-code", { code: body.backupCodes[0] })).status).toBe(200);
  });
});

/** Of the other scheme: the library does not read it, so nothing of ours may go by it. */
const DECOY = "connectkit.two_factor=decoy; ";

describe("with a decoy cookie", () => {
  it("a code works once", async () => {
    const { email, uri } = await guarded();
    const code = next(uri);
    const [first, second] = [await halfway(email), await halfway(email)];
    expect((await first.post("/two-factor/verify-totp", { code })).status).toBe(200);
    await second.post("/two-factor/verify-totp", { code }, { Cookie: DECOY + second.cookie });
    expect(await whoIs(second)).toBeNull();
  });
  it("429 for the sixth guess at an account", async () => {
    const { email } = await guarded();
    const answers: string[] = [];
    for (let i = 0; i < 12; i += 1) {
      const browser = await halfway(email, someAddress());
      const { status, body } = await browser.post("/two-factor/verify-totp", { code: `99999${i % 10}` }, { Cookie: DECOY + browser.cookie });
      answers.push(`${status} ${body.code}`);
    }
    expect(answers.slice(4, 10).every((one) => one.startsWith("429"))).toBe(true);
  });
});

// Guessing and floods: what is refused before anything is hashed, and who is not locked out by it.
import { evictDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { addressOf } from "../src/limits/address";
import { GUARDS, guard } from "../src/limits/guards";
import { isSameOrigin } from "../src/platform/origin";
import { Problem } from "../src/platform/problem";
import { Browser, someAddress } from "./browser";
import { altered } from "./front";
import { PASSWORD, register, somebody, whoIs } from "./people";
import { tally, times } from "./world";

describe("an address", () => {
  it.each([
    ["203.0.113.7", "203.0.113.7"],
    ["::ffff:203.0.113.7", "203.0.113.7"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
    ["2001:DB8:1:2::1", "2001:db8:1:2::/64"],
    ["2001:db8::1", "2001:db8::/64"],
    ["fe80::1%eth0", "fe80::/64"],
    [null, "none"],
    ["", "none"],
    ["unknown", "none"],
  ])("%j counts as %s", (ip, counted) => expect(addressOf(ip)).toBe(counted));
});

describe("a request", () => {
  const ours = "https://connectkit.test";
  it.each([
    ["GET", {}, true],
    ["GET", { Origin: ours }, true],
    ["GET", { "Sec-Fetch-Site": "none" }, true],
    ["GET", { Origin: "https://elsewhere.example" }, false],
    ["GET", { "Sec-Fetch-Site": "cross-site" }, false],
    ["GET", { "Sec-Fetch-Site": "same-site" }, false],
    ["HEAD", {}, true],
    ["POST", {}, false],
    ["POST", { Origin: ours }, true],
    ["POST", { "Sec-Fetch-Site": "same-origin" }, true],
    ["POST", { Origin: ours, "Sec-Fetch-Site": "same-origin" }, true],
    ["POST", { Origin: ours, "Sec-Fetch-Site": "cross-site" }, false],
    ["POST", { Origin: ours, "Sec-Fetch-Site": "same-site" }, false],
    ["POST", { Origin: "null", "Sec-Fetch-Site": "same-origin" }, false],
    ["POST", { Origin: "http://connectkit.test" }, false],
    ["POST", { Origin: "https://connectkit.test.elsewhere.example" }, false],
    ["POST", { Origin: "https://connectkit.test:8443" }, false],
    ["POST", { "Sec-Fetch-Site": "none" }, false],
    ["POST", { Referer: `${ours}/docs` }, false],
    ["DELETE", {}, false],
    ["PATCH", { "Sec-Fetch-Site": "same-origin" }, true],
  ] as const)("%s with %j is from a page of ours: %s", (method, headers, expected) => {
    expect(isSameOrigin({ method, headers: new Headers({ ...headers }) }, ours)).toBe(expected);
  });
});

const tried = (what: Parameters<typeof guard>[1], subject: string): Promise<number> => guard(env, what, subject).then(() => 200, (error: unknown) => (error instanceof Problem ? error.status : 500));

describe("a guard", () => {
  it.each(Object.entries(GUARDS))("%s gives what its bucket holds, exactly, to any number at once", async (what, { capacity }) => {
    const name = Object.keys(GUARDS).find((one): one is keyof typeof GUARDS => one === what);
    if (!name) throw new Error("no such guard");
    const subject = crypto.randomUUID();
    const statuses = await Promise.all(times(capacity + 20, () => tried(name, subject)));
    expect(tally(statuses.map((status) => ({ status })))).toEqual({ 200: capacity, 429: 20 });
  });

  it("gives nothing back when it is evicted", async () => {
    const bucket = { capacity: 3, perPeriod: 1, periodMs: 3_600_000 };
    const stub = () => env.GUARD.getByName("evicted");
    for (let i = 0; i < 3; i += 1) expect(await stub().take(bucket)).toBe(0);
    await evictDurableObject(stub());
    expect(await stub().take(bucket)).toBeGreaterThan(3_500_000);
  });

  it("says when to come back, also without asking again", async () => {
    const subject = crypto.randomUUID();
    for (let i = 0; i < 5; i += 1) await guard(env, "secondFactor", subject);
    for (let i = 0; i < 3; i += 1) {
      const refusal = await guard(env, "secondFactor", subject).catch((error: unknown) => error);
      if (!(refusal instanceof Problem)) throw new Error("let through");
      expect([refusal.code, Number(refusal.headers["Retry-After"]) > 50, Number(refusal.headers["Retry-After"]) <= 60]).toEqual(["too_many_attempts", true, true]);
    }
  });

  it("that can't be reached lets nobody through", async () => {
    const getByName = () => {
      throw new Error("gone");
    };
    const refusal = await guard({ ...env, GUARD: altered(env.GUARD, { getByName }) }, "signIn", "x").catch((error: unknown) => error);
    expect(refusal instanceof Problem && refusal.code).toBe("unavailable");
  });
});

describe("guessing", () => {
  it("1,000 wrong passwords from one address are refused, nearly all unhashed, while others sign in", async () => {
    const [victim, other] = [await register(), await register()];
    const flooder = new Browser();
    const started = Date.now();
    const flood = Promise.all(times(1_000, (i) => flooder.post("/sign-in/email", { email: victim.email, password: `wrong password ${i}` })));
    const meanwhile = new Browser();
    expect((await meanwhile.post("/sign-in/email", { email: other.email, password: PASSWORD })).status).toBe(200);
    const answers = await flood;
    expect(tally(answers)).toEqual({ 401: GUARDS.signInTo.capacity, 429: 1_000 - GUARDS.signInTo.capacity });
    const late = answers.find(({ status }) => status === 429);
    expect([late?.body.code, late?.body.message, Number(late?.headers.get("Retry-After")) > 0]).toEqual(["too_many_attempts", expect.any(String), true]);
    // 1,000 hashes would take over a minute.
    expect(Date.now() - started).toBeLessThan(20_000);
    // Its owner, elsewhere, is not locked out.
    const owner = new Browser();
    expect((await owner.post("/sign-in/email", { email: victim.email, password: PASSWORD })).status).toBe(200);
    expect((await whoIs(owner))?.user).toBe(victim.user);
  });

  it("many addresses at one account meet the account's own bound", async () => {
    const { email } = await register();
    for (let i = 0; i < GUARDS.account.capacity; i += 1) await guard(env, "account", email);
    const answer = await new Browser(someAddress()).post("/sign-in/email", { email: email.toUpperCase(), password: PASSWORD });
    expect([answer.status, answer.body.code]).toEqual([429, "too_many_attempts"]);
  });

  it("a v6 network is one address; none at all is one too", async () => {
    const network = someAddress().replace("::1", "");
    const statuses: number[] = [];
    for (let i = 0; i < 12; i += 1) statuses.push((await new Browser(`${network}:${i}::7`).post("/sign-in/email", { email: `${i}@people.example`, password: PASSWORD })).status);
    expect(statuses.slice(0, 10)).toEqual(times(10, () => 401));
    expect(statuses.slice(-1)).toEqual([429]);
  });

  it("429 for the eleventh account of an address", async () => {
    const browser = new Browser();
    const answers = await Promise.all(times(11, () => browser.post("/sign-up/email", { email: `${crypto.randomUUID()}@people.example`, name: "Ana", password: PASSWORD })));
    expect(tally(answers)).toEqual({ 200: 10, 429: 1 });
  });

  it("who is signed in stays so while their address is refused", async () => {
    const { browser, email } = await somebody();
    await Promise.all(times(30, () => new Browser(browser.address).post("/sign-in/email", { email, password: "not this one at all" })));
    expect((await browser.get("/get-session")).body.user.email).toBe(email);
  });
});

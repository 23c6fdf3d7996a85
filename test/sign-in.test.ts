// People sign in with e-mail and password: what a session is, what ends it, and who is turned away.
import { env, exports } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { personOf, revokeSessions } from "../src/orgs/people";
import { now } from "../src/platform/clock";
import { routes } from "../src/routes";
import { run } from "../src/upkeep/upkeep";
import { Browser } from "./browser";
import { io, PASSWORD, somebody, someEmail, whoIs } from "./people";
import { ORIGIN } from "./world";

const COOKIE = "__Secure-connectkit.session_token";

describe("signing up", () => {
  it("200 makes a user who is signed in, by whatever case of the address", async () => {
    const browser = new Browser();
    const email = someEmail();
    const { status, headers, body } = await browser.post("/sign-up/email", { email: email.toUpperCase(), name: "Ana", password: PASSWORD });
    expect([status, body.user.email, body.token]).toEqual([200, email, null]);
    expect(body.user.id).toMatch(/^usr_/);
    expect(headers.get("Cache-Control")).toBe("no-store");
    expect(headers.get("Request-Id")).toMatch(/^[0-9a-f-]{36}$/);
    expect(headers.get("Access-Control-Allow-Origin")).toBeNull();
    expect(await whoIs(browser)).toEqual({ user: body.user.id, email, name: "Ana", session: expect.stringMatching(/^ses_/) });
  });

  it("409 when the address is taken, also of two at once", async () => {
    const { email } = await somebody();
    const answer = await new Browser().post("/sign-up/email", { email, name: "Eva", password: PASSWORD });
    expect([answer.status, answer.body.code, answer.body.message]).toEqual([409, "email_taken", expect.any(String)]);
    const twice = someEmail();
    const answers = await Promise.all([1, 2, 3].map(() => new Browser().post("/sign-up/email", { email: twice, name: "Eva", password: PASSWORD })));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409, 409]);
    const { results } = await env.DB.prepare("SELECT u.id FROM users u JOIN accounts a ON a.user_id = u.id WHERE u.email = ?").bind(twice).all();
    expect(results.length).toBe(1);
  });

  it.each([
    [{ email: "nobody", name: "A", password: PASSWORD }, "/email"],
    [{ email: "a@b.example", name: "", password: PASSWORD }, "/name"],
    [{ email: "a@b.example", name: "A", password: "eleven chars".slice(1) }, "/password"],
    [{ email: "a@b.example", name: "A", password: "x".repeat(129) }, "/password"],
    [{ email: "a@b.example", name: "A" }, "/password"],
  ])("422 for %j", async (body, pointer) => {
    const answer = await new Browser().post("/sign-up/email", body);
    expect([answer.status, answer.body.code, answer.body.errors.map((one: { pointer: string }) => one.pointer)]).toEqual([422, "validation_failed", [pointer]]);
  });
});

describe("signing in", () => {
  it("200 sets one HttpOnly, SameSite=Lax, Secure cookie, and tells its token nowhere else", async () => {
    const { browser, user } = await somebody();
    const line = browser.lastSet.find((one) => one.startsWith(COOKIE)) ?? "";
    for (const attribute of ["HttpOnly", "SameSite=Lax", "Secure", "Path=/"]) expect(line.split("; ")).toContain(attribute);
    expect(line).not.toContain("Domain");
    const session = await browser.get("/get-session");
    const [token = ""] = (browser.cookies.get(COOKIE) ?? "").split(".");
    expect([session.status, session.body.user.id, session.body.session.token]).toEqual([200, user, session.body.session.id]);
    expect(token.length).toBeGreaterThan(30);
    expect(session.text).not.toContain(token);
  });

  it("401 for a wrong password and for an unknown address, alike", async () => {
    const { email } = await somebody();
    const known = await new Browser().post("/sign-in/email", { email, password: "not this one at all" });
    const unknown = await new Browser().post("/sign-in/email", { email: someEmail(), password: PASSWORD });
    for (const { status, headers, body } of [known, unknown]) {
      expect([status, body.code, headers.get("Content-Type")]).toEqual([401, "invalid_credentials", "application/problem+json"]);
    }
    expect({ ...known.body, request_id: "" }).toEqual({ ...unknown.body, request_id: "" });
  });

  it("signing out ends the session at once", async () => {
    const { browser } = await somebody();
    const { cookie } = browser;
    expect(await whoIs(browser)).not.toBeNull();
    expect((await browser.post("/sign-out")).status).toBe(200);
    expect(browser.cookies.has(COOKIE)).toBe(false);
    expect(await personOf(io(), new Headers({ Cookie: cookie }))).toBeNull();
  });

  it("a cookie with another signature, another token or none is nobody's", async () => {
    const { browser } = await somebody();
    const value = decodeURIComponent(browser.cookies.get(COOKIE) ?? "");
    const dot = value.indexOf(".");
    const [token, signature] = [value.slice(0, dot), value.slice(dot + 1)];
    const flipped = (text: string): string => (text.startsWith("A") ? "B" : "A") + text.slice(1);
    for (const forged of [`${token}.${flipped(signature)}`, `${flipped(token)}.${signature}`, token, `${token}.`, ""]) {
      expect(await personOf(io(), new Headers({ Cookie: `${COOKIE}=${encodeURIComponent(forged)}` }))).toBeNull();
    }
    for (const broken of ["%", "%E0%A4%A", "a=b=c", "\"x\"", "x".repeat(8_000)]) expect(await personOf(io(), new Headers({ Cookie: `${COOKIE}=${broken}` }))).toBeNull();
    expect(await whoIs(browser)).not.toBeNull();
  });

  it("a session that is over its age is nobody's", async () => {
    const { browser, user } = await somebody();
    await env.DB.prepare("UPDATE sessions SET expires_at = ? WHERE user_id = ?").bind(now() - 1, user).run();
    expect(await whoIs(browser)).toBeNull();
    expect((await browser.get("/get-session")).body).toBeNull();
  });
});

describe("sessions", () => {
  it("are listed and revoked by id: one, the others, all", async () => {
    const { email, user, browser } = await somebody();
    const others = [new Browser(), new Browser(), new Browser()];
    for (const other of others) await other.post("/sign-in/email", { email, password: PASSWORD });
    const { body } = await browser.get("/list-sessions");
    expect(body.map((one: { current: boolean }) => one.current)).toEqual([false, false, false, true]);
    expect(body[3]).toMatchObject({ id: expect.stringMatching(/^ses_/), userId: user, ipAddress: expect.any(String) });

    expect((await browser.post("/revoke-session", { token: body[0].id })).body).toEqual({ status: true });
    expect((await Promise.all(others.map(whoIs))).map(Boolean)).toEqual([true, true, false]);
    await browser.post("/revoke-other-sessions");
    expect((await Promise.all([...others, browser].map(whoIs))).map(Boolean)).toEqual([false, false, false, true]);
    await revokeSessions(io(), user);
    expect(await whoIs(browser)).toBeNull();
    expect((await browser.get("/list-sessions")).body.code).toBe("not_signed_in");
  });

  it("of somebody else can't be ended", async () => {
    const [one, other] = [await somebody(), await somebody()];
    const { body } = await other.browser.get("/list-sessions");
    await one.browser.post("/revoke-session", { id: body[0].id });
    expect(await whoIs(other.browser)).not.toBeNull();
  });

  it("end with a change of the password, but for the one that made it", async () => {
    const { email, browser } = await somebody();
    const other = new Browser();
    await other.post("/sign-in/email", { email, password: PASSWORD });
    const wrong = await browser.post("/change-password", { currentPassword: "not this one at all", newPassword: "a wholly new password" });
    expect([wrong.status, wrong.body.code]).toEqual([403, "wrong_password"]);
    expect((await browser.post("/change-password", { currentPassword: PASSWORD, newPassword: "a wholly new password" })).status).toBe(200);
    expect([await whoIs(other), (await whoIs(browser))?.email]).toEqual([null, email]);
    expect((await new Browser().post("/sign-in/email", { email, password: PASSWORD })).status).toBe(401);
    expect((await new Browser().post("/sign-in/email", { email, password: "a wholly new password" })).status).toBe(200);
  });

  it("whose time is over are purged, and no others", async () => {
    const [gone, stays] = [await somebody(), await somebody()];
    await env.DB.prepare("UPDATE sessions SET expires_at = ? WHERE user_id = ?").bind(now() - 1, gone.user).run();
    await stays.browser.get("/passkey/generate-authenticate-options");
    await env.DB.prepare("INSERT INTO verifications (id, identifier, value, expires_at, created_at, updated_at) VALUES (?, ?, '', ?, 0, 0)").bind(crypto.randomUUID(), "0".repeat(64), now() - 1).run();
    await run("7 * * * *", now(), env, routes);
    const count = async (sql: string, ...params: string[]) => (await env.DB.prepare(sql).bind(...params).first<{ n: number }>())?.n;
    expect(await count("SELECT count(*) AS n FROM sessions WHERE user_id = ?", gone.user)).toBe(0);
    expect(await count(`SELECT count(*) AS n FROM verifications WHERE expires_at < ${now()}`)).toBe(0);
    expect(await count("SELECT count(*) AS n FROM verifications")).toBeGreaterThan(0);
    expect((await whoIs(stays.browser))?.user).toBe(stays.user);
  });

  it("a name can be changed, an address not", async () => {
    const { email, browser } = await somebody();
    expect((await browser.post("/update-user", { name: "Eva", email: someEmail(), image: "https://elsewhere.example/x.png" })).status).toBe(200);
    expect((await browser.get("/get-session")).body.user).toMatchObject({ name: "Eva", email, image: null });
  });
});

describe("who is turned away", () => {
  it.each([
    ["Origin", "https://elsewhere.example"], ["Origin", "null"], ["Origin", null], ["Sec-Fetch-Site", "cross-site"], ["Sec-Fetch-Site", "same-site"],
  ])("403 for %s: %s", async (name, value) => {
    const headers = { [name]: value };
    const { email, browser } = await somebody();
    for (const answer of [await new Browser().post("/sign-in/email", { email, password: PASSWORD }, headers), await browser.post("/sign-out", {}, headers)]) {
      expect([answer.status, answer.body.code]).toEqual([403, "foreign_origin"]);
    }
    expect(await whoIs(browser)).not.toBeNull();
  });

  it("200 when only Sec-Fetch-Site says that the page is ours", async () => {
    const { browser } = await somebody();
    expect((await browser.post("/sign-out", {}, { Origin: null, "Sec-Fetch-Site": "same-origin" })).status).toBe(200);
  });

  it.each([
    ["GET", "/ok"], ["GET", "/error"], ["POST", "/request-password-reset"], ["POST", "/sign-in/social"], ["POST", "/delete-user"], ["POST", "/change-email"], ["GET", "/verify-email"],
    ["POST", "/two-factor/send-otp"], ["POST", "/set-password"], ["GET", "/get-session/"], ["GET", "//get-session"], ["POST", "/totp/generate"], ["GET", "/"],
  ])("404 for %s %s, which the library has or might have", async (method, path) => {
    const { status, body } = await new Browser().call(method, `/api/auth${path}`, method === "POST" ? {} : undefined);
    expect([status, body.code]).toEqual([404, "not_found"]);
  });

  it("405 for another method, 415 for a form, 413 for a heap, 400 for what is not JSON", async () => {
    const browser = new Browser();
    const wrong = await browser.get("/sign-in/email");
    expect([wrong.status, wrong.headers.get("Allow")]).toEqual([405, "POST"]);
    const of = (body: string, type: string) => new Request(`${ORIGIN}/api/auth/sign-in/email`, { method: "POST", body, headers: { Origin: ORIGIN, "Content-Type": type, "CF-Connecting-IP": browser.address } });
    expect((await exports.default.fetch(of("email=a%40b.example&password=x", "application/x-www-form-urlencoded"))).status).toBe(415);
    expect((await exports.default.fetch(of(`{"email": "${"a".repeat(70_000)}"}`, "application/json"))).status).toBe(413);
    expect((await exports.default.fetch(of("{", "application/json"))).status).toBe(400);
  });
});

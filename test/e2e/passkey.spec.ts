// Passkeys, in a browser with a virtual authenticator: registered, signed in with, refused where their holder was not asked.
import { expect, test, type CDPSession, type Page } from "@playwright/test";
import * as z from "zod";

const PASSWORD = "correct horse battery";

// An address of its own for each run: Cloudflare writes this header itself, the local server leaves it as it is.
const part = (): string => Math.floor(Math.random() * 65_536).toString(16);
const ADDRESS = { "CF-Connecting-IP": `2001:db8:${part()}:${part()}::1` };
test.use({ extraHTTPHeaders: ADDRESS });

/** What a page of ours does; as text, because the types of a page are not those of this project. */
const IN_PAGE = `
  const call = async (path, body) => {
    const response = await fetch("/api/auth" + path, body === undefined ? {} : { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
    return { status: response.status, body: await response.json() };
  };
  const register = async () => {
    const { body } = await call("/passkey/generate-register-options");
    const credential = await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(body) });
    return call("/passkey/verify-registration", { response: credential.toJSON(), name: "Laptop" });
  };
  const assertion = async (more = {}) => {
    const { body } = await call("/passkey/generate-authenticate-options");
    return (await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON({ ...body, ...more }) })).toJSON();
  };
`;

const answerShape = z.object({ status: z.number(), body: z.looseObject({ code: z.string().optional(), user: z.object({ email: z.string() }).optional() }).or(z.array(z.looseObject({ name: z.string() }))).nullable() });

const inPage = async (page: Page, work: string) => answerShape.parse(await page.evaluate(`(async () => { ${IN_PAGE} return (${work}); })()`));

async function authenticator(cdp: CDPSession, hasUserVerification: boolean): Promise<string> {
  const options = { protocol: "ctap2", transport: "internal", hasResidentKey: true, hasUserVerification, isUserVerified: hasUserVerification, automaticPresenceSimulation: true } as const;
  return (await cdp.send("WebAuthn.addVirtualAuthenticator", { options })).authenticatorId;
}

/** Somebody new, signed in on a page of ours, with a passkey. By name: an address can't be a relying party. */
async function withPasskey(page: Page, baseURL = "") {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send("WebAuthn.enable");
  const id = await authenticator(cdp, true);
  await page.goto(`${baseURL.replace("127.0.0.1", "localhost")}/errors`);
  const email = `${crypto.randomUUID()}@people.example`;
  const signedUp = await inPage(page, `await call("/sign-up/email", ${JSON.stringify({ email, name: "Ana", password: PASSWORD })})`);
  expect([signedUp.status, signedUp.body]).toMatchObject([200, { user: { email } }]);
  expect((await inPage(page, "await register()")).status).toBe(200);
  return { cdp, id, email };
}

test("registered, signed out, signed in with the passkey alone", async ({ page, baseURL }) => {
  const { email } = await withPasskey(page, baseURL);
  expect((await inPage(page, `await call("/passkey/list-user-passkeys")`)).body).toMatchObject([{ name: "Laptop" }]);
  await inPage(page, `await call("/sign-out", {})`);
  expect((await inPage(page, `await call("/get-session")`)).body).toBeNull();
  expect((await inPage(page, `await call("/passkey/verify-authentication", { response: await assertion() })`)).status).toBe(200);
  expect((await inPage(page, `await call("/get-session")`)).body).toMatchObject({ user: { email } });
});

test("401 passkey_refused when an answer is sent again, when it is another's, when its challenge is not ours", async ({ page, baseURL }) => {
  await withPasskey(page, baseURL);
  await inPage(page, `await call("/sign-out", {})`);
  const replay = await inPage(page, `await (async () => { const response = await assertion(); await call("/passkey/verify-authentication", { response }); await call("/sign-out", {}); return call("/passkey/verify-authentication", { response }); })()`);
  expect([replay.status, replay.body]).toMatchObject([401, { code: "passkey_refused" }]);
  const stale = await inPage(page, `await (async () => { const response = await assertion(); await call("/passkey/generate-authenticate-options"); return call("/passkey/verify-authentication", { response }); })()`);
  expect([stale.status, stale.body]).toMatchObject([401, { code: "passkey_refused" }]);
  const unknown = await inPage(page, `await call("/passkey/verify-authentication", { response: { ...(await assertion()), id: "AAAAAAAAAAAAAAAAAAAAAA" } })`);
  expect([unknown.status, unknown.body]).toMatchObject([401, { code: "passkey_refused" }]);
  expect((await inPage(page, `await call("/get-session")`)).body).toBeNull();
});

test("401 passkey_refused when the authenticator did not ask who holds it", async ({ page, baseURL }) => {
  const { cdp, id } = await withPasskey(page, baseURL);
  await inPage(page, `await call("/sign-out", {})`);
  const { credentials } = await cdp.send("WebAuthn.getCredentials", { authenticatorId: id });
  await cdp.send("WebAuthn.removeVirtualAuthenticator", { authenticatorId: id });
  const careless = await authenticator(cdp, false);
  for (const credential of credentials) await cdp.send("WebAuthn.addCredential", { authenticatorId: careless, credential });
  const allowCredentials = credentials.map((one) => ({ type: "public-key", id: Buffer.from(one.credentialId, "base64").toString("base64url") }));
  const answer = await inPage(page, `await call("/passkey/verify-authentication", { response: await assertion(${JSON.stringify({ allowCredentials })}) })`);
  expect([answer.status, answer.body]).toMatchObject([401, { code: "passkey_refused" }]);
  expect((await inPage(page, `await call("/get-session")`)).body).toBeNull();
});

test("a deleted passkey signs nobody in, and another person's can't be deleted", async ({ page, browser, baseURL }) => {
  await withPasskey(page, baseURL);
  const passkeys = z.object({ body: z.array(z.object({ id: z.string() })) });
  const idOf = async (of: Page): Promise<string> => passkeys.parse(await inPage(of, `await call("/passkey/list-user-passkeys")`)).body[0]?.id ?? "";
  const other = await (await browser.newContext({ extraHTTPHeaders: ADDRESS })).newPage();
  await withPasskey(other, baseURL);
  const foreign = await inPage(page, `await call("/passkey/delete-passkey", { id: ${JSON.stringify(await idOf(other))} })`);
  const renamed = await inPage(page, `await call("/passkey/update-passkey", { id: ${JSON.stringify(await idOf(other))}, name: "Mine" })`);
  const none = await inPage(page, `await call("/passkey/delete-passkey", { id: "psk_01kqz3v9c5f1nazrk2d4f7h8jm" })`);
  for (const answer of [foreign, renamed, none]) expect([answer.status, answer.body]).toMatchObject([404, { code: "not_found" }]);
  expect(await idOf(other)).toMatch(/^psk_/);
  const own = await idOf(page);
  expect((await inPage(page, `await call("/passkey/update-passkey", ${JSON.stringify({ id: own, name: "Phone" })})`)).body).toMatchObject({ passkey: { id: own, name: "Phone" } });
  expect((await inPage(page, `await call("/passkey/delete-passkey", { id: ${JSON.stringify(own)} })`)).status).toBe(200);
  await inPage(page, `await call("/sign-out", {})`);
  const gone = await inPage(page, `await call("/passkey/verify-authentication", { response: await assertion() })`);
  expect([gone.status, gone.body]).toMatchObject([401, { code: "passkey_refused" }]);
  await other.context().close();
});

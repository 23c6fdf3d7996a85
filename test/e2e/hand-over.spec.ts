// A secret handed over by the product is opened by other implementations: Debian's `jose` command, OpenSSL's RSA.
import { execFile } from "node:child_process";
import { createDecipheriv, createPrivateKey, type JsonWebKey } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { promisify } from "node:util";
import { expect, test } from "@playwright/test";
import * as z from "zod";

const DEMO = "./.wrangler/e2e-home/demo.json";
const signIn = z.object({ email: z.string(), password: z.string() });
const demoShape = z.object({
  locations: z.tuple([z.string(), z.string()]),
  sign_ins: z.object({ admin: signIn, member: signIn }),
  vendor: z.object({ sign_in: signIn, sandbox_key: z.string() }),
});
const answerShape = z.looseObject({ id: z.string().optional(), claim: z.object({ url: z.string() }).nullish(), jwe: z.string().optional(), encrypted_to: z.object({ thumbprint: z.string(), alg: z.string() }).nullish() });
const openedShape = z.object({ secret: z.string(), ref: z.string(), organization: z.string() });

const run = async (command: string, ...args: string[]): Promise<string> => (await promisify(execFile)(command, args)).stdout;
/** An address of its own for each: no guard counts tests together. */
const part = (): string => Math.floor(Math.random() * 65_536).toString(16);
const ADDRESS = `2001:db8:${part()}:${part()}::1`;

let base = "";
let demo: z.output<typeof demoShape>;
const sessions = new Map<string, string>();
test.beforeAll(async ({ baseURL }) => {
  base = String(baseURL);
  demo = demoShape.parse(JSON.parse(readFileSync(DEMO, "utf8")));
  for (const [name, who] of Object.entries({ vendor: demo.vendor.sign_in, member: demo.sign_ins.member, admin: demo.sign_ins.admin })) {
    const answer = await fetch(`${base}/api/auth/sign-in/email`, { method: "POST", headers: { "Content-Type": "application/json", Origin: base, "CF-Connecting-IP": ADDRESS }, body: JSON.stringify(who) });
    sessions.set(name, answer.headers.getSetCookie().map((line) => line.split(";")[0]).join("; "));
  }
});

async function call(who: string | null, path: string, body: unknown = {}, method = "POST") {
  const signedIn: Record<string, string> = who === null ? {} : { Cookie: sessions.get(who) ?? "", Origin: base };
  const headers = { "Content-Type": "application/json", "CF-Connecting-IP": ADDRESS, ...signedIn };
  const answer = await fetch(new URL(path, base), { method, headers, body: JSON.stringify(body) });
  const text = await answer.text();
  expect(answer.ok, text).toBe(true);
  return answerShape.parse(JSON.parse(text));
}

const bearer = (secret: string) => ({ headers: { Authorization: `Bearer ${secret}`, "CF-Connecting-IP": ADDRESS } });

/** A file of this test. */
function fileOf(name: string): string {
  mkdirSync(test.info().outputDir, { recursive: true });
  return test.info().outputPath(name);
}

/** Made by the command, its public part registered, asked for, approved and claimed: the thumbprint and the JWE. */
async function handedOver(template: object, said: object = {}): Promise<{ file: string; jwe: string; to: { thumbprint: string; alg: string } | null | undefined }> {
  const file = fileOf("private.jwk");
  await run("jose", "jwk", "gen", "-i", JSON.stringify(template), "-o", file);
  const public_jwk = { ...z.looseObject({}).parse(JSON.parse(await run("jose", "jwk", "pub", "-i", file))), ...said };
  const { id: sandbox_key } = answerShape.parse(await (await fetch(`${base}/v1/me`, bearer(demo.vendor.sandbox_key))).json());
  const { id: integration_id } = await call("vendor", "/v1/integrations", { name: "Another's key", sandbox_key, public_jwk });
  const { id } = await call("member", "/v1/access-requests", { integration_id, location_ids: [demo.locations[0]] });
  const { claim, encrypted_to: to } = await call("admin", `/v1/access-requests/${id}/approve`);
  const { jwe = "" } = await call(null, claim?.url ?? "");
  await call("vendor", `/v1/integrations/${integration_id}`, { status: "retired" }, "PATCH");
  return { file, jwe, to };
}

/** The secret works; then the demo gets its place back. */
async function works(plain: string): Promise<void> {
  const { secret, ref } = openedShape.parse(JSON.parse(plain));
  const ping = await fetch(`${base}/v1/ping`, bearer(secret));
  expect([ping.status, await ping.json()]).toMatchObject([200, { ok: true, environment: "live", key: { ref } }]);
  await call("admin", `/v1/keys/${ref}`, {}, "DELETE");
}

for (const [template, said] of [
  [{ alg: "ECDH-ES+A256KW" }, {}],
  [{ kty: "EC", crv: "P-256" }, {}],
  [{ kty: "EC", crv: "P-384", use: "enc", kid: "of 2027" }, {}],
  [{ kty: "EC", crv: "P-521" }, { alg: "ECDH-ES+A256KW" }],
  // What WebCrypto writes of a public key.
  [{ kty: "EC", crv: "P-256" }, { ext: true, key_ops: [] }],
] as const) {
  test(`opened by the jose command: ${JSON.stringify({ ...template, ...said })}`, async () => {
    const { file, jwe, to } = await handedOver(template, said);
    expect(to).toEqual({ alg: "ECDH-ES+A256KW", thumbprint: await run("jose", "jwk", "thp", "-i", file) });
    const sealed = fileOf("claimed.jwe");
    writeFileSync(sealed, jwe);
    await works(await run("jose", "jwe", "dec", "-i", sealed, "-k", file));
    const other = fileOf("other.jwk");
    await run("jose", "jwk", "gen", "-i", '{"alg":"ECDH-ES+A256KW"}', "-o", other);
    await expect(run("jose", "jwe", "dec", "-i", sealed, "-k", other)).rejects.toThrow();
  });
}

test("opened by OpenSSL: an RSA key of 2,048 bits that the jose command made", async () => {
  const { file, jwe, to } = await handedOver({ kty: "RSA", bits: 2_048 });
  expect(to).toEqual({ alg: "RSA-OAEP-256", thumbprint: await run("jose", "jwk", "thp", "-i", file) });
  const [header = "", wrapped = "", iv = "", content = "", tag = ""] = jwe.split(".");
  const key: JsonWebKey = JSON.parse(readFileSync(file, "utf8"));
  writeFileSync(fileOf("private.pem"), createPrivateKey({ key, format: "jwk" }).export({ type: "pkcs8", format: "pem" }));
  writeFileSync(fileOf("wrapped"), Buffer.from(wrapped, "base64url"));
  const oaep = ["rsa_padding_mode:oaep", "rsa_oaep_md:sha256", "rsa_mgf1_md:sha256"].flatMap((option) => ["-pkeyopt", option]);
  await run("openssl", "pkeyutl", "-decrypt", "-inkey", fileOf("private.pem"), ...oaep, "-in", fileOf("wrapped"), "-out", fileOf("content.key"));
  const opener = createDecipheriv("aes-256-gcm", readFileSync(fileOf("content.key")), Buffer.from(iv, "base64url"));
  opener.setAAD(Buffer.from(header)).setAuthTag(Buffer.from(tag, "base64url"));
  await works(Buffer.concat([opener.update(Buffer.from(content, "base64url")), opener.final()]).toString());
});

test("what the guide tells to type does what it says", async () => {
  const script = [...readFileSync("docs/hand-over.md", "utf8").matchAll(/```sh\n([\s\S]*?)```/g)].map(([, block]) => block).join("\n");
  const here = script
    .replaceAll("http://127.0.0.1:8787", base)
    .replaceAll("./.wrangler/demo.json", DEMO)
    .replaceAll("HERE=.wrangler/hand-over", `HERE=${test.info().outputDir}`)
    .replaceAll("curl -sS", `curl -sS -H "CF-Connecting-IP: 2001:db8:${part()}:${part()}::1"`);
  const lines = (await run("bash", "-euc", `set -o pipefail\n${here}`)).trim().split("\n");
  const [thumbprint = "", mine, theirs = "", ping = ""] = lines;
  const { key } = z.object({ ok: z.literal(true), key: z.object({ ref: z.string() }) }).parse(JSON.parse(ping));
  expect([thumbprint, mine, lines.length]).toEqual([expect.stringMatching(/^[\w-]{43}$/), theirs, 4]);
  expect(theirs).toMatch(/^[0-9a-f]{16}$/);
  const [whole, half] = await Promise.all(["openssl.jwk", "openssl-public.jwk"].map((name) => run("jose", "jwk", "thp", "-i", test.info().outputPath(name))));
  expect(whole).toBe(half);
  await call("admin", `/v1/keys/${key.ref}`, {}, "DELETE");
});

// A copy of all databases, of KV and of what objects store opens nothing: no secret that anybody saw stands in it, in no
// form, and what stands there in its place is taken for none.
import { listDurableObjectIds, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeAll, expect, it, vi } from "vitest";
import { personOf } from "../src/orgs/people";
import { hash, PlainSecret, sha256 } from "../src/platform/secret";
import { everything, formsOf, found, type Cell } from "./copy";
import { lived, type Life } from "./lived";
import { io, whoIs } from "./people";

let life: Life;
let copy: Cell[];

/** Has every gate write what it has in memory. */
async function flushed(): Promise<boolean> {
  for (const id of await listDurableObjectIds(env.GATE)) {
    await runInDurableObject(env.GATE.get(id), async (gate) => {
      Reflect.set(gate, "clock", Date.now() + 60_000);
      await gate.alarm();
    });
  }
  return (await env.LOG.prepare("SELECT 1 FROM requests WHERE request_id = ?").bind(life.lastRequest).first()) !== null;
}

beforeAll(async () => {
  life = await lived();
  await vi.waitUntil(flushed, { timeout: 10_000, interval: 100 });
  await vi.waitUntil(async () => (await env.KEY_CACHE.list()).keys.length > 3);
  copy = await everything();
});

const textOf = (where: string): string => copy.filter((cell) => cell.where === where).map(({ text }) => text).join("\n");

it("the copy is whole: every table that the life touched, KV, both kinds of objects", () => {
  const places = new Set(copy.map(({ where }) => where.split(".").slice(0, 2).join(".")));
  for (const place of [
    "DB.organizations", "DB.locations", "DB.members", "DB.keys", "DB.key_secrets", "DB.events", "DB.idempotency", "DB.integrations", "DB.access_requests", "DB.users",
    "DB.sessions", "DB.accounts", "DB.verifications", "DB.two_factors", "DATA.contacts", "DATA.contact_keys", "DATA.events", "DATA.idempotency", "LOG.requests",
    "LOG.usage_hours", "KEY_CACHE", "GATE.facts", "GATE.levels", "GUARD.level",
  ]) expect([place, places.has(place)]).toEqual([place, true]);
  for (const secret of life.keys) expect(textOf("DB.key_secrets.digest")).toContain(hash(env.KEY_PEPPER, new PlainSecret(secret)));
  expect(textOf("DB.integrations.public_jwk")).toContain(life.publicX);
});

it("no secret stands in it: not as it is, not encoded, not hashed without what is kept elsewhere", () => {
  expect(life.secrets.size).toBeGreaterThan(60);
  expect(found(life.secrets, copy)).toEqual([]);
});

it("of what was claimed, and of nothing else, 64 bits of a hash are there for both sides to compare", () => {
  const places = [...life.secrets.keys()].flatMap((secret) => {
    const where = [...new Set(copy.filter(({ text }) => text.includes(sha256(secret).slice(0, 16))).map((cell) => cell.where))];
    return where.length === 0 ? [] : [{ secret, where: where.filter((one) => one !== "DB.access_requests.fingerprint" && one !== "DB.events.data") }];
  });
  expect(places.map(({ secret }) => secret).toSorted()).toEqual(life.claimed.toSorted());
  expect(places.flatMap(({ where }) => where)).toEqual([]);
});

it("a search that finds nothing would have found each form", () => {
  const secret = "ck_live_loc_0123456789";
  for (const form of formsOf(secret)) expect([form, found(new Map([[secret, "it"]]), [{ where: "here", text: `{"a":"${form}"}` }])]).toEqual([form, ["it: here"]]);
  for (const before of ["", "a", "ab", "abc"]) {
    const text = Buffer.from(`${before}${secret}?`).toString("base64");
    expect(found(new Map([[secret, "it"]]), [{ where: "here", text }])).toEqual(["it: here"]);
  }
});

it("what stands in a secret's place is refused as one", async () => {
  const { anonymous } = life.client;
  const [digest = ""] = textOf("DB.key_secrets.digest").split("\n");
  for (const [environment, kind] of [["live", "loc"], ["live", "agy"], ["test", "loc"]]) {
    for (const text of [digest, `ck_${environment}_${kind}_${digest}`, `ck_${environment}_${kind}_${digest.slice(0, 49)}`]) expect((await anonymous.as(text).get("/v1/ping")).status).toBe(401);
  }
  for (const text of textOf("DB.access_requests.claim_digest").split("\n")) expect((await anonymous.post(`/v1/claims/${text}`)).status).toBe(404);
  const [browser] = life.browsers;
  for (const text of textOf("DB.members.invite_digest").split("\n")) {
    const answer = await (await life.client.session("owner")).post(`/v1/invitations/${text}/accept`);
    expect(answer.status).toBe(404);
  }
  expect(browser && (await whoIs(browser))).not.toBeNull();
  for (const token of textOf("DB.sessions.token").split("\n")) {
    expect(token).toMatch(/^[0-9a-f]{64}$/);
    expect(await personOf(io(), new Headers({ Cookie: `__Secure-connectkit.session_token=${token}.${token}` }))).toBeNull();
  }
});

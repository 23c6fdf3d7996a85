// A person who is erased is nowhere: a life over HTTP with values of its own in every field, then every row of every
// table, the words of the full-text index, KV and all objects are searched for them.
import { listDurableObjectIds, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { resume } from "../src/privacy/erasure";
import { fold } from "../src/platform/fold";
import { databases } from "../src/platform/sql";
import { jobs } from "../src/upkeep/upkeep";
import { everything, formsOf, type Cell } from "./copy";
import { front } from "./front";
import { exported, imported } from "./transferring";
import { world, type Client, type Json, type World } from "./world";

/** Of the person alone, and told by nobody else. */
const OWN = {
  first: "Zôëqzv", last: "Wžrqhül-Ñandx", company: "Qvexmor Ðynamics", job: "Xylqfor-in-chief", email: "Zoe.Wzrq@Qvexmor.example", second: "zoe-old-qx@wzrq.example", phone: "+34 611 273 948",
  street: "Calle Vuqzor 77", city: "Qzumbria", region: "Vexqaria", code: "Q7Z9X", birthday: "1979-11-23", url: "https://wzrq.example/zoe-page", external: "sf-QX81-ZZ7", custom: "Jqvarlo Müxq",
  unique: "member-QZX-5512", number: 918273645, box: "Pqzlabel", key: "idem-wzrq-77", note: "Zoe Wzrqhul called about her data", changed: "Brqvenna", deleted: "gone-qx@wzrq.example",
};

interface Life {
  /** An import that the person and Bea stand in. */
  file: string;
  w: World;
  by: Client;
  id: string;
  /** Another contact, which an event of its own says was merged with the person. */
  bea: string;
  request: string;
}

async function lived(): Promise<Life> {
  const w = await world();
  const by = await w.key();
  await by.post("/v1/fields", { key: "nick", type: "text" });
  await by.post("/v1/fields", { key: "member", type: "text", unique: true });
  await by.post("/v1/fields", { key: "shoe", type: "integer" });
  const body = {
    first_name: OWN.first, last_name: OWN.last, company: OWN.company, job_title: OWN.job, emails: [{ value: OWN.email, label: OWN.box }, OWN.second], phones: [OWN.phone],
    addresses: [{ line1: OWN.street, city: OWN.city, region: OWN.region, postal_code: OWN.code, country: "ES" }], birthday: OWN.birthday, urls: [OWN.url],
    external_ids: { salesforce: OWN.external }, custom: { nick: OWN.custom, member: OWN.unique, shoe: OWN.number }, tags: ["vip"],
  };
  const { id } = (await by.post("/v1/contacts", body, { headers: { "Idempotency-Key": OWN.key } })).body;
  const bea = (await by.post("/v1/contacts", { first_name: "Bea", emails: ["bea@stays.example"], tags: ["vip"] })).body.id;
  await by.patch(`/v1/contacts/${id}`, { first_name: OWN.changed, emails: { remove: [OWN.second] } }, { headers: { "Idempotency-Key": "patched" } });
  await by.patch(`/v1/contacts/${id}`, { first_name: OWN.first });
  await by.put("/v1/contacts?match=email", { emails: [OWN.email], tags: ["board"] });
  for (const q of [OWN.last, OWN.first, "273948"]) expect((await by.get(`/v1/contacts?q=${encodeURIComponent(q)}`)).body.data.length).toBe(1);
  await by.get(`/v1/contacts?email=${encodeURIComponent(OWN.email)}`);
  await by.post("/v1/contacts/search", { filter: { any: [{ all: [{ field: "custom.nick", op: "contains", value: OWN.custom }] }] } });
  expect((await by.post("/v1/contacts", body)).status).toBe(409);
  await by.delete(`/v1/contacts/${id}`);
  // The same person once more, then a third time and deleted for good.
  const again = (await by.post("/v1/contacts", { ...body, custom: { nick: OWN.custom } })).body.id;
  await by.delete(`/v1/contacts/${again}`);
  await by.post(`/v1/contacts/${id}/restore`);
  await by.post(`/v1/contacts/${id}/notes`, { body: `Lives at ${OWN.street}` });
  await by.post("/v1/interactions", { source: "desk", source_id: OWN.unique, type: "ticket", subject: OWN.job, body: OWN.company, contact: { email: OWN.email } });
  await by.post(`/v1/contacts/${id}/consents`, { channel: "email", topic: "news", state: "subscribed", proof: `the form of ${OWN.email}` });
  await by.post("/v1/engagement", { items: [{ type: "email.opened", email: OWN.email, at: "2026-01-02T03:04:05Z", dedupe_id: OWN.unique }] });
  const double = (await by.post("/v1/contacts", { first_name: OWN.changed, last_name: OWN.last, emails: [OWN.second] })).body.id;
  expect((await by.post(`/v1/contacts/${id}/merge`, { source_ids: [double] }, { headers: { "Idempotency-Key": "merged" } })).status).toBe(200);
  const bulk = await by.post("/v1/contacts/bulk", { filter: { any: [{ all: [{ field: "emails", op: "eq", value: OWN.email }] }] }, action: { type: "tag", tags: ["met"] } });
  await vi.waitUntil(async () => (await by.get(`/v1/jobs/${bulk.body.id}`)).body.ended_at !== null, { timeout: 20_000, interval: 100 });
  const file = await imported(
    by,
    `First Name,Last Name,Company,Job Title,Email,Phone,Street,City,Region,Postal Code,Birthday\n${[
      [OWN.first, OWN.last, OWN.company, OWN.job, OWN.email, OWN.phone, OWN.street, OWN.city, OWN.region, OWN.code, OWN.birthday],
      [OWN.first, OWN.last, "", "", OWN.email, "", OWN.street, "", "", "", OWN.company],
      ["Bea", "", "", "", "bea@stays.example", "", "", "", "", "", ""],
    ].map((cells) => cells.join(",")).join("\n")}\n`,
  );
  expect(file.counts).toMatchObject({ rows: 3, failed: 1 });
  expect((await exported(by, { format: "csv" })).text).toContain(OWN.last);
  const third = (await by.post("/v1/contacts", { first_name: OWN.changed, emails: [OWN.deleted], phones: [OWN.phone] })).body.id;
  await by.delete(`/v1/contacts/${third}?permanent=true`);
  await env.DATA.prepare("UPDATE events SET data = ? WHERE subject = ?").bind(JSON.stringify({ merged: again, took: { emails: [OWN.email] } }), bea).run();
  await by.post("/v1/privacy/requests", { type: "access", subject: { phone: OWN.phone }, note: OWN.note }, { headers: { "Idempotency-Key": "asked" } });
  const request = (await by.post("/v1/privacy/requests", { type: "erasure", subject: { email: OWN.email }, note: OWN.note }, { headers: { "Idempotency-Key": "to-erase" } })).body.id;
  await by.get(`/v1/privacy/requests/${request}/result`);
  return { w, by, id, bea, request, file: file.id };
}

/** Has every gate write what it has in memory. */
async function flushed(): Promise<void> {
  for (const id of await listDurableObjectIds(env.GATE)) {
    await runInDurableObject(env.GATE.get(id), async (gate) => {
      Reflect.set(gate, "clock", Date.now() + 60_000);
      await gate.alarm();
    });
  }
}

/** The person's values in every form that they could stand in: as given, folded, in lower case, digits, encoded, hashed. */
function sought(): Map<string, string[]> {
  const { key: _, ...own } = OWN;
  return new Map(
    Object.entries(own).map(([name, value]) => {
      const text = String(value);
      const digits = text.replaceAll(/\D/g, "");
      const spelled = [text, text.toLowerCase(), text.toUpperCase(), fold(text), ...(name === "phone" ? [digits, `+34${digits.slice(2)}`] : [])];
      return [name, [...new Set(spelled.flatMap((one) => [...formsOf(one), JSON.stringify(one).slice(1, -1)]))]];
    }),
  );
}

const found = (cells: readonly Cell[]): string[] =>
  [...new Set([...sought()].flatMap(([name, forms]) => cells.filter(({ text }) => forms.some((form) => text.includes(form))).map(({ where }) => `${name}: ${where}`)))].toSorted();

/** What the full-text index has: its trigrams. */
async function words(): Promise<Set<string>> {
  await env.DATA.prepare("CREATE VIRTUAL TABLE IF NOT EXISTS contact_words USING fts5vocab('contact_text', 'row')").run();
  const { results } = await env.DATA.prepare("SELECT term FROM contact_words").all<{ term: string }>();
  return new Set(results.map(({ term }) => term));
}
/** Its blocks as they are stored, also what no walk of it would come by. */
const blocks = async (): Promise<string> => (await env.DATA.prepare("SELECT hex(block) AS hex FROM contact_text_data").all<{ hex: string }>()).results.map(({ hex }) => hex).join(" ");
const hexOf = (text: string): string => Buffer.from(text).toString("hex").toUpperCase();
const trigramsOf = (text: string): string[] => Array.from(fold(text), (_, i) => fold(text).slice(i, i + 3)).filter((one) => one.length === 3 && !one.includes(" "));

describe("erasure", () => {
  let life: Life;
  beforeAll(async () => {
    life = await lived();
    await vi.waitUntil(async () => {
      await flushed();
      return (await env.LOG.prepare("SELECT count(*) AS n FROM requests WHERE org_id = ?").bind(life.w.org).first<number>("n")) ?? 0;
    }, { timeout: 10_000, interval: 100 });
  });

  it("before it, every value is found: the search can find", async () => {
    const places = found(await everything());
    for (const name of Object.keys(OWN)) if (name !== "key") expect([name, places.some((place) => place.startsWith(`${name}: `))]).toEqual([name, true]);
    for (const place of ["last: DATA.contacts.doc", "last: DATA.contacts.folded", "last: DATA.contacts.search_text", "last: DATA.contact_facets.value", "email: DATA.contact_keys.value", "unique: DATA.contact_keys.value", "first: DATA.events.changes", "email: DATA.events.data", "last: DATA.idempotency.body", "note: DATA.privacy_requests.note", "street: DATA.notes.body", "job: DATA.interactions.subject", "email: DATA.consents.proof", "email: DATA.engagements.email", "second: DATA.contact_merges.after", "email: DATA.jobs.input", "email: DATA.privacy_requests.subject", "deleted: DATA.events.changes", "email: FILES.imports", "last: FILES.exports", "last: DATA.imports.file", "company: DATA.import_slices.errors"]) {
      expect([place, places.includes(place)]).toEqual([place, true]);
    }
    const there = await words();
    for (const text of [OWN.last, OWN.company]) expect(trigramsOf(text).filter((trigram) => !there.has(trigram))).toEqual([]);
    expect(await blocks()).toContain(hexOf(fold(OWN.last).slice(0, 3)));
  });

  it("a crash after the first step is mended by upkeep: then none of them is anywhere", async () => {
    const { by, request, id, bea, w } = life;
    // Every read of the log fails, as if the Worker had died after the first transaction.
    const failing = new Proxy(env.DATA, {
      get(target, name) {
        if (name === "prepare") return (sql: string) => (sql.includes("GLOB 'con_*'") ? target.prepare("SELECT no_such_function()") : target.prepare(sql));
        const value: unknown = Reflect.get(target, name);
        return typeof value === "function" ? value.bind(target) : value;
      },
    });
    const noise = vi.spyOn(console, "error").mockImplementation(() => undefined);
    expect((await by.through(front({ ...env, DATA: failing })).post(`/v1/privacy/requests/${request}/complete`)).status).toBe(500);
    noise.mockRestore();
    expect((await by.get(`/v1/privacy/requests/${request}`)).body).toMatchObject({ status: "processing", receipt: null });
    expect((await by.get(`/v1/contacts/${id}`)).status).toBe(410);
    for (const verb of ["cancel", "reject"]) expect((await by.post(`/v1/privacy/requests/${request}/${verb}`, verb === "reject" ? { reason: "x" } : undefined)).status).toBe(409);
    expect(await resume(env, databases(env), Date.now())).toBe(0);
    expect(await resume(env, databases(env), Date.now() + 61_000)).toBe(1);
    await flushed();

    const { body } = await by.get(`/v1/privacy/requests/${request}`);
    expect(body).toMatchObject({ status: "completed", subject: null, note: null, receipt: { counts: { contacts: 3, notes: 1, interactions: 1, engagements: 1, contact_merges: 1, jobs: 1, events: expect.toSatisfy((n: Json) => n >= 10), idempotency: expect.toSatisfy((n: Json) => n >= 4) } } });
    expect(found(await everything())).toEqual([]);
    // Of the index only trigrams by number of row are left, until upkeep has merged it.
    await jobs.find(({ name }) => name === "full text after erasures")?.run(env, databases(env), Date.now(), []);
    expect(await env.DATA.prepare("SELECT count(*) AS n FROM text_merges").first("n")).toBe(0);
    const left = await words();
    for (const text of [OWN.last, OWN.company]) expect(trigramsOf(text).filter((trigram) => left.has(trigram))).toEqual([]);

    const stored = await blocks();
    for (const text of [OWN.last, OWN.company]) expect(trigramsOf(text).filter((trigram) => stored.includes(hexOf(trigram)))).toEqual([]);

    expect((await by.get(`/v1/contacts/${bea}`)).body).toMatchObject({ first_name: "Bea", tags: ["vip"] });
    const results = (await by.get(`/v1/imports/${life.file}/results.csv`)).text.trim().split("\r\n");
    expect(results.slice(1)).toEqual(["1,erased,,,", "2,erased,,,", expect.stringMatching(/^3,unchanged,/)]);
    expect((await by.get(`/v1/imports/${life.file}`)).body.counts).toMatchObject({ rows: 3, failed: 1 });
    const events = await w.events();
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, i) => i + 1));
    expect(events.filter(({ type }) => type === "contact.erased")).toHaveLength(3);
    expect(events.find(({ subject }) => subject === bea)).toMatchObject({ data: { erased: true }, changes: null });
  });

  it("410 for a retry of what made the contact: it makes nobody anew", async () => {
    const { by } = life;
    const { status, body } = await by.post("/v1/privacy/requests", { type: "erasure", subject: { email: OWN.email }, note: OWN.note }, { headers: { "Idempotency-Key": "to-erase" } });
    expect([status, body.code]).toEqual([410, "contact_erased"]);
    expect((await by.get(`/v1/contacts?email=${encodeURIComponent(OWN.email)}`)).body.data).toEqual([]);
  });
});

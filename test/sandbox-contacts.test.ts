// A sandbox is filled and emptied: the same people for the same seed, and nothing beside the one space.
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import * as z from "zod";
import { people } from "../src/sandbox/people";
import { KEPT, TABLES } from "../src/sandbox/reset";
import { e164, emailKey } from "../src/platform/normalize";
import { front, recorded } from "./front";
import { isGapless, times, world, type Client, type Json, type World } from "./world";

const sandboxKey = (w: World, location = w.locations[0]) => w.key({ environment: "sandbox", locations: [location] });
const seed = (by: Client, body?: Json) => by.post("/v1/sandbox/seed", body);
const reset = (by: Client) => by.post("/v1/sandbox/reset");
const named = async (statement: D1PreparedStatement): Promise<string[]> => z.array(z.object({ name: z.string() })).parse((await statement.all()).results).map(({ name }) => name);
const namesOf = async (by: Client): Promise<string[]> => (await by.get("/v1/contacts?limit=200")).body.data.map(({ first_name, last_name, emails }: Json) => `${first_name} ${last_name} ${emails[0].value}`);

describe("seed", () => {
  it("200: so many contacts with one event each; a second call skips them, more are added", async () => {
    const w = await world();
    const by = await sandboxKey(w);
    expect(await seed(by, { contacts: 30 })).toMatchObject({ status: 200, body: { created: 30, skipped: 0, seed: 1 } });
    expect(await seed(by, { contacts: 45 })).toMatchObject({ status: 200, body: { created: 15, skipped: 30 } });
    expect(await seed(by, { contacts: 5, seed: 2 })).toMatchObject({ status: 200, body: { created: 5, skipped: 0 } });
    expect(await namesOf(by)).toHaveLength(50);
    const events = await w.events();
    expect(events.filter(({ type }) => type === "contact.created")).toHaveLength(50);
    expect(events.filter(({ type }) => type === "sandbox.seeded").map(({ data }) => data)).toMatchObject([{ created: 30 }, { created: 15, skipped: 30 }, { created: 5 }]);
    expect(isGapless(events)).toBe(true);
  });

  it("100 by default, the same people for the same seed in any sandbox, others for another", async () => {
    const [w, other] = [await world(), await world()];
    const [by, elsewhere] = [await sandboxKey(w), await sandboxKey(other)];
    expect((await seed(by)).body).toEqual({ created: 100, skipped: 0, seed: 1 });
    await seed(elsewhere, { contacts: 100, seed: 1 });
    expect(await namesOf(elsewhere)).toEqual(await namesOf(by));
    const third = await sandboxKey(w, w.locations[1]);
    await seed(third, { seed: 3 });
    const there = new Set(await namesOf(third));
    expect((await namesOf(by)).filter((name) => there.has(name))).toEqual([]);
  });

  it("twice at once makes each once; a retry with the same Idempotency-Key makes none", async () => {
    const by = await sandboxKey(await world());
    const answers = await Promise.all(times(2, () => seed(by, { contacts: 40 })));
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    expect(answers.reduce((sum, { body }) => sum + body.created, 0)).toBe(40);
    const once = { headers: { "Idempotency-Key": "seed" } };
    const [first, again] = [await by.post("/v1/sandbox/seed", { contacts: 3, seed: 9 }, once), await by.post("/v1/sandbox/seed", { contacts: 3, seed: 9 }, once)];
    expect([first.body, again.body, again.headers.get("Idempotent-Replayed")]).toEqual([{ created: 3, skipped: 0, seed: 9 }, first.body, "true"]);
    expect(await namesOf(by)).toHaveLength(43);
  });

  it("422 for more than 1,000, 403 to a live key; nothing is made", async () => {
    const w = await world();
    expect((await seed(await sandboxKey(w), { contacts: 1_001 })).status).toBe(422);
    expect(await seed(await w.key())).toMatchObject({ status: 403, body: { code: "sandbox_only" } });
    expect(await seed(await w.session("owner").then((by) => by.with({ "ConnectKit-Location": w.locations[0] })))).toMatchObject({ status: 403, body: { code: "sandbox_only" } });
    expect(await w.events()).toEqual([]);
  });

  it("1,000 people: no two with one identifier, all valid, addresses at reserved domains, phones kept for fiction", () => {
    const all = [...people(1, 1_000), ...people(2_147_483_647, 1_000)];
    const emails = all.flatMap(({ emails: of }) => (Array.isArray(of) ? of : [])).map((one) => (typeof one === "string" ? one : one.value));
    expect(new Set(emails).size).toBe(emails.length);
    for (const email of emails) expect([email, emailKey(email) === email && /@(example\.com|[a-z]+\.example)$/.test(email)]).toEqual([email, true]);
    const phones = all.flatMap(({ phones: of }) => (Array.isArray(of) ? of : [])).map((one) => (typeof one === "string" ? one : one.value));
    expect(new Set(phones).size).toBeGreaterThan(300);
    const FICTION = /^\+(1\d{3}55501\d{2}|442079460\d{3}|493023125\d{3}|3319900\d{4}|467017406\d{2})$/;
    for (const phone of phones) expect([phone, FICTION.test(e164(phone, "") ?? "")]).toEqual([phone, true]);
  });
});

describe("reset", () => {
  it("200: the space is empty, with one event; what was there can come again", async () => {
    const w = await world();
    const by = await sandboxKey(w);
    await seed(by, { contacts: 25 });
    const { id } = (await by.get("/v1/contacts?limit=1")).body.data[0];
    await by.delete(`/v1/contacts/${id}`);
    const before = (await w.events()).length;
    expect(await reset(by)).toMatchObject({ status: 200, body: { done: true, deleted: 25 } });
    expect(await namesOf(by)).toEqual([]);
    expect((await by.get("/v1/contacts?status=archived")).body.data).toEqual([]);
    const events = await w.events();
    expect(events.slice(before)).toMatchObject([{ type: "sandbox.reset", data: { done: true, deleted: { contacts: 25 } } }]);
    expect((await seed(by, { contacts: 25 })).body.created).toBe(25);
    expect((await reset(by)).body).toEqual({ done: true, deleted: 25 });
    expect((await reset(by)).body).toEqual({ done: true, deleted: 0 });
  });

  it("takes what the location added along: fields, tags, what contacts are found and counted by; all of it can come again", async () => {
    const w = await world();
    const by = await sandboxKey(w);
    const field = { key: "tier", label: "Tier", type: "text" };
    const space = (await w.space(w.locations[0], "sandbox")).id;
    /** What the full-text index holds, whether or not there is a contact; of those that there are: of this space, but one. */
    const indexed = async (but?: string): Promise<unknown[]> => {
      const found = but === undefined ? "SELECT rowid AS rid FROM contact_text WHERE contact_text MATCH '\"gar\"'" : "SELECT t.rowid AS rid FROM contact_text t JOIN contacts c ON c.rid = t.rowid WHERE contact_text MATCH '\"gar\"' AND c.space_id = ? AND c.id <> ?";
      const statement = env.DATA.prepare(found);
      return (await (but === undefined ? statement : statement.bind(space, but)).all()).results.map(({ rid }) => rid);
    };
    const ana = { first_name: "Ana", last_name: "Garciandia", emails: ["ana@acme.com"], tags: ["keeper"], custom: { tier: "gold" } };
    for (let round = 0; round < 2; round += 1) {
      expect((await by.post("/v1/fields", field)).status).toBe(201);
      expect((await by.post("/v1/contacts", ana)).status).toBe(201);
      const { id } = (await by.post("/v1/contacts", { ...ana, first_name: "Bea", emails: ["bea@acme.com"] })).body;
      await by.delete(`/v1/contacts/${id}`);
      expect((await by.get("/v1/contacts?q=garciandia")).body.data).toHaveLength(1);
      const [rid] = await indexed(id);
      expect(await indexed(id)).toHaveLength(1);
      expect((await reset(by)).body).toEqual({ done: true, deleted: 2 });
      expect((await indexed()).filter((one) => one === rid)).toEqual([]);
      expect((await by.get("/v1/contacts?q=garciandia")).body.data).toEqual([]);
      expect((await by.get("/v1/contacts?email=ana@acme.com")).body.data).toEqual([]);
      for (const path of ["/v1/fields", "/v1/tags"]) expect((await by.get(path)).body.data).toEqual([]);
      expect((await by.post("/v1/contacts", ana)).body.errors).toMatchObject([{ pointer: "/custom/tier" }]);
    }
    expect(await env.DATA.prepare("SELECT live, archived FROM spaces WHERE space_id = ?").bind(space).first()).toEqual({ live: 0, archived: 0 });
  });

  it("touches no live data, no other location and no other organization; 403 to a live key", async () => {
    const [w, other] = [await world(), await world()];
    const [by, there, theirs] = [await sandboxKey(w), await sandboxKey(w, w.locations[1]), await sandboxKey(other)];
    const live = await w.key();
    for (const one of [by, there, theirs]) await seed(one, { contacts: 10 });
    const contact = (await live.post("/v1/contacts", { first_name: "Ana", emails: ["ana@acme.com"], phones: ["+34600111222"] })).body;
    expect(await reset(live)).toMatchObject({ status: 403, body: { code: "sandbox_only" } });
    const agency = (await w.key({ environment: "sandbox", kind: "agency" })).with({ "ConnectKit-Location": w.locations[0] });
    expect((await reset(agency)).body).toEqual({ done: true, deleted: 10 });
    expect(await namesOf(by)).toEqual([]);
    for (const one of [there, theirs]) expect(await namesOf(one)).toHaveLength(10);
    expect((await live.get(`/v1/contacts/${contact.id}`)).body).toEqual(contact);
    expect((await live.get("/v1/contacts?email=ana@acme.com")).body.data).toHaveLength(1);
  });

  it("reads what is its own: 20,000 contacts of another space cost nothing", async () => {
    const w = await world();
    const by = await sandboxKey(w);
    const { id } = await w.space(w.locations[1], "sandbox");
    await env.DATA.prepare(
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000) INSERT INTO contacts (id, space_id, version, doc, created_at, updated_at) SELECT 'planted' || ?1 || i, ?1, 1, '{}', 0, 0 FROM n",
    ).bind(id).run();
    await seed(by, { contacts: 10 });
    const { bindings, ran } = recorded("DATA");
    expect((await reset(by.through(front(bindings)))).body).toEqual({ done: true, deleted: 10 });
    expect(ran.length).toBeGreaterThan(5);
    expect(ran.reduce((sum, { rowsRead }) => sum + rowsRead, 0)).toBeLessThan(1_000);
    expect(await env.DATA.prepare("SELECT count(*) AS n FROM contacts WHERE space_id = ?").bind(id).first("n")).toBe(20_000);
  });

  it("of very many a part: done is false, no contact stands without what it is found by being gone first, and the next call ends it", async () => {
    const w = await world();
    const by = await sandboxKey(w);
    await by.post("/v1/contacts", { first_name: "Ana", emails: ["ana@acme.com"] });
    const { id } = await w.space(w.locations[0], "sandbox");
    await env.DATA.prepare(
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 121000) INSERT INTO contact_keys (space_id, kind, value, rid, live) SELECT ?, 'phone', 'x' || i, -1, 0 FROM n",
    ).bind(id).run();
    expect((await reset(by)).body).toEqual({ done: false, deleted: 0 });
    expect(await namesOf(by)).toHaveLength(1);
    expect((await reset(by)).body).toEqual({ done: true, deleted: 1 });
    for (const { name } of TABLES) expect(await env.DATA.prepare(`SELECT count(*) AS n FROM ${name} WHERE space_id = ?`).bind(id).first("n")).toBe(0);
  });

  it("knows every table with rows of spaces", async () => {
    const tables = await named(env.DATA.prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%' AND name NOT LIKE '\\_cf%' ESCAPE '\\'"));
    const columns = await Promise.all(tables.map((table) => named(env.DATA.prepare("SELECT name FROM pragma_table_info(?)").bind(table))));
    const ofSpaces = tables.filter((_, i) => columns[i]?.includes("space_id"));
    expect(ofSpaces.length).toBeGreaterThan(2);
    expect([...new Set(TABLES.map(({ name }) => name)), ...KEPT].toSorted()).toEqual(ofSpaces.toSorted());
  });
});

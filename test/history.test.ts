import { env } from "cloudflare:workers";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { front, recorded } from "./front";
import { tally, times, world, type Answer, type Client, type Json } from "./world";

const pause = () => scheduler.wait(3);
const data = (contact: Json): Json => ({ ...contact, version: null, updated_at: null });
const at = (path: string, time: string) => `${path}?as_of=${encodeURIComponent(time)}`;

async function pages(by: Client, path: string, limit: number): Promise<Json[]> {
  const seen: Json[] = [];
  for (let cursor = ""; ; ) {
    const { body } = await by.get(`${path}${path.includes("?") ? "&" : "?"}limit=${limit}${cursor}`);
    seen.push(...body.data);
    if (body.page.next_cursor === null) return seen;
    cursor = `&cursor=${body.page.next_cursor}`;
  }
}

describe("history", () => {
  it("tells per version what changed, from what to what, by whom: newest first, of one field or of all", async () => {
    const w = await world();
    const by = await w.key();
    await by.post("/v1/fields", { key: "tier", type: "text" });
    const path = `/v1/contacts/${(await by.post("/v1/contacts", { first_name: "Ana", custom: { tier: "gold" } })).body.id}`;
    await by.patch(path, { first_name: "Eva", custom: { tier: null } });
    await by.post(`${path}/notes`, { body: "x" });
    await by.post(`${path}/consents`, { channel: "email", topic: "marketing", state: "subscribed" });
    await by.delete(path);
    const actor = { type: "key", id: by.id, last4: by.secret?.slice(-4) };
    const all = await pages(by, `${path}/history`, 2);
    expect(all).toMatchObject([
      { type: "contact.archived", version: 4, actor, changes: { status: { from: "active", to: "archived" } } },
      { type: "contact.consent_changed", version: 3, changes: { consent: { from: {}, to: { email: { marketing: "subscribed" } } } } },
      { type: "contact.updated", version: 2, changes: { first_name: { from: "Ana", to: "Eva" }, "custom.tier": { from: "gold", to: null } } },
      { type: "contact.created", version: 1, changes: { first_name: { from: null, to: "Ana" }, "custom.tier": { from: null, to: "gold" } } },
    ]);
    expect((await pages(by, `${path}/history?field=custom.tier`, 1)).map(({ version }) => version)).toEqual([2, 1]);
    expect((await by.get(`${path}/history?field=first name`)).status).toBe(400);
  });

  it("404 for another tenant's, 403 without contacts:read; the timeline needs both scopes", async () => {
    const [w, other] = [await world(), await world()];
    const path = `/v1/contacts/${(await (await w.key()).post("/v1/contacts", { first_name: "Ana" })).body.id}`;
    const now = new Date().toISOString();
    for (const stranger of [await other.key(), await w.key({ environment: "sandbox" }), await w.key({ locations: [w.locations[1]] })]) {
      const answers = [await stranger.get(`${path}/history`), await stranger.get(`${path}/timeline`), await stranger.get(at(path, now)), await stranger.post(`${path}/restore-version`, { version: 1 })];
      expect(tally(answers)).toEqual({ 404: 4 });
    }
    const activities = await w.key({ scopes: ["activities:read", "activities:write"] });
    expect(await activities.get(`${path}/timeline`)).toMatchObject({ status: 403, body: { required: "contacts:read" } });
    expect([(await activities.get(`${path}/history`)).status, (await activities.get(at(path, now))).status]).toEqual([403, 403]);
    expect(await (await w.key({ scopes: ["contacts:read"] })).get(`${path}/timeline`)).toMatchObject({ status: 403, body: { required: "activities:read" } });
  });
});

describe("as_of", () => {
  it("200 as it was, with its ETag and in any shape; 404 before it was there; 400 for what is no time", async () => {
    const by = await (await world()).key();
    const { body: first } = await by.post("/v1/contacts", { first_name: "Ana", tags: ["a"] });
    const path = `/v1/contacts/${first.id}`;
    await pause();
    const { body: second } = await by.patch(path, { first_name: "Eva", tags: ["b"] });
    const then = await by.get(at(path, first.updated_at));
    expect([then.status, then.headers.get("ETag"), then.body]).toEqual([200, '"1"', first]);
    expect((await by.get(at(path, second.updated_at))).body).toEqual(second);
    expect((await by.get(`${at(path, first.updated_at)}&fields=id,tags`)).body).toEqual({ id: first.id, tags: ["a"] });
    expect((await by.get(at(path, new Date(Date.parse(first.created_at) - 1).toISOString()))).status).toBe(404);
    expect((await by.get(at(path, "yesterday"))).body.code).toBe("invalid_parameter");
  });

  it("422 where over 10,000 events lie between; what lies nearer is read, one page of events after the other", async () => {
    const w = await world();
    const by = await w.key();
    const { body: born } = await by.post("/v1/contacts", { first_name: "Ana" });
    const from = Date.parse(born.created_at);
    await env.DATA.prepare(
      `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10001)
        INSERT INTO events (org_id, seq, id, type, occurred_at, actor, subject, version, changes)
        SELECT ?1, 1 + i, ?2 || i, 'contact.updated', ?3 + i, '{"type":"system","id":"system"}', ?2, 1 + i, json_object('job_title', json_object('from', iif(i = 1, NULL, 'Job ' || (i - 1)), 'to', 'Job ' || i)) FROM n`,
    ).bind(w.org, born.id, from).run();
    await env.DATA.prepare("UPDATE contacts SET version = 10002, doc = json_set(doc, '$.job_title', 'Job 10001') WHERE id = ?").bind(born.id).run();
    const path = `/v1/contacts/${born.id}`;
    expect((await by.get(at(path, new Date(from + 3).toISOString()))).body).toMatchObject({ version: 4, job_title: "Job 3", first_name: "Ana" });
    expect(await by.get(at(path, born.created_at))).toMatchObject({ status: 422, body: { code: "history_too_long", limit: 10_000 } });
  });

  it("for any history, at any of its times, is what was answered then; and any version comes back with its data", async () => {
    const w = await world();
    const by = await w.key();
    await by.post("/v1/fields", { key: "tier", type: "text" });
    await by.post("/v1/fields", { key: "seats", type: "integer" });
    type Act = (path: string) => Promise<Answer>;
    const patch = fc.record(
      {
        first_name: fc.constantFrom("Ana", "Eva", null), job_title: fc.constantFrom("CFO", "CEO", null), tags: fc.subarray(["a", "b", "c"]), birthday: fc.constantFrom("--05-09", null),
        external_ids: fc.constantFrom({ crm: "1" }, { crm: null, constructor: "2" }, null), custom: fc.constantFrom({ tier: "gold" }, { tier: null, seats: 3 }, { seats: null }),
        phones: fc.subarray(["+34600111222", "+34600111333"]), urls: fc.constantFrom([], ["https://x.example"]),
      },
      { requiredKeys: [] },
    ).map((body): Act => (path) => by.patch(path, body));
    const consent = fc.record({ channel: fc.constantFrom("email", "sms"), topic: fc.constantFrom("marketing", "news"), state: fc.constantFrom("subscribed", "unsubscribed") }).map((body): Act => (path) => by.post(`${path}/consents`, body));
    const turn = fc.constantFrom<Act>((path) => by.delete(path), (path) => by.post(`${path}/restore`), (path) => by.post(`${path}/notes`, { body: "x" }));
    let run = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof({ weight: 4, arbitrary: patch }, consent, turn), { minLength: 3, maxLength: 10 }), async (acts) => {
        // A company of its own, so that it is never empty, and external ids that no other run holds.
        const { body: born } = await by.post("/v1/contacts", { company: `Company ${(run += 1)}` });
        const path = `/v1/contacts/${born.id}`;
        const seen: Json[] = [born];
        for (const act of acts) {
          await pause();
          await act(path);
          const { body } = await by.get(path);
          if (body.version !== seen.at(-1).version) seen.push(body);
        }
        for (const then of seen) expect((await by.get(at(path, then.updated_at))).body).toEqual(then);
        for (const [i, then] of seen.slice(0, -1).entries()) {
          const next = new Date(Date.parse(seen[i + 1].updated_at) - 1).toISOString();
          expect((await by.get(at(path, next))).body).toEqual(then);
        }
        if ((await by.get(path)).body.status === "archived") await by.post(`${path}/restore`);
        const { consent: stays } = (await by.get(path)).body;
        for (const then of seen.toReversed()) {
          const { status, body } = await by.post(`${path}/restore-version`, { version: then.version });
          expect([status, data(body)]).toEqual([200, { ...data(then), status: "active", archived_at: null, consent: stays }]);
        }
        await by.delete(`${path}?permanent=true`);
      }),
      { numRuns: 12 },
    );
  });
});

describe("restore-version", () => {
  it("200: a new version, one event that says which; consent and the state of addresses stay; dry_run writes nothing", async () => {
    const w = await world();
    const by = await w.key();
    const { body: first } = await by.post("/v1/contacts", { first_name: "Ana", emails: ["ana@acme.com", "old@acme.com"] });
    const path = `/v1/contacts/${first.id}`;
    await by.patch(path, { first_name: "Eva", emails: ["ana@acme.com"] });
    await by.post("/v1/engagement", { items: [{ type: "email.complained", email: "ana@acme.com", at: first.created_at, dedupe_id: "1" }] });
    const wanted = { version: 4, first_name: "Ana", consent: { email: { marketing: "unsubscribed" } }, emails: [{ value: "ana@acme.com", state: "complained", primary: true }, { value: "old@acme.com", state: "unknown" }] };
    expect(await by.post(`${path}/restore-version?dry_run=true`, { version: 1 })).toMatchObject({ status: 200, body: wanted });
    expect((await by.get(path)).body.version).toBe(3);
    expect(await by.post(`${path}/restore-version`, { version: 1 })).toMatchObject({ status: 200, body: wanted });
    expect((await w.events()).at(-1)).toMatchObject({ type: "contact.updated", version: 4, data: { restored_version: 1 }, changes: { first_name: { from: "Eva", to: "Ana" } } });
    const count = (await w.events()).length;
    expect((await by.post(`${path}/restore-version`, { version: 4 })).body.version).toBe(4);
    expect(await w.events()).toHaveLength(count);
  });

  it("404 for a version that never was, 409 where another has the address now or it is archived, 412 when it changed since; a field that is no more stays away", async () => {
    const w = await world();
    const by = await w.key();
    const { body: field } = await by.post("/v1/fields", { key: "tier", type: "text" });
    const path = `/v1/contacts/${(await by.post("/v1/contacts", { first_name: "Ana", emails: ["ana@acme.com"], custom: { tier: "gold" } })).body.id}`;
    await by.patch(path, { emails: ["new@acme.com"], custom: { tier: null } });
    const back = (version: number, headers = {}) => by.post(`${path}/restore-version`, { version }, { headers });
    expect((await back(3)).status).toBe(404);
    expect((await back(0)).status).toBe(422);
    expect(await back(1, { "If-Match": '"1"' })).toMatchObject({ status: 412, body: { current_version: 2 } });
    const { body: other } = await by.post("/v1/contacts", { emails: ["ana@acme.com"] });
    expect(await back(1)).toMatchObject({ status: 409, body: { code: "contact_exists", existing_id: other.id } });
    await by.delete(`/v1/contacts/${other.id}`);
    await by.patch(`/v1/fields/${field.id}`, { archived: true });
    expect(await back(1)).toMatchObject({ status: 200, body: { emails: [{ value: "ana@acme.com" }], custom: {} } });
    await by.delete(path);
    expect(await back(2)).toMatchObject({ status: 409, body: { code: "contact_archived" } });
  });
});

describe("timeline", () => {
  it("is one stream, newest first, of any page size, and of the types that are asked for", async () => {
    const w = await world();
    const by = await w.key();
    const { body: ana } = await by.post("/v1/contacts", { first_name: "Ana", emails: ["ana@acme.com"] });
    const path = `/v1/contacts/${ana.id}`;
    const contact = { email: "ana@acme.com" };
    for (let i = 0; i < 4; i += 1) {
      await pause();
      await by.post(`${path}/notes`, { body: `Note ${i}` });
      await by.patch(path, { job_title: `Job ${i}` });
      await by.post("/v1/interactions", { source: "desk", source_id: `${i}`, type: "call", subject: "Offer", contact, ...(i % 2 ? { at: "2026-01-02T03:04:05Z" } : {}) });
      await by.post("/v1/engagement", { items: [{ type: "email.opened", email: "ana@acme.com", at: i % 2 ? "2026-01-02T03:04:05Z" : new Date().toISOString(), dedupe_id: `${i}` }] });
      await by.post(`${path}/consents`, { channel: "email", topic: `t${i}`, state: "subscribed" });
    }
    const whole = await pages(by, `${path}/timeline`, 200);
    expect(whole).toHaveLength(4 * 5 + 1);
    expect(whole.map((one) => one.at)).toEqual(whole.map((one) => one.at).toSorted().toReversed());
    for (const limit of [1, 2, 3, 7]) expect(await pages(by, `${path}/timeline`, limit)).toEqual(whole);
    for (const types of ["note", "change", "consent,engagement", "interaction,change"]) {
      const some = whole.filter(({ type }) => types.split(",").includes(type));
      expect(some.length).toBeGreaterThan(3);
      expect(await pages(by, `${path}/timeline?types=${types}`, 3)).toEqual(some);
    }
    expect(whole.filter(({ type }) => type === "change").map((one) => one.data.type)).toEqual([...times(4, () => "contact.updated"), "contact.created"]);
    expect(whole.find(({ type }) => type === "note").data).toMatchObject({ contact: ana.id, body: "Note 3" });
    expect((await by.get(`${path}/timeline?types=notes`)).status).toBe(400);
    const { body } = await by.get(`${path}/timeline?limit=1`);
    expect((await by.get(`${path}/timeline?types=note&cursor=${body.page.next_cursor}`)).body.code).toBe("cursor_mismatch");
  });

  it("a page reads its own length of each table, whatever lies behind it; all of it goes with the contact", async () => {
    const w = await world();
    const by = await w.key();
    const { body: ana } = await by.post("/v1/contacts", { first_name: "Ana", emails: ["ana@acme.com"] });
    const path = `/v1/contacts/${ana.id}`;
    const { id: space } = await w.space();
    for (let i = 0; i < 3; i += 1) {
      const items = times(1_000, (n) => ({ type: "email.opened", email: "ana@acme.com", at: new Date(Date.parse(ana.created_at) - i * 1_000 - n).toISOString(), dedupe_id: `${i}-${n}` }));
      expect((await by.post("/v1/engagement", { items })).status).toBe(200);
    }
    await by.post(`${path}/notes`, { body: "x" });
    await by.post(`${path}/consents`, { channel: "email", topic: "marketing", state: "subscribed" });
    await by.post("/v1/interactions", { source: "desk", source_id: "1", type: "call", subject: "Offer", contact: { email: "ana@acme.com" } });
    const { bindings, ran } = recorded();
    const through = front(bindings);
    const { body } = await by.through(through).get(`${path}/timeline?limit=20`);
    expect(body.data).toHaveLength(20);
    await by.through(through).get(`${path}/timeline?limit=20&cursor=${body.page.next_cursor}`);
    await through.settled();
    expect(ran.reduce((sum, { rowsRead }) => sum + rowsRead, 0)).toBeLessThan(200);
    const left = () => Promise.all(["consents", "notes", "interactions", "engagements"].map((table) => env.DATA.prepare(`SELECT count(*) AS n FROM ${table} WHERE space_id = ?`).bind(space).first<number>("n")));
    expect(await left()).toEqual([1, 1, 1, 3_000]);
    expect((await by.delete(`${path}?permanent=true`)).status).toBe(204);
    expect(await left()).toEqual([0, 0, 0, 0]);
  });

  it("a page is not moved by what comes in meanwhile", async () => {
    const by = await (await world()).key();
    const path = `/v1/contacts/${(await by.post("/v1/contacts", { first_name: "Ana" })).body.id}`;
    for (let i = 0; i < 3; i += 1) {
      await pause();
      await by.patch(path, { job_title: `Job ${i}` });
    }
    const whole = await pages(by, `${path}/timeline`, 50);
    const { body } = await by.get(`${path}/timeline?limit=2`);
    await pause();
    await by.post(`${path}/notes`, { body: "late" });
    await by.patch(path, { job_title: "late" });
    const rest = await by.get(`${path}/timeline?limit=50&cursor=${body.page.next_cursor}`);
    expect([...body.data, ...rest.body.data]).toEqual(whole);
  });
});

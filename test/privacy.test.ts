import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { dueAt } from "../src/privacy/due";
import { front, recorded } from "./front";
import { times, world, type Client, type Json } from "./world";

const at = (text: string): number => Date.parse(text);
const ask = async (by: Client, type: string, subject: Json, more: Json = {}): Promise<Json> => (await by.post("/v1/privacy/requests", { type, subject, ...more })).body;
const ana = { first_name: "Ana", emails: ["Ana@Acme.com"], phones: ["600 111 222"], tags: ["vip"] };

describe("due dates", () => {
  it("GDPR: a calendar month, three when extended, the last day where a month has no such day; CCPA: 45 and 90 days", () => {
    const cases = [
      ["gdpr", "2026-11-20T17:53:00.000Z", false, "2026-12-20T17:53:00.000Z"],
      ["gdpr", "2026-01-31T23:59:59.999Z", false, "2026-02-28T23:59:59.999Z"],
      ["gdpr", "2028-01-30T00:00:00.000Z", false, "2028-02-29T00:00:00.000Z"],
      ["gdpr", "2026-11-30T12:00:00.000Z", true, "2027-02-28T12:00:00.000Z"],
      ["gdpr", "2026-12-31T00:00:00.000Z", false, "2027-01-31T00:00:00.000Z"],
      ["ccpa", "2026-01-01T00:00:00.000Z", false, "2026-02-15T00:00:00.000Z"],
      ["ccpa", "2026-01-01T00:00:00.000Z", true, "2026-04-01T00:00:00.000Z"],
      ["other", "2026-01-01T00:00:00.000Z", false, "2026-01-31T00:00:00.000Z"],
    ] as const;
    for (const [regulation, from, extended, due] of cases) expect(new Date(dueAt(regulation, at(from), extended)).toISOString()).toBe(due);
  });
});

describe("the life of a request", () => {
  it("201 with its due date; extended once, rejected with a reason; then it is closed", async () => {
    const w = await world();
    const by = await w.key();
    const made = await ask(by, "access", { phone: "600 111 222" }, { received_at: "2026-01-31T10:00:00+01:00", note: "by letter" });
    expect(made).toMatchObject({ status: "received", regulation: "gdpr", subject: { phone: "+34600111222" }, due_at: "2026-02-28T09:00:00.000Z", note: "by letter", receipt: null });
    const path = `/v1/privacy/requests/${made.id}`;
    expect(await by.post(`${path}/extend`, { reason: "complex" })).toMatchObject({ status: 200, body: { due_at: "2026-04-30T09:00:00.000Z", extension: { reason: "complex" } } });
    expect(await by.post(`${path}/extend`, { reason: "complex" })).toMatchObject({ status: 409, body: { code: "already_extended" } });
    expect(await by.post(`${path}/reject`, { reason: "who?" }, { headers: { "If-Match": '"1"' } })).toMatchObject({ status: 412 });
    expect(await by.post(`${path}/reject`, { reason: "who?" })).toMatchObject({ status: 200, body: { status: "rejected", closing_reason: "who?" } });
    for (const verb of ["extend", "reject"]) expect(await by.post(`${path}/${verb}`, { reason: "x" })).toMatchObject({ status: 409, body: { code: "privacy_request_closed", request_status: "rejected" } });
    for (const verb of ["cancel", "complete"]) expect((await by.post(`${path}/${verb}`)).status).toBe(409);
    const log = await w.events();
    expect(log.map(({ type }) => type)).toEqual(["privacy_request.created", "privacy_request.extended", "privacy_request.rejected"]);
    expect(JSON.stringify(log)).not.toMatch(/600111222|letter|complex|who\?/);
  });

  it("422 for what is no subject, or not received yet", async () => {
    const by = await (await world()).key();
    const refused = async (body: Json): Promise<Json> => (await by.post("/v1/privacy/requests", { type: "access", ...body })).body.errors?.[0];
    expect(await refused({ subject: { email: "nobody" } })).toMatchObject({ pointer: "/subject/email", code: "invalid_email" });
    expect(await refused({ subject: { phone: "12" } })).toMatchObject({ pointer: "/subject/phone", code: "invalid_phone" });
    expect(await refused({ subject: { email: "a@b.example", phone: "+34600111222" } })).toBeDefined();
    expect(await refused({ subject: { email: "a@b.example" }, received_at: "2999-01-01T00:00:00Z" })).toMatchObject({ code: "in_the_future" });
  });

  it("lists by state, kind and due date, page by page; another location sees none", async () => {
    const w = await world();
    const by = await w.key();
    const ids: string[] = [];
    for (const i of times(6, (n) => n)) ids.unshift((await ask(by, i % 2 ? "access" : "portability", { email: `p${i}@a.example` }, { received_at: `2026-0${i + 1}-01T00:00:00Z` })).id);
    await by.post(`/v1/privacy/requests/${ids[0]}/cancel`);
    const list = async (query: string): Promise<string[]> => (await by.get(`/v1/privacy/requests?${query}`)).body.data.map(({ id }: Json) => id);
    const first = (await by.get("/v1/privacy/requests?limit=4")).body;
    expect([...first.data.map(({ id }: Json) => id), ...(await list(`limit=4&cursor=${first.page.next_cursor}`))]).toEqual(ids);
    expect(await list("status=canceled")).toEqual([ids[0]]);
    expect(await list("type=access")).toEqual([ids[0], ids[2], ids[4]]);
    expect(await list("due_before=2026-03-01T00:00:01Z")).toEqual([ids[4], ids[5]]);
    const there = await w.key({ locations: [w.locations[1]] });
    expect((await there.get("/v1/privacy/requests")).body.data).toEqual([]);
    expect((await there.get(`/v1/privacy/requests/${ids[1]}/result`)).status).toBe(404);
  });
});

describe("access", () => {
  it("200 with all contacts of the subject and their history; portability without it; that it was fetched is told", async () => {
    const w = await world();
    const by = await w.key();
    const { id } = (await by.post("/v1/contacts", ana)).body;
    await by.patch(`/v1/contacts/${id}`, { job_title: "CFO" });
    await by.delete(`/v1/contacts/${id}`);
    const second = (await by.post("/v1/contacts", { ...ana, first_name: "Anna" })).body.id;
    await by.post("/v1/contacts", { first_name: "Bea", emails: ["bea@acme.com"] });
    const source = (await by.post("/v1/contacts", { first_name: "A." })).body.id;
    await env.DATA.prepare("UPDATE contacts SET merged_into = ?, archived_at = 1 WHERE id = ?").bind(second, source).run();
    const request = await ask(by, "access", { email: "ana@ACME.com" });
    const { status, body } = await by.get(`/v1/privacy/requests/${request.id}/result`);
    expect([status, body.complete, body.contacts.map((one: Json) => one.id).toSorted()]).toEqual([200, true, [id, second, source].toSorted()]);
    expect(body.contacts.find((one: Json) => one.id === id)).toMatchObject({ status: "archived", job_title: "CFO" });
    expect(body.contacts.find((one: Json) => one.id === source).merged_into).toBe(second);
    expect(body.history.map(({ type }: Json) => type)).toEqual(["contact.created", "contact.updated", "contact.archived", "contact.created", "contact.created"]);
    expect(JSON.stringify(body)).not.toContain("bea@");
    expect((await w.events()).at(-1)).toMatchObject({ type: "privacy_request.fetched", subject: request.id });
    const portable = await ask(by, "portability", { contact_id: second });
    expect((await by.get(`/v1/privacy/requests/${portable.id}/result`)).body).toMatchObject({ complete: true, contacts: expect.toSatisfy((all: Json[]) => all.length === 2) });
    expect((await by.post(`/v1/privacy/requests/${request.id}/complete`)).body).toMatchObject({ status: "completed", receipt: null });
  });

  it("409 subject_too_broad for a phone that over 100 contacts share", async () => {
    const by = await (await world()).key();
    await Promise.all(times(101, (i) => by.post("/v1/contacts", { first_name: `P${i}`, phones: ["+34600999888"] })));
    for (const type of ["access", "erasure"]) {
      const { id } = await ask(by, type, { phone: "+34600999888" });
      expect((await by.get(`/v1/privacy/requests/${id}/result`)).body).toMatchObject({ code: "subject_too_broad", limit: 100 });
      if (type === "erasure") expect((await by.post(`/v1/privacy/requests/${id}/complete`)).body.code).toBe("subject_too_broad");
    }
    expect((await by.get("/v1/contacts?limit=200")).body.data.length).toBe(101);
  });
});

describe("restriction", () => {
  it("409 contact_restricted for changes from when it is carried out until it is lifted; reading goes on", async () => {
    const by = await (await world()).key();
    const { id } = (await by.post("/v1/contacts", ana)).body;
    const request = await ask(by, "restriction", { contact_id: id });
    expect((await by.patch(`/v1/contacts/${id}`, { job_title: "A" })).status).toBe(200);
    await by.post(`/v1/privacy/requests/${request.id}/complete`);
    expect(await by.patch(`/v1/contacts/${id}`, { job_title: "B" })).toMatchObject({ status: 409, body: { code: "contact_restricted" } });
    expect(await by.patch(`/v1/contacts/${id}?dry_run=true`, { job_title: "B" })).toMatchObject({ status: 409 });
    expect(await by.put("/v1/contacts?match=email", { emails: ["ana@acme.com"], job_title: "B" })).toMatchObject({ status: 409 });
    expect((await by.get(`/v1/contacts/${id}`)).body.job_title).toBe("A");
    expect((await by.get(`/v1/privacy/requests/${request.id}/result`)).body.records.restrictions).toMatchObject([{ contact_id: id, request_id: request.id }]);
    expect((await by.post(`/v1/privacy/requests/${request.id}/cancel`)).body.status).toBe("canceled");
    expect((await by.patch(`/v1/contacts/${id}`, { job_title: "B" })).status).toBe(200);
  });
});

describe("erasure", () => {
  it("410 contact_erased from then on, 404 to others; the subject with the same address elsewhere stays", async () => {
    const [w, other] = [await world(), await world()];
    const [by, there, stranger] = [await w.key(), await w.key({ locations: [w.locations[1]] }), await other.key()];
    const copies = await Promise.all([by, there, stranger].map(async (one) => ({ one, ...(await one.post("/v1/contacts", ana)).body })));
    const [mine, ...others] = copies;
    const request = await ask(by, "erasure", { email: "ana@acme.com" });
    expect((await by.get(`/v1/contacts/${mine?.id}`)).status).toBe(200);
    const done = await by.post(`/v1/privacy/requests/${request.id}/complete`);
    expect(done).toMatchObject({ status: 200, body: { status: "completed", subject: null, receipt: { counts: { contacts: 1, contact_keys: 2, events: 1 } } } });
    expect(done.body.receipt.subject_hash).toMatch(/^[0-9a-f]{64}$/);
    for (const call of [by.get(`/v1/contacts/${mine?.id}`), by.patch(`/v1/contacts/${mine?.id}`, {}), by.delete(`/v1/contacts/${mine?.id}`), by.post(`/v1/contacts/${mine?.id}/restore`)]) {
      expect(await call).toMatchObject({ status: 410, body: { code: "contact_erased" } });
    }
    for (const { one, id } of others) {
      expect((await one.get(`/v1/contacts/${id}`)).body.emails[0].value).toBe("Ana@Acme.com");
      expect((await one.get(`/v1/contacts/${mine?.id}`)).status).toBe(404);
    }
    expect((await other.events()).find(({ type }) => type === "contact.created")?.changes.emails.to[0].value).toBe("Ana@Acme.com");
    expect((await by.post(`/v1/privacy/requests/${request.id}/complete`)).body).toEqual(done.body);
    expect((await by.post("/v1/contacts", ana)).status).toBe(201);
  });

  it("200 to all who carry it out at once: it is done once, and what else in a long log quotes the person is found", async () => {
    const w = await world();
    const by = await w.key();
    const { id } = (await by.post("/v1/contacts", { ...ana, tags: [] })).body;
    const space = await w.space();
    await env.DATA.batch([
      env.DATA.prepare(
        `INSERT INTO events (org_id, seq, id, type, occurred_at, space_id, actor, subject, version, request_id, data)
          SELECT ?1, value, 'evt_' || ?1 || value, 'note.created', 0, ?2, '{}', 'note_' || value, 1, 'planted', iif(value IN (2, 2001, 4999, 9000), ?3, '{"text":"x"}') FROM json_each(?4)`,
      ).bind(w.org, space.id, JSON.stringify({ about: "ANA@acme.COM", text: "personal" }), JSON.stringify(times(8_999, (i) => i + 2))),
      env.DATA.prepare("UPDATE event_counters SET seq = 9000 WHERE org_id = ?").bind(w.org),
    ]);
    const request = await ask(by, "erasure", { contact_id: id });
    const answers = await Promise.all(times(4, () => by.post(`/v1/privacy/requests/${request.id}/complete`)));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    expect((await by.get(`/v1/privacy/requests/${request.id}`)).body).toMatchObject({ status: "completed", receipt: { counts: { contacts: 1, events: 5 } } });
    const log = await w.events();
    expect(log.filter(({ data }) => data?.erased).map(({ seq }) => seq)).toEqual([1, 2, 2_001, 4_999, 9_000]);
    expect(log.filter(({ type }) => type.endsWith("erased") || type.endsWith(".completed")).map(({ type }) => type)).toEqual(["contact.erased", "privacy_request.completed"]);
  });

  it("of who was deleted before, the log is emptied: by id, and by address", async () => {
    const [w, other] = [await world(), await world()];
    const [by, stranger] = [await w.key(), await other.key()];
    const deleted = async (email: string): Promise<string> => {
      const { id } = (await by.post("/v1/contacts", { first_name: "Zoe", emails: [email] })).body;
      await by.patch(`/v1/contacts/${id}`, { first_name: "Personal" });
      await by.delete(`/v1/contacts/${id}?permanent=true`);
      return id;
    };
    const [first, second] = [await deleted("zoe@acme.com"), await deleted("z@acme.com")];
    const abroad = await ask(stranger, "erasure", { contact_id: first });
    expect((await stranger.post(`/v1/privacy/requests/${abroad.id}/complete`)).body.receipt.counts.events).toBe(0);
    expect((await w.events()).filter(({ data }) => data?.erased)).toEqual([]);
    for (const [subject, id] of [[{ contact_id: first }, first], [{ email: "Z@acme.com" }, second]] as const) {
      const request = await ask(by, "erasure", subject);
      expect((await by.post(`/v1/privacy/requests/${request.id}/complete`)).body).toMatchObject({ status: "completed", receipt: { counts: { contacts: 0, events: 3 } } });
      expect((await w.events()).filter((event) => event.subject === id).map(({ changes, data }) => [changes, data])).toEqual(times(3, () => [null, { erased: true }]));
    }
    expect(JSON.stringify(await w.events())).not.toMatch(/Personal|Zoe|acme/i);
  });

  it("of who shares a phone or a tag nothing is taken", async () => {
    const w = await world();
    const by = await w.key();
    const bea = (await by.post("/v1/contacts", { first_name: "Bea", phones: ["600 111 222"], tags: ["vip"], emails: ["bea@acme.com"] }, { headers: { "Idempotency-Key": "bea" } })).body;
    const { id } = (await by.post("/v1/contacts", ana)).body;
    const request = await ask(by, "erasure", { contact_id: id });
    await by.post(`/v1/privacy/requests/${request.id}/complete`);
    expect((await by.get(`/v1/contacts/${bea.id}`)).body).toEqual(bea);
    expect((await w.events()).find(({ subject }) => subject === bea.id)?.changes.phones.to[0].value).toBe("+34600111222");
    expect((await by.post("/v1/contacts", { first_name: "Bea", phones: ["600 111 222"], tags: ["vip"], emails: ["bea@acme.com"] }, { headers: { "Idempotency-Key": "bea" } })).body).toEqual(bea);
  });

  it("an erasure reads of its own organization's log, and nothing in proportion to others'", async () => {
    const [w, other] = [await world(), await world()];
    const [by, stranger] = [await w.key(), await other.key()];
    await Promise.all(times(300, (i) => stranger.post("/v1/contacts", { first_name: `P${i}`, emails: [`p${i}@a.example`] }, { headers: { "Idempotency-Key": `${i}` } })));
    await by.post("/v1/contacts", ana);
    const request = await ask(by, "erasure", { email: "ana@acme.com" });
    const { bindings, ran } = recorded();
    expect((await by.through(front(bindings)).post(`/v1/privacy/requests/${request.id}/complete`)).body.status).toBe("completed");
    const read = ran.reduce((sum, { rowsRead }) => sum + rowsRead, 0);
    expect([read < 300, read]).toEqual([true, read]);
  });
});

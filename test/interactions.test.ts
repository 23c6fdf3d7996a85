import { describe, expect, it } from "vitest";
import { tally, times, world, type Json } from "./world";

const ticket = { source: "zendesk", source_id: "4711", type: "ticket", subject: "Invoice is wrong", contact: { email: "Ana@Acme.com", first_name: "Ana" } };
const count = async (by: { get: (path: string) => Promise<{ body: Json }> }): Promise<number> => (await by.get("/v1/contacts")).body.data.length;

describe("record", () => {
  it("201: a new contact with all that is said of it, the interaction, one transaction", async () => {
    const w = await world();
    const by = await w.key();
    const { status, headers, body } = await by.post("/v1/interactions", { ...ticket, body: "It says 12.", url: "https://z.example/4711", at: "2026-01-02T03:04:05Z", contact: { ...ticket.contact, phones: ["600 111 222"], tags: ["desk"] } });
    expect([status, headers.get("Location")]).toEqual([201, `/v1/interactions/${body.id}`]);
    expect(body).toMatchObject({ version: 1, source: "zendesk", source_id: "4711", type: "ticket", subject: "Invoice is wrong", body: "It says 12.", url: "https://z.example/4711", at: "2026-01-02T03:04:05.000Z" });
    expect((await by.get(`/v1/interactions/${body.id}`)).body).toEqual(body);
    expect((await by.get(`/v1/contacts/${body.contact}`)).body).toMatchObject({ first_name: "Ana", tags: ["desk"], phones: [{ value: "+34600111222" }], source: { type: "api", key: by.id } });
    const events = await w.events();
    expect(events.map(({ type }) => type)).toEqual(["tag.created", "contact.created", "interaction.created"]);
    expect(events.at(-1)).toMatchObject({ subject: body.id, data: { contact: body.contact, source: "zendesk", source_id: "4711", type: "ticket" } });
    expect(new Set(events.map(({ request_id }) => request_id)).size).toBe(1);
    expect(JSON.stringify(events.at(-1))).not.toContain("Invoice");
  });

  it("201 with the contact that is there, left as it is: by e-mail, by external id, by phone where there is nothing else", async () => {
    const w = await world();
    const by = await w.key();
    const { body: ana } = await by.post("/v1/contacts", { emails: ["ana@acme.com"], external_ids: { crm: "7" }, phones: ["+34600111222"] });
    const whom = [{ email: "ANA@acme.com", first_name: "Other" }, { external_ids: { crm: "7" }, email: "new@acme.com" }, { phone: "600 111 222" }];
    for (const [i, contact] of whom.entries()) expect(await by.post("/v1/interactions", { ...ticket, source_id: `${i}`, contact })).toMatchObject({ status: 201, body: { contact: ana.id } });
    expect((await by.get(`/v1/contacts/${ana.id}`)).body).toEqual(ana);
    const shared = await by.post("/v1/interactions", { ...ticket, source_id: "p", contact: { email: "bea@acme.com", phone: "600 111 222" } });
    expect(shared.status).toBe(201);
    expect(shared.body.contact).not.toBe(ana.id);
    expect(await by.post("/v1/interactions", { ...ticket, source_id: "q", contact: { phone: "600 111 222" } })).toMatchObject({ status: 409, body: { code: "match_conflict", candidates: expect.arrayContaining([ana.id]) } });
  });

  it("200 when it is told again: the first one; what differs is taken over, with one event; the contact stays", async () => {
    const w = await world();
    const by = await w.key();
    const { body: first } = await by.post("/v1/interactions", ticket);
    expect(await by.post("/v1/interactions", ticket)).toMatchObject({ status: 200, body: first });
    expect((await w.events()).length).toBe(2);
    const again = await by.post("/v1/interactions", { ...ticket, subject: "Invoice was right", contact: { email: "other@acme.com" } });
    expect([again.status, again.headers.get("ETag"), again.body]).toEqual([200, '"2"', { ...first, version: 2, subject: "Invoice was right", updated_at: expect.any(String) }]);
    expect((await w.events()).slice(2)).toMatchObject([{ type: "interaction.updated", subject: first.id, version: 2 }]);
    expect(await count(by)).toBe(1);
    expect((await by.post("/v1/interactions", { ...ticket, source: "intercom" })).status).toBe(201);
  });

  it("409 when identifiers point at two contacts; an archived contact is not found, a new one is made", async () => {
    const by = await (await world()).key();
    const [a, b] = [await by.post("/v1/contacts", { emails: ["a@x.example"] }), await by.post("/v1/contacts", { external_ids: { crm: "7" } })];
    const torn = await by.post("/v1/interactions", { ...ticket, contact: { email: "a@x.example", external_ids: { crm: "7" } } });
    expect([torn.status, torn.body.candidates.toSorted()]).toEqual([409, [a.body.id, b.body.id].toSorted()]);
    await by.delete(`/v1/contacts/${a.body.id}`);
    const fresh = await by.post("/v1/interactions", { ...ticket, contact: { email: "a@x.example" } });
    expect([fresh.status, fresh.body.contact === a.body.id]).toEqual([201, false]);
  });

  it("422 with every fault in its place, and for nobody at all; dry_run writes nothing", async () => {
    const w = await world();
    const by = await w.key();
    expect((await by.post("/v1/interactions", { ...ticket, contact: { emails: ["nobody"], birthday: "x" } })).body.errors.map(({ pointer }: Json) => pointer)).toEqual(["/contact/emails/0", "/contact/birthday"]);
    expect((await by.post("/v1/interactions", { ...ticket, contact: { first_name: "Ana" } })).body.errors).toMatchObject([{ pointer: "/contact/emails", code: "match_value_missing" }]);
    expect((await by.post("/v1/interactions", { ...ticket, contact: { email: "a@x.example", emails: ["b@x.example"] } })).body.errors).toMatchObject([{ pointer: "/contact/email", code: "given_twice" }]);
    expect((await by.post("/v1/interactions", { ...ticket, type: "fax", url: "javascript:alert(1)", contact: { hat: 1 } })).body.errors.map(({ pointer }: Json) => pointer)).toEqual(["/type", "/url", "/contact/hat"]);
    expect((await by.post("/v1/interactions?dry_run=true", ticket)).status).toBe(201);
    expect([await w.events(), await count(by)]).toEqual([[], 0]);
  });
});

describe("who may", () => {
  it("403 without contacts:read, and without contacts:write where a contact would be made; nothing is written", async () => {
    const w = await world();
    const by = await w.key();
    const finds = await w.key({ scopes: ["activities:write", "contacts:read"] });
    expect(await (await w.key({ scopes: ["activities:write", "contacts:write"] })).post("/v1/interactions", ticket)).toMatchObject({ status: 403, body: { required: "contacts:read" } });
    expect(await finds.post("/v1/interactions", ticket)).toMatchObject({ status: 403, body: { required: "contacts:write" } });
    expect(await w.events()).toEqual([]);
    const { body } = await by.post("/v1/contacts", { emails: ["ana@acme.com"] });
    expect(await finds.post("/v1/interactions", ticket)).toMatchObject({ status: 201, body: { contact: body.id } });
  });

  it("404 for another tenant's; the same source and id in two spaces are two interactions", async () => {
    const [w, other] = [await world(), await world()];
    const [by, stranger] = [await w.key(), await other.key()];
    const { body } = await by.post("/v1/interactions", ticket);
    for (const one of [stranger, await w.key({ environment: "sandbox" }), await w.key({ locations: [w.locations[1]] })]) {
      expect((await one.get(`/v1/interactions/${body.id}`)).status).toBe(404);
      expect((await one.post("/v1/interactions", ticket)).status).toBe(201);
    }
    expect(await count(by)).toBe(1);
  });
});

describe("races", () => {
  it("20 of one interaction at once: one contact, one interaction, every answer is of it", async () => {
    const w = await world();
    const by = await w.key();
    const answers = await Promise.all(times(20, () => by.post("/v1/interactions", ticket)));
    expect(tally(answers)).toEqual({ 201: 1, 200: 19 });
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
    expect((await w.events()).map(({ type }) => type)).toEqual(["contact.created", "interaction.created"]);
  });

  it("20 different ones of one new person at once: one contact", async () => {
    const w = await world();
    const by = await w.key();
    const answers = await Promise.all(times(20, (i) => by.post("/v1/interactions", { ...ticket, source_id: `${i}` })));
    expect(tally(answers)).toEqual({ 201: 20 });
    expect(new Set(answers.map(({ body }) => body.contact)).size).toBe(1);
    expect(await count(by)).toBe(1);
  });
});

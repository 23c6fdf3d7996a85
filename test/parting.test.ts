// Undoing a merge after what happened since: nothing that was withdrawn or bounced comes back, and nobody owns anything twice.
import { describe, expect, it } from "vitest";
import { times, world, type Client, type Json } from "./world";

const make = async (key: Client, body: object): Promise<Json> => (await key.post("/v1/contacts", body)).body;
const get = async (key: Client, id: string): Promise<Json> => (await key.get(`/v1/contacts/${id}`)).body;
const marketing = (state: string) => ({ channel: "email", topic: "marketing", state });
const addresses = ({ emails }: Json): Json[] => emails.map(({ value, state, primary }: Json) => [value, state, primary]);

/** Two contacts that have been merged: the one that stays, and the other. */
async function merged(key: Client, one: object, other: object): Promise<[string, string]> {
  const [a, b] = [await make(key, { first_name: "A", ...one }), await make(key, { first_name: "B", ...other })];
  expect((await key.post(`/v1/contacts/${a.id}/merge`, { source_ids: [b.id] })).status).toBe(200);
  return [a.id, b.id];
}
const event = (type: string, email: string, more = {}) => ({ type, email, at: new Date().toISOString(), dedupe_id: crypto.randomUUID(), ...more });

describe("unmerge", () => {
  it("200: a withdrawal that changed nothing while they were one binds both once they are two", async () => {
    const w = await world();
    const key = await w.key();
    const [a, b] = [await make(key, { first_name: "A" }), await make(key, { first_name: "B" })];
    await key.post(`/v1/contacts/${a.id}/consents`, marketing("subscribed"));
    await key.post(`/v1/contacts/${b.id}/consents`, marketing("unsubscribed"));
    await key.post(`/v1/contacts/${a.id}/merge`, { source_ids: [b.id] });
    await key.post(`/v1/contacts/${a.id}/consents`, marketing("unsubscribed"));
    expect((await key.post(`/v1/contacts/${a.id}/unmerge`)).status).toBe(200);
    for (const { id } of [a, b]) expect((await get(key, id)).consent).toEqual({ email: { marketing: "unsubscribed" } });
    const late = await key.post(`/v1/contacts/${a.id}/consents`, { ...marketing("subscribed"), at: "2026-01-01T00:00:00.000Z" });
    expect(late.body.effective).toBe("unsubscribed");
  });

  it("200: without a word since, each has the consent that it had, and no empty channels", async () => {
    const w = await world();
    const key = await w.key();
    const [a, b] = [await make(key, { first_name: "A" }), await make(key, { first_name: "B" })];
    await key.post(`/v1/contacts/${a.id}/consents`, marketing("subscribed"));
    await key.post(`/v1/contacts/${b.id}/consents`, { channel: "sms", topic: "alerts", state: "pending" });
    await key.post(`/v1/contacts/${a.id}/merge`, { source_ids: [b.id] });
    await key.post(`/v1/contacts/${a.id}/unmerge`);
    expect([(await get(key, a.id)).consent, (await get(key, b.id)).consent]).toEqual([{ email: { marketing: "subscribed" } }, { sms: { alerts: "pending" } }]);
  });

  it("200: a source's address that bounced since goes back with it, bounced; its history says so", async () => {
    const w = await world();
    const key = await w.key();
    const [a, b] = await merged(key, { emails: ["a@x.example"] }, { emails: ["b@x.example"] });
    await key.post("/v1/engagement", { items: [event("email.bounced", "b@x.example", { bounce: "hard" })] });
    expect((await key.post(`/v1/contacts/${a}/unmerge`)).status).toBe(200);
    expect([addresses(await get(key, a)), addresses(await get(key, b))]).toEqual([[["a@x.example", "unknown", true]], [["b@x.example", "bounced", true]]]);
    const [change] = (await key.get(`/v1/contacts/${b}/history?field=emails`)).body.data;
    expect([change.type, change.changes.emails.to[0].state]).toEqual(["contact.unmerged", "bounced"]);
  });

  it("200: a new first address stays the survivor's; what the source brought goes back whatever became of it", async () => {
    const w = await world();
    const key = await w.key();
    const [a, b] = await merged(key, { phones: ["600 111 222"] }, { emails: ["b@x.example"], phones: ["600 111 333"] });
    await key.patch(`/v1/contacts/${a}`, { emails: { add: [{ value: "n@x.example", primary: true }] }, phones: [{ value: "600 111 333", label: "work", primary: true }, "600 111 222"] });
    expect((await key.post(`/v1/contacts/${a}/unmerge`)).status).toBe(200);
    const [one, other] = [await get(key, a), await get(key, b)];
    expect([addresses(one), addresses(other)]).toEqual([[["n@x.example", "unknown", true]], [["b@x.example", "unknown", true]]]);
    expect([one, other].map(({ phones }) => phones.map(({ value, primary }: Json) => [value, primary]))).toEqual([[["+34600111222", true]], [["+34600111333", true]]]);
  });

  it("409 where the survivor was given an external id since that the source owns; nothing is written", async () => {
    const w = await world();
    const key = await w.key();
    const [a, b] = await merged(key, { external_ids: { crm: "1" } }, { external_ids: { crm: "2" } });
    await key.patch(`/v1/contacts/${a}`, { external_ids: { crm: "2" } });
    const before = (await w.events()).length;
    for (const query of ["", "?dry_run=true"]) {
      expect(await key.post(`/v1/contacts/${a}/unmerge${query}`)).toMatchObject({ status: 409, body: { code: "restore_conflict", existing_id: a, matched_on: [{ kind: "external_id", value: "crm:2" }] } });
    }
    expect([(await key.get(`/v1/contacts/${b}`)).status, (await w.events()).length]).toEqual([410, before]);
  });

  it("409 while a privacy request restricts one of them", async () => {
    const w = await world();
    const key = await w.key();
    const [a] = await merged(key, {}, {});
    const { id } = (await key.post("/v1/privacy/requests", { type: "restriction", subject: { contact_id: a } })).body;
    await key.post(`/v1/privacy/requests/${id}/complete`);
    expect((await key.post(`/v1/contacts/${a}/unmerge`)).body.code).toBe("contact_restricted");
    await key.post(`/v1/privacy/requests/${id}/cancel`);
    expect((await key.post(`/v1/contacts/${a}/unmerge`)).status).toBe(200);
  });

  it("a withdrawal and the undoing race: whoever is first, both end up withdrawn", async () => {
    for (const _ of times(5, () => 0)) {
      const w = await world();
      const key = await w.key();
      const [a, b] = [await make(key, { first_name: "A" }), await make(key, { first_name: "B" })];
      await key.post(`/v1/contacts/${a.id}/consents`, marketing("subscribed"));
      await key.post(`/v1/contacts/${b.id}/consents`, marketing("unsubscribed"));
      await key.post(`/v1/contacts/${a.id}/merge`, { source_ids: [b.id] });
      const [undone, said] = await Promise.all([key.post(`/v1/contacts/${a.id}/unmerge`), key.post(`/v1/contacts/${a.id}/consents`, marketing("unsubscribed"))]);
      expect([undone.status, said.status]).toEqual([200, 201]);
      for (const { id } of [a, b]) expect((await get(key, id)).consent).toEqual({ email: { marketing: "unsubscribed" } });
    }
  });
});

describe("merged contacts", () => {
  it("are in no list and no count, also not of archived ones; a bulk action leaves them alone", async () => {
    const w = await world();
    const key = await w.key();
    const [, b] = await merged(key, {}, {});
    const archived = await make(key, { first_name: "C" });
    await key.delete(`/v1/contacts/${archived.id}`);
    const filter = { any: [{ all: [{ field: "status", op: "in", value: ["archived"] }] }] };
    expect((await key.get("/v1/contacts?status=archived")).body.data.map(({ id }: Json) => id)).toEqual([archived.id]);
    const { body } = await key.post("/v1/contacts/search", { filter, count: "exact", sort: "-updated_at" });
    expect([body.data.length, body.count]).toEqual([1, { value: 1, relation: "eq" }]);
    const list = (await key.post("/v1/lists", { name: "L" })).body.id;
    expect((await key.post("/v1/contacts/bulk", { filter, action: { type: "add_to_list", list_id: list }, expected_count: 1 })).status).toBe(202);
    await expect.poll(async () => (await get(key, archived.id)).lists).toEqual([list]);
    expect((await w.events()).filter(({ subject }) => subject === b).map(({ type }) => type)).toEqual(["contact.created", "contact.merged"]);
  });
});

describe("consent after a merge", () => {
  it("201 for a withdrawal although there are over 100 topics together; 422 for a new one", async () => {
    const w = await world();
    const key = await w.key();
    const [a, b] = [await make(key, { first_name: "A", emails: ["a@x.example"] }), await make(key, { first_name: "B" })];
    const say = (id: string, topic: string, state: string) => key.post(`/v1/contacts/${id}/consents`, { channel: "email", topic, state });
    for (const i of times(51, (n) => n)) await Promise.all([say(a.id, `a${i}`, "subscribed"), say(b.id, `b${i}`, "subscribed")]);
    expect((await key.post(`/v1/contacts/${a.id}/merge`, { source_ids: [b.id] })).status).toBe(200);
    expect([(await say(a.id, "b7", "unsubscribed")).status, (await say(a.id, "c", "subscribed")).status]).toEqual([201, 422]);
    const items = [event("email.unsubscribed", "a@x.example", { topic: "b8" }), event("email.unsubscribed", "a@x.example", { topic: "d" })];
    expect((await key.post("/v1/engagement", { items })).body.data.map(({ status }: Json) => status)).toEqual(["recorded", "invalid"]);
    const { email } = (await get(key, a.id)).consent;
    expect([email.b7, email.b8, email.c, Object.keys(email).length]).toEqual(["unsubscribed", "unsubscribed", undefined, 102]);
  });
});

import { describe, expect, it } from "vitest";
import { isGapless, tally, times, world } from "./world";

const ana = { first_name: "Ana", last_name: "Núñez", emails: [{ value: "Ana@Acme.com", label: "work" }], phones: ["600 111 222"] };

describe("create", () => {
  it("201 with every value in its normal form, one version, one event", async () => {
    const w = await world();
    const key = await w.key();
    const { status, headers, body } = await key.post("/v1/contacts", { ...ana, external_ids: { salesforce: "003x" }, birthday: "1980-05-09", language: "ES-es", timezone: "Europe/Madrid" });
    expect(status).toBe(201);
    expect(headers.get("ETag")).toBe('"1"');
    expect(headers.get("Location")).toBe(`/v1/contacts/${body.id}`);
    expect(body).toMatchObject({
      version: 1, status: "active", first_name: "Ana", language: "es-ES",
      emails: [{ value: "Ana@Acme.com", label: "work", primary: true, state: "unknown" }],
      phones: [{ value: "+34600111222", raw: "600 111 222", label: null, primary: true }],
      custom: {}, tags: [], lists: [], consent: {}, source: { type: "api", key: key.id }, archived_at: null,
    });
    const events = await w.events();
    expect(events).toMatchObject([{ seq: 1, type: "contact.created", subject: body.id, version: 1, changes: { first_name: { from: null, to: "Ana" } } }]);
    expect(events[0]?.changes).not.toHaveProperty("company");
  });

  it("409 with the contact that owns the address, however it is written", async () => {
    const w = await world();
    const key = await w.key();
    const first = await key.post("/v1/contacts", { emails: ["jörg@münchen.example"] });
    const second = await key.post("/v1/contacts", { emails: ["JÖRG@xn--mnchen-3ya.example"] });
    expect(second).toMatchObject({ status: 409, body: { code: "contact_exists", existing_id: first.body.id, matched_on: [{ kind: "email" }] } });
    expect(await w.events()).toHaveLength(1);
  });

  it("422 with every fault at once", async () => {
    const key = await (await world()).key();
    const { status, body } = await key.post("/v1/contacts", { emails: ["nobody"], phones: [{ value: "12" }], birthday: "1980-02-30", custom: { tier: 1 }, hat: 1 });
    expect(status).toBe(422);
    expect(body.errors.map(({ pointer }: { pointer: string }) => pointer)).toEqual(["/hat"]);
    const again = await key.post("/v1/contacts", { emails: ["nobody"], phones: [{ value: "12" }], birthday: "1980-02-30", custom: { tier: 1 } });
    expect(again.body.errors).toMatchObject([
      { pointer: "/emails/0", code: "invalid_email" },
      { pointer: "/phones/0/value", code: "invalid_phone" },
      { pointer: "/birthday", code: "invalid_birthday" },
      { pointer: "/custom/tier", code: "unknown_field" },
    ]);
  });

  it("422 for nothing at all, 201 for a phone alone", async () => {
    const key = await (await world()).key();
    expect(await key.post("/v1/contacts", {})).toMatchObject({ status: 422, body: { errors: [{ code: "empty_contact" }] } });
    expect((await key.post("/v1/contacts", { phones: ["+49 1511 2345678"] })).status).toBe(201);
  });

  it("dry_run answers the same and writes nothing", async () => {
    const w = await world();
    const key = await w.key();
    expect((await key.post("/v1/contacts?dry_run=true", ana)).status).toBe(201);
    expect(await w.events()).toEqual([]);
    await key.post("/v1/contacts", ana);
    expect((await key.post("/v1/contacts?dry_run=true", ana)).status).toBe(409);
  });
});

describe("read", () => {
  it("200 with an ETag that 304s, shaped forms with their own", async () => {
    const key = await (await world()).key();
    const { body } = await key.post("/v1/contacts", ana);
    const whole = await key.get(`/v1/contacts/${body.id}`);
    expect(whole.body).toEqual(body);
    expect((await key.get(`/v1/contacts/${body.id}`, { headers: { "If-None-Match": 'W/"1"' } })).status).toBe(304);
    const sparse = await key.get(`/v1/contacts/${body.id}?fields=id,emails&include=tags`);
    expect(Object.keys(sparse.body)).toEqual(["id", "emails", "tags"]);
    expect(sparse.headers.get("ETag")).toMatch(/^"1-[0-9a-f]{8}"$/);
    expect((await key.get(`/v1/contacts/${body.id}?fields=id,email`)).status).toBe(400);
  });

  it("404 for another tenant's, another location's, another environment's, and a malformed id", async () => {
    const [w, other] = [await world(), await world()];
    const { body } = await (await w.key()).post("/v1/contacts", ana);
    const strangers = [await other.key(), await w.key({ locations: [w.locations[1]] }), await w.key({ environment: "sandbox" })];
    for (const stranger of strangers) {
      expect((await stranger.get(`/v1/contacts/${body.id}`)).status).toBe(404);
      expect((await stranger.patch(`/v1/contacts/${body.id}`, { first_name: "X" })).status).toBe(404);
      expect((await stranger.delete(`/v1/contacts/${body.id}?permanent=true`)).status).toBe(404);
    }
    expect((await (await w.key()).get("/v1/contacts/con_1")).status).toBe(404);
  });
});

describe("change", () => {
  it("200: absent is untouched, null is cleared, arrays replace or are edited", async () => {
    const w = await world();
    const key = await w.key();
    const { body } = await key.post("/v1/contacts", { ...ana, company: "Acme", tags: ["vip"], external_ids: { crm: "1", erp: "2" } });
    const path = `/v1/contacts/${body.id}`;
    const changed = await key.patch(path, { company: null, tags: { add: ["board"], remove: ["vip"] }, emails: { add: ["a2@acme.com"] }, external_ids: { erp: null, pos: "3" } });
    expect(changed.body).toMatchObject({ version: 2, company: null, last_name: "Núñez", tags: ["board"], external_ids: { crm: "1", pos: "3" } });
    expect(changed.body.emails.map(({ value, primary }: { value: string; primary: boolean }) => [value, primary])).toEqual([["Ana@Acme.com", true], ["a2@acme.com", false]]);
    const event = (await w.events()).at(-1);
    expect(event).toMatchObject({ type: "contact.updated", version: 2, changes: { company: { from: "Acme", to: null }, tags: { from: ["vip"], to: ["board"] } } });
    expect(Object.keys(event?.changes).toSorted()).toEqual(["company", "emails", "external_ids", "tags"]);
  });

  it("200 and no version, no event, when nothing changes; a GET's body can be sent back", async () => {
    const w = await world();
    const key = await w.key();
    const { body } = await key.post("/v1/contacts", ana);
    const again = await key.patch(`/v1/contacts/${body.id}`, body);
    expect(again).toMatchObject({ status: 200, body: { version: 1 } });
    expect(await w.events()).toHaveLength(1);
    const wrong = await key.patch(`/v1/contacts/${body.id}`, { ...body, version: 9, status: "archived" });
    expect(wrong.body.errors).toMatchObject([{ pointer: "/version", code: "read_only" }, { pointer: "/status", code: "read_only" }]);
  });

  it("412 when it changed since, and the number of a shaped tag counts", async () => {
    const key = await (await world()).key();
    const { body } = await key.post("/v1/contacts", ana);
    const path = `/v1/contacts/${body.id}`;
    expect((await key.patch(path, { first_name: "Eva" }, { headers: { "If-Match": '"1-abcdef01"' } })).status).toBe(200);
    const late = await key.patch(path, { first_name: "Ida" }, { headers: { "If-Match": '"1"' } });
    expect(late).toMatchObject({ status: 412, body: { code: "version_mismatch", current_version: 2 } });
    expect((await key.patch(path, { first_name: "Ida" }, { headers: { "If-Match": "seven" } })).status).toBe(400);
  });

  it("an e-mail that is given up can be taken by another contact", async () => {
    const key = await (await world()).key();
    const { body } = await key.post("/v1/contacts", ana);
    await key.patch(`/v1/contacts/${body.id}`, { emails: ["other@acme.com"] });
    const other = await key.post("/v1/contacts", { emails: ["ana@acme.com"] });
    expect(other.status).toBe(201);
    expect(await key.patch(`/v1/contacts/${other.body.id}`, { emails: { add: ["OTHER@acme.com"] } })).toMatchObject({ status: 409, body: { existing_id: body.id } });
  });
});

describe("archive, restore, delete", () => {
  it("200 archives once, releases identities, and restore claims them again", async () => {
    const w = await world();
    const key = await w.key();
    const { body } = await key.post("/v1/contacts", ana);
    const path = `/v1/contacts/${body.id}`;
    expect((await key.delete(path)).body).toMatchObject({ status: "archived", version: 2 });
    expect((await key.delete(path)).body).toMatchObject({ status: "archived", version: 2 });
    expect((await key.get("/v1/contacts")).body.data).toEqual([]);
    expect((await key.get("/v1/contacts?status=archived")).body.data).toHaveLength(1);
    expect((await key.patch(path, { first_name: "Eva" })).body.code).toBe("contact_archived");
    const taker = await key.post("/v1/contacts", { emails: ["ana@acme.com"] });
    expect(await key.post(`${path}/restore`)).toMatchObject({ status: 409, body: { code: "restore_conflict", existing_id: taker.body.id } });
    await key.delete(`/v1/contacts/${taker.body.id}`);
    expect((await key.post(`${path}/restore`)).body).toMatchObject({ status: "active", version: 3 });
    expect((await w.events()).map(({ type }) => type)).toEqual(["contact.created", "contact.archived", "contact.created", "contact.archived", "contact.restored"]);
  });

  it("204 deletes for good, with contacts:delete only, and the event says nothing of the person", async () => {
    const w = await world();
    const key = await w.key();
    const { body } = await key.post("/v1/contacts", ana);
    const path = `/v1/contacts/${body.id}?permanent=true`;
    expect((await (await w.key({ scopes: ["contacts:write"] })).delete(path)).body).toMatchObject({ code: "insufficient_scope", required: "contacts:delete" });
    expect((await key.delete(path)).status).toBe(204);
    expect((await key.delete(path)).status).toBe(404);
    expect((await w.events()).at(-1)).toMatchObject({ type: "contact.deleted", version: 2, changes: {} });
    expect((await key.post("/v1/contacts", ana)).status).toBe(201);
  });
});

describe("upsert", () => {
  it("201 then 200: on a hit it patches, and arrays are added", async () => {
    const w = await world();
    const key = await w.key();
    const created = await key.put("/v1/contacts?match=email", { ...ana, tags: ["a"] });
    expect(created.status).toBe(201);
    const updated = await key.put("/v1/contacts?match=email", { emails: ["ana@acme.com", "ana@home.example"], company: "Acme", tags: ["b"] });
    expect(updated).toMatchObject({ status: 200, body: { id: created.body.id, version: 2, company: "Acme", last_name: "Núñez", tags: ["a", "b"] } });
    expect(updated.body.emails).toHaveLength(2);
    expect((await key.put("/v1/contacts?match=email&arrays=replace", { emails: ["ana@acme.com"] })).body.emails).toHaveLength(1);
  });

  it("409 when identifiers point at two contacts, with both as candidates", async () => {
    const key = await (await world()).key();
    const [a, b] = [await key.post("/v1/contacts", { emails: ["a@x.example"] }), await key.post("/v1/contacts", { external_ids: { crm: "7" } })];
    const { status, body } = await key.put("/v1/contacts?match=email", { emails: ["a@x.example"], external_ids: { crm: "7" } });
    expect([status, body.code]).toEqual([409, "match_conflict"]);
    expect(body.candidates.toSorted()).toEqual([a.body.id, b.body.id].toSorted());
  });

  it("by external id, by phone; create only, update only; 422 without the value to match by", async () => {
    const key = await (await world()).key();
    const body = { external_ids: { crm: "7" }, phones: ["+34600111222"] };
    expect((await key.put("/v1/contacts?match=external_id.crm", body, { headers: { "If-Match": "*" } })).status).toBe(412);
    const { body: made } = await key.put("/v1/contacts?match=external_id.crm", body);
    expect((await key.put("/v1/contacts?match=phone", { phones: ["600111222"], first_name: "Ana" })).body).toMatchObject({ id: made.id, first_name: "Ana" });
    expect((await key.put("/v1/contacts?match=phone", body, { headers: { "If-None-Match": "*" } })).status).toBe(412);
    expect(await key.put("/v1/contacts?match=email", body)).toMatchObject({ status: 422, body: { errors: [{ pointer: "/emails", code: "match_value_missing" }] } });
    expect((await key.put("/v1/contacts?match=custom.tier", body)).status).toBe(400);
  });
});

describe("races", () => {
  it("20 equal creates with one Idempotency-Key: one contact, 20 equal answers, 19 of them replays", async () => {
    const w = await world();
    const key = await w.key();
    const answers = await Promise.all(times(20, () => key.post("/v1/contacts", ana, { headers: { "Idempotency-Key": '"once"' } })));
    expect(tally(answers)).toEqual({ 201: 20 });
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    expect(answers.filter(({ headers }) => headers.get("Idempotent-Replayed") === "true")).toHaveLength(19);
    expect(await w.events()).toHaveLength(1);
  });

  it("20 creates of one e-mail without: one 201, 19 × 409 with the contact that won", async () => {
    const w = await world();
    const key = await w.key();
    const answers = await Promise.all(times(20, (i) => key.post("/v1/contacts", { ...ana, first_name: `Ana ${i}` })));
    expect(tally(answers)).toEqual({ 201: 1, 409: 19 });
    const winner = answers.find(({ status }) => status === 201)?.body.id;
    expect(answers.filter(({ status }) => status === 409).every(({ body }) => body.existing_id === winner)).toBe(true);
    const events = await w.events();
    expect([events.length, isGapless(events)]).toEqual([1, true]);
  });

  it("20 patches with one ETag: one 200, 19 × 412; without: each is applied, one version and one event each", async () => {
    const w = await world();
    const key = await w.key();
    const { body } = await key.post("/v1/contacts", ana);
    const path = `/v1/contacts/${body.id}`;
    const tagged = await Promise.all(times(20, (i) => key.patch(path, { first_name: `Ana ${i}` }, { headers: { "If-Match": '"1"' } })));
    expect(tally(tagged)).toEqual({ 200: 1, 412: 19 });
    const free = await Promise.all(times(10, (i) => key.patch(path, { job_title: `Job ${i}` })));
    const applied = tally(free)[200] ?? 0;
    expect((tally(free)[503] ?? 0) + applied).toBe(10);
    const events = await w.events();
    expect(events.map(({ version }) => version)).toEqual(times(2 + applied, (i) => i + 1));
    expect(isGapless(events)).toBe(true);
  });

  it("20 upserts of one new e-mail: one contact, and every answer is of it", async () => {
    const w = await world();
    const key = await w.key();
    const answers = await Promise.all(times(20, (i) => key.put("/v1/contacts?match=email", { emails: ["new@x.example"], tags: [`t${i % 3}`] })));
    expect(new Set(answers.filter(({ status }) => status < 300).map(({ body }) => body.id)).size).toBe(1);
    expect(tally(answers)[201]).toBe(1);
    const events = await w.events();
    expect(events.filter(({ type }) => type === "contact.created")).toHaveLength(1);
    expect(isGapless(events)).toBe(true);
  });
});

describe("idempotency", () => {
  it("a retry after success replays, also where If-Match no longer holds", async () => {
    const w = await world();
    const key = await w.key();
    const { body } = await key.post("/v1/contacts", ana);
    const send = () => key.patch(`/v1/contacts/${body.id}`, { first_name: "Eva" }, { headers: { "If-Match": '"1"', "Idempotency-Key": "k1" } });
    const [first, second] = [await send(), await send()];
    expect([first.status, second.status, second.text === first.text]).toEqual([200, 200, true]);
    expect([first.headers.has("Idempotent-Replayed"), second.headers.get("ETag")]).toEqual([false, '"2"']);
    expect(await w.events()).toHaveLength(2);
  });

  it("422 for another request with the same key; refusals are not kept; another space's key is another", async () => {
    const w = await world();
    const key = await w.key();
    const once = { headers: { "Idempotency-Key": "k1" } };
    expect((await key.post("/v1/contacts", {}, once)).status).toBe(422);
    expect((await key.post("/v1/contacts", ana, once)).status).toBe(201);
    expect(await key.post("/v1/contacts", { first_name: "Eva" }, once)).toMatchObject({ status: 422, body: { code: "idempotency_key_reused" } });
    const agency = await w.key({ kind: "agency" });
    const at = (location: string) => agency.with({ "ConnectKit-Location": location }).post("/v1/contacts", { first_name: "Eva" }, once);
    const [here, there] = [await at(w.locations[0]), await at(w.locations[1])];
    expect([here.status, there.status, here.body.id === there.body.id]).toEqual([201, 201, false]);
  });
});

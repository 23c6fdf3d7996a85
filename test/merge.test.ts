// Merges, their undoing, and duplicates.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isGapless, tally, times, world, type Client, type Json } from "./world";

const make = async (key: Client, body: object): Promise<Json> => (await key.post("/v1/contacts", body)).body;
const get = async (key: Client, id: string): Promise<Json> => (await key.get(`/v1/contacts/${id}`)).body;
/** Without what every change raises. */
const data = ({ version: _v, updated_at: _u, ...rest }: Json): Json => rest;

describe("merge", () => {
  it("200: all that the sources have, the survivor's word on what there is once; sources answer 410 with it", async () => {
    const w = await world();
    const key = await w.key();
    await key.post("/v1/fields", { key: "tier", type: "text" });
    const a = await make(key, { first_name: "Ana", emails: ["a@x.example"], tags: ["one"], external_ids: { crm: "1" } });
    const b = await make(key, { first_name: "Anna", last_name: "Núñez", company: "Acme", emails: ["b@x.example"], phones: ["600 111 222"], tags: ["two"], external_ids: { crm: "2", erp: "9" }, custom: { tier: "gold" } });
    const body = { source_ids: [b.id], prefer: { "external_ids.crm": b.id } };
    const preview = await key.post(`/v1/contacts/${a.id}/merge?dry_run=true`, body);
    expect(await get(key, b.id)).toEqual(b);
    const { status, body: merged } = await key.post(`/v1/contacts/${a.id}/merge`, body);
    expect(status).toBe(200);
    expect({ ...merged, id: "", undo_until: "", contact: data(merged.contact) }).toEqual({ ...preview.body, id: "", undo_until: "", contact: data(preview.body.contact) });
    expect(merged.contact).toMatchObject({ id: a.id, version: 2, first_name: "Ana", last_name: "Núñez", company: "Acme", tags: ["one", "two"], external_ids: { crm: "2", erp: "9" }, custom: { tier: "gold" } });
    expect(merged.contact.emails.map(({ value, primary }: Json) => [value, primary])).toEqual([["a@x.example", true], ["b@x.example", false]]);
    expect(merged.dropped).toEqual([{ field: "first_name", contact_id: b.id, value: "Anna" }, { field: "external_ids.crm", contact_id: a.id, value: "1" }]);
    const gone = await key.get(`/v1/contacts/${b.id}`);
    expect(gone).toMatchObject({ status: 410, body: { code: "contact_merged", merged_into: a.id } });
    expect(gone.headers.get("Link")).toBe(`</v1/contacts/${a.id}>; rel="canonical"`);
    for (const refused of [await key.patch(`/v1/contacts/${b.id}`, { first_name: "X" }), await key.delete(`/v1/contacts/${b.id}`), await key.post(`/v1/contacts/${b.id}/restore`)]) expect(refused.status).toBe(410);
    expect((await key.get("/v1/contacts?email=b%40x.example")).body.data.map(({ id }: Json) => id)).toEqual([a.id]);
    expect((await key.post("/v1/contacts/search", { query: "nunez", count: "exact" })).body.count.value).toBe(1);
    const events = (await w.events()).filter(({ type }) => type === "contact.merged");
    expect(events.map(({ subject }) => subject)).toEqual([a.id, b.id]);
    expect([events[0]?.data.sources, events[1]?.data.into]).toEqual([[b.id], a.id]);
  });

  it("422 for itself, twice, unknown, archived; 412 for another version; 404 and 410 for what is not there", async () => {
    const w = await world();
    const key = await w.key();
    const [a, b, c] = [await make(key, { first_name: "A" }), await make(key, { first_name: "B" }), await make(key, { first_name: "C" })];
    await key.delete(`/v1/contacts/${c.id}`);
    const foreign = await make(await (await world()).key(), { first_name: "F" });
    const { body } = await key.post(`/v1/contacts/${a.id}/merge`, { source_ids: [a.id, b.id, b.id, c.id, foreign.id], prefer: { company: foreign.id } });
    expect(body.errors.map(({ code }: Json) => code)).toEqual(["same_contact", "duplicate_value", "contact_archived", "not_found"]);
    expect((await key.post(`/v1/contacts/${a.id}/merge`, { source_ids: [b.id] }, { headers: { "If-Match": '"9"' } })).status).toBe(412);
    expect((await key.post(`/v1/contacts/${foreign.id}/merge`, { source_ids: [b.id] })).status).toBe(404);
    await key.post(`/v1/contacts/${a.id}/merge`, { source_ids: [b.id] });
    expect((await key.post(`/v1/contacts/${b.id}/merge`, { source_ids: [a.id] })).status).toBe(410);
    expect((await key.post(`/v1/contacts/${c.id}/unmerge`)).body.code).toBe("merge_not_undoable");
  });

  it("20 merges of one source race: one has it, the others are refused", async () => {
    const w = await world();
    const key = await w.key();
    const source = await make(key, { first_name: "S", emails: ["s@x.example"] });
    const targets = await Promise.all(times(20, (i) => make(key, { first_name: `T${i}` })));
    const answers = await Promise.all(targets.map(({ id }) => key.post(`/v1/contacts/${id}/merge`, { source_ids: [source.id] })));
    expect(tally(answers)).toEqual({ 200: 1, 422: 19 });
    expect(isGapless(await w.events())).toBe(true);
  });
});

describe("unmerge", () => {
  const word = fc.constantFrom("Ana", "Bea", "Núñez", "Acme");
  const person = fc.record({ first_name: word, last_name: word, company: word, job_title: word, tags: fc.uniqueArray(fc.constantFrom("x", "y", "z")), birthday: fc.constantFrom("1980-05-09", "--02-29"), crm: fc.boolean(), phone: fc.boolean(), seats: fc.nat(3), city: fc.boolean() }, { requiredKeys: ["first_name"] });

  it("leaves the data as it was, whatever was merged (property)", async () => {
    const key = await (await world()).key();
    await key.post("/v1/fields", { key: "seats", type: "integer" });
    let n = 0;
    const contact = ({ crm, phone, seats, city, ...rest }: Json) => {
      n += 1;
      return make(key, {
        ...rest, emails: [`n${n}@x.example`, `m${n}@x.example`], ...(crm ? { external_ids: { crm: `${n}`, [`s${n % 3}`]: `${n}` } } : {}), ...(phone ? { phones: ["+34600111222", `+3460011${String(n).padStart(4, "0")}`] } : {}),
        ...(seats === undefined ? {} : { custom: { seats } }), ...(city ? { addresses: [{ city: "Madrid", country: "ES" }] } : {}),
      });
    };
    await fc.assert(
      fc.asyncProperty(fc.array(person, { minLength: 2, maxLength: 4 }), async (people) => {
        const [survivor, ...sources] = await Promise.all(people.map(contact));
        const found = async () => (await key.post("/v1/contacts/search", { filter: { any: [{ all: [{ field: "id", op: "in", value: [survivor.id, ...sources.map(({ id }: Json) => id)] }] }] }, fields: ["id"] })).body.data;
        const before = await found();
        expect((await key.post(`/v1/contacts/${survivor.id}/merge`, { source_ids: sources.map(({ id }: Json) => id) })).status).toBe(200);
        expect(await found()).toHaveLength(1);
        const parted = await key.post(`/v1/contacts/${survivor.id}/unmerge`);
        expect([parted.status, parted.body.restored_ids]).toEqual([200, sources.map(({ id }: Json) => id)]);
        for (const was of [survivor, ...sources]) expect(data(await get(key, was.id))).toEqual(data(was));
        expect(await found()).toEqual(before);
        for (const { id, emails } of [survivor, ...sources]) expect((await key.get(`/v1/contacts?email=${emails[0].value}&fields=id`)).body.data).toEqual([{ id }]);
      }),
      { numRuns: 25 },
    );
  });

  it("keeps what was changed since; 409 where somebody took what a source had", async () => {
    const key = await (await world()).key();
    const a = await make(key, { first_name: "A", company: "Old", emails: ["a@x.example"] });
    const b = await make(key, { first_name: "B", job_title: "CFO", emails: ["b@x.example"], tags: ["vip"] });
    await key.post(`/v1/contacts/${a.id}/merge`, { source_ids: [b.id] });
    await key.patch(`/v1/contacts/${a.id}`, { company: "New", tags: { add: ["since"] }, emails: { remove: ["b@x.example"], add: ["c@x.example"] } });
    const taker = await make(key, { emails: ["b@x.example"] });
    expect(await key.post(`/v1/contacts/${a.id}/unmerge`)).toMatchObject({ status: 409, body: { code: "restore_conflict", existing_id: taker.id } });
    await key.delete(`/v1/contacts/${taker.id}`);
    const { body } = await key.post(`/v1/contacts/${a.id}/unmerge`);
    expect(body.contact).toMatchObject({ company: "New", job_title: null, tags: ["since"] });
    expect(body.contact.emails.map(({ value }: Json) => value)).toEqual(["a@x.example", "c@x.example"]);
    expect(data(await get(key, b.id))).toEqual(data(b));
    expect((await key.post(`/v1/contacts/${a.id}/unmerge`)).body.code).toBe("merge_not_undoable");
  });
});

describe("duplicates", () => {
  it("200: groups by phone, similar e-mail, name with postal code, birthday, company; nicknames and accents folded; marks count", async () => {
    const key = await (await world()).key();
    const place = [{ postal_code: "28 013", country: "ES" }];
    const bob = await make(key, { first_name: "Bob", last_name: "Núñez", addresses: place, emails: ["bob.nunez+x@mail.example"] });
    const robert = await make(key, { first_name: "Róbert José", last_name: "NUNEZ", addresses: [{ postal_code: "28013", country: "ES" }], emails: ["bobnunez@mail.example"] });
    const [m1, m2] = [await make(key, { first_name: "Mia", phones: ["600 111 222"] }), await make(key, { first_name: "Leo", phones: ["600 111 222"] })];
    await make(key, { first_name: "Robert", last_name: "Other", addresses: place });
    const groups = async () => (await key.get("/v1/contacts/duplicates")).body.data.map(({ score, reasons, contacts }: Json) => [score, reasons.toSorted(), contacts.map(({ id }: Json) => id).toSorted()]);
    const [one, two] = [[0.97, ["name_and_postal_code", "similar_email"], [bob.id, robert.id].toSorted()], [0.6, ["same_phone"], [m1.id, m2.id].toSorted()]];
    expect((await groups()).toSorted()).toEqual([one, two].toSorted());
    expect((await key.post("/v1/contacts/duplicates/dismiss", { contact_ids: [m1.id, m2.id] })).status).toBe(204);
    expect(await groups()).toEqual([one]);
    await key.post(`/v1/contacts/${bob.id}/merge`, { source_ids: [robert.id] });
    expect(await groups()).toEqual([]);
  });
});

describe("what hangs on merged contacts", () => {
  it("notes, interactions and consent go with the merge and come back with its undoing; a withdrawal since then binds both", async () => {
    const key = await (await world()).key();
    const [a, b, c] = [await make(key, { first_name: "A", emails: ["a@x.example"] }), await make(key, { first_name: "B", emails: ["b@x.example"] }), await make(key, { first_name: "C" })];
    await key.post(`/v1/contacts/${b.id}/notes`, { body: "of B" });
    await key.post("/v1/interactions", { source: "desk", source_id: "1", type: "call", subject: "Offer", contact: { email: "b@x.example" } });
    const consent = (id: string, topic: string, state: string) => key.post(`/v1/contacts/${id}/consents`, { channel: "email", topic, state });
    await consent(a.id, "news", "unsubscribed");
    await consent(b.id, "news", "subscribed");
    await consent(b.id, "offers", "subscribed");
    const kinds = async (id: string): Promise<string[]> => (await key.get(`/v1/contacts/${id}/timeline`)).body.data.map(({ type }: Json) => type).filter((type: string) => /note|call|interaction/.test(type));
    const before = await kinds(b.id);
    expect(before.length).toBe(2);
    expect((await key.post(`/v1/contacts/${a.id}/merge`, { source_ids: [b.id] })).body.contact.consent).toEqual({ email: { news: "unsubscribed", offers: "subscribed" } });
    expect(await kinds(a.id)).toEqual(before);
    // The merged contact goes on into a third one, and both merges are undone.
    await key.post(`/v1/contacts/${c.id}/merge`, { source_ids: [a.id] });
    expect(await kinds(c.id)).toEqual(before);
    await key.post(`/v1/contacts/${c.id}/unmerge`);
    expect([await kinds(c.id), await kinds(a.id)]).toEqual([[], before]);
    await consent(a.id, "offers", "unsubscribed");
    await key.post(`/v1/contacts/${a.id}/unmerge`);
    expect([await kinds(a.id), await kinds(b.id)]).toEqual([[], before]);
    expect((await get(key, b.id)).consent).toEqual({ email: { news: "subscribed", offers: "unsubscribed" } });
    // The ledgers say the same: another word on something else changes nothing of it.
    await consent(b.id, "other", "subscribed");
    expect((await get(key, b.id)).consent).toEqual({ email: { news: "subscribed", offers: "unsubscribed", other: "subscribed" } });
    expect((await key.post(`/v1/contacts/${b.id}/consents`, { channel: "email", topic: "offers", state: "subscribed", source: "import" })).status).toBeLessThan(300);
    expect((await get(key, b.id)).consent.email.offers).toBe("unsubscribed");
  });
});

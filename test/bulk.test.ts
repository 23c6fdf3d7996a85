// What is done to many contacts by a job: bulk actions, and the deletion of tags, lists and fields.
import { describe, expect, it } from "vitest";
import { plant } from "./fixture";
import { front } from "./front";
import { unnudged } from "./marking";
import { isGapless, times, world, type Client, type Json } from "./world";

async function ended(key: Client, answer: { status: number; body: Json }): Promise<Json> {
  if (answer.status !== 202) throw new Error(JSON.stringify(answer.body));
  for (let i = 0; i < 400; i += 1) {
    const { body } = await key.get(`/v1/jobs/${answer.body.id}`);
    if (body.ended_at !== null) return body;
    await scheduler.wait(25);
  }
  throw new Error("the job does not end");
}
const where = (field: string, op: string, value?: unknown) => ({ any: [{ all: [{ field, op, ...(value === undefined ? {} : { value }) }] }] });

describe("bulk", () => {
  it("202: every contact that the filter finds once, with its version and event, which names the job", async () => {
    const w = await world();
    const key = await w.key();
    await plant(await w.space(), 1_000);
    const filter = where("last_name", "eq", "meyer");
    const { body: before } = await key.post("/v1/contacts/search", { filter, count: "exact" });
    const job = await ended(key, await key.post("/v1/contacts/bulk", { filter, action: { type: "tag", tags: ["Met"] }, expected_count: before.count.value }));
    expect(job).toMatchObject({ state: "completed", kind: "contacts.bulk", counts: { updated: before.count.value }, total: before.count.value, progress: 1 });
    expect((await key.post("/v1/contacts/search", { filter: where("tags", "has_any", ["met"]), count: "exact" })).body.count).toEqual(before.count);
    const events = await w.events();
    expect(isGapless(events)).toBe(true);
    const updates = events.filter(({ type }) => type === "contact.updated");
    expect([updates.length, new Set(updates.map(({ subject }) => subject)).size, new Set(updates.map(({ version }) => version))]).toEqual([before.count.value, before.count.value, new Set([2])]);
    // Again: nothing changes, and nothing is written of it.
    expect(await ended(key, await key.post("/v1/contacts/bulk", { filter, action: { type: "tag", tags: ["met"] } }))).toMatchObject({ counts: { unchanged: before.count.value } });
    expect((await w.events()).filter(({ type }) => type === "contact.updated")).toHaveLength(updates.length);
  });

  it("202 for a filter that its own action empties", async () => {
    const w = await world();
    const key = await w.key();
    await plant(await w.space(), 400);
    const job = await ended(key, await key.post("/v1/contacts/bulk", { filter: where("created_at", "gte", "2026-01-01"), action: { type: "archive" } }));
    expect(job.counts).toEqual({ archived: 360 });
    expect((await key.get("/v1/contacts")).body.data).toEqual([]);
    const back = await ended(key, await key.post("/v1/contacts/bulk", { filter: where("status", "eq", "archived"), action: { type: "restore" } }));
    expect(back.counts).toEqual({ restored: 400 });
  });

  it("409 for another count, 422 for identifiers and for a filter that can't be, 403 without the scope of what it does", async () => {
    const w = await world();
    const key = await w.key({ scopes: ["contacts:read", "contacts:write"] });
    await key.post("/v1/contacts", { first_name: "Ana" });
    const filter = where("first_name", "eq", "ana");
    expect(await key.post("/v1/contacts/bulk", { filter, action: { type: "archive" }, expected_count: 2 })).toMatchObject({ status: 409, body: { code: "count_mismatch", count: 1 } });
    expect((await key.post("/v1/contacts/bulk", { filter, action: { type: "update", data: { emails: ["a@x.example"] } } })).status).toBe(422);
    expect((await key.post("/v1/contacts/bulk", { filter: where("nope", "eq", "x"), action: { type: "archive" } })).body.errors).toMatchObject([{ pointer: "/filter/any/0/all/0/field" }]);
    expect((await key.post("/v1/contacts/bulk", { filter, action: { type: "delete" } })).body.code).toBe("insufficient_scope");
    expect((await key.get("/v1/contacts")).body.data).toHaveLength(1);
  });
});

describe("deleting a tag", () => {
  it("202: new calls no longer know it, contacts follow, then its key is free again", async () => {
    const w = await world();
    const key = await w.key();
    const made = await Promise.all(times(20, (i) => key.post("/v1/contacts", { first_name: `C${i}`, tags: i % 2 ? ["VIP", "keep"] : ["keep"] })));
    await key.delete(`/v1/contacts/${made[1]?.body.id}`);
    const { body: all } = await key.get("/v1/tags");
    const vip = all.data.find((one: Json) => one.key === "vip");
    const answer = await key.delete(`/v1/tags/${vip.id}`);
    expect((await key.get(`/v1/tags/${vip.id}`)).status).toBe(404);
    const early = await key.post("/v1/contacts", { first_name: "Late", tags: ["vip"] });
    // Refused while it is taken off, a new tag once it is.
    expect([409, 201]).toContain(early.status);
    const job = await ended(key, answer);
    expect(job).toMatchObject({ state: "completed", counts: { updated: 10 } });
    for (const { body } of made) expect((await key.get(`/v1/contacts/${body.id}`)).body.tags).toEqual(["keep"]);
    expect((await key.post("/v1/contacts", { first_name: "New", tags: ["Vip"] })).body.tags).toEqual(["vip"]);
    expect((await w.events()).filter(({ type }) => type === "tag.deleted")).toHaveLength(1);
  });

  it("409 tag_removing to whoever gives it meanwhile; 200 for one who sends back what the contact still shows", async () => {
    const w = await world();
    const key = await w.key();
    const { body } = await key.post("/v1/contacts", { first_name: "Ana", tags: ["vip"] });
    const { data } = (await key.get("/v1/tags")).body;
    await key.delete(`/v1/tags/${data[0].id}?dry_run=true`);
    expect((await key.get("/v1/tags")).body.data).toHaveLength(1);
    await key.through(front(unnudged())).delete(`/v1/tags/${data[0].id}`);
    expect(await key.post("/v1/contacts", { first_name: "Eva", tags: ["VIP"] })).toMatchObject({ status: 409, body: { code: "tag_removing", keys: ["vip"] } });
    expect(await key.patch(`/v1/contacts/${body.id}`, { tags: ["vip"], first_name: "Anna" })).toMatchObject({ status: 200, body: { tags: ["vip"], first_name: "Anna" } });
  });
});

describe("fields", () => {
  it("202 deletes one: values go from contacts, index and search; its key is free again with another type", async () => {
    const w = await world();
    const key = await w.key();
    const { body: field } = await key.post("/v1/fields", { key: "code", type: "text", unique: true });
    const made = await Promise.all(times(15, (i) => key.post("/v1/contacts", { first_name: `C${i}`, custom: i % 3 ? { code: `x${i}` } : {} })));
    const job = await ended(key, await key.delete(`/v1/fields/${field.id}`));
    expect(job.counts).toEqual({ updated: 10 });
    for (const { body } of made) expect((await key.get(`/v1/contacts/${body.id}`)).body.custom).toEqual({});
    expect((await key.post("/v1/contacts/search", { filter: where("custom.code", "eq", "x1") })).status).toBe(422);
    await key.post("/v1/fields", { key: "code", type: "integer" });
    expect((await key.post("/v1/contacts", { first_name: "N", custom: { code: 7 } })).body.custom).toEqual({ code: 7 });
    expect((await key.post("/v1/contacts/search", { filter: where("custom.code", "gt", 1) })).body.data).toHaveLength(1);
  });

  it("409 for a rule that contacts would break, with their count; nothing changes, and dry_run tells the same", async () => {
    const w = await world();
    const key = await w.key();
    const { body: field } = await key.post("/v1/fields", { key: "seats", type: "integer" });
    for (const i of times(6, (n) => n)) await key.post("/v1/contacts", { first_name: `C${i}`, custom: i < 4 ? { seats: i } : {} });
    const path = `/v1/fields/${field.id}`;
    for (const query of ["?dry_run=true", ""]) {
      expect(await key.patch(path + query, { max: 1 })).toMatchObject({ status: 409, body: { code: "field_in_use", count: 2 } });
      expect(await key.patch(path + query, { required: true })).toMatchObject({ status: 409, body: { count: 2 } });
    }
    expect((await key.get(path)).body).toMatchObject({ version: 1, max: null, required: false });
    expect((await key.post("/v1/contacts", { first_name: "N", custom: { seats: 9 } })).status).toBe(201);
    expect(await key.patch(path, { max: 9, min: 0 })).toMatchObject({ status: 200, body: { version: 2, max: 9 } });
    expect(await key.post("/v1/contacts", { first_name: "N", custom: { seats: 10 } })).toMatchObject({ status: 422, body: { errors: [{ pointer: "/custom/seats", code: "too_big" }] } });
    expect(await key.post("/v1/fields", { key: "seats", type: "text" })).toMatchObject({ status: 409, body: { code: "field_exists", existing_id: field.id } });
    expect(await key.patch(path, { type: "text" })).toMatchObject({ status: 422, body: { errors: [{ code: "read_only" }] } });
    await key.patch(path, { archived_at: true });
    expect(await key.post("/v1/contacts", { first_name: "N", custom: { seats: 1 } })).toMatchObject({ status: 422, body: { errors: [{ code: "archived_field" }] } });
  });

  it("201 with each type's values in their normal form, defaults, and 422 that says what is wrong", async () => {
    const key = await (await world()).key();
    const options = [{ key: "a", label: "A" }, { key: "b", label: "B" }];
    const types: [string, object, unknown, unknown, unknown][] = [
      ["text", { pattern: "[a-z]+" }, " abc ", "abc", "A1"], ["long_text", {}, "x".repeat(9_000), "x".repeat(9_000), 1], ["integer", { min: 1, max: 5 }, 5, 5, 6], ["number", {}, 1.5, 1.5, "1"],
      ["boolean", { default: true }, false, false, "yes"], ["date", { min: "2026-01-01" }, "2026-02-28", "2026-02-28", "2026-02-30"], ["datetime", {}, "2026-01-01T01:00:00+01:00", "2026-01-01T00:00:00.000Z", "2026-01-01"],
      ["select", { options }, "a", "a", "c"], ["multi_select", { options, max: 2 }, ["b", "a"], ["a", "b"], ["a", "x"]], ["email", {}, "Ana@X.example", "Ana@X.example", "nobody"],
      ["phone", {}, "600 111 222", "+34600111222", "12"], ["url", {}, "https://x.example", "https://x.example/", "ftp://x.example"],
    ];
    for (const [type, rules] of types) expect([type, (await key.post("/v1/fields", { key: `f_${type}`, type, ...rules })).status]).toEqual([type, 201]);
    const custom = (at: 2 | 4) => Object.fromEntries(types.map((one) => [`f_${one[0]}`, one[at]]));
    const good = await key.post("/v1/contacts", { first_name: "A", custom: custom(2) });
    expect(good.body.custom).toEqual(Object.fromEntries(types.map((one) => [`f_${one[0]}`, one[3]])));
    const bad = await key.post("/v1/contacts", { first_name: "A", custom: custom(4) });
    expect(bad.body.errors.map(({ pointer }: Json) => pointer).toSorted()).toEqual(types.map(([type]) => `/custom/f_${type}`).toSorted());
    expect((await key.post("/v1/contacts", { first_name: "B" })).body.custom).toEqual({ f_boolean: true });
    expect((await key.post("/v1/fields", { key: "bad", type: "text", pattern: "(" })).body.errors).toMatchObject([{ pointer: "/pattern", code: "invalid_pattern" }]);
    const { body } = await key.get("/v1/fields");
    expect(body.data).toHaveLength(12);
    expect(body.built_in.find(({ name }: Json) => name === "tags").operators).toContain("has_any");
  });
});

describe("lists", () => {
  it("200 puts contacts in and takes them out, each with its event; who is in can be paged", async () => {
    const w = await world();
    const key = await w.key();
    const made = await Promise.all(times(5, (i) => key.post("/v1/contacts", { first_name: `C${i}` })));
    const ids = made.map(({ body }) => body.id);
    const { body: list } = await key.post("/v1/lists", { name: "Fair" });
    const other = (await (await world()).key()).post("/v1/contacts", { first_name: "Foreign" });
    const foreign = (await other).body.id;
    expect((await key.post(`/v1/lists/${list.id}/contacts`, { add: [...ids, foreign] })).body).toEqual({ added: 5, removed: 0, unchanged: 0, not_found: [foreign] });
    expect((await key.post(`/v1/lists/${list.id}/contacts`, { add: ids.slice(0, 2), remove: ids.slice(3) })).body).toEqual({ added: 0, removed: 2, unchanged: 2, not_found: [] });
    expect((await key.get(`/v1/lists/${list.id}/contacts?fields=id`)).body.data.map(({ id }: Json) => id).toSorted()).toEqual(ids.slice(0, 3).toSorted());
    expect((await key.get(`/v1/contacts?list=${list.id}`)).body.data).toHaveLength(3);
    expect((await key.get(`/v1/contacts/${ids[0]}`)).body.lists).toEqual([list.id]);
    expect((await key.post("/v1/lists", { name: "Fair" })).body).toMatchObject({ code: "list_exists", existing_id: list.id });
    const job = await ended(key, await key.post("/v1/contacts/bulk", { filter: where("lists", "not_exists"), action: { type: "add_to_list", list_id: list.id } }));
    expect(job.counts).toEqual({ updated: 2, unchanged: 0 });
    expect((await ended(key, await key.delete(`/v1/lists/${list.id}`))).counts).toEqual({ updated: 5 });
    expect((await key.get(`/v1/contacts/${ids[0]}`)).body.lists).toEqual([]);
    expect((await key.get(`/v1/lists/${list.id}`)).status).toBe(404);
  });
});

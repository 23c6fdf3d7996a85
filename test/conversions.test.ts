// A field made into another with all its values: what gets across, what is refused, what others can do meanwhile, and that
// a driver may die anywhere.
import { env } from "cloudflare:workers";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Env } from "../src/env";
import { converted, WAYS } from "../src/fields/conversion";
import { emptyDocument } from "../src/contacts/patch";
import { CUSTOM_TYPES, type CustomType } from "../src/fields/operators";
import { readValue } from "../src/fields/values";
import { drive } from "../src/jobs/drive";
import { standing } from "../src/keys/standing";
import { kinds } from "../src/kinds";
import { newId } from "../src/platform/id";
import { plantAll } from "./fixture";
import { altered, front } from "./front";
import { unnudged } from "./marking";
import { isGapless, times, world, type Client, type Json, type World } from "./world";

const OPTIONS = [{ key: "gold", label: "Gold class", archived: false }, { key: "12", label: "Dozen", archived: false }, { key: "true", label: "Yes", archived: false }];
const rules = (type: CustomType) => ({ type, min: null, max: null, options: type === "select" || type === "multi_select" ? OPTIONS : null });
const way = (from: CustomType, to: CustomType, value: unknown) => {
  const read = converted({ to: rules(to), from: [from] }, value, "ES");
  return "value" in read ? read.value : null;
};
const where = (field: string, op: string, value?: unknown) => ({ any: [{ all: [{ field, op, ...(value === undefined ? {} : { value }) }] }] });

describe("values", () => {
  // Null: it does not convert.
  const cases: [CustomType, CustomType, unknown, unknown][] = [
    ["text", "integer", "12", 12], ["text", "integer", "007", null], ["text", "integer", "1.5", null], ["text", "number", "-1.5", -1.5], ["text", "number", "1234567890123456789", null], ["text", "number", "1e5", null],
    ["text", "boolean", "Yes", true], ["text", "boolean", "maybe", null], ["text", "date", "2026-02-28", "2026-02-28"], ["text", "date", "2026-02-30", null], ["text", "date", "2026-02-28T00:00:00Z", "2026-02-28"],
    ["text", "datetime", "2026-02-28", "2026-02-28T00:00:00.000Z"], ["text", "select", "GOLD CLASS", "gold"], ["text", "select", "gold", "gold"], ["text", "select", "silver", null],
    ["text", "multi_select", "gold; Dozen", ["12", "gold"]], ["text", "multi_select", "gold, silver", null], ["text", "email", " Ana@x.example ", "Ana@x.example"], ["text", "email", "ana", null],
    ["text", "phone", "600 111 222", "+34600111222"], ["text", "url", "https://x.example", "https://x.example/"], ["long_text", "text", "x".repeat(256), null], ["long_text", "text", "x".repeat(255), "x".repeat(255)],
    ["integer", "text", 12, "12"], ["integer", "boolean", 1, true], ["integer", "boolean", 2, null], ["integer", "select", 12, "12"], ["number", "integer", 2, 2], ["number", "integer", 2.5, null],
    ["boolean", "text", false, "false"], ["boolean", "integer", true, 1], ["boolean", "select", true, "true"], ["date", "text", "2026-02-28", "2026-02-28"], ["date", "datetime", "2026-02-28", "2026-02-28T00:00:00.000Z"],
    ["datetime", "date", "2026-02-28T00:00:00.000Z", "2026-02-28"], ["datetime", "date", "2026-02-28T10:00:00.000Z", null], ["select", "multi_select", "gold", ["gold"]], ["select", "integer", "12", 12],
    ["multi_select", "select", ["gold"], "gold"], ["multi_select", "select", ["12", "gold"], null], ["multi_select", "text", ["12", "gold"], "12, gold"], ["phone", "text", "+34600111222", "+34600111222"],
  ];
  it.each(cases)("%s → %s: %j becomes %j", (from, to, value, becomes) => {
    expect(WAYS[from][to]).toBeDefined();
    expect(way(from, to, value)).toEqual(becomes);
  });

  const sent: Record<CustomType, fc.Arbitrary<unknown>> = {
    text: fc.oneof(fc.string({ unit: "grapheme", minLength: 1, maxLength: 80 }), fc.constantFrom("12", "-3", "gold", "Gold class, 12", "yes", "2026-01-02", "600 111 222"), fc.integer().map(String)),
    long_text: fc.string({ unit: "grapheme", minLength: 1, maxLength: 400 }), integer: fc.maxSafeInteger(), number: fc.double({ noNaN: true, noDefaultInfinity: true }), boolean: fc.boolean(),
    date: fc.date({ noInvalidDate: true, min: new Date(0), max: new Date("2100-01-01") }).map((one) => one.toISOString().slice(0, 10)),
    datetime: fc.date({ noInvalidDate: true, min: new Date(0), max: new Date("2100-01-01") }).map((one) => one.toISOString()),
    select: fc.constantFrom("gold", "12", "true"), multi_select: fc.subarray(["gold", "12", "true"], { minLength: 1 }),
    email: fc.constantFrom("ana@x.example", "Eva@y.example"), phone: fc.constantFrom("+34600111222", "+4930901820"), url: fc.webUrl(),
  };
  it("whatever the value and the pair: what gets across is a value of the target, stays as it is the second time, and what comes back is what went", () => {
    const value = fc.constantFrom(...CUSTOM_TYPES).chain((from) => fc.tuple(fc.constant(from), fc.constantFrom(...CUSTOM_TYPES), sent[from]));
    let across = 0;
    fc.assert(
      fc.property(value, ([from, to, raw]) => {
        const stored = readValue(rules(from), raw, "ES");
        if (!("value" in stored)) return;
        const there = way(from, to, stored.value);
        if (there === null || !WAYS[from][to]) return;
        across += 1;
        expect(readValue(rules(to), there, "ES")).toEqual({ value: there });
        // A job that was stopped finds both.
        expect(way(from, to, there)).toEqual(there);
        const exact: Partial<Record<CustomType, readonly CustomType[]>> = { integer: ["text", "number"], date: ["text", "datetime"], select: ["multi_select", "text"], email: ["text"], phone: ["text"] };
        if (exact[from]?.includes(to) && Math.abs(Number(stored.value) || 0) < 1e15) expect(way(to, from, there)).toEqual(stored.value);
      }),
      { numRuns: 3_000 },
    );
    expect(across).toBeGreaterThan(500);
  });
});

interface Field {
  w: World;
  key: Client;
  /** The same key where no job is carried out by itself. */
  still: Client;
  path: string;
  field: Json;
  ids: string[];
}

/** A field `f` and a contact for each value; the last one is archived. */
async function having(input: Json, values: readonly unknown[]): Promise<Field> {
  const w = await world();
  const key = await w.key();
  const field = (await key.post("/v1/fields", { key: "f", ...input })).body;
  const ids: string[] = [];
  for (const [i, value] of values.entries()) {
    const { status, body } = await key.post("/v1/contacts", { first_name: `C${i}`, ...(value === null ? {} : { custom: { f: value } }) });
    expect([status, body.errors]).toEqual([201, undefined]);
    ids.push(body.id);
  }
  return { w, key, still: key.through(front(unnudged())), field, path: `/v1/fields/${field.id}`, ids };
}
const valuesOf = async ({ key, ids }: Field): Promise<unknown[]> => Promise.all(ids.map(async (id) => (await key.get(`/v1/contacts/${id}`)).body.custom.f ?? null));

async function ended(key: Client, answer: { status: number; body: Json }): Promise<Json> {
  if (answer.status !== 202) throw new Error(JSON.stringify(answer.body));
  for (let i = 0; i < 1_200; i += 1) {
    const { body } = await key.get(`/v1/jobs/${answer.body.id}`);
    if (body.ended_at !== null) return body;
    await scheduler.wait(25);
  }
  throw new Error("the job does not end");
}
/** One drive, as an instance of the job's Workflow would. */
const driven = ({ w }: Field, job: string, most = 1_000, bindings: Env = env) => drive({ kinds, may: standing }, bindings, { org: w.org, job, attempt: 0 }, most);
const found = async (key: Client, op: string, value?: unknown): Promise<Json> => (await key.post("/v1/contacts/search", { filter: where("custom.f", op, value) })).body;

/** What the index tables say of the field: one row per live value, and identities where it is unique. */
async function indexed({ w }: Field): Promise<{ facets: unknown[]; keys: unknown[] }> {
  const { id } = await w.space();
  const facets = await env.DATA.prepare("SELECT value FROM contact_facets WHERE space_id = ? AND field = 'custom.f' ORDER BY value").bind(id).all();
  const keys = await env.DATA.prepare("SELECT value FROM contact_keys WHERE space_id = ? AND value LIKE 'custom.f:%' ORDER BY value").bind(id).all();
  return { facets: facets.results.map(({ value }) => value), keys: keys.results.map(({ value }) => value) };
}

describe("a conversion", () => {
  it("202: every value is of the new type, with its contact's version and event; index, filters and rules are the new ones", async () => {
    const one = await having({ type: "text", default: "7" }, ["1", "20", null, "3", "400"]);
    const { key, path, w, ids } = one;
    await key.delete(`/v1/contacts/${ids[4]}`);
    const dry = await key.post(`${path}/convert?dry_run=true`, { type: "integer" });
    expect(dry).toMatchObject({ status: 200, body: { values: 5, converted: 5, unchanged: 0, failing: 0, duplicates: 0, examples: [], refused: false } });
    expect((await key.get(path)).body).toMatchObject({ type: "text", version: 1, converting: null });
    const job = await ended(key, await key.post(`${path}/convert`, { type: "integer" }));
    expect(job).toMatchObject({ kind: "fields.convert", state: "completed", total: 5, counts: { converted: 5 }, progress: 1 });
    expect(await valuesOf(one)).toEqual([1, 20, 7, 3, 400]);
    expect((await key.get(path)).body).toMatchObject({ type: "integer", default: 7, version: 3, converting: null, operators: expect.arrayContaining(["gt"]) });
    expect((await found(key, "gt", 2)).data.map(({ id }: Json) => id)).toEqual([ids[3], ids[2], ids[1]]);
    expect(await indexed(one)).toEqual({ facets: [1, 3, 7, 20], keys: [] });
    const events = await w.events();
    expect(isGapless(events)).toBe(true);
    const told = events.filter(({ type, changes }) => type === "contact.updated" && changes["custom.f"]);
    expect(told.map(({ subject, changes }) => [subject, changes["custom.f"]])).toEqual([[ids[0], { from: "1", to: 1 }], [ids[1], { from: "20", to: 20 }], [ids[2], { from: "7", to: 7 }], [ids[3], { from: "3", to: 3 }], [ids[4], { from: "400", to: 400 }]]);
    expect(events.filter(({ type }) => type.startsWith("field.")).map(({ type, version }) => [type, version])).toEqual([["field.created", 1], ["field.converting", 2], ["field.converted", 3]]);
    expect(await key.patch(`/v1/contacts/${ids[0]}`, { custom: { f: "9" } })).toMatchObject({ status: 422 });
    expect(await key.patch(`/v1/contacts/${ids[0]}`, { custom: { f: 9 } })).toMatchObject({ status: 200, body: { custom: { f: 9 } } });
    await key.post(`/v1/contacts/${ids[4]}/restore`);
    expect((await indexed(one)).facets).toEqual([3, 7, 9, 20, 400]);
  });

  it("409 conversion_fails with the counts and which, never the values; nothing changed; clear takes those off, told by events", async () => {
    const one = await having({ type: "text" }, ["1", "secret", "2", "hidden"]);
    const { key, path, w, ids } = one;
    const before = (await w.events()).length;
    const refused = await key.post(`${path}/convert`, { type: "integer" });
    expect(refused).toMatchObject({ status: 409, body: { code: "conversion_fails", values: 4, converted: 2, failing: 2, refused: true, examples: [{ contact_id: ids[1], code: "invalid_value" }, { contact_id: ids[3] }] } });
    expect(refused.text).not.toMatch(/secret|hidden/);
    expect((await key.get(path)).body).toEqual(one.field);
    expect([(await w.events()).length, await valuesOf(one)]).toEqual([before, ["1", "secret", "2", "hidden"]]);
    expect((await key.patch(`/v1/contacts/${ids[0]}`, { custom: { f: "5" } })).status).toBe(200);
    const job = await ended(key, await key.post(`${path}/convert`, { type: "integer", on_failure: "clear" }));
    expect(job).toMatchObject({ state: "completed", counts: { converted: 2, cleared: 2 } });
    expect(await valuesOf(one)).toEqual([5, null, 2, null]);
    const lost = (await w.events()).filter(({ changes }) => changes?.["custom.f"]?.to === null);
    expect(lost.map(({ subject, changes }) => [subject, changes["custom.f"].from])).toEqual([[ids[1], "secret"], [ids[3], "hidden"]]);
  });

  it("409 for duplicates whatever on_failure; unique holds from its end on, and is found by", async () => {
    const one = await having({ type: "text" }, ["A1", "a1 ", "b2"]);
    const { key, path, ids } = one;
    for (const on_failure of ["refuse", "clear"]) {
      expect(await key.post(`${path}/convert`, { unique: true, on_failure })).toMatchObject({ status: 409, body: { code: "conversion_fails", failing: 0, duplicates: 2, examples: [{ contact_id: ids[0], code: "duplicate_value" }, { contact_id: ids[1] }] } });
    }
    expect((await key.delete(`/v1/contacts/${ids[1]}`)).status).toBe(200);
    await ended(key, await key.post(`${path}/convert`, { unique: true }));
    expect((await indexed(one)).keys).toEqual(["custom.f:a1", "custom.f:a1", "custom.f:b2"]);
    expect(await key.post("/v1/contacts", { first_name: "N", custom: { f: "B2" } })).toMatchObject({ status: 409, body: { code: "contact_exists", existing_id: ids[2] } });
    expect(await key.post(`/v1/contacts/${ids[1]}/restore`)).toMatchObject({ status: 409, body: { code: "restore_conflict" } });
    expect(await key.put("/v1/contacts?match=custom.f", { job_title: "CFO", custom: { f: "b2" } })).toMatchObject({ status: 200, body: { id: ids[2] } });
    // And off again.
    await ended(key, await key.post(`${path}/convert`, { unique: false }));
    expect((await indexed(one)).keys).toEqual([]);
    expect((await key.post("/v1/contacts", { first_name: "N", custom: { f: "B2" } })).status).toBe(201);
  });

  it("202 gives a field an index, or takes it off: filters find the same", async () => {
    const one = await having({ type: "text", filterable: false }, ["x", "y", "x"]);
    const { key, path, ids } = one;
    expect((await indexed(one)).facets).toEqual([]);
    await ended(key, await key.post(`${path}/convert`, { filterable: true }));
    expect((await indexed(one)).facets).toEqual(["x", "x", "y"]);
    expect((await found(key, "eq", "X")).data.map(({ id }: Json) => id)).toEqual([ids[0], ids[2]]);
    expect((await key.get("/v1/reports/contacts?group_by=custom.f")).body.groups).toMatchObject([{ value: "x", count: 2 }, { value: "y", count: 1 }]);
    await ended(key, await key.post(`${path}/convert`, { filterable: false }));
    expect((await indexed(one)).facets).toEqual([]);
    expect((await found(key, "eq", "X")).data).toHaveLength(2);
  });

  it("422 for a pair that there is not, for what makes no sense together; 404 to another tenant; 403 without contacts:write; once for one Idempotency-Key", async () => {
    const { key, path, w, still } = await having({ type: "boolean", default: true }, [true]);
    expect(await key.post(`${path}/convert`, { type: "phone" })).toMatchObject({ status: 422, body: { errors: [{ pointer: "/type", code: "invalid_conversion", message: "a boolean can become boolean, text, long_text, integer, number, select" }] } });
    expect(await key.post(`${path}/convert`, { type: "select" })).toMatchObject({ status: 422, body: { errors: [{ pointer: "/options", code: "required" }] } });
    expect(await key.post(`${path}/convert`, { type: "number", unique: true })).toMatchObject({ status: 422, body: { errors: [{ pointer: "/unique" }] } });
    expect(await key.post(`${path}/convert`, { type: "integer", max: 0 })).toMatchObject({ status: 422, body: { errors: [{ pointer: "/default", code: "too_big" }] } });
    expect((await (await (await world()).key()).post(`${path}/convert`, { type: "text" })).status).toBe(404);
    expect(await (await w.key({ scopes: ["fields:write", "contacts:read"] })).post(`${path}/convert`, { type: "text" })).toMatchObject({ status: 403, body: { required: "contacts:write" } });
    expect((await key.get(path)).body).toMatchObject({ type: "boolean", converting: null, version: 1 });
    const headers = { "Idempotency-Key": "once" };
    const [first, second] = [await still.post(`${path}/convert`, { type: "text" }, { headers }), await still.post(`${path}/convert`, { type: "text" }, { headers })];
    expect([first.status, second.status, second.body.id]).toEqual([202, 202, first.body.id]);
    expect(await still.post(`${path}/convert`, { type: "text" }, { headers: { "If-Match": '"1"' } })).toMatchObject({ status: 412 });
  });
});

describe("while it goes on", () => {
  it("409 to whoever sets a value or changes the field, 422 to filters; all else goes on", async () => {
    const one = await having({ type: "text", unique: true }, ["1", "2", "3", "4"]);
    const { key, still, path, ids, field } = one;
    await key.delete(`/v1/contacts/${ids[3]}`);
    const { body: job } = await still.post(`${path}/convert`, { type: "integer" });
    const busy = { status: 409, body: { code: "field_converting", field: "custom.f", job_id: job.id } };
    for (let step = 0; step < 5; step += 1) {
      expect((await key.get(path)).body).toMatchObject({ type: "text", converting: { job_id: job.id, type: "integer", unique: true, filterable: true } });
      expect(await key.patch(`/v1/contacts/${ids[0]}`, { custom: { f: "9" } })).toMatchObject(busy);
      expect(await key.post("/v1/contacts", { first_name: "N", custom: { f: 9 } })).toMatchObject(busy);
      expect(await key.put("/v1/contacts?match=external_id.x", { first_name: "N", external_ids: { x: "1" }, custom: { f: 9 } })).toMatchObject(busy);
      expect(await key.post(`/v1/contacts/${ids[3]}/restore`)).toMatchObject(busy);
      expect((await key.post("/v1/contacts/batch", { operations: [{ op: "restore", id: ids[3] }, { op: "update", id: ids[0], data: { custom: { f: 9 } } }, { op: "tag", id: ids[1], data: { tags: [`t${step}`] } }] })).body.results.map(({ status, retryable }: Json) => [status, retryable])).toEqual([[409, true], [409, true], [200, undefined]]);
      for (const answer of [await key.patch(path, { label: "F" }), await key.delete(path), await key.post(`${path}/convert`, { type: "text" })]) expect(answer).toMatchObject(busy);
      expect(await key.post("/v1/contacts/search", { filter: where("custom.f", "exists") })).toMatchObject({ status: 422, body: { errors: [{ code: "field_converting" }] } });
      expect((await key.put("/v1/contacts?match=custom.f", { custom: { f: "1" } })).body.errors ?? [{ code: "field_converting" }]).toMatchObject([{ code: "field_converting" }]);
      expect((await key.get("/v1/reports/contacts?group_by=custom.f")).status).toBe(400);
      expect(await key.patch(`/v1/contacts/${ids[1]}`, { job_title: `T${step}` })).toMatchObject({ status: 200 });
      expect((await key.post("/v1/contacts", { first_name: `New${step}` })).status).toBe(201);
      // What a read shows can be sent back.
      const { body } = await key.get(`/v1/contacts/${ids[0]}`);
      expect((await key.patch(`/v1/contacts/${ids[0]}`, { custom: body.custom })).status).toBe(200);
      if (step < 3) await driven(one, job.id, 1);
    }
    expect((await key.patch(`/v1/contacts/${ids[2]}`, { custom: { f: null } })).body.custom).toEqual({});
    await driven(one, job.id);
    expect((await key.get(path)).body).toMatchObject({ type: "integer", converting: null });
    expect([await valuesOf(one), await indexed(one)]).toEqual([[1, 2, null, 4], { facets: [1, 2], keys: ["custom.f:1", "custom.f:2", "custom.f:4"] }]);
    expect((await key.get(`/v1/fields/${field.id}`)).body.unique).toBe(true);
  });

  it("writers that race the start: each value is converted, or its writer was refused; nothing is of the old type", async () => {
    const one = await having({ type: "text", unique: true }, times(30, (i) => String(i)));
    const { key, path, w } = one;
    const conversion = Promise.withResolvers<Json>();
    const answers = await Promise.all(times(40, async (i) => {
      if (i === 10) conversion.resolve(key.post(`${path}/convert`, { type: "integer", on_failure: "clear" }));
      const answer = i % 4 === 0 ? await key.patch(`/v1/contacts/${one.ids[i % 30]}`, { custom: { f: i % 8 === 0 ? "word" + i : String(100 + i) } }) : await key.post("/v1/contacts", { first_name: "R", custom: { f: String(200 + (i % 20)) } });
      return answer.status;
    }));
    expect(answers.filter((status) => ![200, 201, 409, 422].includes(status))).toEqual([]);
    await ended(key, await conversion.promise);
    const { results } = await env.DATA.prepare("SELECT doc -> '$.custom.f' AS value, json_type(doc, '$.custom.f') AS type FROM contacts WHERE space_id = ?").bind((await w.space()).id).all();
    const values = results.filter(({ type }) => type !== null);
    expect(new Set(values.map(({ type }) => type))).toEqual(new Set(["integer"]));
    expect(new Set(values.map(({ value }) => value)).size).toBe(values.length);
    expect(await indexed(one)).toMatchObject({ facets: values.map(({ value }) => Number(value)).toSorted((a, b) => a - b) });
    expect((await indexed(one)).keys).toHaveLength(values.length);
    expect(isGapless(await w.events())).toBe(true);
  });

  it("of clients that make a field unique and write the same value at once, the value ends with one contact or the conversion is refused", async () => {
    for (const round of times(4, (i) => i)) {
      const one = await having({ type: "text" }, ["a", "b"]);
      const [answer] = await Promise.all([one.key.post(`${one.path}/convert`, { unique: true }), ...times(4, (i) => one.key.post("/v1/contacts", { first_name: `R${round}${i}`, custom: { f: "same" } }))]);
      if (answer?.status === 202) await ended(one.key, answer);
      else expect(answer).toMatchObject({ status: 409, body: { code: "conversion_fails" } });
      const { data } = await found(one.key, "eq", "same");
      if (answer?.status === 202) expect(data.length).toBeLessThanOrEqual(1);
      expect((await one.key.get(one.path)).body).toMatchObject({ unique: answer?.status === 202, converting: null });
    }
  });

  it("hundreds of contacts, some of which are changed, archived and made meanwhile: index and values agree in the end, and no update is lost", async () => {
    const w = await world();
    const key = await w.key();
    const { body: field } = await key.post("/v1/fields", { key: "f", type: "text", unique: true });
    const at = Date.UTC(2026, 0, 1);
    const seeds = times(300, (i) => ({ id: newId("contact", at + i), created: at + i, updated: at + i, archived: i % 10 === 9, doc: { ...emptyDocument({ type: "api" }), first_name: `C${i}`, custom: i % 3 === 2 ? {} : { f: String(i) } } }));
    await plantAll(await w.space(), seeds);
    const one: Field = { w, key, still: key, path: `/v1/fields/${field.id}`, field, ids: [] };
    const answer = await key.post(`${one.path}/convert`, { type: "integer" });
    const writers = times(4, async (writer) => {
      for (const round of times(10, (i) => i)) {
        const { id = "" } = seeds[(writer * 701 + round * 97) % 300] ?? {};
        const changed = await key.patch(`/v1/contacts/${id}`, { job_title: `T${writer}` });
        expect([200, 409]).toContain(changed.status);
        expect((await key.delete(`/v1/contacts/${seeds[(writer * 503 + round * 89) % 300]?.id}`)).status).toBe(200);
        expect((await key.post("/v1/contacts", { first_name: `N${writer}-${round}` })).status).toBe(201);
      }
    });
    const [job] = await Promise.all([ended(key, answer), ...writers]);
    expect(job).toMatchObject({ state: "completed", counts: { converted: 200 }, total: 200 });
    const { results } = await env.DATA.prepare("SELECT doc ->> '$.custom.f' AS value, json_type(doc, '$.custom.f') AS type, archived_at IS NULL AS live FROM contacts WHERE space_id = ? AND doc -> '$.custom.f' IS NOT NULL").bind((await w.space()).id).all();
    expect([results.length, new Set(results.map(({ type }) => type))]).toEqual([200, new Set(["integer"])]);
    const { facets, keys } = await indexed(one);
    expect(facets).toEqual(results.filter(({ live }) => live === 1).map(({ value }) => Number(value)).toSorted((a, b) => a - b));
    expect(keys).toHaveLength(200);
    expect(isGapless(await w.events())).toBe(true);
  });

  it("contacts are merged where it does not touch the field, 409 where it would; a merge from before can be undone, and brings back no value of the old type", async () => {
    const one = await having({ type: "text" }, ["1", "2", null, "4"]);
    const { key, still, path, ids } = one;
    expect((await key.post(`/v1/contacts/${ids[0]}/merge`, { source_ids: [ids[1]], prefer: { "custom.f": ids[1] } })).status).toBeLessThan(500);
    expect((await key.patch(`/v1/contacts/${ids[2]}`, { custom: { f: "word" } })).status).toBe(200);
    const { body: into } = await key.post("/v1/contacts", { first_name: "Into" });
    expect((await key.post(`/v1/contacts/${into.id}/merge`, { source_ids: [ids[2]] })).status).toBe(200);
    const { body: job } = await still.post(`${path}/convert`, { type: "select", options: [{ key: "1", label: "One" }, { key: "4", label: "Four" }], on_failure: "clear" });
    expect((await key.post(`/v1/contacts/${into.id}/unmerge`, {})).body.code).toBe("field_converting");
    const { body: other } = await key.post("/v1/contacts", { first_name: "Other" });
    expect((await key.post(`/v1/contacts/${other.id}/merge`, { source_ids: [ids[3]] })).body.code).toBe("field_converting");
    expect((await key.post(`/v1/contacts/${ids[3]}/merge`, { source_ids: [other.id] })).status).toBe(200);
    await driven(one, job.id);
    expect((await key.post(`/v1/contacts/${into.id}/unmerge`, {})).status).toBe(200);
    expect((await key.get(`/v1/contacts/${into.id}`)).body.custom).toEqual({});
    expect((await key.post(`/v1/contacts/${ids[0]}/unmerge`, {})).status).toBe(200);
    const values = await valuesOf(one);
    expect(values.filter((value) => ![null, "1", "4"].some((known) => known === value))).toEqual([]);
  });

  it("a survey that died keeps writers away until its time is over, and never for good", async () => {
    const one = await having({ type: "text" }, ["1"]);
    const { id } = await one.w.space();
    const { definition } = (await env.DATA.prepare("SELECT definition FROM fields WHERE id = ?").bind(one.field.id).first<{ definition: string }>()) ?? { definition: "{}" };
    const surveying = (until: number) =>
      env.DATA.batch([
        env.DATA.prepare("UPDATE fields SET definition = ? WHERE id = ?").bind(JSON.stringify({ ...JSON.parse(definition), converting: { to: { ...JSON.parse(definition), type: "integer" }, from: ["text"], on_failure: "refuse", phase: "surveying", job: null, until } }), one.field.id),
        env.DATA.prepare("UPDATE spaces SET revision = revision + 1 WHERE space_id = ?").bind(id),
      ]);
    await surveying(Date.now() + 60_000);
    expect(await one.key.patch(`/v1/contacts/${one.ids[0]}`, { custom: { f: "2" } })).toMatchObject({ status: 409, body: { code: "field_converting", job_id: null } });
    expect((await found(one.key, "eq", "1")).data).toHaveLength(1);
    await surveying(Date.now() - 1);
    expect((await one.key.patch(`/v1/contacts/${one.ids[0]}`, { custom: { f: "2" } })).status).toBe(200);
    expect(await one.key.patch(one.path, { label: "F" })).toMatchObject({ status: 200, body: { type: "text", converting: null } });
    await ended(one.key, await one.key.post(`${one.path}/convert`, { type: "integer" }));
    expect(await valuesOf(one)).toEqual([2]);
  });

  it("a bulk action that asks for the field waits for the end of it", async () => {
    const one = await having({ type: "text" }, ["1", "2"]);
    const { body: bulk } = await one.still.post("/v1/contacts/bulk", { filter: where("custom.f", "exists"), action: { type: "tag", tags: ["has"] } });
    const { body: job } = await one.still.post(`${one.path}/convert`, { type: "integer" });
    await expect(driven(one, bulk.id)).rejects.toThrow("taken");
    expect((await one.key.get(`/v1/jobs/${bulk.id}`)).body).toMatchObject({ ended_at: null });
    await driven(one, job.id);
    await driven(one, bulk.id);
    expect((await one.key.get(`/v1/jobs/${bulk.id}`)).body).toMatchObject({ state: "completed", counts: { updated: 2 } });
  });
});

describe("a driver that dies, and a job that is stopped", () => {
  it("before its batch is sent or after it took effect, in every step: each value once", async () => {
    const one = await having({ type: "text", unique: true }, times(12, (i) => String(i)));
    const { body: job } = await one.still.post(`${one.path}/convert`, { type: "integer" });
    const ran = async (): Promise<boolean> => (await one.key.get(`/v1/jobs/${job.id}`)).body.ended_at !== null;
    for (let i = 0; !(await ran()); i += 1) {
      expect(i).toBeLessThan(40);
      const died = Promise.withResolvers<void>();
      const batch: D1Database["batch"] = async (statements) => {
        if (i % 2 === 1) await env.DATA.batch(statements);
        died.resolve();
        return new Promise<never>(() => undefined);
      };
      void driven(one, job.id, 1, { ...env, DATA: altered(env.DATA, { batch }) });
      await died.promise;
    }
    expect((await one.key.get(`/v1/jobs/${job.id}`)).body).toMatchObject({ state: "completed", counts: { converted: 12 } });
    expect([await valuesOf(one), await indexed(one)]).toMatchObject([times(12, (i) => i), { facets: times(12, (i) => i) }]);
    expect((await one.w.events()).filter(({ changes }) => typeof changes?.["custom.f"]?.to === "number")).toHaveLength(12);
  });

  it("canceled halfway it stays converting; it can be converted to the end, or back", async () => {
    for (const back of [false, true]) {
      const one = await having({ type: "text" }, times(6, (i) => String(i)));
      const { body: job } = await one.still.post(`${one.path}/convert`, { type: "integer" });
      await driven(one, job.id, 1);
      await driven(one, job.id, 1);
      if (back) await driven(one, job.id, 1);
      expect((await one.key.post(`/v1/jobs/${job.id}/cancel`)).status).toBe(200);
      expect((await one.key.get(one.path)).body).toMatchObject({ converting: { job_id: job.id } });
      expect((await one.key.patch(`/v1/contacts/${one.ids[0]}`, { custom: { f: "9" } })).body.code).toBe("field_converting");
      expect((await one.key.delete(one.path)).body.code).toBe("field_converting");
      await ended(one.key, await one.key.post(`${one.path}/convert`, { type: back ? "text" : "integer" }));
      expect(await valuesOf(one)).toEqual(times(6, (i) => (back ? String(i) : i)));
      expect((await one.key.get(one.path)).body).toMatchObject({ type: back ? "text" : "integer", converting: null });
      expect((await indexed(one)).facets).toHaveLength(6);
      expect((await found(one.key, "eq", 3)).data.map(({ id }: Json) => id)).toEqual([one.ids[3]]);
    }
  });
});

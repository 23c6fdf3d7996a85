// Searches over HTTP: what they find at once, in which order, and what they refuse.
import { describe, expect, it } from "vitest";
import { emptyDocument } from "../src/contacts/patch";
import { newId } from "../src/platform/id";
import { plantAll } from "./fixture";
import { times, world, type Client, type Json } from "./world";

const found = async (key: Client, body: unknown): Promise<string[]> => {
  const answer = await key.post("/v1/contacts/search", body);
  if (answer.status !== 200) throw new Error(answer.text);
  return answer.body.data.map(({ first_name }: Json) => first_name);
};
const where = (field: string, op: string, value?: unknown) => ({ filter: { any: [{ all: [{ field, op, ...(value === undefined ? {} : { value }) }] }] } });

describe("text", () => {
  it("200: a sigma is a sigma, also where a word ends with it", async () => {
    const key = await (await world()).key();
    await key.post("/v1/contacts", { first_name: "Ana", last_name: "ΟΔΥΣΣΕΥΣ" });
    for (const [op, value] of [["eq", "οδυσσευς"], ["eq", "Οδυσσευσ"], ["starts_with", "ΟΔΥΣ"], ["contains", "ΔΥΣ"], ["ends_with", "ΕΥΣ"]] as const) expect([op, value, await found(key, where("last_name", op, value))]).toEqual([op, value, ["Ana"]]);
    expect(await found(key, { query: "ΟΔΥΣ" })).toEqual(["Ana"]);
  });

  it("422, 400 for over 20 words: none is passed over", async () => {
    const key = await (await world()).key();
    await key.post("/v1/contacts", { first_name: times(20, (i) => `w${i}`).join(" ") });
    const words = (count: number): string => times(count, (i) => `w${i}`).join("  ");
    expect(await found(key, { query: words(20) })).toHaveLength(1);
    expect(await key.post("/v1/contacts/search", { query: words(21) })).toMatchObject({ status: 422, body: { errors: [{ pointer: "/query", code: "too_many_words" }] } });
    expect(await key.get(`/v1/contacts?q=${encodeURIComponent(words(21))}`)).toMatchObject({ status: 400, body: { errors: [{ parameter: "q", code: "too_many_words" }] } });
  });

  it("200 whatever the case and the accents, by parts of words, phones by digits, short words by their beginning", async () => {
    const key = await (await world()).key();
    await key.post("/v1/contacts", { first_name: "Ana", last_name: "Núñez Øster", company: "Straße & Söhne", emails: ["ana.nunez@münchen.example"], phones: ["600 111 222"] });
    await key.post("/v1/contacts", { first_name: "Bo", last_name: "Li", company: "李小龙 GmbH" });
    for (const query of ["nunez", "NÚÑEZ oster", "strasse", "ana nun", "600111", "600 111 222", "+34 600", "(600)111-222", "nunez@munchen", "an", "a"]) expect([query, await found(key, { query })]).toEqual([query, ["Ana"]]);
    for (const query of ["bo", "li", "李小", "小龙 gmbh", "b l"]) expect([query, await found(key, { query })]).toEqual([query, query === "小龙 gmbh" ? [] : ["Bo"]]);
    for (const query of ["unez x", "zz", "nunezoster", '" OR "', "*", "NEAR(ana)", "%", "_na"]) expect([query, await found(key, { query })]).toEqual([query, []]);
    expect((await key.get("/v1/contacts?q=nunez&fields=first_name")).body.data).toEqual([{ first_name: "Ana" }]);
  });

  it("200 after each change of what is found: changed, archived, restored, deleted", async () => {
    const key = await (await world()).key();
    const { body } = await key.post("/v1/contacts", { first_name: "Ana", company: "Globex", tags: ["VIP"] });
    const path = `/v1/contacts/${body.id}`;
    const seen = async () => [await found(key, { query: "globex" }), await found(key, where("tags", "has_any", ["vip"])), await found(key, where("company", "eq", "GLOBEX"))].map((names) => names.length);
    expect(await seen()).toEqual([1, 1, 1]);
    await key.patch(path, { company: "Initech" });
    expect([await seen(), await found(key, { query: "initech" })]).toEqual([[0, 1, 0], ["Ana"]]);
    await key.delete(path);
    expect([await seen(), await found(key, { ...where("status", "eq", "archived"), query: "initech" })]).toEqual([[0, 0, 0], ["Ana"]]);
    await key.post(`${path}/restore`);
    expect(await found(key, { query: "initech" })).toEqual(["Ana"]);
    await key.delete(`${path}?permanent=true`);
    expect(await found(key, { query: "initech" })).toEqual([]);
  });
});

describe("filter", () => {
  it("422 that says what a field takes, and the nearest name", async () => {
    const key = await (await world()).key();
    const faults = async (field: string, op: string, value?: unknown) => (await key.post("/v1/contacts/search", where(field, op, value))).body.errors;
    expect(await faults("last_nam", "eq", "x")).toMatchObject([{ pointer: "/filter/any/0/all/0/field", code: "unknown_field", message: expect.stringContaining("last_name") }]);
    expect(await faults("tags", "eq", "x")).toMatchObject([{ pointer: "/filter/any/0/all/0/op", code: "unknown_operator" }]);
    expect(await faults("company", "contains", "ab")).toMatchObject([{ pointer: "/filter/any/0/all/0/value", code: "value_too_short" }]);
    expect(await faults("created_at", "within_last", "soon")).toMatchObject([{ code: "invalid_value" }]);
    expect(await faults("emails", "in", ["a@x.example", "nobody"])).toMatchObject([{ pointer: "/filter/any/0/all/0/value/1", code: "invalid_email" }]);
  });

  it("200 for groups: OR of AND, each contact once, in the order of creation, page by page", async () => {
    const key = await (await world()).key();
    await key.post("/v1/fields", { key: "seats", type: "integer" });
    for (const i of times(30, (n) => n)) await key.post("/v1/contacts", { first_name: `C${i}`, tags: [`t${i % 3}`], custom: { seats: i }, ...(i % 2 ? { company: "Acme" } : {}) });
    const filter = { any: [{ all: [{ field: "tags", op: "has_any", value: ["t0", "t1"] }, { field: "company", op: "exists" }] }, { all: [{ field: "custom.seats", op: "in", value: [1, 2, 3] }] }] };
    const names = times(30, (i) => i).filter((i) => (i % 3 < 2 && i % 2 === 1) || [1, 2, 3].includes(i)).map((i) => `C${i}`);
    expect(await found(key, { filter })).toEqual(names);
    const paged: string[] = [];
    for (let cursor: string | null = null, i = 0; i === 0 || cursor !== null; i += 1) {
      const { body }: { body: Json } = await key.post("/v1/contacts/search", { filter, limit: 4, cursor, count: "exact" });
      if (i === 0) expect(body.count).toEqual({ value: names.length, relation: "eq" });
      paged.push(...body.data.map(({ first_name }: Json) => first_name));
      cursor = body.page.next_cursor;
    }
    expect(paged).toEqual(names);
    expect(await found(key, { ...where("custom.seats", "gte", 27) })).toEqual(["C27", "C28", "C29"]);
    expect(await found(key, { ...where("custom.seats", "lt", 3), sort: "-id" })).toEqual(["C2", "C1", "C0"]);
    expect((await key.get("/v1/contacts?custom.seats=7&tag=t1&fields=first_name")).body.data).toEqual([{ first_name: "C7" }]);
    expect(await key.get("/v1/contacts?custom.nope=7")).toMatchObject({ status: 400, body: { errors: [{ parameter: "custom.nope", code: "unknown_field" }] } });
  });

  it("200 for any of many values, however uneven: none is left out of the page, of the sort, of the count", async () => {
    const w = await world();
    const key = await w.key();
    const seeds = times(420, (i) => ({
      id: newId("contact", i), created: i, updated: 1_000 - i, archived: false,
      doc: { ...emptyDocument({ type: "api" }), first_name: `C${i}`, tags: i < 400 ? ["many", `t${i % 3}`] : [`few${i}`] },
    }));
    await plantAll(await w.space(), seeds);
    const value = ["many", ...times(60, (i) => `few${400 + i}`)];
    for (const [more, names] of [[{}, times(420, (i) => `C${i}`)], [{ sort: "updated_at" }, times(420, (i) => `C${419 - i}`)]] as const) {
      for (const all of [[{ field: "tags", op: "has_any", value }], [{ field: "tags", op: "has_any", value }, { field: "first_name", op: "exists" }]]) {
        const pages: string[] = [];
        for (let cursor: string | null = null, i = 0; i === 0 || cursor !== null; i += 1) {
          const { body }: { body: Json } = await key.post("/v1/contacts/search", { filter: { any: [{ all }] }, ...more, limit: 200, cursor, count: "exact" });
          if (i === 0) expect(body.count).toEqual({ value: 420, relation: "eq" });
          pages.push(...body.data.map(({ first_name }: Json) => first_name));
          cursor = body.page.next_cursor;
        }
        expect(pages).toEqual(names);
      }
    }
  });

  it("200 for groups that indexes of several orders lead, few matches and many: in the order of creation, page by page", async () => {
    const w = await world();
    const key = await w.key();
    await key.post("/v1/fields", { key: "seats", type: "integer" });
    const seeds = times(1_500, (i) => ({
      id: newId("contact", i), created: i, updated: i, archived: false, doc: { ...emptyDocument({ type: "api" }), first_name: `C${i}`, tags: i % 500 === 499 ? ["rare"] : [], custom: { seats: 1_500 - i } },
    }));
    await plantAll(await w.space(), seeds);
    for (const most of [3, 1_200]) {
      const filter = { any: [{ all: [{ field: "tags", op: "has_any", value: ["rare"] }] }, { all: [{ field: "custom.seats", op: "lte", value: most }] }] };
      const names = times(1_500, (i) => i).filter((i) => i % 500 === 499 || 1_500 - i <= most).map((i) => `C${i}`);
      const pages: string[] = [];
      for (let cursor: string | null = null, i = 0; i === 0 || cursor !== null; i += 1) {
        const { body }: { body: Json } = await key.post("/v1/contacts/search", { filter, limit: most === 3 ? 2 : 200, cursor });
        pages.push(...body.data.map(({ first_name }: Json) => first_name));
        cursor = body.page.next_cursor;
      }
      expect(pages).toEqual(names);
    }
  });

  it("200 for HubSpot's spelling", async () => {
    const key = await (await world()).key();
    await key.post("/v1/contacts", { first_name: "Ana", emails: ["ana@acme.com"] });
    const body = { filterGroups: [{ filters: [{ propertyName: "email", operator: "EQ", value: "ana@acme.com" }] }], sorts: [{ propertyName: "createdate", direction: "DESCENDING" }], properties: ["email", "firstname"], limit: 10 };
    expect((await key.post("/v1/contacts/search", body)).body.data).toMatchObject([{ first_name: "Ana", emails: [{ value: "ana@acme.com" }] }]);
  });

  it("200 true for the next call: a field that another isolate changed is read anew", async () => {
    const w = await world();
    const [key, other] = [await w.key(), await w.key()];
    expect((await key.post("/v1/contacts/search", where("custom.tier", "eq", "gold"))).status).toBe(422);
    await other.post("/v1/fields", { key: "tier", type: "text", unique: true });
    await other.post("/v1/contacts", { first_name: "Ana", custom: { tier: "Gold" } });
    expect(await found(key, where("custom.tier", "eq", "gold"))).toEqual(["Ana"]);
    expect(await other.post("/v1/contacts", { first_name: "Eva", custom: { tier: "GOLD" } })).toMatchObject({ status: 409, body: { code: "contact_exists" } });
    expect((await other.put("/v1/contacts?match=custom.tier", { last_name: "Núñez", custom: { tier: "gold" } })).status).toBe(200);
  });
});

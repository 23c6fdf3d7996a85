// Texts that mean something to SQL, to full-text expressions, to JSON paths or to a screen: as values, words, names and
// cursors they are refused or found as what they are, and never reach the neighbour who has the very same ones.
import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { spaceMark } from "../src/contacts/indexes";
import { BUILT_IN, OPERATORS_OF } from "../src/fields/operators";
import { times, world, type Answer, type Client, type Json } from "./world";

let mine: Client;
let theirs: Client;
let own: Set<string>;
let texts: readonly string[];

const TEXTS = [
  "' OR 1=1 --", '" OR "', '""', "'; DROP TABLE contacts; --", "x) UNION SELECT * FROM contacts --", "NEAR(ana eva, 2)", "search_text: ana", "ana* OR eva*", "NOT ana", "^ana", "{ana} : eva", "a AND b", "%_%", "___", "\\", "\\u0000x", "$.doc", "$[#-1]", "?1", ":name",
  "👩‍👩‍👧‍👦 family", "🏴󠁧󠁢󠁥󠁮󠁧󠁿 flag", "\u202eevil\u202c", "مرحبا بالعالم", "שָׁלוֹם עולם", "Z̷͑̈́a̵͝l̴͐go", "e\u0301\u0301\u0301", "\u200b\u200dzero", "\u0001\u001fctl", "\ufeffbom", "ﷺ", "ßẞſ", "İıIi", "\u{10ffff}\u{10fffe}x", "\ufffd\uffff?", "<script>alert(1)</script>", "=1+1", "null", "true", "{}", "[]", "-0", "1e999", "../../etc", "%00", "%27",
];

beforeAll(async () => {
  const [w, neighbour] = [await world(), await world()];
  [mine, theirs] = [await w.key(), await neighbour.key()];
  const marks = [w, neighbour].map(async (one) => spaceMark((await one.space()).id));
  texts = [...TEXTS, ...(await Promise.all(marks)).map((mark) => `${mark} mark`), ...(await Promise.all(marks)).map((mark) => `${mark}  ana`)];
  own = new Set();
  for (const key of [mine, theirs]) {
    await key.post("/v1/fields", { key: "nick", type: "text" });
    for (const text of texts) {
      const { status, body } = await key.post("/v1/contacts", { first_name: text, last_name: "Common", company: text, job_title: text, external_ids: { crm: text }, tags: [text.slice(0, 100)], custom: { nick: text }, addresses: [{ city: text }] });
      if (status === 201 && key === mine) own.add(body.id);
      if (status !== 201 && status !== 422) throw new Error(`${text}: ${status}`);
    }
  }
  if (own.size < texts.length - 5) throw new Error(`${own.size} of ${texts.length} contacts`);
});

/** Answers of these statuses, and no row of the neighbour's. */
function checkAll(answers: readonly (readonly [what: unknown, answer: Answer])[], statuses: readonly number[]): Json[] {
  return answers.flatMap(([what, { status, body, text }]) => {
    expect([what, status, statuses.includes(status) ? "" : text]).toEqual([what, expect.toSatisfy((one: number) => statuses.includes(one)), ""]);
    const rows: Json[] = status === 200 ? body.data : [];
    expect([what, rows.filter(({ id }) => !own.has(id))]).toEqual([what, []]);
    return rows;
  });
}

const search = (body: unknown): Promise<Answer> => mine.post("/v1/contacts/search", body);
const asked = (field: string, op: string, value: unknown): Promise<Answer> => search({ filter: { any: [{ all: [{ field, op, value }] }] }, fields: ["id"], limit: 200 });

describe("hostile texts", () => {
  it("200 or 422 as the value of every operator, of every field in turns (with CI of each)", async () => {
    const FIELDS = [...Object.entries(BUILT_IN), ["custom.nick", "text"] as const, ["external_ids.crm", "key"] as const];
    const all = FIELDS.flatMap(([field, type]) => OPERATORS_OF[type].filter((op) => !op.includes("exists")).map((op) => ({ field, op })));
    const valueOf = (op: string, text: string): unknown => (["in", "not_in", "has_any", "has_all", "has_none"].includes(op) ? [text] : op === "between" ? [text, text] : text);
    for (const [i, text] of texts.entries()) {
      const some = env.SIZE === "full" ? all : all.filter((_, k) => k % 32 === i % 32);
      checkAll(await Promise.all(some.map(async ({ field, op }) => [[text, field, op], await asked(field, op, valueOf(op, text))] as const)), [200, 422]);
    }
  }, 180_000);

  it("200 and found as what they are: by name, by tag, by field, by external id, by query", async () => {
    for (const text of texts) {
      const tag = text.slice(0, 100);
      for (const [field, op, value] of [["first_name", "eq", text], ["custom.nick", "in", [text]], ["tags", "has_any", [tag]], ["external_ids.crm", "eq", text.trim()]] as const) {
        const answer = await asked(field, op, value);
        if (answer.status === 200) expect([text, field, checkAll([[text, answer]], [200]).length > 0]).toEqual([text, field, (await mine.get(`/v1/contacts?external_id=${encodeURIComponent(`crm:${text.trim()}`)}`)).body.data.length > 0]);
      }
      checkAll([[text, await search({ query: text })], [text, await search({ query: `common ${text}`, count: "exact" })]], [200]);
    }
    expect(checkAll([["common", await search({ query: "common", limit: 200 })]], [200])).toHaveLength(own.size);
  });

  it("200 or 400 as parameters; 422 where a name or a length can't be; values of 1 kB and 500 of them", async () => {
    const long = ["a", "中", "\u0301", '"', "a ", "%", "\ue000"].map((part) => part.repeat(10_000 / part.length));
    for (const text of texts) {
      const encoded = encodeURIComponent(text);
      const names = ["q", "tag", "list", "email", "phone", "external_id", "custom.nick", "cursor", "sort", "fields", "status", "created_since"];
      checkAll(await Promise.all(names.map(async (name) => [[name, text], await mine.get(`/v1/contacts?${name}=${encoded}`)] as const)), [200, 400]);
      checkAll([[text, await mine.get(`/v1/contacts?${encoded}=x`)], [text, await mine.get(`/v1/contacts?custom.${encoded}=x`)]], [400]);
      checkAll(await Promise.all([text, `custom.${text}`, `external_ids.${text}`, `consent.${text}.x`, `addresses.${text}`].map(async (field) => [field, await asked(field, "eq", "x")] as const)), [200, 422]);
    }
    for (const text of long) checkAll([[text.slice(0, 9), await search({ query: text })], [text.slice(0, 9), await asked("company", "contains", text)], [text.slice(0, 9), await asked("tags", "has_any", [text])]], [422]);
    for (const part of ["a", "中", '"', "a ", "ab ", "1 ", "12-", "a\ud83d\ude00", "\u0301"]) {
      const text = part.repeat(Math.floor(1_000 / part.length));
      checkAll([[part, await search({ query: text })], [part, await asked("company", "contains", text)], [part, await asked("job_title", "starts_with", text)], [part, await asked("tags", "has_any", times(500, (i) => `${i}${part.repeat(9)}`))]], [200, 422]);
    }
    for (const bad of ["\\u0000", "\\ud800", "\\udc00x"]) checkAll([[bad, await search(`{"query":"a${bad}"}`)], [bad, await search(`{"filter":{"any":[{"all":[{"field":"company","op":"contains","value":"abc${bad}"}]}]}}`)]], [422]);
  });

  it("200 or 400 for cursors with other places in them: none leads to the neighbour", async () => {
    const tampered = (cursor: string, keys: unknown): string => {
      const [question] = JSON.parse(atob(cursor.replaceAll("-", "+").replaceAll("_", "/")));
      const text = JSON.stringify([question, keys]).replaceAll(/[\u0080-\uffff]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`);
      return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
    };
    const bodies = [{}, { sort: "-last_name" }, { query: "common" }, { filter: { any: [{ all: [{ field: "job_title", op: "starts_with", value: "a" }] }] } }, { filter: { any: [{ all: [{ field: "tags", op: "has_any", value: ["null", "true"] }] }] } }, { filter: { any: [{ all: [{ field: "created_at", op: "gt", value: "2020-01-01" }] }] } }];
    for (const body of bodies) {
      const cursor: string = (await search({ ...body, limit: 1 })).body.page.next_cursor;
      expect(cursor).toBeTypeOf("string");
      for (const keys of [[0], [-1], [1e300], [0.5], [""], ["' OR 1=1"], ["\u0000", 0], ["\ud800", 0], [0, 0], [-1e300, 1e300], ["", 0], ["\u{10ffff}", 0], [0, ""], ["x", "y"], [9e15, 1], [null, 1], [[0], 1], [{}, 1]]) {
        checkAll([[[body, keys], await search({ ...body, limit: 200, cursor: tampered(cursor, keys) })]], [200, 400]);
      }
      const other = (await theirs.post("/v1/contacts/search", { ...body, limit: 1 })).body.page.next_cursor;
      expect((await search({ ...body, cursor: other })).body.code).toBe("cursor_mismatch");
    }
  });
});

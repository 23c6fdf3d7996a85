// Every operator on every type: taken exactly where the table says so, and right on the same few contacts, of which one
// has no value, one has it archived, and the bounds lie on values.
import { beforeAll, describe, expect, it } from "vitest";
import { BUILT_IN, CUSTOM_TYPES, OPERATORS, OPERATORS_OF, type FilterType, type Operator } from "../src/fields/operators";
import { CUSTOM } from "./assorted";
import { world, type Answer, type Client, type Json } from "./world";

let key: Client;
const ids = new Map<string, string>();

const CONTACTS: Readonly<Record<string, object>> = {
  one: {
    last_name: "Núñez", emails: ["Ana@Bücher.example"], phones: ["600 111 222"], birthday: "1980-05-09", urls: ["https://Example.com"], tags: ["VIP", "a b"], external_ids: { crm: "7" }, language: "es",
    custom: { nick: "Ñandú", note: "she likes tea", seats: 1, score: 0.5, vip: true, since: "2026-01-31", seen: "2026-01-31T23:30:00-01:00", tier: "gold", likes: ["tea", "wine"], mail: "Núñez@Bücher.example", mobile: "600 111 222", site: "https://Example.com/A" },
  },
  two: {
    last_name: "nunez II", emails: ["eva@x.example"], phones: ["+34600111333"], birthday: "1990-01-01", urls: ["https://x.example/b"], tags: ["new"], external_ids: { crm: "8" }, language: "de",
    custom: { nick: "Bob", note: "coffee", seats: 10, score: 2, vip: false, since: "2026-02-01", seen: "2026-02-01T00:30:00.001Z", tier: "Silver", likes: ["Bier"], mail: "bob@x.example", mobile: "+34600111333", site: "https://x.example/b" },
  },
  yearless: { first_name: "Only", birthday: "--05-09" },
  none: { company: "Nothing else" },
};

beforeAll(async () => {
  const w = await world();
  key = await w.key();
  for (const field of CUSTOM) await key.post("/v1/fields", field);
  for (const [name, contact] of Object.entries(CONTACTS)) ids.set(name, (await key.post("/v1/contacts", contact)).body.id);
  const { body } = await key.post("/v1/contacts", { ...CONTACTS["one"], emails: ["gone@x.example"], external_ids: { crm: "9" } });
  await key.delete(`/v1/contacts/${body.id}`);
});

const asked = (field: string, op: Operator, value?: unknown): Promise<Answer> => key.post("/v1/contacts/search", { filter: { any: [{ all: [{ field, op, value }] }] }, sort: "id", count: "exact" });

/** A field of each type, and a value that it takes. */
const OF_TYPE: Readonly<Record<FilterType, readonly [field: string, value: unknown]>> = {
  text: ["custom.nick", "bob"], long_text: ["custom.note", "tea"], integer: ["custom.seats", 1], number: ["custom.score", 1.5], boolean: ["custom.vip", true], date: ["custom.since", "2026-01-31"],
  datetime: ["custom.seen", "2026-01-31T00:00:00Z"], select: ["custom.tier", "gold"], multi_select: ["custom.likes", "tea"], email: ["custom.mail", "bob@x.example"], phone: ["custom.mobile", "+34600111222"], url: ["custom.site", "https://x.example/b"],
  key: ["language", "es"], keys: ["tags", "vip"], identity: ["external_ids", "crm:7"], time: ["created_at", "2026-01-31T00:00:00Z"],
};

function shaped(op: Operator, value: unknown): unknown {
  if (op === "exists" || op === "not_exists") return undefined;
  if (op === "between") return [value, value];
  return op === "within_last" || op === "before_last" ? "30d" : ["in", "not_in", "has_any", "has_all", "has_none"].includes(op) ? [value] : value;
}

describe("operators", () => {
  it("200 exactly where the table has them, 422 unknown_operator elsewhere, for every type and every field", async () => {
    const fields: [string, FilterType][] = [...CUSTOM_TYPES.map((type): [string, FilterType] => [OF_TYPE[type][0], type]), ...Object.entries(BUILT_IN)];
    expect(fields.length).toBeGreaterThan(30);
    for (const [field, type] of fields) {
      const answers = await Promise.all(OPERATORS.map(async (op) => [op, await asked(field, op, shaped(op, OF_TYPE[type][1]))] as const));
      const taken = answers.filter(([, { status }]) => status === 200).map(([op]) => op);
      const refused = answers.filter(([, { status }]) => status !== 200).map(([, { status, body }]) => `${status} ${body.errors[0].code}`);
      expect([field, taken.toSorted(), [...new Set(refused)]]).toEqual([field, OPERATORS_OF[type].toSorted(), ["422 unknown_operator"]]);
    }
  });
});

const [A, B, Y, N] = ["one", "two", "yearless", "none"];
const CASES: readonly (readonly [field: string, op: Operator, value: unknown, found: readonly string[]])[] = [
  ["last_name", "eq", "NUÑEZ", [A]], ["last_name", "neq", "nunez", [B, Y, N]], ["last_name", "in", ["nunez", "nunez ii"], [A, B]], ["last_name", "not_in", ["nunez", "x"], [B, Y, N]],
  ["last_name", "contains", "úñe", [A, B]], ["last_name", "not_contains", "ez i", [A, Y, N]], ["last_name", "starts_with", "n", [A, B]], ["last_name", "ends_with", "nez", [A]], ["last_name", "ends_with", "Z II", [B]], ["last_name", "exists", undefined, [A, B]], ["last_name", "not_exists", undefined, [Y, N]],
  ["custom.nick", "starts_with", "ñ", [A]], ["custom.nick", "contains", "AND", [A]], ["custom.nick", "neq", "bob", [A, Y, N]], ["custom.note", "contains", "TEA", [A]], ["custom.note", "not_contains", "tea", [B, Y, N]],
  ["custom.seats", "eq", "1", [A]], ["custom.seats", "in", ["10", 1], [A, B]], ["custom.seats", "neq", 1, [B, Y, N]], ["custom.seats", "gt", 1, [B]], ["custom.seats", "gte", "1", [A, B]], ["custom.seats", "lt", 10, [A]], ["custom.seats", "lte", 10, [A, B]], ["custom.seats", "between", [1, 10], [A, B]], ["custom.seats", "between", [2, 9], []], ["custom.seats", "between", [10, 1], []], ["custom.seats", "eq", 1.0, [A]],
  ["custom.score", "eq", "0.5", [A]], ["custom.score", "between", [0.5, 2], [A, B]], ["custom.score", "gt", 0.5, [B]], ["custom.vip", "eq", "true", [A]], ["custom.vip", "eq", false, [B]], ["custom.vip", "neq", true, [B, Y, N]],
  ["custom.since", "between", ["2026-01-31", "2026-02-01"], [A, B]], ["custom.since", "gt", "2026-01-31", [B]], ["custom.since", "lte", "2026-01-31T12:00:00Z", [A]],
  ["custom.seen", "eq", "2026-02-01T01:30:00+01:00", [A]], ["custom.seen", "gt", "2026-02-01T00:30:00Z", [B]], ["custom.seen", "between", ["2026-02-01T00:30:00Z", "2026-02-01T00:30:00.001Z"], [A, B]], ["custom.seen", "lt", "2026-02-01", []], ["custom.seen", "gte", "2026-02-01", [A, B]],
  ["custom.tier", "eq", "silver", []], ["custom.tier", "in", ["Silver", "gold"], [A, B]], ["custom.tier", "neq", "gold", [B, Y, N]], ["custom.likes", "has_any", "tea", [A]], ["custom.likes", "has_all", ["tea", "wine"], [A]], ["custom.likes", "has_all", ["tea", "Bier"], []], ["custom.likes", "has_none", ["tea"], [B, Y, N]],
  ["custom.mail", "eq", "NÚÑEZ@bücher.example", [A]], ["custom.mail", "ends_with", "@X.example", [B]], ["custom.mobile", "eq", "600111222", [A]], ["custom.mobile", "starts_with", "+34 600", [A, B]], ["custom.mobile", "contains", "111 3", [B]], ["custom.site", "eq", "https://EXAMPLE.com/A", [A]], ["custom.site", "starts_with", "https://x", [B]],
  ["emails", "eq", "ana@xn--bcher-kva.example", [A]], ["emails", "contains", "BÜCHER", [A]], ["emails", "neq", "eva@x.example", [A, Y, N]], ["emails", "not_exists", undefined, [Y, N]], ["emails.state", "has_any", ["unknown"], [A, B]], ["phones", "eq", "600 111 222", [A]], ["phones", "starts_with", "+34 600", [A, B]], ["phones", "ends_with", "333", [B]],
  ["external_ids", "eq", "crm:7", [A]], ["external_ids", "not_in", ["crm:7", "erp:1"], [B, Y, N]], ["external_ids.crm", "eq", "8", [B]], ["external_ids.erp", "not_exists", undefined, [A, B, Y, N]], ["external_ids.crm", "neq", "8", [A, Y, N]],
  ["birthday", "eq", "--05-09", [Y]], ["birthday", "lt", "2000-01-01", [A, B]], ["birthday", "lte", "1980-05-09", [A]], ["birthday", "gte", "1900-01-01", [A, B]], ["birthday", "between", ["1980-05-09", "1990-01-01"], [A, B]], ["birthday", "exists", undefined, [A, B, Y]], ["birthday", "before_last", "30d", [A, B]],
  ["urls", "eq", "https://example.com", [A]], ["urls", "starts_with", "https://x", [B]], ["tags", "has_any", ["vip"], [A]], ["tags", "has_any", ["ViP", "new"], [A, B]], ["tags", "has_all", ["A  B", "vip"], [A]], ["tags", "has_none", ["vip"], [B, Y, N]], ["tags", "not_exists", undefined, [Y, N]],
  ["lists", "not_exists", undefined, [A, B, Y, N]], ["language", "neq", "es", [B, Y, N]], ["source.type", "eq", "api", [A, B, Y, N]], ["consent.email.marketing", "not_exists", undefined, [A, B, Y, N]], ["status", "eq", "active", [A, B, Y, N]], ["status", "neq", "archived", [A, B, Y, N]], ["status", "in", ["gone"], []],
  ["created_at", "within_last", "1h", [A, B, Y, N]], ["created_at", "before_last", "1h", []], ["updated_at", "gt", "2026-01-01", [A, B, Y, N]], ["created_at", "between", ["2020-01-01", "2021-01-01"], []],
];

describe("what is found", () => {
  it("is right for each operator, and negative ones match contacts without a value", async () => {
    const wrong = await Promise.all(CASES.map(async ([field, op, value, names]) => {
      const { status, body } = await asked(field, op, value);
      const found = status === 200 ? body.data.map(({ id }: Json) => [...ids].find(([, one]) => one === id)?.[0] ?? "archived") : body.errors;
      const right = JSON.stringify(found) === JSON.stringify(names) && body.count.value === names.length && body.count.relation === "eq";
      return right ? [] : [{ field, op, value, found, names, count: body.count }];
    }));
    expect(wrong.flat()).toEqual([]);
    expect(new Set(CASES.map(([, op]) => op)).size).toBe(OPERATORS.length);
  });

  it("archived ones only where the filter asks for them", async () => {
    const answer = await key.post("/v1/contacts/search", { filter: { any: [{ all: [{ field: "status", op: "in", value: ["active", "archived"] }, { field: "custom.nick", op: "eq", value: "ñandú" }] }] }, count: "exact" });
    expect([answer.body.data.map(({ status }: Json) => status), answer.body.count.value]).toEqual([["active", "archived"], 2]);
  });

  it.each<[string, Operator, unknown, string]>([
    ["birthday", "gt", "--05-09", "invalid_value"], ["birthday", "between", ["--01-01", "--12-31"], "invalid_value"], ["custom.seats", "eq", "1x", "invalid_value"], ["custom.seats", "eq", true, "invalid_value"], ["custom.seats", "between", [1], "invalid_value"], ["custom.seats", "between", [1, 2, 3], "invalid_value"],
    ["custom.vip", "eq", 1, "invalid_value"], ["custom.since", "eq", "2026-02-30", "invalid_value"], ["custom.seen", "gt", "2026-02-01T00:00:00", "invalid_value"], ["tags", "has_any", [""], "invalid_value"], ["external_ids", "eq", "custom.code:x", "invalid_external_id"], ["external_ids", "eq", "crm", "invalid_external_id"],
    ["last_name", "eq", ["a"], "invalid_value"], ["last_name", "in", "a", "invalid_value"], ["last_name", "exists", "a", "not_applicable"], ["last_name", "eq", undefined, "required"], ["phones", "contains", "ab", "invalid_value"], ["phones", "contains", "12", "value_too_short"],
  ])("422 %s %s %j: %s", async (field, op, value, code) => {
    const { status, body } = await asked(field, op, value);
    expect([status, ...new Set(body.errors.map((one: Json) => one.code))]).toEqual([422, code]);
  });
});

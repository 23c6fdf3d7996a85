// JSON in: arrays, what APIs answer, lines. A bad record costs itself.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { json, ndjson } from "../src/transfers/formats/json/writer";
import { bytesOf, cutAt, read, readAll, refusal } from "./files";

describe("a list", () => {
  it.each<[string, string, unknown[]]>([
    ["an array", '[{"a":1},{"a":"x,]}\\"["}]', [{ a: 1 }, { a: 'x,]}"[' }]],
    ["empty", " [ ] ", []],
    ["a comma too many", '[{"a":1},]', [{ a: 1 }]],
    ["our own answer", '{"data":[{"a":{"b":[1,2,{}]}}],"next_cursor":null}', [{ a: { b: [1, 2, {}] } }]],
    ["contacts, after other members", '{"meta":{"data":[1,{"x":[]}],"s":"\\"data\\":["},"n":[1],"contacts":[{"a":1}],"total":1}', [{ a: 1 }]],
    ["results, spread over lines", '{\n  "results" : [\n    { "a": 1 },\n    { "a": 2 }\n  ]\n}\n', [{ a: 1 }, { a: 2 }]],
  ])("%s", async (_, text, sources) => {
    const { rows } = await read(text, { format: "json" });
    expect(rows.map(({ source }) => source)).toEqual(sources);
    const bytewise = await readAll([...bytesOf(text)].map((byte) => Uint8Array.of(byte)), { format: "json" });
    expect(bytewise.rows).toEqual(rows);
  });

  it("a bad record costs itself", async () => {
    const { rows } = await read('[{"a":1},{"a":},7,"x",[1],null,{"a":1,"a":2},{"__proto__":1},{"b":2}]');
    expect(rows.map(({ row, fault }) => [row, fault?.code])).toEqual([[1, undefined], [2, "malformed_json"], [3, "not_an_object"], [4, "not_an_object"], [5, "not_an_object"], [6, "not_an_object"], [7, "malformed_json"], [8, "malformed_json"], [9, undefined]]);
    expect(rows[6]?.fault?.message).toBe("/a: this member stands twice");
  });

  it("a record over 1 MB costs itself", async () => {
    const { rows } = await read(`[{"a":"${"x\\".repeat(10)}"},{"a":"${"],{".repeat(500_000)}"},{"b":1}]`.replaceAll("x\\", "x"));
    expect(rows.map(({ row, fault }) => [row, fault?.code])).toEqual([[1, undefined], [2, "record_too_large"], [3, undefined]]);
  });

  it.each([
    ["it ends too early", '[{"a":1},{"a":', "truncated_file"],
    ["a bracket is missing", '[{"a":1},{"a":[1}', "truncated_file"],
    ["there is none", '{"a":1,"b":[1]}', "no_list"],
    ["it is a value", '"x"', "no_list"],
    ["a second one follows", '[{"a":1}][{"a":2}]', "malformed_json"],
    ["a second answer follows", '{"data":[{"a":1}]}{"data":[{"a":2}]}', "malformed_json"],
    ["it is not closed", '{"data":[{"a":1}]', "malformed_json"],
  ])("refused where %s", async (_, text, code) => {
    expect((await refusal(read(text, { format: "json" }))).code).toBe(code);
  });

  it("tells the members that it has", async () => {
    expect((await read('[{"b":1,"a":2},{"c":3,"a":1}]')).facts).toMatchObject({ columns: ["b", "a", "c"], delimiter: null });
  });
});

describe("lines", () => {
  it("a bad one costs itself, blank ones are none", async () => {
    const { rows, facts } = await read(`{"a":1}\r\n\n{"a":\n  \n[1]\n{"b":"${"x".repeat(1_100_000)}"}\n{"b":2}`, { format: "ndjson" });
    expect(rows.map(({ row, fault }) => [row, fault?.code])).toEqual([[1, undefined], [2, "malformed_json"], [3, "not_an_object"], [4, "record_too_large"], [5, undefined]]);
    expect(facts.format).toBe("ndjson");
  });
});

const member = fc.string({ unit: "binary" }).map((text) => text.toWellFormed().replaceAll("\0", "")).filter((name) => name !== "__proto__");
const value = fc.letrec((tie) => ({ any: fc.oneof({ maxDepth: 3 }, member, fc.integer(), fc.boolean(), fc.constant(null), fc.array(tie("any"), { maxLength: 3 }), fc.dictionary(member, tie("any"), { maxKeys: 3, noNullPrototype: true })) })).any;
const objects = fc.array(fc.dictionary(member, value, { maxKeys: 4, noNullPrototype: true }), { minLength: 1, maxLength: 8 });

it("any objects are written and read back, cut anywhere", async () => {
  await fc.assert(
    fc.asyncProperty(objects, fc.constantFrom(["json", json] as const, ["ndjson", ndjson] as const), fc.array(fc.integer({ min: 0, max: 1_000 }), { maxLength: 8 }), async (sources, [format, { start, record, end }], places) => {
      const text = start + sources.map(record).join("") + end;
      const { rows } = await readAll(cutAt(bytesOf(text), places), { format });
      expect(rows.map(({ row, source, fault }) => [row, source, fault])).toEqual(sources.map((source, i) => [i + 1, source, undefined]));
    }),
    { numRuns: 300 },
  );
});

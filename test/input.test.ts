// Bad input is a 4xx problem document, never a 500 and never half a write, wherever a body, a value or a key comes in.
import { beforeAll, describe, expect, it } from "vitest";
import { isProblem, stored } from "./refusals";
import { world, type Client, type World } from "./world";

let w: World;
let key: Client;
let contact: string;
let target: string;

beforeAll(async () => {
  w = await world();
  key = await w.key({ kind: "agency", role: "owner" }).then((made) => made.with({ "ConnectKit-Location": w.locations[0] }));
  const { body } = await key.post("/v1/contacts", { first_name: "Ana", emails: ["ana@acme.com"] });
  contact = `/v1/contacts/${body.id}`;
  target = `/v1/keys/${(await w.key()).id}`;
});

const JSON_WRITES = (): [string, string, Record<string, unknown>][] => [
  ["POST", "/v1/contacts", { first_name: "Eva" }],
  ["PUT", "/v1/contacts?match=email", { emails: ["eva@acme.com"] }],
  ["PATCH", contact, { first_name: "Eva" }],
  ["POST", "/v1/keys", { name: "x", kind: "agency", scopes: ["contacts:read"] }],
  ["PATCH", target, { name: "x" }],
  ["PATCH", "/v1/organization", { name: "x" }],
  ["POST", "/v1/locations", { name: "x", default_country: "ES" }],
  ["PATCH", `/v1/locations/${w.locations[0]}`, { name: "x" }],
  ["POST", "/v1/members", { email: "eva@acme.com", name: "Eva", role: "viewer" }],
  ["PATCH", `/v1/members/${w.members.viewer}`, { name: "x" }],
];

describe("bodies that are none", () => {
  const deep = (depth: number) => `{"custom":${'{"a":'.repeat(depth)}1${"}".repeat(depth)}}`;
  const bytes = (...parts: (string | number[])[]) => new Uint8Array(parts.flatMap((part) => (typeof part === "string" ? [...new TextEncoder().encode(part)] : part)));
  const cases: [string, string | Uint8Array, number, object][] = [
    ["nothing", "", 400, { code: "malformed_json" }],
    ["half an object", '{"first_name":', 400, { code: "malformed_json" }],
    ["two values", "{}{}", 400, { code: "malformed_json" }],
    ["a comment", "{/**/}", 400, { code: "malformed_json" }],
    ["NaN", '{"first_name":NaN}', 400, { code: "malformed_json" }],
    ["a control character", '{"first_name":"\u0001"}', 400, { code: "malformed_json" }],
    ["a member twice", '{"a":1,"\\u0061":2}', 400, { errors: [{ pointer: "/a", code: "duplicate_member" }] }],
    ["a member twice, inside", '{"custom":[{},{"a":1,"a":1}]}', 400, { errors: [{ pointer: "/custom/1/a" }] }],
    ["10,000 deep", deep(10_000), 400, { errors: [{ code: "too_deep" }] }],
    ["10,000 arrays deep", "[".repeat(10_000), 400, { errors: [{ code: "too_deep" }] }],
    ["not UTF-8", bytes('{"first_name":"', [0xff, 0xfe], '"}'), 400, { code: "invalid_encoding" }],
    ["half of a UTF-8 character", bytes('{"first_name":"', [0xe4, 0xb8], '"}'), 400, { code: "invalid_encoding" }],
    ["a surrogate in UTF-8", bytes('{"first_name":"', [0xed, 0xa0, 0x80], '"}'), 400, { code: "invalid_encoding" }],
    ["an array", "[]", 422, { errors: [{ pointer: "" }] }],
    ["null", "null", 422, { errors: [{ pointer: "" }] }],
    ["a number beyond numbers", "1e400", 422, { errors: [{ pointer: "" }] }],
    ["an unknown member", '{"hat":1}', 422, { errors: expect.arrayContaining([{ pointer: "/hat", code: "unknown_field", message: "no such field" }]) }],
    ["a lone surrogate", '{"name":"\\ud800"}', 422, { errors: [{ pointer: "/name", code: "lone_surrogate" }] }],
    ["a lone surrogate in a name", '{"\\udfff":1}', 422, { errors: [{ code: "unknown_field" }] }],
    ["NUL", '{"name":"a\\u0000"}', 422, { errors: [{ pointer: "/name", code: "nul" }] }],
    ["NUL in a name", '{"a\\u0000":1}', 422, { errors: [{ code: "unknown_field" }] }],
    ...["__proto__", "constructor", "toString", "hasOwnProperty"].map((name): [string, string, number, object] => [
      name, `{"${name}":{"first_name":"Eva","name":"x"}}`, 422, { errors: expect.arrayContaining([expect.objectContaining({ pointer: `/${name}`, code: "unknown_field" })]) },
    ]),
  ];

  it.each(cases)("%s: by every operation that takes JSON, and nothing is written", async (_, body, status, expected) => {
    const before = await stored(w, key);
    for (const [method, path] of JSON_WRITES()) {
      const answer = await key.call(method, path, { body });
      isProblem(answer);
      expect([method, path, answer.status, answer.body]).toMatchObject([method, path, status, expected]);
    }
    expect(await stored(w, key)).toBe(before);
  });

  it("413 for 2 MB, told beforehand or streamed", async () => {
    const before = await stored(w, key);
    const chunk = new TextEncoder().encode(" ".repeat(100_000));
    const stream = () => {
      let sent = 0;
      return new ReadableStream({ pull: (to) => ((sent += 1) > 20 ? to.close() : to.enqueue(chunk)) });
    };
    for (const [method, path] of JSON_WRITES()) {
      for (const body of [" ".repeat(2_000_000), stream()]) {
        const answer = await key.call(method, path, { body });
        isProblem(answer);
        expect([answer.status, answer.body.code, answer.body.limit_bytes]).toEqual([413, "too_large", 1_000_000]);
      }
    }
    expect(await stored(w, key)).toBe(before);
  });
});

describe("members that are none of ours, within", () => {
  it.each([
    ['{"first_name":"Eva","external_ids":{"__proto__":"x"}}', "/external_ids/__proto__"],
    ['{"first_name":"Eva","external_ids":{"toString":"x"}}', "/external_ids/toString"],
    ['{"first_name":"Eva","custom":{"__proto__":{"a":1}}}', "/custom/__proto__"],
    ['{"first_name":"Eva","custom":{"constructor":1}}', "/custom/constructor"],
    ['{"first_name":"Eva","consent":{"toString":{}}}', "/consent"],
    ['{"first_name":"Eva","addresses":[{"__proto__":1}]}', "/addresses/0/__proto__"],
    ['{"first_name":"Eva","emails":[{"value":"e@x.example","constructor":1}]}', "/emails/0/constructor"],
    ['{"first_name":"Eva","tags":["ok","\\ud83d"]}', "/tags/1"],
    ['{"first_name":"Eva","external_ids":{"a":"\\u0000"}}', "/external_ids/a"],
  ])("422 %s", async (body, pointer) => {
    const before = await stored(w, key);
    for (const [method, path] of [["POST", "/v1/contacts"], ["PATCH", contact]] as const) {
      const answer = await key.call(method, path, { body });
      isProblem(answer);
      expect([method, answer.status, answer.body.errors.map((fault: { pointer: string }) => fault.pointer)]).toEqual([method, 422, [pointer]]);
    }
    expect(await stored(w, key)).toBe(before);
  });

  it("201 for an external id that is called constructor: it is a name like any other", async () => {
    const { status, body } = await key.post("/v1/contacts?dry_run=true", { external_ids: { constructor: "1", valueof: "2" } });
    expect([status, body.external_ids]).toEqual([201, { constructor: "1", valueof: "2" }]);
  });
});

// Rubbish in URL and headers: refused with its name, before anything is written.
import { beforeAll, describe, expect, it } from "vitest";
import { isProblem, stored } from "./refusals";
import { world, type Answer, type Client, type World } from "./world";

let w: World;
let key: Client;
let id: string;

beforeAll(async () => {
  w = await world();
  key = (await w.key({ kind: "agency", role: "owner" })).with({ "ConnectKit-Location": w.locations[0] });
  id = (await key.post("/v1/contacts", { first_name: "Ana", emails: ["ana@acme.com"] })).body.id;
});

async function refused(answer: Answer, status: number, code: string): Promise<Answer> {
  expect([answer.status, answer.body?.code, answer.text.slice(0, 200)]).toEqual([status, code, expect.anything()]);
  isProblem(answer);
  return answer;
}

describe("headers", () => {
  it.each([
    ["If-Match", "7", 400], ["If-Match", ",", 400], ["If-Match", '"1", x', 400], ["If-Match", '"-1"', 400], ["If-Match", '"1e3"', 400],
    ["If-Match", '"9999999999999999"', 400], ["If-Match", `"${"9".repeat(5_000)}"`, 400], ["If-Match", '"2"', 412], ["If-Match", Array(500).fill('"9"').join(), 412],
    ["Idempotency-Key", "", 400], ["Idempotency-Key", '""', 400], ["Idempotency-Key", "k".repeat(256), 400], ["Idempotency-Key", "k\u00e9", 400], ["Idempotency-Key", "a\tb", 400],
    ["ConnectKit-Location", "", 404], ["ConnectKit-Location", "loc_1", 404], ["ConnectKit-Location", "loc_01kqz3v9c5f1nazrk2d4f7h8jm", 404], ["ConnectKit-Location", "l".repeat(5_000), 404],
    ["Content-Type", "", 415], ["Content-Type", "text/plain", 415], ["Content-Type", "application/json; charset=latin1", 415], ["Content-Type", "application/json, text/plain", 415],
    ["Content-Type", "application/x-www-form-urlencoded", 415], ["Content-Type", "multipart/form-data; boundary=x", 415], ["Content-Type", "application/jsonx", 415], ["Content-Type", ";", 415],
  ] as const)("%s: %j is refused", async (name, value, status) => {
    const before = await stored(w, key);
    const codes: Record<number, string> = { 400: "invalid_header", 404: "not_found", 412: "version_mismatch", 415: "unsupported_media_type" };
    const answer = await refused(await key.patch(`/v1/contacts/${id}`, { first_name: "Eva" }, { headers: { [name]: value } }), status, codes[status] ?? "");
    if (status === 400) expect(answer.body.errors).toMatchObject([{ header: name, code: "malformed" }]);
    if (status === 415) expect(answer.headers.get("Accept-Patch")).toBe("application/json, application/merge-patch+json");
    expect(await stored(w, key)).toBe(before);
  });

  it.each(["application/json", "Application/JSON; Charset=UTF-8", 'application/json;charset="utf-8"', "application/merge-patch+json"])("Content-Type: %s is understood", async (type) => {
    expect((await key.patch(`/v1/contacts/${id}`, { first_name: "Ana" }, { headers: { "Content-Type": type } })).status).toBe(200);
  });

  it("415 for a body where none is taken, {} and nothing pass; 415 for JSON where a form is", async () => {
    const sandbox = await w.key({ environment: "sandbox" });
    const { body } = await sandbox.post("/v1/contacts", { first_name: "Ana" });
    for (const [method, path] of [["DELETE", `/v1/contacts/${body.id}`], ["POST", `/v1/contacts/${body.id}/restore`]] as const) {
      await refused(await sandbox.call(method, path, { body: { status: "x" } }), 415, "unsupported_media_type");
      expect((await sandbox.call(method, path, { body: {} })).status).toBe(200);
      expect((await sandbox.call(method, path)).status).toBe(200);
    }
    await refused(await key.post("/v1/introspect", { token: "x" }), 415, "unsupported_media_type");
  });

  it("422 for a form of introspection that is none; any token is answered", async () => {
    const send = (body: string | Uint8Array) => key.post("/v1/introspect", body, { headers: { "Content-Type": "application/x-www-form-urlencoded" } });
    for (const form of ["", "token", "token=", "token=a&token=b", "token=a&hat=1", "token=a&__proto__=1", `token=${"x".repeat(501)}`, '{"token":"x"}']) await refused(await send(form), 422, "validation_failed");
    await refused(await send(new Uint8Array([0x74, 0xff])), 400, "invalid_encoding");
    for (const token of ["%00", "%ff", "x", "ck_live_loc_x", "🔑"]) expect([token, (await send(`token=${token}`)).text]).toEqual([token, '{"active":false}']);
  });
});

/** A query, the parameter that is refused, and what is said of it. */
type Query = [query: string, parameter: string, message: string | null];
const queries: Query[] = [
  ["emial=a", "emial", "unknown; did you mean `email`?"], ["__proto__=1", "__proto__", "unknown"], ["constructor=1", "constructor", "unknown"], ["=1", "", "unknown"],
  ["Limit=1", "Limit", "unknown; did you mean `limit`?"], [`${"x".repeat(5_000)}=1`, "x".repeat(5_000), "unknown"], ["dry_run=true", "dry_run", "unknown"],
  ...["", "0", "201", "-1", "1e2", "1.5", "%2B1", "0x10", "١", "99999999999"].map((limit): Query => [`limit=${limit}`, "limit", null]),
  ["limit=1&limit=1", "limit", null], ["sort=name", "sort", null], ["sort=", "sort", null], ["sort=id&sort=id", "sort", null], ["fields=", "fields", null], ["fields=id,,email", "fields", null], ["include=hat", "include", null],
  ["cursor=", "cursor", null], ["cursor=x", "cursor", null], ["cursor=%00", "cursor", null], ["cursor=W10", "cursor", null], [`cursor=${"A".repeat(2_001)}`, "cursor", null],
  ...["", "yesterday", "2026-02-30T00:00:00Z", "2026-01-01", "2026-01-01T00:00:00", "2026-01-01T24:00:00Z", "1767225600"].map((time): Query => [`updated_since=${time}`, "updated_since", null]),
  ["email=", "email", null], ["email=a%00%40x.example", "email", null], ["phone=600111222", "phone", null], ["external_id=crm", "external_id", null], ["external_id=CRM:1", "external_id", null], ["status=gone", "status", null],
];

describe("query", () => {
  it.each(queries)("400 ?%s", async (query, parameter, message) => {
    const { body } = await refused(await key.get(`/v1/contacts?${query}`), 400, "invalid_parameter");
    expect(body.errors[0]).toMatchObject({ parameter, ...(message === null ? {} : { message }) });
  });

  it("400 on writes too, and nothing is written", async () => {
    const before = await stored(w, key);
    for (const query of ["dry_run=1", "dry_run=true&dry_run=true", "dry_run", "permanent=true"]) await refused(await key.post(`/v1/contacts?${query}`, { first_name: "Eva" }), 400, "invalid_parameter");
    for (const query of ["", "match=", "match=name", "match=external_id.", "match=email&match=email", "match=email&arrays=merge"]) await refused(await key.put(`/v1/contacts?${query}`, { emails: ["eva@acme.com"] }), 400, "invalid_parameter");
    for (const query of ["permanent=1", "permanent", "permanent=true&permanent=false", "permanant=true"]) await refused(await key.delete(`/v1/contacts/${id}?${query}`), 400, "invalid_parameter");
    expect(await stored(w, key)).toBe(before);
  });

  it("400 cursor_mismatch for a cursor of another list", async () => {
    await w.key();
    const cursor = (await key.get("/v1/keys?limit=1")).body.page.next_cursor;
    await refused(await key.get(`/v1/contacts?cursor=${cursor}`), 400, "cursor_mismatch");
    await refused(await key.get(`/v1/keys?limit=1&kind=agency&cursor=${cursor}`), 400, "cursor_mismatch");
  });
});

describe("paths and methods", () => {
  it("404 for what is no id, and for what is no path, with CORS", async () => {
    const ids = ["%00", "%ff", "%", "..%2fkeys", "%2e%2e%2f%2e%2e", "con_", "x".repeat(8_000), "日本", "con_01kqz3v9c5f1nazrk2d4f7h8jm", id.toUpperCase(), `${id}%00`, `${id}%20`];
    for (const one of ids) for (const method of ["GET", "DELETE"]) await refused(await key.call(method, `/v1/contacts/${one}`), 404, "not_found");
    for (const path of ["/", "/v1", "/v2/contacts", "/V1/contacts", "//v1/contacts", "/v1/contacts/", `/v1/contacts/${id}/`, `/v1/contacts/${id}/x`, "/v1/%63ontact"]) await refused(await key.get(path), 404, "not_found");
  });

  it("405 with Allow for another method, HEAD like GET without a body, OPTIONS 204 for anybody", async () => {
    for (const [method, path, allow] of [
      ["DELETE", "/v1/contacts", "GET, HEAD, POST, PUT"], ["PUT", "/v1/ping", "GET, HEAD"], ["GET", "/v1/introspect", "POST"], ["POST", "/openapi.json", "GET, HEAD"], ["GET", `/v1/contacts/${id}/restore`, "POST"],
    ] as const) {
      const answer = await refused(await key.call(method, path), 405, "method_not_allowed");
      expect(answer.headers.get("Allow")).toBe(allow);
    }
    const [head, get] = [await key.call("HEAD", `/v1/contacts/${id}`), await key.get(`/v1/contacts/${id}`)];
    expect([head.status, head.text, head.headers.get("ETag"), head.headers.get("Content-Type")]).toEqual([200, "", get.headers.get("ETag"), get.headers.get("Content-Type")]);
    expect([(await key.call("HEAD", "/v1/introspect")).status, (await key.call("HEAD", "/v1/none")).status, (await w.anonymous.call("HEAD", "/v1/ping")).status]).toEqual([405, 404, 401]);
    for (const path of ["/v1/contacts", "/v1/contacts/x/y/z"]) {
      const { status, headers, text } = await w.anonymous.call("OPTIONS", path, { headers: { Origin: "https://shop.example", "Access-Control-Request-Method": "PATCH", "Access-Control-Request-Headers": "authorization, if-match" } });
      expect([status, text, headers.get("Access-Control-Allow-Origin"), headers.get("Access-Control-Allow-Headers")]).toEqual([204, "", "*", "authorization, if-match"]);
      expect([headers.get("Access-Control-Allow-Methods")?.includes("PATCH"), headers.has("Access-Control-Allow-Credentials"), headers.has("RateLimit"), headers.has("Request-Id")]).toEqual([true, false, false, true]);
    }
  });
});

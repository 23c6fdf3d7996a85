// Random JSON in place of every field of every body: taken, or refused with a pointer, never a fault of ours.
import * as fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { READ_ONLY } from "../src/contacts/schema";
import { isProblem, stored } from "./refusals";
import { world, type Answer, type Client, type World } from "./world";

let w: World;
let key: Client;
let contact: string;
let target: string;

beforeAll(async () => {
  w = await world();
  key = (await w.key({ kind: "agency", role: "owner" })).with({ "ConnectKit-Location": w.locations[0] });
  const { body } = await key.post("/v1/contacts", { first_name: "Ana", emails: ["ana@acme.com"], tags: ["a"] });
  contact = `/v1/contacts/${body.id}`;
  target = `/v1/keys/${(await w.key()).id}`;
});

const json = (arbitrary: fc.Arbitrary<unknown>) => arbitrary.map((value) => JSON.stringify(value));
const numbers = fc.constantFrom("1e400", "-1e400", "-0", "1e21", "1E-400", "123456789012345678901234567890", "0.1", "-1", "0", "1");
const strings = fc.oneof(fc.string({ unit: "binary" }), fc.string({ unit: "grapheme", minLength: 1 }), fc.emailAddress(), fc.webUrl(), fc.date({ noInvalidDate: true }).map((date) => date.toISOString()));
const value = fc.oneof(json(fc.jsonValue({ maxDepth: 3 })), numbers, json(strings), json(fc.array(strings, { maxLength: 4 })));
const member = fc.constantFrom("value", "label", "primary", "state", "raw", "country", "line1", "add", "remove", "hour", "inflight", "crm", "__proto__");
const object = fc.tuple(member, value).map(([name, text]) => `{"${name}":${text}}`);
const any = fc.oneof(value, object, object.map((text) => `[${text}]`), object.map((text) => `{"add":[${text}]}`));

const CONTACT = ["external_ids", "first_name", "last_name", "company", "job_title", "emails", "phones", "addresses", "birthday", "language", "timezone", "urls", "custom", "tags", ...READ_ONLY];
const KEY = ["name", "kind", "environment", "location_ids", "scopes", "owner", "integration", "limits", "synchronous", "allowed_ips", "expires_at", "status"];

/** A body with `text` as the value of one field. */
const body = (rest: Record<string, unknown>, field: string, text: string): string =>
  `{${[...Object.entries(rest).filter(([name]) => name !== field).map(([name, one]) => `${JSON.stringify(name)}:${JSON.stringify(one)}`), `"${field}":${text}`].join()}}`;

// Where there is no dry run, a member that is none keeps a good value from being written.
const operations: [string, readonly string[], (field: string, text: string) => Promise<Answer>][] = [
  ["POST /v1/contacts", CONTACT, (field, text) => key.post("/v1/contacts?dry_run=true", body({ first_name: "Eva" }, field, text))],
  ["PUT /v1/contacts, new", CONTACT, (field, text) => key.put("/v1/contacts?match=external_id.z&dry_run=true", body({ external_ids: { z: "1" } }, field, text))],
  ["PUT /v1/contacts, known", CONTACT, (field, text) => key.put("/v1/contacts?match=email&dry_run=true", body({ emails: ["ana@acme.com"] }, field, text))],
  ["PATCH /v1/contacts/{id}", CONTACT, (field, text) => key.patch(`${contact}?dry_run=true`, body({}, field, text))],
  ["POST /v1/keys", KEY, (field, text) => key.post("/v1/keys?dry_run=true", body({ name: "x", kind: "agency", scopes: ["contacts:read"] }, field, text))],
  ["PATCH /v1/keys/{id}", KEY, (field, text) => key.patch(target, body({ hat: 1 }, field, text))],
  ["PATCH /v1/organization", ["name", "plan", "api_enabled"], (field, text) => key.patch("/v1/organization", body({ hat: 1 }, field, text))],
];

describe("any value in place of any field", () => {
  it.each(operations)("%s: 2xx or a problem with its pointers, nothing written", async (_, fields, call) => {
    const before = await stored(w, key);
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...fields), any, async (field, text) => {
        const answer = await call(field, text);
        if (answer.status < 300) return;
        isProblem(answer);
        if (answer.status === 422) expect(answer.body.errors).toEqual(answer.body.errors.map(() => ({ pointer: expect.any(String), code: expect.any(String), message: expect.any(String) })));
      }),
      { numRuns: 250 },
    );
    expect(await stored(w, key)).toBe(before);
  });
});

// Who was erased with `suppress` does not come back by any way, and nothing that is kept tells who it is.
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { times, world, type Client, type Json } from "./world";

const ana = { first_name: "Ana", emails: ["Ana@Acme.com", "ana@home.example"], phones: ["600 111 222"] };

async function erase(by: Client, subject: object, more: object = {}): Promise<Json> {
  const { body } = await by.post("/v1/privacy/requests", { type: "erasure", subject, suppress: true, ...more });
  return (await by.post(`/v1/privacy/requests/${body.id}/complete`)).body;
}
const refused = (email: string) => ({ status: 409, body: { code: "suppressed", matched_on: [{ kind: "email", value: email }] } });

describe("an erasure with suppress", () => {
  it("409 for each way in, on the first try and with dry_run; nothing is written", async () => {
    const w = await world();
    const by = await w.key();
    await by.post("/v1/contacts", ana);
    expect(await erase(by, { email: "ana@acme.com" })).toMatchObject({ status: "completed", suppress: true, subject: null });
    const ben = (await by.post("/v1/contacts", { first_name: "Ben" })).body.id;
    const before = (await w.events()).length;
    for (const query of ["", "?dry_run=true"]) expect(await by.post(`/v1/contacts${query}`, { emails: ["ANA@acme.com"] })).toMatchObject(refused("ana@acme.com"));
    expect(await by.put("/v1/contacts?match=email", { emails: ["ana@home.example"], first_name: "Ana" })).toMatchObject(refused("ana@home.example"));
    expect(await by.patch(`/v1/contacts/${ben}`, { emails: { add: ["ana@home.example"] } })).toMatchObject(refused("ana@home.example"));
    expect(await by.post("/v1/contacts", { phones: ["+34 600 111 222"] })).toMatchObject({ status: 409, body: { code: "suppressed", matched_on: [{ kind: "phone", value: "+34600111222" }] } });
    expect(await by.post("/v1/interactions", { source: "desk", source_id: "1", type: "ticket", subject: "Hi", contact: { email: "ana@acme.com" } })).toMatchObject(refused("ana@acme.com"));
    expect((await w.events()).length).toBe(before);
    expect((await by.get("/v1/contacts")).body.data.map(({ id }: Json) => id)).toEqual([ben]);
  });

  it("fails alone in a batch; atomic: nothing is written", async () => {
    const w = await world();
    const by = await w.key();
    await erase(by, { email: "ana@acme.com" });
    const operations = [{ op: "create", data: { emails: ["ben@acme.com"] } }, { op: "upsert", match: "email", data: { emails: ["ana@acme.com"] } }];
    for (const query of ["?dry_run=true", ""]) {
      const { status, body } = await by.post(`/v1/contacts/batch${query}`, { operations });
      expect([status, body.results.map((one: Json) => [one.status, one.error?.code]), body.results[1].retryable]).toEqual([207, [[201, undefined], [409, "suppressed"]], false]);
    }
    expect(await by.post("/v1/contacts/batch", { atomic: true, operations: [{ op: "create", data: { emails: ["eva@acme.com"] } }, operations[1]] })).toMatchObject({ status: 422, body: { code: "batch_failed" } });
    expect((await by.get("/v1/contacts")).body.data.map(({ emails }: Json) => emails[0].value)).toEqual(["ben@acme.com"]);
  });

  it("keeps one hash each, and suppresses neither what somebody else has nor another space", async () => {
    const w = await world();
    const [by, elsewhere] = [await w.key(), await w.key({ locations: [w.locations[1]] })];
    await by.post("/v1/contacts", ana);
    await by.post("/v1/contacts", { first_name: "Ben", phones: ["600 111 222"] });
    const { id } = await erase(by, { email: "ana@acme.com" });
    const { results } = await env.DATA.prepare("SELECT * FROM suppressions WHERE space_id = ?").bind((await w.space()).id).all();
    expect(results).toEqual(times(2, () => ({ space_id: expect.any(Number), digest: expect.stringMatching(/^[0-9a-f]{64}$/), request_id: id, created_at: expect.any(Number) })));
    expect((await by.post("/v1/contacts", { first_name: "Eva", phones: ["600 111 222"] })).status).toBe(201);
    expect((await elsewhere.post("/v1/contacts", ana)).status).toBe(201);
  });

  it("without it the person may come back; 422 for a request of another kind", async () => {
    const by = await (await world()).key();
    await by.post("/v1/contacts", ana);
    await erase(by, { email: "ana@acme.com" }, { suppress: false });
    expect((await by.post("/v1/contacts", ana)).status).toBe(201);
    expect(await by.post("/v1/privacy/requests", { type: "access", subject: { email: "a@x.example" }, suppress: true })).toMatchObject({ status: 422, body: { errors: [{ pointer: "/suppress", code: "not_of_this_type" }] } });
  });

  it("204 lifted for one address with fresh consent, once; its event names nobody", async () => {
    const w = await world();
    const by = await w.key();
    await by.post("/v1/contacts", ana);
    const { id } = await erase(by, { email: "ana@acme.com" });
    expect(await by.post("/v1/privacy/suppressions/lift", { email: "nonsense" })).toMatchObject({ status: 422, body: { errors: [{ pointer: "/email", code: "invalid_email" }] } });
    expect((await (await world()).key().then((other) => other.post("/v1/privacy/suppressions/lift", { email: "ana@acme.com" }))).status).toBe(404);
    expect((await by.post("/v1/privacy/suppressions/lift", { email: "ana@acme.com" })).status).toBe(204);
    expect((await by.post("/v1/privacy/suppressions/lift", { email: "ana@acme.com" })).status).toBe(404);
    const told = (await w.events()).filter(({ type }) => type === "privacy_request.suppression_lifted");
    expect(told).toMatchObject([{ subject: id }]);
    expect(JSON.stringify(told)).not.toMatch(/acme/i);
    expect((await by.post("/v1/contacts", { emails: ["ana@acme.com"] })).status).toBe(201);
    expect((await by.post("/v1/contacts", { emails: ["ana@home.example"] })).status).toBe(409);
  });
});

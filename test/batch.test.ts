// Batches: each operation as if alone, in order, in one transaction.
import { describe, expect, it } from "vitest";
import { front, recorded } from "./front";
import { isGapless, tally, times, world, type Json } from "./world";

const statuses = ({ body }: { body: Json }) => body.results.map(({ status, action, error }: Json) => [status, action ?? error.code]);

describe("batch", () => {
  it("200 with one result per operation, in order, each with its version and its event", async () => {
    const w = await world();
    const key = await w.key();
    const [a, b] = await Promise.all([key.post("/v1/contacts", { first_name: "A", emails: ["a@x.example"] }), key.post("/v1/contacts", { first_name: "B", tags: ["old"] })]);
    const answer = await key.post("/v1/contacts/batch", {
      operations: [
        { ref: "n", op: "create", data: { first_name: "N", tags: ["New"] } },
        { op: "upsert", match: "email", data: { emails: ["A@X.example"], last_name: "Found" } },
        { op: "untag", id: b.body.id, data: { tags: ["OLD", "nope"] } },
        { op: "upsert", data: { emails: ["c@x.example"], external_ids: { crm: "1" } } },
        { op: "update", match: { "external_id.crm": "2" }, data: { first_name: "Nobody" } },
      ],
    });
    expect(answer.status).toBe(207);
    expect(statuses(answer)).toEqual([[201, "created"], [200, "updated"], [200, "updated"], [201, "created"], [404, "not_found"]]);
    expect(answer.body.results[0]).toMatchObject({ index: 0, ref: "n", version: 1 });
    expect(answer.body.results[1]).toMatchObject({ id: a.body.id, version: 2 });
    expect(answer.body.summary).toEqual({ created: 2, updated: 2, failed: 1 });
    const events = await w.events();
    expect(isGapless(events)).toBe(true);
    expect(events.filter(({ type }) => type.startsWith("contact.")).map(({ type }) => type)).toEqual(["contact.created", "contact.created", "contact.created", "contact.updated", "contact.updated", "contact.created"]);
    expect((await key.get(`/v1/contacts/${b.body.id}`)).body.tags).toEqual([]);
    expect((await key.get("/v1/contacts?tag=new&fields=first_name")).body.data).toEqual([{ first_name: "N" }]);
  });

  it("207: what is wrong with one costs only that one, and says where", async () => {
    const w = await world();
    const key = await w.key({ scopes: ["contacts:read", "contacts:write"] });
    const { body: taken } = await key.post("/v1/contacts", { emails: ["taken@x.example"] });
    const answer = await key.post("/v1/contacts/batch", {
      operations: [
        { op: "explode" },
        { op: "create", data: { emails: ["nobody"], phones: ["+34600111222"] } },
        { op: "create", data: { emails: ["taken@x.example"] } },
        { op: "create", data: { emails: ["new@x.example"] } },
        { op: "create", data: { emails: ["NEW@x.example"] } },
        { op: "update", id: taken.id, if_version: 9, data: { first_name: "T" } },
        { op: "delete", id: taken.id },
        { op: "update", data: { first_name: "who" } },
      ],
    });
    expect(answer.status).toBe(207);
    expect(statuses(answer)).toEqual([
      [422, "validation_failed"], [422, "validation_failed"], [409, "contact_exists"], [201, "created"], [409, "duplicate_in_batch"], [412, "version_mismatch"], [403, "insufficient_scope"], [422, "validation_failed"],
    ]);
    expect(answer.body.results[1].error.errors).toMatchObject([{ pointer: "/data/emails/0", code: "invalid_email" }]);
    expect(answer.body.results[2].error).toMatchObject({ existing_id: taken.id, matched_on: [{ kind: "email", value: "taken@x.example" }] });
    expect(answer.body.results[4]).toMatchObject({ error: { first_index: 3 }, retryable: true });
  });

  it("422 when atomic and one fails, with all results, and nothing is written", async () => {
    const w = await world();
    const key = await w.key();
    const operations = [{ op: "create", data: { first_name: "A" } }, { op: "create", data: {} }];
    expect(await key.post("/v1/contacts/batch", { atomic: true, operations })).toMatchObject({ status: 422, body: { code: "batch_failed", summary: { created: 1, failed: 1 } } });
    expect(await w.events()).toEqual([]);
    expect((await key.post("/v1/contacts/batch?dry_run=true", { operations })).body.summary).toEqual({ created: 1, failed: 1 });
    expect(await w.events()).toEqual([]);
  });

  it("what one releases the next may take", async () => {
    const key = await (await world()).key();
    const { body } = await key.post("/v1/contacts", { first_name: "A", emails: ["a@x.example"] });
    const answer = await key.post("/v1/contacts/batch", { atomic: true, operations: [{ op: "archive", id: body.id }, { op: "create", data: { emails: ["a@x.example"] } }] });
    expect(answer.status).toBe(200);
    expect(statuses(await key.post("/v1/contacts/batch", { operations: [{ op: "restore", id: body.id }] }))).toEqual([[409, "restore_conflict"]]);
  });

  it("500 upserts: as many statements as one, and a retry replays", async () => {
    const w = await world();
    const key = await w.key();
    const operations = times(500, (i) => ({ op: "upsert", match: "email", data: { first_name: `U${i}`, emails: [`u${i}@x.example`], phones: [`+3461${String(i).padStart(7, "0")}`], tags: ["bulk"] } }));
    const { bindings, ran } = recorded();
    const through = key.through(front(bindings));
    const answer = await through.post("/v1/contacts/batch", { operations }, { headers: { "Idempotency-Key": "once" } });
    expect([answer.status, answer.body.summary]).toEqual([200, { created: 500 }]);
    expect(ran.length).toBeLessThanOrEqual(24);
    expect(await key.post("/v1/contacts/batch", { operations }, { headers: { "Idempotency-Key": "once" } })).toMatchObject({ status: 200, body: { summary: { created: 500 } } });
    expect((await key.post("/v1/contacts/batch", { operations })).body.summary).toEqual({ unchanged: 500 });
    expect((await key.post("/v1/contacts/search", { query: "u499", count: "exact" })).body).toMatchObject({ data: [{ first_name: "U499" }], count: { value: 1, relation: "eq" } });
    expect(await key.post("/v1/contacts/batch", { operations: times(501, () => ({ op: "create", data: { first_name: "x" } })) })).toMatchObject({ status: 422 });
  });

  it("batches that race for the same addresses: each address once, every loser told, nothing lost", async () => {
    const w = await world();
    const key = await w.key();
    const batches = await Promise.all(times(8, (b) => key.post("/v1/contacts/batch", { operations: times(20, (i) => ({ op: b % 2 ? "create" : "upsert", ...(b % 2 ? {} : { match: "email" }), data: { emails: [`r${i}@x.example`], tags: [`b${b}`] } })) })));
    expect(tally(batches.flatMap(({ body }) => body.results))).toMatchObject({ 201: 20 });
    const { body } = await key.get("/v1/contacts?limit=200");
    expect(body.data).toHaveLength(20);
    const upserted = batches.flatMap(({ body: one }, b) => (b % 2 ? [] : one.results.map(() => `b${b}`)));
    for (const contact of body.data) for (const tag of new Set(upserted)) expect(contact.tags).toContain(tag);
    const events = await w.events();
    expect(isGapless(events)).toBe(true);
    for (const contact of body.data) expect(events.filter(({ subject }) => subject === contact.id).map(({ version }) => version)).toEqual(times(contact.version, (i) => i + 1));
  });
});

describe("what a privacy request restricts", () => {
  it("409 contact_restricted for an update in a batch, counted as failed in bulk, refused by a merge; archiving passes", async () => {
    const key = await (await world()).key();
    const { body } = await key.post("/v1/contacts", { first_name: "Ana", emails: ["ana@x.example"] });
    const { body: other } = await key.post("/v1/contacts", { first_name: "Bea" });
    const { body: request } = await key.post("/v1/privacy/requests", { type: "restriction", subject: { email: "ana@x.example" } });
    expect((await key.post(`/v1/privacy/requests/${request.id}/complete`)).status).toBe(200);
    const answer = await key.post("/v1/contacts/batch", { operations: [{ op: "tag", id: body.id, data: { tags: ["x"] } }, { op: "tag", id: other.id, data: { tags: ["x"] } }] });
    expect(statuses(answer)).toEqual([[409, "contact_restricted"], [200, "updated"]]);
    expect((await key.post(`/v1/contacts/${other.id}/merge`, { source_ids: [body.id] })).body.code).toBe("contact_restricted");
    expect(statuses(await key.post("/v1/contacts/batch", { operations: [{ op: "archive", id: body.id }] }))).toEqual([[200, "archived"]]);
  });
});

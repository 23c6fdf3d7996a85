import { describe, expect, it } from "vitest";
import { forgetAll } from "../src/keys/principals";
import { counted, front } from "./front";
import { world } from "./world";

const ana = { first_name: "Ana", emails: ["ana@acme.com"] };

describe("round trips before the answer", () => {
  it("warm: a read is 1 gate + 1 D1, a write 1 gate + at most 2 D1; ping is the gate alone", async () => {
    const w = await world();
    const key = await w.key();
    const { bindings, calls, reset } = counted();
    const through = front(bindings);
    const by = key.through(through);
    await by.get("/v1/ping");
    const { body } = await by.post("/v1/contacts", { first_name: "Bea", emails: ["bea@acme.com"] });
    await through.settled();

    const cost = async (call: () => Promise<{ status: number }>) => {
      reset();
      const { status } = await call();
      await through.settled();
      // One call of the gate is after the answer: how it went.
      return [status, calls.gate - 1, calls.d1, calls.kvReads + calls.kvWrites];
    };
    const path = `/v1/contacts/${body.id}`;
    expect(await cost(() => by.get("/v1/ping"))).toEqual([200, 1, 0, 0]);
    expect(await cost(() => by.get(path))).toEqual([200, 1, 1, 0]);
    expect(await cost(() => by.get("/v1/contacts?limit=50"))).toEqual([200, 1, 1, 0]);
    expect(await cost(() => by.get("/v1/contacts?email=bea%40acme.com"))).toEqual([200, 1, 1, 0]);
    expect(await cost(() => by.post("/v1/contacts", ana))).toEqual([201, 1, 1, 0]);
    expect(await cost(() => by.patch(path, { first_name: "Eva" }))).toEqual([200, 1, 2, 0]);
    expect(await cost(() => by.patch(path, { first_name: "Ida" }, { headers: { "Idempotency-Key": "k" } }))).toEqual([200, 1, 2, 0]);
    expect(await cost(() => by.delete(path))).toEqual([200, 1, 2, 0]);
    expect(await cost(() => by.post(`${path}/restore`))).toEqual([200, 1, 2, 0]);
  });

  it("cold: KV answers who the key is; colder: one D1 read more, and KV learns it", async () => {
    const key = await (await world()).key();
    const { bindings, calls, reset } = counted();
    const through = front(bindings);
    const by = key.through(through);
    await by.get("/v1/ping");
    await through.settled();
    expect(calls).toMatchObject({ kvReads: 1, kvWrites: 1 });
    expect(calls.d1).toBe(1);
    forgetAll();
    reset();
    await by.get("/v1/ping");
    expect(calls).toMatchObject({ kvReads: 1, kvWrites: 0, d1: 0 });
  });

  it("garbage costs nothing at all", async () => {
    const w = await world();
    const { bindings, calls } = counted();
    const { status } = await w.anonymous.through(front(bindings)).get("/v1/contacts", { headers: { Authorization: "Bearer ck_live_loc_garbage" } });
    expect([status, calls]).toEqual([401, { d1: 0, gate: 0, kvReads: 0, kvWrites: 0 }]);
  });

  it("a member's read is 1 gate + at most 5 D1: session, user, membership and place are read anew each time, then the data", async () => {
    const w = await world();
    const member = (await w.session("member")).with({ "ConnectKit-Location": w.locations[0] });
    const { bindings, calls, reset } = counted();
    const through = front(bindings);
    const by = member.through(through);
    await by.get("/v1/contacts");
    await through.settled();
    reset();
    expect((await by.get("/v1/contacts")).status).toBe(200);
    await through.settled();
    expect([calls.gate - 1, calls.kvReads + calls.kvWrites]).toEqual([1, 0]);
    expect(calls.d1).toBeLessThanOrEqual(5);
  });

  it("a flood stops at the isolate: at most a call a second reaches the gate, and all refusals are counted", async () => {
    const key = await (await world()).key({ limits: { hour: 10, second: 1, burst: 10, inflight: 100 } });
    const { bindings, calls, reset } = counted();
    const through = front(bindings);
    const by = key.through(through);
    for (let i = 0; i < 11; i += 1) await by.get("/v1/ping");
    reset();
    for (let i = 0; i < 100; i += 1) expect((await by.get("/v1/ping")).status).toBe(429);
    expect(calls.gate).toBeLessThanOrEqual(3);
    await through.settled();
  });
});

describe("Server-Timing", () => {
  it("tells the D1 calls of the request", async () => {
    const key = await (await world()).key();
    await key.get("/v1/ping");
    expect((await key.get("/v1/contacts")).headers.get("Server-Timing")).toMatch(/^auth;dur=\d+, limit;dur=\d+, db;dur=\d+;desc="1 call"$/);
  });
});

import { evictDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { world } from "./world";

const question = { epoch: 1, cost: 1, operation: "ping", ip: null, secret: null };

describe("a lease", () => {
  it("that was taken before an eviction gives back none that was taken after", async () => {
    const key = await (await world()).key({ synchronous: true });
    const gate = env.GATE.getByName(key.id);
    const before = await gate.admit(question);
    await evictDurableObject(gate);
    const after = await gate.admit(question);
    if (before.kind !== "admitted" || after.kind !== "admitted") throw new Error("not admitted");
    expect(before.lease).not.toBe(after.lease);
    const activity = { at: 0, method: "GET", route: "/v1/ping", operation: "ping", params: [], location: null, environment: "live", status: 200, code: null, ms: 0, requestId: "", ip: null, secret: null };
    await gate.settle([{ lease: before.lease, activity }]);
    expect((await key.get("/v1/ping")).body.code).toBe("too_many_in_flight");
    await gate.settle([{ lease: after.lease, activity }]);
    expect((await key.get("/v1/ping")).status).toBe(200);
  });
});

import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { world } from "./world";

describe("the organization", () => {
  it("403 for a key that reaches only some locations: no location can switch the agency off", async () => {
    const w = await world();
    for (const key of [await w.key(), await w.key({ kind: "agency", locations: [w.locations[0]] })]) {
      expect(await key.patch("/v1/organization", { api_enabled: false })).toMatchObject({ status: 403, body: { code: "narrowed_key" } });
    }
    expect((await (await w.key()).get("/v1/organization")).body.api_enabled).toBe(true);
  });

  it("403 api_not_in_plan without a grant; a plan without the API takes it along; only an owner changes plans", async () => {
    const w = await world({ plan: "professional" });
    await env.DB.prepare("UPDATE organizations SET api_granted = 0 WHERE id = ?").bind(w.org).run();
    const [owner, admin] = [await w.key({ kind: "agency", role: "owner" }), await w.key({ kind: "agency" })];
    expect((await admin.patch("/v1/organization", { plan: "standard" })).body.code).toBe("owner_only");
    expect((await owner.patch("/v1/organization", { plan: "enterprise" })).body.code).toBe("owner_only");
    expect((await owner.patch("/v1/organization", { plan: "standard", api_enabled: true })).body.code).toBe("api_not_in_plan");
    expect((await owner.patch("/v1/organization", { plan: "standard" })).body).toMatchObject({ plan: "standard", api_enabled: false });
    expect((await owner.get("/v1/ping")).body.code).toBe("api_disabled");
  });

  it("a plan change shows in the keys: their limits, their version, their ETag", async () => {
    const w = await world({ plan: "professional" });
    const owner = await w.key({ kind: "agency", role: "owner" });
    const before = await owner.get(`/v1/keys/${owner.id}`);
    await owner.patch("/v1/organization", { plan: "standard" });
    const after = await owner.get(`/v1/keys/${owner.id}`, { headers: { "If-None-Match": before.headers.get("ETag") ?? "" } });
    expect([after.status, after.body.limits.hour]).toEqual([200, 1_000]);
  });

  it("200 and nothing changes when a GET's body is sent back, of the organization and of a key; 422 for another id", async () => {
    const w = await world();
    const owner = await w.key({ kind: "agency", role: "owner", limits: { hour: 77 } });
    const location = await w.key();
    const before = (await w.events("control")).length;
    for (const path of ["/v1/organization", `/v1/keys/${owner.id}`, `/v1/keys/${location.id}`]) {
      const { body } = await owner.get(path);
      expect(await owner.patch(path, body)).toMatchObject({ status: 200, body: { version: body.version } });
      expect(await owner.patch(path, { ...body, id: "other" })).toMatchObject({ status: 422, body: { errors: [{ pointer: "/id", code: "read_only" }] } });
    }
    expect(await w.events("control")).toHaveLength(before);
    const merged = await owner.patch(`/v1/keys/${owner.id}`, { limits: { burst: 7 } });
    expect(merged.body.limits).toMatchObject({ hour: 77, burst: 7 });
    const free = await w.key({ kind: "agency", role: "owner" });
    expect((await free.patch(`/v1/keys/${owner.id}`, { limits: { hour: null } })).body.limits).toMatchObject({ hour: 1_000_000, burst: 7 });
  });
});

import { describe, expect, it } from "vitest";
import { world } from "./world";

describe("a member's session", () => {
  it("calls as the member, within what the role allows, with the quotas of a member", async () => {
    const w = await world();
    const [owner, viewer] = [await w.session("owner"), await w.session("viewer")];
    const { status, headers } = await owner.get("/v1/organization");
    expect([status, headers.get("RateLimit-Policy")]).toEqual([200, '"hour";q=90000;w=3600, "burst";q=250;w=10, "inflight";q=20;qu="concurrent-requests"']);
    expect((await viewer.get("/v1/organization")).status).toBe(200);
    expect((await viewer.patch("/v1/organization", { name: "X" })).body.code).toBe("insufficient_scope");
    expect((await owner.patch("/v1/organization", { name: "X" })).status).toBe(200);
    expect((await w.events("control")).at(-1)?.actor).toBe(JSON.stringify({ type: "member", id: w.members.owner }));
    expect(await w.session("owner")).toBe(owner);
  });

  it("changes plans as an owner alone, and nobody to enterprise; also where the console shows the sandbox", async () => {
    const w = await world({ plan: "professional" });
    const [owner, admin] = [await w.session("owner"), await w.session("admin")];
    expect((await admin.patch("/v1/organization", { plan: "standard" })).body.code).toBe("owner_only");
    expect((await owner.patch("/v1/organization", { plan: "enterprise" })).body.code).toBe("owner_only");
    expect((await admin.patch("/v1/organization", { api_enabled: false })).body.api_enabled).toBe(false);
    expect((await owner.with({ "ConnectKit-Environment": "sandbox" }).patch("/v1/organization", { plan: "standard" })).body.plan).toBe("standard");
  });

  it("needs no ConnectKit-Organization where there is one membership; 404 for another's; 403 without any", async () => {
    const [w, other] = [await world(), await world()];
    const owner = await w.session("owner");
    const somebody = await w.person();
    expect((await owner.with({ "ConnectKit-Organization": "" }).get("/v1/organization")).body.id).toBe(w.org);
    expect((await owner.with({ "ConnectKit-Organization": other.org }).get("/v1/organization")).status).toBe(404);
    expect((await somebody.by.get("/v1/organization")).body.code).toBe("no_membership");
  });

  it("403 without an Origin of ours on a change, 401 when it has ended", async () => {
    const w = await world();
    const owner = await w.session("owner");
    expect((await owner.with({ Origin: "" }).patch("/v1/organization", { name: "X" })).body.code).toBe("foreign_origin");
    expect((await owner.with({ Origin: "https://elsewhere.example" }).get("/v1/organization")).body.code).toBe("foreign_origin");
    await owner.post("/api/auth/sign-out");
    expect(await owner.get("/v1/organization")).toMatchObject({ status: 401, body: { code: "not_signed_in" } });
  });
});

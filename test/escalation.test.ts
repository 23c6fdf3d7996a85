import { describe, expect, it } from "vitest";
import { world } from "./world";

describe("a key of the product's own API gives no more than its maker has", () => {
  it("422 for a location that the organization has not got, on create and on change; nothing changes", async () => {
    const [w, other] = [await world(), await world()];
    const [agency, target] = [await w.key({ kind: "agency" }), await w.key({ kind: "agency", scopes: ["contacts:read"] })];
    const unknown = { status: 422, body: { errors: [{ pointer: "/location_ids", code: "unknown_location" }] } };
    for (const location of [other.locations[0], "loc_01kqz3v9c5f1nazrk2d4f7h8jm"]) {
      expect(await agency.post("/v1/keys", { name: "x", kind: "agency", scopes: ["contacts:read"], location_ids: [location] })).toMatchObject(unknown);
      expect(await agency.patch(`/v1/keys/${target.id}`, { location_ids: [w.locations[0], location] })).toMatchObject(unknown);
    }
    expect((await agency.get(`/v1/keys/${target.id}`)).body).toMatchObject({ version: 1, location_ids: null });
  });

  it("403 for a member of a higher role: what is the owner's alone stays the owner's", async () => {
    const w = await world();
    const admin = await w.key({ kind: "agency" });
    const refused = { status: 403, body: { code: "not_grantable", role: "owner" } };
    expect(await admin.patch(`/v1/keys/${admin.id}`, { owner: w.members.owner })).toMatchObject(refused);
    expect(await admin.post("/v1/keys", { name: "x", kind: "agency", scopes: ["org:write"], owner: w.members.owner })).toMatchObject(refused);
    expect((await admin.patch("/v1/organization", { plan: "professional" })).body.code).toBe("owner_only");
    expect((await admin.post("/v1/keys", { name: "x", kind: "agency", scopes: ["contacts:read"], owner: w.members.member })).status).toBe(201);
    const owner = await w.key({ kind: "agency", role: "owner" });
    expect((await owner.patch(`/v1/keys/${admin.id}`, { owner: w.members.owner })).status).toBe(200);
    expect((await admin.patch("/v1/organization", { plan: "professional" })).status).toBe(200);
  });

  it("403 for scopes that another member's role would wake, keys:write above all", async () => {
    const w = await world();
    const narrow = await w.key({ scopes: ["keys:write", "contacts:read"] });
    const asleep = async (scopes: string[]) => (await w.key({ scopes, role: "viewer" })).id;
    const wake = async (id: string) => narrow.patch(`/v1/keys/${id}`, { owner: w.members.admin });
    expect(await wake(await asleep(["contacts:*"]))).toMatchObject({ status: 403, body: { scopes: ["contacts:write", "contacts:delete"] } });
    expect(await wake(await asleep(["contacts:read", "keys:write"]))).toMatchObject({ status: 403, body: { scopes: ["keys:write"] } });
    expect(await wake(await asleep(["contacts:read"]))).toMatchObject({ status: 200, body: { effective_scopes: ["contacts:read"] } });
  });
});

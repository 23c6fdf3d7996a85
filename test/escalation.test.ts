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
});

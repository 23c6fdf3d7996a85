import { describe, expect, it } from "vitest";
import { times, world, type Json } from "./world";

const filter = { any: [{ all: [{ field: "tags", op: "has_any", value: ["vip"] }] }, { all: [{ field: "custom.seats", op: "gte", value: 3 }] }] };

describe("segments", () => {
  it("200: who is in one is who its filter finds now, and how many", async () => {
    const key = await (await world()).key();
    await key.post("/v1/fields", { key: "seats", type: "integer" });
    const made = await Promise.all(times(6, (i) => key.post("/v1/contacts", { first_name: `C${i}`, custom: { seats: i }, tags: i === 0 ? ["vip"] : [] })));
    const { status, body: segment } = await key.post("/v1/segments", { name: "Big", filter });
    expect([status, segment.filter]).toEqual([201, filter]);
    const names = async () => (await key.get(`/v1/segments/${segment.id}/contacts?fields=first_name`)).body.data.map(({ first_name }: Json) => first_name).toSorted();
    expect([await names(), (await key.get(`/v1/segments/${segment.id}`)).body.count]).toEqual([["C0", "C3", "C4", "C5"], { value: 4, relation: "eq" }]);
    await key.patch(`/v1/contacts/${made[5]?.body.id}`, { custom: { seats: 1 } });
    expect([await names(), (await key.get(`/v1/segments/${segment.id}`)).body.count.value]).toEqual([["C0", "C3", "C4"], 3]);
    expect((await key.get(`/v1/contacts?segment=${segment.id}&fields=first_name&tag=vip`)).body.data).toEqual([{ first_name: "C0" }]);
    expect((await key.get(`/v1/contacts?segment=${segment.id}&limit=2`)).body.data).toHaveLength(2);
    expect((await key.get("/v1/contacts?segment=seg_01kqz3v9c5f1nazrk2d4f7h8jm")).body.errors).toMatchObject([{ parameter: "segment", code: "not_found" }]);
    expect((await key.get(`/v1/contacts?segment=${segment.id}&custom.nope=1`)).body.errors).toMatchObject([{ parameter: "custom.nope" }]);
    expect((await key.post("/v1/segments", { name: "Big", filter })).body).toMatchObject({ code: "segment_exists", existing_id: segment.id });
    expect((await key.patch(`/v1/segments/${segment.id}`, { filter: { any: [filter.any[0]] } })).body).toMatchObject({ version: 2 });
    expect(await names()).toEqual(["C0"]);
    expect((await key.delete(`/v1/segments/${segment.id}`)).status).toBe(204);
    expect((await key.get(`/v1/segments/${segment.id}/contacts`)).status).toBe(404);
  });

  it("422 for a filter that can't be; 409 segment_stale once a field of it is gone", async () => {
    const key = await (await world()).key();
    expect((await key.post("/v1/segments", { name: "Bad", filter })).body.errors).toMatchObject([{ pointer: "/filter/any/1/all/0/field", code: "unknown_field" }]);
    const { body: field } = await key.post("/v1/fields", { key: "seats", type: "integer" });
    const { body: segment } = await key.post("/v1/segments", { name: "Good", filter });
    await key.delete(`/v1/fields/${field.id}`);
    expect(await key.get(`/v1/segments/${segment.id}/contacts`)).toMatchObject({ status: 409, body: { code: "segment_stale", errors: [{ code: "unknown_field" }] } });
    expect((await key.patch(`/v1/segments/${segment.id}`, { name: "Still" })).status).toBe(200);
  });
});

// Fields of one location made in another: each with a result of its own, nothing silently, and twice is once.
import { describe, expect, it } from "vitest";
import { times, world, type Client, type Json, type World } from "./world";

const OPTIONS = [{ key: "gold", label: "Gold", archived: false }, { key: "old", label: "Old", archived: true }];

/** A caller of both locations, in each of them. */
async function both(w: World): Promise<{ here: Client; there: Client }> {
  const key = await w.key({ kind: "agency" });
  const [here, there] = w.locations.map((location) => key.with({ "ConnectKit-Location": location }));
  if (!here || !there) throw new Error("no two locations");
  return { here, there };
}
const outcomes = ({ body }: { body: Json }) => Object.fromEntries(body.results.map(({ key, outcome, problem }: Json) => [key, problem?.code ?? outcome]));

describe("copying fields", () => {
  it("200 makes them with options, rules and defaults, an event each and no values; again changes nothing", async () => {
    const w = await world();
    const { here, there } = await both(w);
    await here.post("/v1/fields", { key: "tier", type: "select", label: "Tier", options: OPTIONS, default: "gold" });
    await here.post("/v1/fields", { key: "code", type: "text", unique: true, pattern: "[a-z]+", filterable: false });
    const { body: gone } = await here.post("/v1/fields", { key: "gone", type: "text" });
    await here.patch(`/v1/fields/${gone.id}`, { archived_at: true });
    await here.post("/v1/contacts", { first_name: "Ana", custom: { code: "abc" } });
    const before = (await w.events()).length;
    const dry = await there.post("/v1/fields/copy?dry_run=true", { from: w.locations[0] });
    expect([dry.status, outcomes(dry), (await there.get("/v1/fields")).body.data, (await w.events()).length]).toEqual([200, { tier: "created", code: "created" }, [], before]);
    const made = await there.post("/v1/fields/copy", { from: w.locations[0] });
    expect([made.status, outcomes(made), made.body.summary]).toEqual([200, { tier: "created", code: "created" }, { created: 2, unchanged: 0, refused: 0 }]);
    const plain = ({ key, type, label, options, default: value, unique, pattern, filterable }: Json) => ({ key, type, label, options, default: value, unique, pattern, filterable });
    const [originals, copies] = [(await here.get("/v1/fields")).body.data, (await there.get("/v1/fields")).body.data];
    expect(copies.map(plain).toSorted((a: Json, b: Json) => (a.key < b.key ? -1 : 1))).toEqual(originals.filter(({ key }: Json) => key !== "gone").map(plain).toSorted((a: Json, b: Json) => (a.key < b.key ? -1 : 1)));
    expect(copies.map(({ id }: Json) => id).toSorted()).toEqual(made.body.results.map(({ field_id: id }: Json) => id).toSorted());
    expect((await w.events()).slice(before).map(({ type, version }) => [type, version])).toEqual([["field.created", 1], ["field.created", 1]]);
    expect((await there.post("/v1/contacts", { first_name: "N", custom: { code: "abc" } })).body.custom).toEqual({ code: "abc", tier: "gold" });
    const again = await there.post("/v1/fields/copy", { from: w.locations[0] });
    expect([again.status, outcomes(again), (await there.get("/v1/fields")).body.data.length]).toEqual([200, { tier: "unchanged", code: "unchanged" }, 2]);
    expect(outcomes(await there.post("/v1/fields/copy", { from: w.locations[0], keys: ["gone"] }))).toEqual({ gone: "created" });
  });

  it("207 refuses each that can't be, with its problem, and makes the others", async () => {
    const w = await world();
    const { here, there } = await both(w);
    for (const key of ["same", "other", "needed", "new"]) await here.post("/v1/fields", { key, type: "text", required: key === "needed" });
    await there.post("/v1/fields", { key: "same", type: "text" });
    const { body: mine } = await there.post("/v1/fields", { key: "other", type: "integer" });
    await there.post("/v1/contacts", { first_name: "Ana" });
    const answer = await there.post("/v1/fields/copy", { from: w.locations[0] });
    expect([answer.status, outcomes(answer)]).toEqual([207, { same: "unchanged", other: "field_exists", needed: "field_in_use", new: "created" }]);
    expect(answer.body.results.find(({ key }: Json) => key === "other")).toMatchObject({ field_id: mine.id, problem: { status: 409, title: "The field exists" } });
    expect((await there.get(`/v1/fields/${mine.id}`)).body).toEqual(mine);
  });

  it("207 at the limit of filterable fields: as many as there is room for", async () => {
    const w = await world();
    const { here, there } = await both(w);
    for (const i of times(3, (n) => n)) await here.post("/v1/fields", { key: `n${i}`, type: "text" });
    await here.post("/v1/fields", { key: "plain", type: "text", filterable: false });
    for (const i of times(48, (n) => n)) expect((await there.post("/v1/fields", { key: `f${i}`, type: "text" })).status).toBe(201);
    const answer = await there.post("/v1/fields/copy", { from: w.locations[0] });
    expect([answer.status, answer.body.summary, outcomes(answer)["plain"]]).toEqual([207, { created: 3, unchanged: 0, refused: 1 }, "created"]);
    expect((await there.get("/v1/fields?limit=200")).body.data.filter(({ filterable }: Json) => filterable)).toHaveLength(50);
  });

  it("of two at once each field comes to be once", async () => {
    const w = await world();
    const { here, there } = await both(w);
    for (const i of times(5, (n) => n)) await here.post("/v1/fields", { key: `n${i}`, type: "text" });
    const answers = await Promise.all(times(3, () => there.post("/v1/fields/copy", { from: w.locations[0] })));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(answers.reduce((sum, { body }) => sum + body.summary.created, 0)).toBe(5);
    expect((await there.get("/v1/fields")).body.data).toHaveLength(5);
  });

  it("404 for a location out of reach: to a location key, a narrowed one, another tenant; 422 for itself and for unknown keys; never between environments", async () => {
    const [w, other] = [await world(), await world()];
    const { here, there } = await both(w);
    await here.post("/v1/fields", { key: "tier", type: "text" });
    expect((await (await w.key({ locations: [w.locations[1]] })).post("/v1/fields/copy", { from: w.locations[0] })).status).toBe(404);
    const narrowed = (await w.key({ kind: "agency", locations: [w.locations[1]] })).with({ "ConnectKit-Location": w.locations[1] });
    expect((await narrowed.post("/v1/fields/copy", { from: w.locations[0] })).status).toBe(404);
    expect((await (await both(other)).here.post("/v1/fields/copy", { from: w.locations[0] })).status).toBe(404);
    expect(await here.post("/v1/fields/copy", { from: w.locations[0] })).toMatchObject({ status: 422, body: { errors: [{ pointer: "/from" }] } });
    expect(await there.post("/v1/fields/copy", { from: w.locations[0], keys: ["tier", "nope"] })).toMatchObject({ status: 422, body: { errors: [{ pointer: "/keys/1", code: "unknown_field" }] } });
    expect((await there.get("/v1/fields")).body.data).toEqual([]);
    const sandbox = (await w.key({ kind: "agency", environment: "sandbox" })).with({ "ConnectKit-Location": w.locations[1] });
    expect((await sandbox.post("/v1/fields/copy", { from: w.locations[0] })).body.results).toEqual([]);
  });
});

// Archived contacts go when their time is over, and not a day before; upkeep's clock is the test's.
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { purge } from "../src/contacts/purge";
import { emptyDocument } from "../src/contacts/patch";
import { newId } from "../src/platform/id";
import { databases } from "../src/platform/sql";
import { plantAll } from "./fixture";
import { recorded } from "./front";
import { isGapless, times, world, type Client } from "./world";

const DAY = 86_400_000;
const HOUR = 3_600_000;
const run = (at: number): Promise<number> => purge(databases(env), at);

async function archived(by: Client, count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let i = 0; i < count; i += 1) {
    const { body } = await by.post("/v1/contacts", { first_name: "Ana", emails: [`ana${i}@acme.com`], tags: ["vip"] });
    ids.push(body.id);
    await by.delete(`/v1/contacts/${body.id}`);
  }
  return ids;
}

const rowsOf = async (table: string, space: number): Promise<number | null> => env.DATA.prepare(`SELECT count(*) AS n FROM ${table} WHERE space_id = ?`).bind(space).first<number>("n");

describe("retention", () => {
  it("30 days by default: then they are gone with all that hangs on them, each with its event", async () => {
    const w = await world();
    const by = await w.key();
    const ids = await archived(by, 3);
    const stays = (await by.post("/v1/contacts", { first_name: "Live", emails: ["live@acme.com"] })).body.id;
    const space = await w.space();
    await env.DATA.prepare("INSERT INTO restrictions (space_id, contact_id, request_id, created_at) VALUES (?, ?, 'prv', 0)").bind(space.id, ids[0]).run();
    await run(Date.now() + 30 * DAY - HOUR);
    expect(await rowsOf("contacts", space.id)).toBe(4);
    await run(Date.now() + 30 * DAY + HOUR);
    for (const id of ids) expect((await by.get(`/v1/contacts/${id}`)).status).toBe(404);
    expect((await by.get(`/v1/contacts/${stays}`)).status).toBe(200);
    expect(await Promise.all(["contacts", "contact_keys", "restrictions"].map((table) => rowsOf(table, space.id)))).toEqual([1, 1, 0]);
    expect(await env.DATA.prepare("SELECT live, archived FROM spaces WHERE space_id = ?").bind(space.id).first()).toEqual({ live: 1, archived: 0 });
    const events = await w.events();
    expect(isGapless(events)).toBe(true);
    expect(events.filter(({ type }) => type === "contact.deleted")).toMatchObject(ids.map((subject) => ({ subject, version: 3, changes: {}, actor: '{"type":"system","id":"system"}' })));
  });

  it("as the organization says: sooner, later, or never; a restored one starts anew", async () => {
    const w = await world();
    const [by, owner] = [await w.key(), await w.key({ kind: "agency", role: "owner" })];
    expect((await owner.get("/v1/organization")).body.archived_retention_days).toBe(30);
    const [first = "", second = ""] = await archived(by, 2);
    expect(await owner.patch("/v1/organization", { archived_retention_days: null })).toMatchObject({ status: 200, body: { archived_retention_days: null } });
    await run(Date.now() + 400 * DAY);
    expect((await by.get(`/v1/contacts/${first}`)).status).toBe(200);
    expect((await owner.patch("/v1/organization", { archived_retention_days: 500 })).status).toBe(200);
    await run(Date.now() + 401 * DAY + HOUR);
    expect((await by.get(`/v1/contacts/${first}`)).status).toBe(200);
    await by.post(`/v1/contacts/${second}/restore`);
    await owner.patch("/v1/organization", { archived_retention_days: 1 });
    await run(Date.now() + 403 * DAY);
    expect([(await by.get(`/v1/contacts/${first}`)).status, (await by.get(`/v1/contacts/${second}`)).status]).toEqual([404, 200]);
    for (const days of [0, 3_651, 1.5, "30"]) expect((await owner.patch("/v1/organization", { archived_retention_days: days })).status).toBe(422);
    expect((await w.events("control")).filter(({ type }) => type === "organization.updated").map(({ changes }) => changes.archived_retention_days)).toEqual([
      { from: 30, to: null }, { from: null, to: 500 }, { from: 500, to: 1 },
    ]);
  });

  it("the source of a merge stays for 30 days, however short the time", async () => {
    const w = await world();
    const [by, owner] = [await w.key(), await w.key({ kind: "agency", role: "owner" })];
    await owner.patch("/v1/organization", { archived_retention_days: 2 });
    const [source = "", other = ""] = await archived(by, 2);
    await env.DATA.prepare("UPDATE contacts SET merged_into = ? WHERE id = ?").bind(other, source).run();
    await run(Date.now() + 3 * DAY);
    expect([(await by.get(`/v1/contacts/${source}`)).status, (await by.get(`/v1/contacts/${other}`)).status]).toEqual([410, 404]);
    await run(Date.now() + 31 * DAY);
    expect((await by.get(`/v1/contacts/${source}`)).status).toBe(404);
  });

  it("many go in slices; where nothing is due a run is one statement that reads nothing", async () => {
    const w = await world();
    const space = await w.space();
    const at = Date.now() - 40 * DAY;
    await plantAll(space, times(250, (i) => ({ id: newId("contact", at + i), doc: { ...emptyDocument({ type: "api" }), first_name: "P" }, created: at, updated: at + i, archived: true })));
    const now = Date.now() + 500 * DAY;
    expect([await run(now), await run(now), await run(now), await run(now)]).toEqual([100, 100, 50, 0]);
    const neighbour = await world();
    await plantAll(await neighbour.space(), times(300, (i) => ({ id: newId("contact", now + i), doc: { ...emptyDocument({ type: "api" }), first_name: "P" }, created: now, updated: now, archived: true })));
    await run(now + 1);
    const { bindings, ran } = recorded();
    expect(await purge(databases(bindings), now + 2)).toBe(0);
    expect(ran.map(({ rowsRead }) => rowsRead)).toEqual([expect.toSatisfy((read) => read <= 1)]);
    expect(await rowsOf("contacts", (await neighbour.space()).id)).toBe(300);
    const { results } = await env.DATA.prepare(`EXPLAIN QUERY PLAN ${ran[0]?.sql}`).bind(...(ran[0]?.params ?? [])).all<{ detail: string }>();
    expect(results.map(({ detail }) => detail)).toEqual(["SEARCH spaces USING INDEX spaces_to_purge (purge_due_at<?)"]);
  });
});

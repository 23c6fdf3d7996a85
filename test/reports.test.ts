import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { emptyDocument } from "../src/contacts/patch";
import { newId } from "../src/platform/id";
import { plantAll, type Seed } from "./fixture";
import { front, recorded } from "./front";
import { times, world, type Client, type Json, type World } from "./world";

const FROM = Date.UTC(2026, 0, 1);
const DAY = 86_400_000;

const seeds = (count: number, make: (i: number) => Partial<Seed["doc"]>): Seed[] =>
  times(count, (i) => ({ id: newId("contact", FROM + i), created: FROM + (i % 40) * DAY, updated: FROM + i, archived: i % 10 === 9, doc: { ...emptyDocument({ type: i % 2 ? "api" : "import" }), first_name: "P", ...make(i) } }));

const report = async (by: Client, groupBy: string): Promise<Json> => (await by.get(`/v1/reports/contacts?group_by=${groupBy}`)).body;

describe("counts", () => {
  let w: World;
  let by: Client;
  beforeAll(async () => {
    w = await world();
    by = await w.key();
    await by.post("/v1/fields", { key: "seats", type: "integer", filterable: true });
    await by.post("/v1/fields", { key: "wants", type: "boolean", filterable: true });
    await by.post("/v1/fields", { key: "stage", type: "select", filterable: true, options: [{ key: "new", label: "New one" }] });
    await by.post("/v1/fields", { key: "secret", type: "text", filterable: false });
    await by.post("/v1/tags", { key: "t0", label: "Tag Zero" });
    await plantAll(await w.space(), seeds(100, (i) => ({
      tags: i % 3 === 0 ? ["t0", `t${i}`] : ["t0"], addresses: i % 4 === 0 ? [{ label: null, line1: null, line2: null, city: null, region: null, postal_code: null, country: i % 8 === 0 ? "ES" : "DE" }] : [],
      custom: { seats: i % 2, wants: i % 2 === 0, stage: "new", secret: "s" }, consent: { email: { news: i % 5 === 0 ? "subscribed" : "unsubscribed" } },
      emails: [{ value: `e${i}@s.example`, label: null, primary: true, state: i === 0 ? "bounced" : "unknown" }],
    })));
  });

  it("200 for what live contacts hold, with labels, most first; archived ones are in none", async () => {
    const tags = await report(by, "tag");
    expect(tags).toMatchObject({ group_by: "tag", total: 90, other: { groups: 0, count: 0 } });
    expect(tags.groups[0]).toEqual({ value: "t0", label: "Tag Zero", count: 90 });
    expect(tags.groups.slice(1).every(({ count }: Json) => count === 1)).toBe(true);
    expect((await report(by, "country")).groups).toEqual([{ value: "ES", label: null, count: 13 }, { value: "DE", label: null, count: 12 }]);
    expect((await report(by, "source")).groups).toEqual([{ value: "import", label: null, count: 50 }, { value: "api", label: null, count: 40 }]);
    expect((await report(by, "deliverability")).groups).toEqual([{ value: "unknown", label: null, count: 89 }, { value: "bounced", label: null, count: 1 }]);
    expect((await report(by, "list")).groups).toEqual([]);
    expect((await report(by, "consent")).groups).toEqual([
      { value: "unsubscribed", label: null, count: 70, channel: "email", topic: "news" }, { value: "subscribed", label: null, count: 20, channel: "email", topic: "news" },
    ]);
  });

  it("200 for filterable fields: numbers, truth values, options by label", async () => {
    expect((await report(by, "custom.seats")).groups).toEqual([{ value: 0, label: null, count: 50 }, { value: 1, label: null, count: 40 }]);
    expect((await report(by, "custom.wants")).groups).toEqual([{ value: true, label: null, count: 50 }, { value: false, label: null, count: 40 }]);
    expect((await report(by, "custom.stage")).groups).toEqual([{ value: "new", label: "New one", count: 90 }]);
  });

  it("200 for times, oldest first, within from and to", async () => {
    const days = await report(by, "created:day");
    expect(days.groups.length).toBe(36);
    expect(days.groups[0]).toEqual({ value: "2026-01-01", label: null, count: 3 });
    expect(days.groups.reduce((sum: number, { count }: Json) => sum + count, 0)).toBe(90);
    const some = await report(by, "created:month&from=2026-01-31T00:00:00Z&to=2026-02-02T00:00:00%2B01:00");
    expect(some.groups.map(({ value }: Json) => value)).toEqual(["2026-01", "2026-02"]);
    expect(some).toMatchObject({ total: 90, other: { groups: 0, count: 0 } });
  });

  it("400 for a field without index, an unknown one, and a period of what has no time", async () => {
    for (const key of ["secret", "nothing"]) {
      const { status, body } = await by.get(`/v1/reports/contacts?group_by=custom.${key}`);
      expect([status, body.code, body.field, body.errors[0].parameter]).toEqual([400, "field_not_filterable", `custom.${key}`, "group_by"]);
    }
    expect((await by.get("/v1/reports/contacts?group_by=birthday")).body.errors[0]).toMatchObject({ parameter: "group_by", code: "invalid_grouping" });
    expect((await by.get("/v1/reports/contacts?group_by=tag&from=2026-01-01T00:00:00Z")).body.errors).toMatchObject([{ parameter: "from", code: "not_of_times" }]);
  });
});

describe("bounds", () => {
  it("200 groups are told, the rest is one number; a small neighbour of a large space pays for itself alone", async () => {
    const [large, small] = [await world(), await world()];
    await plantAll(await large.space(), seeds(3_000, (i) => ({ tags: [`t${i % 300}`, "all"] })));
    await plantAll(await small.space(), seeds(20, () => ({ tags: ["all"] })));
    const tags = await report(await large.key(), "tag");
    expect([tags.groups.length, tags.groups[0].count, tags.other]).toEqual([200, 2_700, { groups: 71, count: 2_700 - 10 * 199 }]);
    const key = await small.key();
    await key.get("/v1/ping");
    for (const groupBy of ["tag", "source", "consent", "created:day", "created:month"]) {
      const { bindings, ran } = recorded();
      expect((await key.through(front(bindings)).get(`/v1/reports/contacts?group_by=${groupBy}`)).body.total).toBe(18);
      const read = ran.reduce((sum, { rowsRead }) => sum + rowsRead, 0);
      expect([groupBy, read <= 5 * 18 + 10, read]).toEqual([groupBy, true, read]);
      for (const { sql, params } of ran) {
        const { results } = await env.DATA.prepare(`EXPLAIN QUERY PLAN ${sql}`).bind(...params).all<{ detail: string }>();
        expect([groupBy, results.map(({ detail }) => detail).filter((detail) => /contact_facets|contacts/.test(detail) && !/^SEARCH (contact_facets USING PRIMARY KEY|contacts USING (COVERING )?INDEX contacts_live_created) /.test(detail))]).toEqual([groupBy, []]);
      }
    }
  });
});

import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { sortKey } from "../src/platform/normalize";
import { plant, type Planted } from "./fixture";
import { front, recorded } from "./front";
import { times, world, type Answer, type Client, type World } from "./world";

let key: Client;
let w: World;
let planted: Planted[];
const SINCE = new Date(Date.UTC(2026, 0, 1) + 200_000).toISOString();

// Ten organizations of 1,000 contacts each: what one reads must not depend on the others.
beforeAll(async () => {
  const worlds = await Promise.all(times(10, () => world()));
  for (const one of worlds) {
    w = one;
    planted = await plant(await one.space(), 1_000);
  }
  key = await w.key();
});

async function walk(path: string, by: Client = key): Promise<string[]> {
  const ids: string[] = [];
  for (let cursor: string | null = ""; cursor !== null; ) {
    const { status, body }: Answer = await by.get(`${path}${cursor && `&cursor=${cursor}`}`);
    if (status !== 200) throw new Error(JSON.stringify(body));
    ids.push(...body.data.map(({ id }: { id: string }) => id));
    cursor = body.page.next_cursor;
  }
  return ids;
}

const SORT: Record<string, (one: Planted, i: number) => (string | number)[]> = {
  id: (_, i) => [i],
  updated_at: (one, i) => [one.updated, i],
  last_name: (one, i) => [sortKey(one.last), i],
};

function expected(keep: (one: Planted) => boolean, sort: string): string[] {
  const by = SORT[sort.replace("-", "")];
  const rows = planted.map((one, i) => ({ one, keys: by?.(one, i) ?? [] })).filter(({ one }) => keep(one));
  const order = (a: (string | number)[], b: (string | number)[]): number => {
    for (const [i, x] of a.entries()) if (x !== b[i]) return x < (b[i] ?? "") ? -1 : 1;
    return 0;
  };
  rows.sort((a, b) => order(a.keys, b.keys) * (sort.startsWith("-") ? -1 : 1));
  return rows.map(({ one }) => one.id);
}

const STATUS: [string, (one: Planted) => boolean][] = [
  ["", (one) => !one.archived],
  ["&status=archived", (one) => one.archived],
  ["&status=archived&status=active", () => true],
];
const sorts = ["id", "-id", "updated_at", "-updated_at", "last_name", "-last_name"];

describe("every sort and status walks all of it, nothing twice, in order", () => {
  for (const sort of sorts) {
    it(sort, async () => {
      for (const [status, keep] of STATUS) expect(await walk(`/v1/contacts?limit=170&sort=${sort}${status}`)).toEqual(expected(keep, sort));
    });
  }
});

describe("filters", () => {
  const since = Date.parse(SINCE);
  it("created_since, updated_since (which implies its sort), both, in any sort", async () => {
    const created = (one: Planted) => !one.archived && one.created >= since;
    const updated = (one: Planted) => !one.archived && one.updated >= since;
    expect(await walk(`/v1/contacts?limit=170&created_since=${SINCE}`)).toEqual(expected(created, "id"));
    expect(await walk(`/v1/contacts?limit=170&created_since=${SINCE}&sort=-id`)).toEqual(expected(created, "-id"));
    expect(await walk(`/v1/contacts?limit=170&updated_since=${SINCE}`)).toEqual(expected(updated, "updated_at"));
    for (const sort of sorts) {
      const both = `/v1/contacts?limit=170&created_since=${SINCE}&updated_since=${SINCE}&sort=${sort}`;
      expect(await walk(both)).toEqual(expected((one) => created(one) && updated(one), sort));
    }
  });

  it("email, phone, repeated is OR, different is AND", async () => {
    const [a, b, c] = [planted[0], planted[15], planted[19]];
    if (!a || !b || !c) throw new Error("not planted");
    expect(await walk(`/v1/contacts?email=${a.email.toUpperCase()}`)).toEqual([a.id]);
    expect(await walk(`/v1/contacts?email=${b.email}&email=${a.email}`)).toEqual([a.id, b.id]);
    expect(await walk(`/v1/contacts?phone=${encodeURIComponent(b.phone)}`)).toEqual(planted.slice(10, 19).map(({ id }) => id));
    expect(await walk(`/v1/contacts?phone=${encodeURIComponent(b.phone)}&status=archived`)).toEqual([c.id]);
    expect(await walk(`/v1/contacts?email=${a.email}&email=${b.email}&phone=${encodeURIComponent(b.phone)}`)).toEqual([b.id]);
    expect(await walk(`/v1/contacts?email=nobody%40x.example`)).toEqual([]);
  });

  it("400 for an unknown one, with the nearest; for a malformed one; for a cursor of another list", async () => {
    expect((await key.get("/v1/contacts?emial=a")).body.errors).toEqual([{ parameter: "emial", code: "unknown_parameter", message: "unknown; did you mean `email`?" }]);
    for (const bad of ["email=x", "limit=0", "limit=201", "limit=1e2", "sort=name", "updated_since=yesterday", "limit=1&limit=2", "cursor=x", "status=gone"]) {
      expect([bad, (await key.get(`/v1/contacts?${bad}`)).body.code]).toEqual([bad, "invalid_parameter"]);
    }
    const { body } = await key.get("/v1/contacts?limit=1");
    expect((await key.get(`/v1/contacts?limit=1&sort=-id&cursor=${body.page.next_cursor}`)).body.code).toBe("cursor_mismatch");
    expect((await key.get(`/v1/contacts?limit=5&fields=id&cursor=${body.page.next_cursor}`)).status).toBe(200);
  });

  it("the first page bears events_cursor, the others not", async () => {
    const { body } = await key.get("/v1/contacts?limit=1");
    expect(body.events_cursor).toMatch(/^[\w-]+$/);
    expect((await key.get(`/v1/contacts?limit=1&cursor=${body.page.next_cursor}`)).body).not.toHaveProperty("events_cursor");
  });
});

describe("cost", () => {
  const served = [
    ...sorts.flatMap((sort) => STATUS.map(([status]) => `sort=${sort}${status}`)),
    ...STATUS.flatMap(([status]) => [`created_since=${SINCE}${status}`, `created_since=${SINCE}&sort=-id${status}`, `updated_since=${SINCE}${status}`, `updated_since=${SINCE}&sort=-updated_at${status}`]),
    "email=p0@S", "phone=%2B34610000001", "external_id=crm:1",
  ];

  it("no scan, no sort, rows read ≤ 4 × returned + 10, for every promised list and filter, first page and later", async () => {
    for (const query of served) {
      const { bindings, ran } = recorded();
      const through = key.through(front(bindings));
      const path = `/v1/contacts?limit=50&${query.replace("@S", `@s${(await w.space()).id}.example`)}`;
      const first = await through.get(path);
      expect([query, first.status]).toEqual([query, 200]);
      const cursor: string | null = first.body.page.next_cursor;
      const second = cursor ? await through.get(`${path}&cursor=${cursor}`) : null;
      const returned = first.body.data.length + (second?.body.data.length ?? 0);
      const read = ran.reduce((sum, { rowsRead }) => sum + rowsRead, 0);
      expect([query, read <= 4 * returned + 10 * (second ? 2 : 1), read]).toEqual([query, true, read]);
      for (const { sql, params } of ran) {
        const { results } = await env.DATA.prepare(`EXPLAIN QUERY PLAN ${sql}`).bind(...params).all<{ detail: string }>();
        const plan = results.map(({ detail }) => detail).join("\n");
        expect([query, plan]).toEqual([query, expect.not.stringMatching(/SCAN (?!CONSTANT ROW|json_each|k$)|TEMP B-TREE/m)]);
      }
    }
  });

  it("a page in the middle of a long tie costs what any page costs", async () => {
    const tied = await world();
    await plant(await tied.space(), 3_000, true);
    const by = await tied.key();
    for (const sort of ["updated_at", "-updated_at", "last_name", "-last_name"]) {
      const { bindings, ran } = recorded();
      let cursor: string = (await by.get(`/v1/contacts?limit=200&sort=${sort}`)).body.page.next_cursor;
      for (let i = 0; i < 5; i += 1) cursor = (await by.get(`/v1/contacts?limit=200&sort=${sort}&cursor=${cursor}`)).body.page.next_cursor;
      const { body } = await by.through(front(bindings)).get(`/v1/contacts?limit=50&sort=${sort}&cursor=${cursor}`);
      const read = ran.reduce((sum, { rowsRead }) => sum + rowsRead, 0);
      expect([sort, body.data.length, read <= 4 * 50 + 10, read]).toEqual([sort, 50, true, read]);
    }
  });

  it("422 sort_too_broad beyond 10,000 matches that no index has in this order", async () => {
    const big = await world();
    await plant(await big.space(), 11_200);
    const at = encodeURIComponent(new Date(0).toISOString());
    const answer = await (await big.key()).get(`/v1/contacts?created_since=${at}&sort=last_name`);
    expect(answer).toMatchObject({ status: 422, body: { code: "sort_too_broad", limit: 10_000, matches: 10_001 } });
    expect((await (await big.key()).get("/v1/contacts?sort=last_name")).status).toBe(200);
  });

  it("200 by a custom field of any type that has equal values; 400 for one that has not", async () => {
    const own = await world();
    const by = await own.key();
    const options = ["a", "b", "c"].map((one) => ({ key: one, label: one }));
    for (const field of [{ key: "vip", type: "boolean" }, { key: "likes", type: "multi_select", options }, { key: "tier", type: "select", options }, { key: "seats", type: "integer" }, { key: "score", type: "number" }, { key: "bio", type: "long_text" }]) {
      expect((await by.post("/v1/fields", field)).status).toBe(201);
    }
    await by.post("/v1/contacts", { first_name: "Ana", custom: { vip: true, likes: ["a", "c"], tier: "a", seats: 9_007_199_254_740_991, score: 1e21, bio: "Likes tea" } });
    await by.post("/v1/contacts", { first_name: "Ben", custom: { vip: false, likes: ["b"], tier: "b", seats: 6 } });
    const found = async (query: string) => (await by.get(`/v1/contacts?${query}`)).body.data?.map((one: { first_name: string }) => one.first_name);
    for (const query of ["custom.vip=true", "custom.likes=a", "custom.likes=a&custom.likes=c", "custom.tier=a", "custom.seats=9007199254740991&custom.vip=true", "custom.score=1e21", "custom.score=1e%2B21"]) expect([query, await found(query)]).toEqual([query, ["Ana"]]);
    for (const query of ["custom.vip=true&custom.vip=false", "custom.likes=a&custom.likes=b"]) expect([query, await found(query)]).toEqual([query, ["Ana", "Ben"]]);
    expect(await by.get("/v1/contacts?custom.bio=tea")).toMatchObject({ status: 400, body: { errors: [{ parameter: "custom.bio", code: "unknown_operator" }] } });
    for (const wrong of ["1e999", "0x10", "5 ", "--5"]) expect([wrong, (await by.get(`/v1/contacts?custom.score=${encodeURIComponent(wrong)}`)).status]).toEqual([wrong, 400]);
    const search = { filter: { any: [{ all: [{ field: "custom.likes", op: "in", value: ["a"] }] }] } };
    expect((await by.post("/v1/contacts/search", search)).status).toBe(422);
  });
});

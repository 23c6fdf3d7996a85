// A long walk over contacts that others change meanwhile: what was there throughout comes exactly once.
import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { emptyDocument } from "../src/contacts/patch";
import { newId } from "../src/platform/id";
import { plantAll } from "./fixture";
import { times, world, type Client, type Json } from "./world";

const COUNT = env.SIZE === "full" ? 100_000 : 3_000;
const DAY = 86_400_000;

/** Every page, and beside each one something that changes. */
async function walked(key: Client, body: object, beside: (page: number) => Promise<unknown>): Promise<string[]> {
  const ids: string[] = [];
  for (let cursor: string | null = null, page = 0; page === 0 || cursor !== null; page += 1) {
    const [answer]: Json[] = await Promise.all([key.post("/v1/contacts/search", { ...body, fields: ["id"], limit: 200, cursor }), beside(page)]);
    if (answer.status !== 200) throw new Error(answer.text);
    ids.push(...answer.body.data.map(({ id }: Json) => id));
    cursor = answer.body.page.next_cursor;
  }
  return ids;
}

it(`200 page by page over ${COUNT.toLocaleString("en")} contacts (100,000 with CI) while another key writes`, async () => {
  const w = await world();
  const [space, key, writer] = [await w.space(), await w.key(), await w.key()];
  await writer.post("/v1/fields", { key: "seats", type: "integer" });
  const now = Date.now();
  const ids = times(COUNT, (i) => newId("contact", now - COUNT + i));
  for (let i = 0; i < COUNT; i += 5_000) {
    await plantAll(space, ids.slice(i, i + 5_000).map((id, k) => ({
      id, created: now - DAY + i + k, updated: now - DAY + i + k, archived: false,
      doc: { ...emptyDocument({ type: "api" }), first_name: "Ana", last_name: `L${(i + k) % 97}`, job_title: (i + k) % 997 === 1 ? "Chief" : "Clerk", tags: (i + k) % 3 === 0 ? ["a", "b"] : (i + k) % 3 === 1 ? ["b"] : ["c"], custom: { seats: (i + k) % 50 } },
    })));
  }
  // Every hundredth is changed or archived on the way; the others stay as they are.
  const [touched, staying] = [ids.filter((_, i) => i % 100 === 0), new Set(ids.filter((_, i) => i % 100 !== 0))];
  let [turn, made] = [0, 0];
  const write = async (page: number): Promise<void> => {
    const id = touched[(turn += 1) % touched.length] ?? "";
    await writer.post("/v1/contacts", { first_name: "Ana", last_name: `L${page % 97}`, tags: ["a", "b", "c"], custom: { seats: page % 50 } });
    if (turn % 3 === 0) await writer.delete(`/v1/contacts/${id}`);
    else await writer.patch(`/v1/contacts/${id}`, { last_name: `L${(page * 7) % 97}`, custom: { seats: (page * 11) % 50 }, tags: { add: [`t${page % 5}`], remove: ["b"] } });
    made += 1;
  };
  const any = (field: string, op: string, value: unknown) => ({ filter: { any: [{ all: [{ field, op, value }] }] } });
  const either = { filter: { any: [{ all: [{ field: "tags", op: "has_any", value: ["a"] }] }, { all: [{ field: "tags", op: "has_any", value: ["b", "c"] }, { field: "first_name", op: "ends_with", value: "ana" }] }] } };
  const walks = [{}, { sort: "-id" }, { sort: "last_name" }, any("tags", "has_any", ["a", "b", "c"]), any("custom.seats", "gte", 0), either, any("first_name", "contains", "ana"), any("job_title", "not_contains", "zzz"), { query: "an" }];
  for (const body of walks) {
    const before = made;
    const came = await walked(key, body, write);
    expect([body, made > before, came.length - new Set(came.filter((id) => staying.has(id))).size - came.filter((id) => !staying.has(id)).length]).toEqual([body, true, 0]);
    const there = new Set(came);
    expect([body, [...staying].filter((id) => !there.has(id)).length]).toEqual([body, 0]);
  }
  // Found by looking at all of them: pages are short, and end where they have looked.
  const rare = ids.filter((id, i) => i % 997 === 1 && staying.has(id));
  const came = new Set(await walked(key, any("job_title", "contains", "hief"), write));
  expect(rare.filter((id) => !came.has(id))).toEqual([]);
}, 900_000);

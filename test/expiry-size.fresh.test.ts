// What a run of upkeep costs among 100,000 keys: it follows those that are due, not those that there are.
import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { expireIdle } from "../src/keys/expiry";
import { DAY, now } from "../src/platform/clock";
import { newId } from "../src/platform/id";
import { recorded } from "./front";
import { world, type World } from "./world";

const DUE = 2_000;
const SLICE = 250;

/** Keys as the product would have them; `idleDays` ago was their last use. */
async function plant(w: World, count: number, idleDays: (i: number) => number): Promise<string[]> {
  const at = now();
  const rows = Array.from({ length: count }, (_, i) => {
    const since = at - Math.floor(idleDays(i) * DAY);
    return [newId("key", since - i), since, since + 75 * DAY];
  });
  for (let i = 0; i < rows.length; i += 10_000) {
    await env.DB.prepare(
      `INSERT INTO keys (id, org_id, name, kind, environment, scopes, status, owner_id, last4, created_at, created_by, updated_at, last_used_at, idle_due_at)
        SELECT value ->> 0, ?1, 'planted', 'agency', 'live', 'contacts:read', 'active', ?2, 'abcd', value ->> 1, ?2, value ->> 1, value ->> 1, value ->> 2 FROM json_each(?3)`,
    )
      .bind(w.org, w.members.owner, JSON.stringify(rows.slice(i, i + 10_000)))
      .run();
  }
  return rows.map(([id]) => String(id));
}

async function cost(): Promise<{ statements: number; rowsRead: number; ms: number; noticed: number; asked: number }> {
  const { bindings, ran } = recorded("DB");
  const started = Date.now();
  const { noticed, asked } = await expireIdle(bindings, now());
  return { statements: ran.length, rowsRead: ran.reduce((sum, one) => sum + one.rowsRead, 0), ms: Date.now() - started, noticed, asked };
}

it("2,000 due among 100,000: per key as many rows as 250 alone, one run does them all, and none due cost one look", async () => {
  const w = await world();
  await plant(w, SLICE, () => 80);
  const alone = await cost();
  await plant(w, 98_000, (i) => (i % 70) + 1);
  const none = await cost();
  await plant(w, DUE, () => 80);
  const among = await cost();
  console.log([`250 due alone: ${JSON.stringify(alone)}`, `none due of 98,250: ${JSON.stringify(none)}`, `2,000 due among 100,250: ${JSON.stringify(among)}`].join("\n"));
  expect([alone.noticed, none.noticed, among.noticed]).toEqual([SLICE, 0, DUE]);
  expect([none.statements, none.asked]).toEqual([1, 0]);
  expect(none.rowsRead).toBeLessThan(10);
  expect(among.statements / DUE).toBeLessThanOrEqual(alone.statements / SLICE);
  expect(among.rowsRead / DUE).toBeLessThanOrEqual((alone.rowsRead / SLICE) * 1.05);
  expect(among.rowsRead / DUE).toBeLessThan(15);
  expect(among.statements).toBeLessThan(60);
});

// What the sweep of each minute costs where keys have come and gone for years.
import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { sweep } from "../src/limits/switches";
import { databases } from "../src/platform/sql";
import { recorded } from "./front";
import { times, world } from "./world";

it("the sweep reads what waits, not every key that there ever was", async () => {
  const w = await world();
  const sample = await w.key({ role: "member" });
  await env.DB.prepare(
    `INSERT INTO keys (id, org_id, name, kind, environment, location_id, scopes, status, owner_id, last4, created_at, created_by, updated_at)
      SELECT 'key_' || substr(org_id, 5, 10) || one.value, org_id, name, kind, environment, location_id, scopes, 'revoked', owner_id, 'zzzz', created_at, created_by, updated_at
      FROM keys, json_each(?2) one WHERE keys.id = ?1`,
  ).bind(sample.id, JSON.stringify(times(20_000, (i) => i + 1))).run();
  const { bindings, ran } = recorded("DB");
  await sweep(bindings, databases(bindings));
  const read = ran.map(({ rowsRead }) => rowsRead);
  expect(Math.max(...read)).toBeLessThan(1_000);
});

import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { written } from "./spooled";
import { times, world, type Client } from "./world";

/** The activity log of a key, when all its calls are told. */
async function activity(key: Client, calls: number) {
  await written(key, calls);
  const { results } = await env.LOG.prepare("SELECT route, params, status FROM requests WHERE key_id = ? ORDER BY rid").bind(key.id).all();
  return results;
}

describe("the activity log", () => {
  it("names the parameters that there are, and nothing else of a query", async () => {
    const key = await (await world()).key();
    await key.get("/v1/contacts?limit=1&email=ana%40acme.com&sort=id");
    await key.post("/v1/contacts?dry_run=true", { first_name: "Ana" });
    await key.get("/v1/contacts?limit=1&email%3Dana%40acme.com");
    const rows = await activity(key, 3);
    expect(rows).toMatchObject([{ params: '["email","sort","limit"]', status: 200 }, { params: '["dry_run"]', status: 201 }, { params: '["limit"]', status: 400 }]);
    expect(JSON.stringify(rows)).not.toContain("acme");
  });

  it("is written whatever a query holds: a caller can't choke it", async () => {
    const key = await (await world()).key();
    const long = "p".repeat(2_000);
    await Promise.all(times(60, () => key.get(`/v1/contacts?${times(15, (n) => `${long}${n}`).join("&")}`)));
    expect(await activity(key, 60)).toHaveLength(60);
  });

  it("400 key_in_url however the key is written, as a value or a name, and it is echoed nowhere", async () => {
    const w = await world();
    const [key, other] = [await w.key(), await w.key()];
    const secret = (other.secret ?? "").replaceAll("_", "%5F");
    for (const query of [`x=${secret}`, `${secret}=1`, `integration=${secret}`, `x=${other.secret}`]) {
      const answer = await key.get(`/v1/keys?${query}`);
      expect([query, answer.body.code]).toEqual([query, "key_in_url"]);
      expect(answer.text).not.toContain(other.secret);
    }
  });
});

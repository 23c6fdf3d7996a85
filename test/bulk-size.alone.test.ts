// A bulk action at size, interrupted in every way: paused, its driver dead between slices and in the middle of one, and
// started again by the sweep. Each contact is done once.
import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { drive } from "../src/jobs/drive";
import { sweep } from "../src/jobs/sweep";
import { kinds } from "../src/kinds";
import { standing } from "../src/keys/standing";
import { databases } from "../src/platform/sql";
import { plant } from "./fixture";
import { dying, front } from "./front";
import { unnudged } from "./marking";
import { world, type Json } from "./world";

const COUNT = env.SIZE === "full" ? 100_000 : 4_000;
const house = { kinds, may: standing };

it(`202: ${COUNT} contacts tagged once each, through pause, death and restart; the log is complete`, async () => {
  const w = await world();
  const key = await w.key();
  await plant(await w.space(), COUNT);
  const filter = { any: [{ all: [{ field: "first_name", op: "eq", value: "p" }] }] };
  const live = COUNT - Math.floor(COUNT / 10);
  const started = await key.through(front(unnudged())).post("/v1/contacts/bulk", { filter, action: { type: "tag", tags: ["met"] }, expected_count: live });
  expect([started.status, started.body.total]).toEqual([202, live]);
  const path = `/v1/jobs/${started.body.id}`;
  const ref = { org: w.org, job: started.body.id, attempt: 0 };
  const progress = async (): Promise<number> => (await key.get(path)).body.progress;

  await drive(house, env, ref, 1);
  const first = await progress();
  expect(first).toBeGreaterThan(0);
  expect((await key.post(`${path}/pause`)).body.state).toBe("paused");
  await drive(house, env, ref, 3);
  expect(await progress()).toBe(first);
  expect((await key.through(front(unnudged())).post(`${path}/resume`)).status).toBe(200);

  // It dies twice: before its batch is sent, and after that took effect but before it heard so.
  const { attempt } = await env.DATA.prepare("SELECT attempt FROM jobs WHERE id = ?").bind(ref.job).first<{ attempt: number }>() ?? { attempt: 0 };
  for (const after of [false, true]) {
    const { bindings, died } = dying(env, 4, after);
    void drive(house, bindings, { ...ref, attempt }, 1_000);
    await died;
  }
  const middle = await progress();
  expect([middle > first, middle < 1]).toEqual([true, true]);

  await env.DATA.prepare("UPDATE jobs SET heartbeat_at = heartbeat_at - 60000 WHERE id = ?").bind(ref.job).run();
  await sweep(env, databases(env), Date.now());
  let end: Json = null;
  for (let i = 0; i < 4_000 && !end?.ended_at; i += 1) {
    await scheduler.wait(50);
    end = (await key.get(path)).body;
  }
  expect(end).toMatchObject({ state: "completed", counts: { updated: live }, progress: 1 });
  const { results } = await env.DATA.prepare(
    "SELECT count(*) AS n, sum(version = 2) AS twos, sum((SELECT count(*) FROM json_each(doc, '$.tags') WHERE value = 'met') = 1) AS tagged FROM contacts WHERE space_id = ? AND archived_at IS NULL",
  ).bind((await w.space()).id).all();
  expect(results).toEqual([{ n: live, twos: live, tagged: live }]);
  const log = await env.DATA.prepare("SELECT count(*) AS n, count(DISTINCT subject) AS contacts, count(DISTINCT cause) AS causes FROM events WHERE org_id = ? AND type = 'contact.updated'").bind(w.org).all();
  expect(log.results).toEqual([{ n: live, contacts: live, causes: 1 }]);
  expect(await env.DATA.prepare("SELECT max(seq) - count(*) AS gaps FROM events WHERE org_id = ?").bind(w.org).first("gaps")).toBe(0);
  expect((await key.post("/v1/contacts/search", { filter: { any: [{ all: [{ field: "tags", op: "has_any", value: ["met"] }] }] }, count: "exact", limit: 1 })).body.count).toEqual(live > 10_000 ? { value: 10_000, relation: "gte" } : { value: live, relation: "eq" });
}, 600_000);

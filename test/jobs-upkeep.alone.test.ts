// What upkeep does with jobs: those that nobody drives go on, those that ended long ago go.
import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { routes } from "../src/routes";
import { run } from "../src/upkeep/upkeep";
import { plant } from "./fixture";
import { front } from "./front";
import { app, unnudged } from "./marking";
import { times, world } from "./world";

const DAY = 86_400_000;

async function queued() {
  const w = await world();
  const by = await w.key();
  await plant(await w.space(), 20);
  const start = async (): Promise<string> => (await by.through(front(unnudged(), app)).post("/v1/contacts/mark", { mark: "!" })).body.id;
  return { w, by, start };
}

it("the beat of each minute restarts what was silent for 30 s", async () => {
  const { by, start } = await queued();
  const [silent, fresh] = [await start(), await start()];
  await env.DATA.prepare("UPDATE jobs SET heartbeat_at = heartbeat_at - 31000 WHERE id = ?").bind(silent).run();
  await run("* * * * *", Date.now(), env, routes);
  for (let i = 0; i < 200 && (await by.get(`/v1/jobs/${silent}`)).body.ended_at === null; i += 1) await scheduler.wait(50);
  expect((await by.get(`/v1/jobs/${silent}`)).body).toMatchObject({ state: "completed", counts: { marked: 18 } });
  expect((await by.get(`/v1/jobs/${fresh}`)).body.state).toBe("queued");
});

it("the hourly one deletes jobs that ended over 90 days ago, with their chunks, and nothing else", async () => {
  const { w, by, start } = await queued();
  const [old, recent, open] = [await start(), await start(), await start()];
  for (const id of [old, recent]) await by.post(`/v1/jobs/${id}/cancel`);
  const chunks = JSON.stringify([old, recent].flatMap((id) => times(6_000, (n) => [id, n])));
  await env.DATA.prepare("INSERT INTO job_chunks (job_id, n, counts, at) SELECT value ->> 0, value ->> 1, '{}', 0 FROM json_each(?)").bind(chunks).run();
  await env.DATA.prepare("UPDATE jobs SET created_at = created_at - ?1, ended_at = ended_at - ?1 WHERE id = ?2").bind(91 * DAY, old).run();
  await env.DATA.prepare("UPDATE jobs SET created_at = created_at - ?1, ended_at = ended_at - ?1 WHERE id = ?2").bind(89 * DAY, recent).run();
  await env.DATA.prepare("UPDATE jobs SET created_at = created_at - ?1, heartbeat_at = heartbeat_at - ?1 WHERE id = ?2").bind(91 * DAY, open).run();
  const events = await w.events();
  await run("7 * * * *", Date.now(), env, routes);
  expect((await by.get("/v1/jobs")).body.data.map(({ id }: { id: string }) => id)).toEqual([open, recent]);
  const left = await env.DATA.prepare("SELECT job_id, count(*) AS n FROM job_chunks WHERE job_id IN (?, ?) GROUP BY 1").bind(old, recent).all();
  expect(left.results).toEqual([{ job_id: recent, n: 6_000 }]);
  expect(await w.events()).toEqual(events);
});

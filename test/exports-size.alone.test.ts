// An export among writers: the file shows one moment, whatever is written while it is made, and says which.
import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { drive } from "../src/jobs/drive";
import { standing } from "../src/keys/standing";
import { kinds } from "../src/kinds";
import { random } from "./assorted";
import { plant } from "./fixture";
import { front } from "./front";
import { unnudged } from "./marking";
import { times, world, type Json } from "./world";

const COUNT = env.SIZE === "full" ? 100_000 : 3_000;
const house = { kinds, may: standing };

it(`200 ${COUNT} contacts as they were at one place of the log, while others write`, async () => {
  const w = await world();
  const key = await w.key();
  const planted = (await plant(await w.space(), COUNT)).filter(({ archived }) => !archived);
  const version = new Map<string, number>(planted.map(({ id }) => [id, 1]));
  const seqNow = async (): Promise<number> => (await env.DATA.prepare("SELECT seq FROM event_counters WHERE org_id = ?").bind(w.org).first<number>("seq")) ?? 0;
  const r = random(3);
  /** What each write did, and where the log stood behind it. */
  const writes: { readonly seq: number; readonly id: string; readonly version: number | null }[] = [];
  async function write(): Promise<void> {
    const { id = "" } = planted[r.below(planted.length)] ?? {};
    const kind = r.below(3);
    const answer = kind === 0 ? await key.post("/v1/contacts", { first_name: "New" }) : kind === 1 ? await key.patch(`/v1/contacts/${id}`, { job_title: `T${r.below(1e6)}` }) : await key.delete(`/v1/contacts/${id}`);
    if (answer.status >= 300) return;
    writes.push({ seq: await seqNow(), id: answer.body.id, version: answer.body.status === "active" ? answer.body.version : null });
  }

  const { body } = await key.through(front(unnudged())).post("/v1/exports", { format: "ndjson" });
  for (let i = 0, ended = false; !ended; i += 1) {
    ({ ended } = await drive(house, env, { org: w.org, job: body.job, attempt: 0 }, 20));
    // Towards the end nobody writes on every step, or the last look would never be the last.
    if (i % 3 !== 2) for (const _ of times(3, (n) => n)) await write();
  }
  const { result, state } = (await key.get(`/v1/exports/${body.id}`)).body;
  expect(state).toBe("completed");
  const [, [, seq]]: [string, [number, number]] = JSON.parse(atob(result.events_cursor.replaceAll("-", "+").replaceAll("_", "/")));
  expect(writes.some((one) => one.seq > seq)).toBe(true);
  for (const one of writes.filter((each) => each.seq <= seq)) {
    if (one.version === null) version.delete(one.id);
    else version.set(one.id, one.version);
  }
  const lines = (await key.get(`/v1/exports/${body.id}/file`)).text.trim().split("\n").map((line): Json => JSON.parse(line));
  expect(lines.length).toBe(result.rows);
  expect(new Map(lines.map(({ id, version: at }) => [id, at])).size).toBe(lines.length);
  const told = lines.map(({ id, version: at }) => `${id} ${at}`).toSorted();
  expect(told).toEqual([...version].map(([id, at]) => `${id} ${at}`).toSorted());
}, 1_200_000);

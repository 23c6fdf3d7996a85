// An import at size, whose driver dies at any moment: each row is applied once, and the counts are right to the row.
import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { drive } from "../src/jobs/drive";
import { sweep } from "../src/jobs/sweep";
import { standing } from "../src/keys/standing";
import { kinds } from "../src/kinds";
import { databases } from "../src/platform/sql";
import { random } from "./assorted";
import { dying, front } from "./front";
import { unnudged } from "./marking";
import { ENDS, until, uploaded } from "./transferring";
import { times, world } from "./world";

const COUNT = env.SIZE === "full" ? 20_000 : 3_000;
const DEATHS = env.SIZE === "full" ? 20 : 6;
const house = { kinds, may: standing };

interface Expected {
  readonly text: string;
  readonly counts: Readonly<Record<string, number>>;
}

/** Ten columns; of a hundred rows two are bad, five are of a contact that stood before. */
function file(): Expected {
  const r = random(11);
  const counts = { rows: COUNT, created: 0, updated: 0, unchanged: 0, skipped: 0, failed: 0, unprocessed: 0 };
  const made: number[] = [];
  const lines = times(COUNT, (i) => {
    const [bad, again] = [r.next() < 0.02, made.length > 0 && r.next() < 0.05];
    const who = again ? r.one(made) : i;
    if (bad) counts.failed += 1;
    else if (again) counts.updated += 1;
    else {
      counts.created += 1;
      made.push(i);
    }
    const email = bad ? `p${who}@` : `p${who}@acme.example`;
    return `Ana ${i},"Núñez, ${i}",${email},+346${10_000_000 + who},Acme,CFO ${i},Calle Mayor ${i},Madrid,28013,ES`;
  });
  return { text: `First Name,Last Name,Email,Phone,Company,Job Title,Street,City,Postal Code,Country\n${lines.join("\n")}\n`, counts };
}

it(`202: ${COUNT} rows tried and taken in, through ${DEATHS} deaths; counts right to the row, each row once, the log complete`, async () => {
  const w = await world();
  const key = await w.key();
  const { text, counts } = file();
  const { id } = await uploaded(key, text);
  const path = `/v1/imports/${id}`;
  await key.post(`${path}/validate`);
  expect((await until(key, path, ["validated"], 4_000)).validation).toEqual(counts);
  expect(await env.DATA.prepare("SELECT (SELECT count(*) FROM import_drafts) + (SELECT count(*) FROM import_draft_keys) AS n").first("n")).toBe(0);

  const { body } = await key.through(front(unnudged())).post(`${path}/start`);
  const r = random(5);
  for (const death of times(DEATHS, (i) => i)) {
    const { bindings, died } = dying(env, 1 + r.below(6), death % 2 === 0);
    const attempt = (await env.DATA.prepare("SELECT attempt FROM jobs WHERE id = ?").bind(body.job).first<number>("attempt")) ?? 0;
    void drive(house, bindings, { org: w.org, job: body.job, attempt }, 1_000);
    await died;
    const { counts: now } = (await key.get(path)).body;
    expect(Object.entries<number>(now).reduce((sum, [name, n]) => (name === "rows" ? sum : sum + n), 0)).toBe(COUNT);
  }
  await env.DATA.prepare("UPDATE jobs SET heartbeat_at = heartbeat_at - 60000 WHERE id = ?").bind(body.job).run();
  await sweep(env, databases(env), Date.now());
  const end = await until(key, path, ENDS, 8_000);
  expect([end.state, end.counts]).toEqual(["completed_with_errors", counts]);

  const { created = 0, updated = 0, failed = 0 } = counts;
  const { results } = await env.DATA.prepare("SELECT count(*) AS n, sum(version - 1) AS updates FROM contacts WHERE space_id = ?").bind((await w.space()).id).all();
  expect(results).toEqual([{ n: created, updates: updated }]);
  const log = await env.DATA.prepare("SELECT type, count(*) AS n, count(DISTINCT cause) AS causes FROM events WHERE org_id = ? AND type GLOB 'contact.*' GROUP BY type ORDER BY type").bind(w.org).all();
  expect(log.results).toEqual([{ type: "contact.created", n: created, causes: 1 }, { type: "contact.updated", n: updated, causes: 1 }]);
  expect(await env.DATA.prepare("SELECT max(seq) - count(*) AS gaps FROM events WHERE org_id = ?").bind(w.org).first("gaps")).toBe(0);
  const [told, errors] = [(await key.get(`${path}/results.csv`)).text.trim().split("\r\n"), (await key.get(`${path}/errors.csv`)).text.trim().split("\r\n")];
  expect([told.length - 1, errors.length - 1]).toEqual([COUNT, failed]);
  expect(told.slice(1).every((line, i) => line.startsWith(`${i + 1},`))).toBe(true);
}, 1_200_000);

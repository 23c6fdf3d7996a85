// Pauses, resumptions, cancellations and undoing at random moments, held against a model that takes the rows one by one.
import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { drive } from "../src/jobs/drive";
import { standing } from "../src/keys/standing";
import { kinds } from "../src/kinds";
import { random } from "./assorted";
import { front } from "./front";
import { unnudged } from "./marking";
import { uploaded } from "./transferring";
import { times, world, type Json } from "./world";

const house = { kinds, may: standing };
const RUNS = env.SIZE === "full" ? 60 : 12;
const ROWS = 160;

interface Person {
  name: string;
  version: number;
  /** Null: it was not there before. */
  readonly before: string | null;
  /** Somebody else changed it since the import did. */
  foreign: boolean;
}

it.each(times(RUNS, (i) => i))("counts and data agree with a model, run %i", async (seed) => {
  const r = random(seed + 1);
  const w = await world();
  const key = await w.key();
  const apart = key.through(front(unnudged()));
  const model = new Map<string, Person>();
  for (const i of times(20, (n) => n)) {
    await key.post("/v1/contacts", { first_name: `Old ${i}`, emails: [`p${i}@acme.example`] });
    model.set(`p${i}@acme.example`, { name: `Old ${i}`, version: 1, before: `Old ${i}`, foreign: false });
  }
  const rows = times(ROWS, (i) => (r.next() < 0.05 ? null : { email: `p${r.below(120)}@acme.example`, name: `New ${i % 40}` }));
  const { id } = await uploaded(key, `Email,First Name\n${rows.map((row) => (row ? `${row.email},${row.name}` : "bad@,X")).join("\n")}\n`);
  const path = `/v1/imports/${id}`;
  let { job } = (await apart.post(`${path}/start`)).body;
  const counts = { created: 0, updated: 0, unchanged: 0, skipped: 0, failed: 0 };
  let done = 0;

  /** Takes the model as far as the import says that it got. */
  function follow(told: Json): void {
    for (; done < ROWS - told.unprocessed; done += 1) {
      const row = rows[done];
      const person = row ? model.get(row.email) : undefined;
      if (!row) counts.failed += 1;
      else if (!person) {
        model.set(row.email, { name: row.name, version: 1, before: null, foreign: false });
        counts.created += 1;
      } else if (person.name === row.name) counts.unchanged += 1;
      else {
        Object.assign(person, { name: row.name, version: person.version + 1 });
        counts.updated += 1;
      }
    }
    expect(told).toEqual({ rows: ROWS, ...counts, unprocessed: ROWS - done });
  }
  const attemptOf = async (): Promise<number> => (await env.DATA.prepare("SELECT attempt FROM jobs WHERE id = ?").bind(job).first<number>("attempt")) ?? 0;
  const step = async (): Promise<boolean> => (await drive(house, env, { org: w.org, job, attempt: await attemptOf() }, 1)).ended;

  let state = "running";
  for (let i = 0; i < 60 && (state === "running" || state === "paused"); i += 1) {
    const what = r.below(8);
    if (what === 0) await apart.post(`${path}/pause`);
    else if (what === 1 || state === "paused") await apart.post(`${path}/resume`);
    else if (what === 2 && r.next() < 0.15) await apart.post(`${path}/cancel`);
    else await step();
    const { body } = await key.get(path);
    follow(body.counts);
    ({ state } = body);
  }
  const dataNow = async (): Promise<Json> => Object.fromEntries((await key.get("/v1/contacts?limit=200")).body.data.map(({ emails, first_name, version }: Json) => [emails[0].value, [first_name, version]]));
  const modelNow = (): Json => Object.fromEntries([...model].map(([email, { name, version }]) => [email, [name, version]]));
  expect(await dataNow()).toEqual(modelNow());

  // Somebody else changes some of them; then all of it is taken back.
  const emails = [...model.keys()];
  for (const email of r.some(emails, 6)) {
    const [contact] = (await key.get(`/v1/contacts?email=${email}`)).body.data;
    await key.patch(`/v1/contacts/${contact.id}`, { company: "Elsewhere" });
    const person = model.get(email);
    if (person) person.foreign = true;
  }
  const undoing = await apart.post(`${path}/undo`);
  expect(undoing.status).toBe(202);
  ({ job } = undoing.body);
  for (let i = 0; i < 200 && !(await step()); i += 1) if (r.below(4) === 0) await apart.post(`${path}/pause`).then(() => apart.post(`${path}/resume`));
  const { body: end } = await key.get(path);
  expect([end.state, Object.values<number>(end.reverted).reduce((sum, n) => sum + n, 0)]).toEqual(["reverted", done]);
  const names = Object.fromEntries((await key.get("/v1/contacts?limit=200")).body.data.map(({ emails: [{ value }], first_name }: Json) => [value, first_name]));
  const expected = [...model].flatMap(([email, { name, before, foreign }]): [string, string][] => (foreign ? [[email, name]] : before === null ? [] : [[email, before]]));
  expect(names).toEqual(Object.fromEntries(expected));
});

// Jobs: each slice once, whatever dies; a stop is true when it is answered; who may no longer is heard before each slice.
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import * as z from "zod";
import type { Env } from "../src/env";
import { drive, type Driven } from "../src/jobs/drive";
import { sweep } from "../src/jobs/sweep";
import { databases } from "../src/platform/sql";
import { plant } from "./fixture";
import { altered, dying, front } from "./front";
import { app, house, unnudged } from "./marking";
import { isGapless, times, world, type Answer, type Client, type Json, type World } from "./world";

const MINUTE = 60_000;

interface Started {
  w: World;
  by: Client;
  job: Json;
  /** How many contacts there are to be marked. */
  count: number;
  path: string;
  /** One drive of the job, as its first instance or a later one would. */
  drive(bindings?: Env, attempt?: number, most?: number): Promise<Driven>;
}

/** A job that marks `planted` contacts, less the archived tenth; without its Workflow unless `bindings` have one. */
async function started(planted: number, { bindings = unnudged(), body = { mark: "!" }, by: given, prepare = async () => undefined }: { bindings?: Env; body?: object; by?: (w: World) => Promise<Client>; prepare?: (by: Client, w: World) => Promise<unknown> } = {}): Promise<Started> {
  const w = await world();
  const by = await (given?.(w) ?? w.key());
  const contacts = await plant(await w.space(), planted);
  await prepare(by, w);
  const answer = await by.through(front(bindings, app)).post("/v1/contacts/mark", body);
  expect([answer.status, answer.headers.get("Location")]).toEqual([202, `/v1/jobs/${answer.body.id}`]);
  const count = answer.body.total;
  expect(count).toBeGreaterThanOrEqual(contacts.filter(({ archived }) => !archived).length);
  const run: Started["drive"] = (through = env, attempt = 0, most = 1) => drive(house, through, { org: w.org, job: answer.body.id, attempt }, most);
  return { w, by, job: answer.body, count, path: `/v1/jobs/${answer.body.id}`, drive: run };
}

const titles = z.array(z.object({ title: z.string().nullable(), n: z.number() }));
/** How many live contacts bear which title. */
async function marks(w: World): Promise<Record<string, number>> {
  const { results } = await env.DATA.prepare("SELECT doc ->> 'job_title' AS title, count(*) AS n FROM contacts WHERE space_id = ? AND archived_at IS NULL GROUP BY 1").bind((await w.space()).id).all();
  return Object.fromEntries(titles.parse(results).map(({ title, n }) => [String(title), n]));
}

async function until(by: Client, path: string, isSo: (job: Json) => boolean): Promise<Json> {
  for (let i = 0; i < 600; i += 1) {
    const { body } = await by.get(path);
    if (isSo(body)) return body;
    await scheduler.wait(50);
  }
  throw new Error("it never came to be");
}
const hasEnded = ({ ended_at: ended }: Json): boolean => ended !== null;

/** As if the last sign of life had been `ms` ago. */
const age = (id: string, ms: number) => env.DATA.prepare("UPDATE jobs SET heartbeat_at = heartbeat_at - ? WHERE id = ?").bind(ms, id).run();

const slicesOf = ({ job }: Started) => env.DATA.prepare("SELECT slices FROM jobs WHERE id = ?").bind(job.id).first<number>("slices").then((slices) => slices ?? 0);

const typesOf = async ({ w, job }: Started): Promise<string[]> => (await w.events()).filter(({ subject }) => subject === job.id).map(({ type }) => type);

/** Every contact once, an event for each, and a chunk for each slice. */
async function isWhole({ w, job, count, by, path }: Started): Promise<void> {
  const { body } = await by.get(path);
  expect(body).toMatchObject({ state: "completed", progress: 1, counts: { marked: count }, total: count, problem: null, version: 2 });
  expect(await marks(w)).toEqual({ "!": count });
  const events = await w.events();
  expect(isGapless(events)).toBe(true);
  const marked = events.filter(({ type }) => type === "contact.updated").map(({ subject }) => subject);
  expect([marked.length, new Set(marked).size]).toEqual([count, count]);
  expect(events.filter(({ subject }) => subject === job.id).map(({ type, version }) => [type, version])).toEqual([["job.created", 1], ["job.completed", 2]]);
  const row = await env.DATA.prepare("SELECT slices, (SELECT count(*) FROM job_chunks WHERE job_id = id) AS chunks, (SELECT max(n) + 1 FROM job_chunks WHERE job_id = id) AS last, (SELECT sum(counts ->> 'marked') FROM job_chunks WHERE job_id = id) AS marked FROM jobs WHERE id = ?").bind(job.id).first();
  expect(row).toEqual({ slices: row?.["slices"], chunks: row?.["slices"], last: row?.["slices"], marked: count });
}

describe("a job", () => {
  it("202, runs to its end by the Workflow, one instance handing over to the next; each change on behalf of who started it", async () => {
    const one = await started(3_200, { bindings: env });
    expect(one.job).toMatchObject({ kind: "contacts.mark", state: "queued", progress: 0, counts: {}, total: 2_880, location: one.w.locations[0], environment: "live", started_at: null, created_by: { type: "key", id: one.by.id } });
    const running = await until(one.by, one.path, ({ progress }) => progress > 0);
    expect(running.started_at).not.toBeNull();
    const end = await until(one.by, one.path, hasEnded);
    expect(end.started_at <= end.ended_at).toBe(true);
    await isWhole(one);
    const updated = (await one.w.events()).filter(({ type }) => type === "contact.updated");
    expect(new Set(updated.map(({ actor }) => JSON.parse(actor).id))).toEqual(new Set([one.by.id]));
    expect((await env.DATA.prepare("SELECT attempt FROM jobs WHERE id = ?").bind(one.job.id).first("attempt"))).toBeGreaterThan(0);
  });

  it("does nothing for dry_run, and starts once for one Idempotency-Key", async () => {
    const w = await world();
    const by = (await w.key()).through(front(unnudged(), app));
    await plant(await w.space(), 5);
    expect((await by.post("/v1/contacts/mark?dry_run=true", { mark: "!" })).status).toBe(202);
    expect(await w.events()).toEqual([]);
    const headers = { "Idempotency-Key": "once" };
    const [first, second] = [await by.post("/v1/contacts/mark", { mark: "!" }, { headers }), await by.post("/v1/contacts/mark", { mark: "!" }, { headers })];
    expect([second.status, second.body.id, second.headers.get("Location")]).toEqual([202, first.body.id, first.headers.get("Location")]);
    expect((await by.get("/v1/jobs")).body.data.map(({ id }: Json) => id)).toEqual([first.body.id]);
  });

  it("of nothing is complete", async () => {
    const one = await started(0);
    await one.drive(env, 0, 100);
    expect((await one.by.get(one.path)).body).toMatchObject({ state: "completed", progress: 1, counts: { marked: 0 }, total: 0 });
  });
});

describe("a driver that dies", () => {
  it("between slices: the sweep restarts what was silent for 30 s, and nothing else; each contact once", async () => {
    const one = await started(200);
    await one.drive();
    expect((await one.by.get(one.path)).body).toMatchObject({ state: "running", counts: { marked: 25 } });
    await sweep(env, databases(env), Date.now());
    expect(await env.DATA.prepare("SELECT attempt FROM jobs WHERE id = ?").bind(one.job.id).first("attempt")).toBe(0);
    await age(one.job.id, 31_000);
    await sweep(env, databases(env), Date.now());
    await until(one.by, one.path, hasEnded);
    await isWhole(one);
  });

  it("and wakes up again after it was replaced does nothing", async () => {
    const one = await started(60);
    await one.drive();
    await age(one.job.id, 31_000);
    await sweep(unnudged(), databases(env), Date.now());
    expect([(await one.drive()).ended, await slicesOf(one)]).toEqual([true, 1]);
    await one.drive(env, 1, 1_000);
    await isWhole(one);
  });

  it("before its batch is sent, and after it took effect but before it heard so", async () => {
    const one = await started(200);
    for (const after of [false, true]) {
      const before = await slicesOf(one);
      const { bindings, died } = dying(env, 3, after);
      void one.drive(bindings, 0, 1_000);
      await died;
      expect((await slicesOf(one)) - before).toBe(after ? 3 : 2);
    }
    await age(one.job.id, MINUTE);
    await sweep(env, databases(env), Date.now());
    await until(one.by, one.path, hasEnded);
    await isWhole(one);
  });

  it("an answer that is lost on the way back is no second run of the slice", async () => {
    const one = await started(120);
    let calls = 0;
    const batch: D1Database["batch"] = async <T>(statements: D1PreparedStatement[]) => {
      const results = await env.DATA.batch<T>(statements);
      calls += 1;
      if (calls % 2 === 1) throw new Error("Network connection lost.");
      return results;
    };
    await one.drive({ ...env, DATA: altered(env.DATA, { batch }) }, 0, 1_000);
    await isWhole(one);
  });

  it("a nudge that was lost is made up for by the sweep", async () => {
    const one = await started(30);
    await age(one.job.id, MINUTE);
    await sweep(env, databases(env), Date.now());
    await until(one.by, one.path, hasEnded);
    await isWhole(one);
  });

  it("two sweeps at once restart a job once", async () => {
    const one = await started(30);
    await age(one.job.id, MINUTE);
    await Promise.all(times(4, () => sweep(env, databases(env), Date.now())));
    await until(one.by, one.path, hasEnded);
    expect(await env.DATA.prepare("SELECT attempt FROM jobs WHERE id = ?").bind(one.job.id).first("attempt")).toBe(1);
    await isWhole(one);
  });

  it("a job that never gets on fails after an hour of restarts", async () => {
    const one = await started(30);
    const stuck = unnudged();
    await env.DATA.prepare("UPDATE jobs SET stalls = 59 WHERE id = ?").bind(one.job.id).run();
    await age(one.job.id, MINUTE);
    await sweep(stuck, databases(stuck), Date.now());
    expect((await one.by.get(one.path)).body.state).toBe("queued");
    await age(one.job.id, MINUTE);
    await sweep(stuck, databases(stuck), Date.now());
    expect((await one.by.get(one.path)).body).toMatchObject({ state: "failed", problem: { code: "job_stalled" } });
    expect(await typesOf(one)).toEqual(["job.created", "job.failed"]);
  });
});

describe("a version that does not know the kind yet", () => {
  it("leaves the job as it is, for one that does", async () => {
    const one = await started(30);
    await expect(drive({ ...house, kinds: [] }, env, { org: one.w.org, job: one.job.id, attempt: 0 }, 1)).rejects.toThrow("contacts.mark");
    expect((await one.by.get(one.path)).body).toMatchObject({ state: "queued", counts: {} });
    await one.drive(env, 0, 1_000);
    await isWhole(one);
  });
});

describe("drivers at one time", () => {
  it("carry out each slice once", async () => {
    const one = await started(300);
    await Promise.all(times(3, () => one.drive(env, 0, 1_000)));
    await isWhole(one);
  });

  it("and edits of the same contacts: both take effect", async () => {
    const one = await started(60);
    const ids = (await one.by.get("/v1/contacts?limit=60")).body.data.map(({ id }: Json) => id);
    const edits = ids.map((id: string) => one.by.patch(`/v1/contacts/${id}`, { company: "Acme" }));
    const [answers] = await Promise.all([Promise.all<Answer>(edits), one.drive(env, 0, 1_000)]);
    expect(answers.filter(({ status }) => status !== 200 && status !== 503)).toEqual([]);
    expect((await one.by.get(one.path)).body).toMatchObject({ state: "completed", counts: { marked: one.count } });
    expect(await marks(one.w)).toEqual({ "!": one.count });
    expect(isGapless(await one.w.events())).toBe(true);
  });
});

describe("orders", () => {
  it("pause: nothing takes effect after its answer; resume goes on there; each contact once", async () => {
    const one = await started(400, { bindings: env });
    for (let i = 0; i < 4; i += 1) {
      await scheduler.wait(Math.random() * 120);
      const paused = await one.by.post(`${one.path}/pause`);
      if (paused.status === 409) break;
      expect(paused.body.state).toBe("paused");
      const then = await marks(one.w);
      expect(then["!"] ?? 0).toBe(paused.body.counts.marked ?? 0);
      await scheduler.wait(100);
      expect(await marks(one.w)).toEqual(then);
      expect((await one.by.post(`${one.path}/pause`)).body).toEqual(paused.body);
      expect((await one.by.post(`${one.path}/resume`)).body.state).toBe("queued");
    }
    const { state, counts } = await until(one.by, one.path, hasEnded);
    expect([state, counts]).toEqual(["completed", { marked: one.count }]);
    expect(await marks(one.w)).toEqual({ "!": one.count });
    const events = await one.w.events();
    expect(isGapless(events)).toBe(true);
    const own = events.filter(({ subject }) => subject === one.job.id);
    expect(own.map(({ version }) => version)).toEqual(own.map((_, i) => i + 1));
  });

  it.each([1, 10])("pause: between its read and its write the job gets on, %i times: stopped, and its answer is true", async (often) => {
    const one = await started(400);
    let left = often;
    const batch: D1Database["batch"] = async (statements) => {
      left -= 1;
      if (left >= 0) await one.drive();
      return env.DATA.batch(statements);
    };
    const { status, body } = await one.by.through(front({ ...env, DATA: altered(env.DATA, { batch }) })).post(`${one.path}/pause`);
    expect([status, body.state]).toEqual([200, "paused"]);
    const { counts } = (await one.by.get(one.path)).body;
    if (often === 1) expect(body.counts).toEqual(counts);
    expect(await one.drive()).toMatchObject({ ended: true });
    expect(await marks(one.w)).toEqual({ "!": counts.marked, null: one.count - counts.marked });
  });

  it("409 where it ends between the order's read and its write", async () => {
    const one = await started(30);
    const batch: D1Database["batch"] = async (statements) => {
      await one.drive(env, 0, 1_000);
      return env.DATA.batch(statements);
    };
    const answer = await one.by.through(front({ ...env, DATA: altered(env.DATA, { batch }) })).post(`${one.path}/cancel`);
    expect(answer).toMatchObject({ status: 409, body: { code: "job_state_conflict", state: "completed" } });
    await isWhole(one);
  });

  it("pause: the sweep leaves it alone", async () => {
    const one = await started(30);
    await one.by.post(`${one.path}/pause`);
    await age(one.job.id, MINUTE);
    await sweep(env, databases(env), Date.now());
    expect(await one.drive()).toMatchObject({ ended: true });
    expect((await one.by.get(one.path)).body.state).toBe("paused");
  });

  it("cancel: what was done stays, nothing follows; then 409 with its state", async () => {
    const one = await started(400);
    const [driven, canceled] = await Promise.all([one.drive(env, 0, 1_000), scheduler.wait(Math.random() * 60).then(() => one.by.post(`${one.path}/cancel`))]);
    expect(driven.ended).toBe(true);
    expect(canceled.body).toMatchObject({ state: "canceled", problem: null });
    expect(canceled.body.ended_at).not.toBeNull();
    expect((await marks(one.w))["!"] ?? 0).toBe(canceled.body.counts.marked ?? 0);
    expect((await one.by.post(`${one.path}/cancel`)).body).toEqual(canceled.body);
    for (const order of ["pause", "resume"]) {
      expect(await one.by.post(`${one.path}/${order}`)).toMatchObject({ status: 409, body: { code: "job_state_conflict", state: "canceled" } });
    }
    expect(await typesOf(one)).toEqual(["job.created", "job.canceled"]);
  });

  it("409 once it is complete, and its event is the last", async () => {
    const one = await started(10);
    await one.drive(env, 0, 100);
    for (const order of ["pause", "resume", "cancel"]) {
      expect(await one.by.post(`${one.path}/${order}`)).toMatchObject({ status: 409, body: { code: "job_state_conflict", state: "completed" } });
    }
    await isWhole(one);
  });

  it("403 without the scopes of the job; reading needs contacts:read alone", async () => {
    const one = await started(10);
    const reader = await one.w.key({ scopes: ["contacts:read"] });
    expect((await reader.get(one.path)).status).toBe(200);
    for (const order of ["pause", "resume", "cancel"]) {
      expect(await reader.post(`${one.path}/${order}`)).toMatchObject({ status: 403, body: { code: "insufficient_scope", required: "contacts:write" } });
    }
    expect(await typesOf(one)).toEqual(["job.created"]);
  });
});

describe("who started it", () => {
  const withdrawn = { state: "failed", counts: { marked: 25 }, problem: { code: "permission_withdrawn", status: 403 } };
  const key = (w: World) => w.key({ kind: "agency" }).then((made) => made.with({ "ConnectKit-Location": w.locations[0] }));

  it.each<[string, (w: World, admin: Client, id: string) => Promise<unknown>]>([
    ["a revoked key", (_, admin, id) => admin.delete(`/v1/keys/${id}`)],
    ["a paused key", (_, admin, id) => admin.patch(`/v1/keys/${id}`, { status: "paused" })],
    ["a key cut to other scopes", (_, admin, id) => admin.patch(`/v1/keys/${id}`, { scopes: ["contacts:read"] })],
    ["a key narrowed to another location", (w, admin, id) => admin.patch(`/v1/keys/${id}`, { location_ids: [w.locations[1]] })],
    ["a key of a member who is a viewer now", (w) => env.DB.prepare("UPDATE members SET role = 'viewer' WHERE id = ?").bind(w.members.admin).run()],
    ["a key that has expired", (_, __, id) => env.DB.prepare("UPDATE keys SET expires_at = ? WHERE id = ?").bind(Date.now() - 1, id).run()],
    ["a live key, the API switched off", (w) => env.DB.prepare("UPDATE organizations SET api_enabled = 0 WHERE id = ?").bind(w.org).run()],
  ])("may no longer: %s ends the job before its next slice", async (_, withdraw) => {
    const one = await started(100, { by: key });
    await one.drive();
    const admin = await one.w.session("owner");
    await withdraw(one.w, admin, one.by.id);
    expect(await one.drive()).toMatchObject({ ended: true });
    expect((await admin.get(one.path)).body).toMatchObject(withdrawn);
    expect(await marks(one.w)).toEqual({ "!": 25, null: one.count - 25 });
    expect(await typesOf(one)).toEqual(["job.created", "job.failed"]);
  });

  it("a member: goes on while the role allows it, ends when it does not", async () => {
    const one = await started(100, { by: async (w) => (await w.session("member")).with({ "ConnectKit-Location": w.locations[0] }) });
    await one.drive();
    await env.DB.prepare("UPDATE members SET role = 'viewer' WHERE id = ?").bind(one.w.members.member).run();
    await one.drive();
    expect((await one.by.get(one.path)).body).toMatchObject({ ...withdrawn, created_by: { type: "member", id: one.w.members.member } });
  });

  it("a sandbox key goes on with the API switched off", async () => {
    const one = await started(0, { by: (w) => w.key({ environment: "sandbox" }) });
    await env.DB.prepare("UPDATE organizations SET api_enabled = 0 WHERE id = ?").bind(one.w.org).run();
    await one.drive(env, 0, 100);
    expect((await one.by.get(one.path)).body.state).toBe("completed");
  });
});

describe("what can't be done", () => {
  it("is found by halving, counted as failed and passed over; all the others are done", async () => {
    const one = await started(120, {
      body: { mark: "!", taken: "p0@taken.example" },
      prepare: async (by) => {
        await by.post("/v1/contacts", { first_name: "Owner", emails: ["p0@taken.example"] });
        const { data } = (await by.get("/v1/contacts?limit=100")).body;
        for (const i of [0, 30, 31, 99]) await by.patch(`/v1/contacts/${data[i].id}`, { first_name: "poison" });
      },
    });
    await one.drive(env, 0, 10_000);
    const { body } = await one.by.get(one.path);
    expect(body).toMatchObject({ state: "completed_with_errors", progress: 1, counts: { marked: one.count - 4, failed: 4 } });
    expect(await marks(one.w)).toEqual({ "!": one.count - 4, null: 4 });
    expect(isGapless(await one.w.events())).toBe(true);
    expect(await typesOf(one)).toEqual(["job.created", "job.completed"]);
  });

  it("a database that is away is nobody's failure: the driver gives up, and the next one goes on", async () => {
    const one = await started(60);
    // Long enough for a slice to be halved down to one, had that been tried.
    let away = 15;
    const batch: D1Database["batch"] = async (statements) => {
      away -= 1;
      if (away >= 0) throw new Error("Network connection lost.");
      return env.DATA.batch(statements);
    };
    const bindings = { ...env, DATA: altered(env.DATA, { batch }) };
    for (let i = 0; i < 5; i += 1) await expect(one.drive(bindings)).rejects.toThrow("lost");
    await one.drive(bindings);
    await one.drive(env, 0, 1_000);
    await isWhole(one);
  });
});

describe("reach", () => {
  it("404 to another organization, environment and location, for reading and for orders; no event of it", async () => {
    const one = await started(10);
    const strangers = [
      (await (await world()).key({ kind: "agency" })),
      await one.w.key({ environment: "sandbox" }),
      await one.w.key({ kind: "agency", locations: [one.w.locations[1]] }),
    ];
    for (const by of strangers) {
      expect((await by.get(one.path)).status).toBe(404);
      for (const order of ["pause", "resume", "cancel"]) expect((await by.post(`${one.path}/${order}`)).status).toBe(404);
      expect((await by.get("/v1/jobs")).body.data).toEqual([]);
    }
    expect((await strangers[2]?.get(`/v1/jobs?location=${one.w.locations[0]}`))?.status).toBe(404);
    expect(await typesOf(one)).toEqual(["job.created"]);
  });

  it("lists newest first, by kind, state and location, page by page", async () => {
    const one = await started(3);
    const start = one.by.through(front(unnudged(), app));
    const ids = [one.job.id];
    for (let i = 0; i < 4; i += 1) {
      await scheduler.wait(2);
      ids.unshift((await start.post("/v1/contacts/mark", { mark: "!" })).body.id);
    }
    await one.by.post(`${one.path}/cancel`);
    const agency = await one.w.key({ kind: "agency" });
    const idsOf = async (query: string): Promise<string[]> => (await agency.get(`/v1/jobs?${query}`)).body.data.map(({ id }: Json) => id);
    expect(await idsOf("")).toEqual(ids);
    expect(await idsOf("state=canceled")).toEqual([one.job.id]);
    expect(await idsOf("state=canceled&state=queued")).toEqual(ids);
    expect(await idsOf("kind=contacts.other")).toEqual([]);
    expect(await idsOf(`kind=contacts.mark&location=${one.w.locations[0]}`)).toEqual(ids);
    expect(await idsOf(`location=${one.w.locations[1]}`)).toEqual([]);
    const paged: string[] = [];
    let query = "limit=2";
    for (;;) {
      const { body } = await agency.get(`/v1/jobs?${query}`);
      paged.push(...body.data.map(({ id }: Json) => id));
      if (body.page.next_cursor === null) break;
      query = `limit=2&cursor=${body.page.next_cursor}`;
    }
    expect(paged).toEqual(ids);
  });
});

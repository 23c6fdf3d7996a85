import { env } from "cloudflare:workers";
import * as fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { merge } from "../src/audit/merge";
import { rfc3339 } from "../src/platform/clock";
import { newId } from "../src/platform/id";
import { SCOPES } from "../src/platform/scopes";
import { front, recorded } from "./front";
import { times, world, type Client, type Json, type World } from "./world";

const agency = (w: World, options = {}) => w.key({ kind: "agency", role: "owner", ...options });

async function walk(key: Client, path: string): Promise<{ rows: Json[]; pages: number }> {
  const rows: Json[] = [];
  for (let pages = 1, cursor = ""; ; pages += 1) {
    const { status, body } = await key.get(`${path}${cursor && `&cursor=${cursor}`}`);
    if (status !== 200) throw new Error(JSON.stringify(body));
    rows.push(...body.data);
    if (body.page.next_cursor === null) return { rows, pages };
    cursor = body.page.next_cursor;
  }
}

describe("the audit trail", () => {
  it("200 with what was done to keys and contacts, newest first: who, what, from what to what", async () => {
    const w = await world();
    const owner = await agency(w);
    const key = await w.key();
    const { body: contact } = await key.post("/v1/contacts", { first_name: "Ana" });
    await key.patch(`/v1/contacts/${contact.id}`, { first_name: "Eva" });
    const paused = await owner.patch(`/v1/keys/${key.id}`, { status: "paused" });
    const { rows } = await walk(owner, "/v1/audit?limit=2");
    expect(rows.slice(0, 3)).toMatchObject([
      {
        id: expect.stringMatching(/^evt_/), type: "key.paused", organization: w.org, location: w.locations[0], environment: "live", subject: key.id, version: 2,
        actor: { type: "key", id: owner.id, last4: owner.secret?.slice(-4) }, changes: { status: { from: "active", to: "paused" } }, request_id: paused.headers.get("Request-Id"), cause: null,
      },
      { type: "contact.updated", subject: contact.id, version: 2, actor: { id: key.id }, changes: { first_name: { from: "Ana", to: "Eva" } } },
      { type: "contact.created", subject: contact.id, version: 1 },
    ]);
    expect(rows.map(({ id }) => id).toSorted()).toEqual([...(await w.events()), ...(await w.events("control"))].map(({ id }) => id).toSorted());
    const at = rows.map(({ occurred_at }) => occurred_at);
    expect(at).toEqual(at.toSorted().toReversed());
  });

  it("tells contacts' changes only to whom may read contacts", async () => {
    const w = await world();
    const owner = await agency(w);
    const { body: contact } = await (await w.key()).post("/v1/contacts", { first_name: "Ana" });
    const blind = await agency(w, { scopes: SCOPES.filter((scope) => scope !== "contacts:read") });
    const { text, body } = await blind.get(`/v1/audit?subject=${contact.id}`);
    expect(body.data).toMatchObject([{ type: "contact.created", changes: null, data: null }]);
    expect(text).not.toContain("Ana");
    expect((await blind.get("/v1/audit?type=key.created")).body.data[0].changes).not.toBe(null);
    expect((await owner.get(`/v1/audit?subject=${contact.id}`)).text).toContain("Ana");
  });

  it("holds no secret and no digest of one, whatever is done to a key", async () => {
    const w = await world();
    const owner = await agency(w);
    const { body: made } = await owner.post("/v1/keys", { name: "Zed", kind: "agency", scopes: ["contacts:read"] }, { headers: { "Idempotency-Key": "made" } });
    await owner.patch(`/v1/keys/${made.id}`, { name: "Zoe", allowed_ips: ["203.0.113.0/24"], limits: { hour: 5 } });
    await owner.delete(`/v1/keys/${made.id}`);
    const { body, text } = await owner.get("/v1/audit?limit=200&type=key.*");
    expect(body.data.map(({ type }: { type: string }) => type)).toEqual(["key.revoked", "key.updated", "key.created", "key.created"]);
    const { results } = await env.DB.prepare("SELECT digest FROM key_secrets WHERE key_id IN (?, ?)").bind(made.id, owner.id).all();
    expect(results).toHaveLength(2);
    for (const secret of [made.secret, owner.secret, ...results.map(({ digest }) => digest)]) expect(text).not.toContain(secret);
    expect(text).not.toMatch(/ck_(live|test)_|[0-9a-f]{64}/);
  });

  it("ends at the caller's environment and locations; the organization's own is for whom reaches all; 404 for a location beyond", async () => {
    const [w, other] = [await world(), await world()];
    const [here, there] = w.locations;
    const [live, sandbox] = [await agency(w), await agency(w, { environment: "sandbox" })];
    for (const location of w.locations) {
      for (const key of [live, sandbox]) await key.with({ "ConnectKit-Location": location }).post("/v1/contacts", { first_name: "Ana" });
    }
    const seen = async (key: Client, query = "") => new Set((await walk(key, `/v1/audit?limit=200${query}`)).rows.map(({ environment, location }) => `${environment} ${location === here ? "here" : location === there ? "there" : location}`));
    expect(await seen(live)).toEqual(new Set(["live here", "live there", "live null", "null null", "null here", "null there"]));
    expect(await seen(sandbox)).toEqual(new Set(["sandbox here", "sandbox there", "sandbox null", "null null", "null here", "null there"]));
    expect(await seen(await w.key())).toEqual(new Set(["live here"]));
    expect(await seen(await agency(w, { locations: [there] }))).toEqual(new Set(["live there"]));
    expect(await seen(live, `&location=${there}`)).toEqual(new Set(["live there", "null there"]));
    const stranger = await agency(other);
    const subject = (await w.events())[0]?.subject;
    expect((await walk(stranger, `/v1/audit?subject=${subject}`)).rows).toEqual([]);
    for (const key of [await w.key(), await agency(w, { locations: [here] }), stranger]) expect((await key.get(`/v1/audit?location=${there}`)).status).toBe(404);
  });
});

const T = Date.UTC(2026, 2, 10, 5);
const time = (ms: number): string => encodeURIComponent(rfc3339(ms));

describe("a long trail", () => {
  let w: World;
  let key: Client;
  /** Contacts' events one a second; keys' one in ten seconds; one of a thousand is by a rule. */
  const [CONTACTS, KEYS] = [5_000, 500];
  const subjects = times(10, () => newId("contact", T));

  async function plant(database: D1Database, count: number, everyMs: number, type: string): Promise<void> {
    await database.batch([
      database.prepare("DELETE FROM events WHERE org_id = ?").bind(w.org),
      database.prepare(
        `WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < ?2 - 1)
          INSERT INTO events (org_id, seq, id, type, subject, version, location_id, environment, changes, occurred_at, actor)
          SELECT ?1, i + 1, ?1 || '-' || ?5 || '-' || i, ?5 || iif(i % 500 = 7, '.merged', '.updated'), json_extract(?6, '$[' || (i % 10) || ']'), 1, ?7, 'live', '{}', ?3 + i * ?4,
            iif(i % 1000 = 11, '{"type":"rule","id":"rule_1"}', '{"type":"key","id":"key_1"}') FROM n`,
      ).bind(w.org, count, T, everyMs, type, JSON.stringify(subjects), w.locations[0]),
      database.prepare("INSERT INTO event_counters (org_id, seq) VALUES (?1, ?2) ON CONFLICT (org_id) DO UPDATE SET seq = ?2").bind(w.org, count),
    ]);
  }

  beforeAll(async () => {
    w = await world();
    key = await agency(w);
    await plant(env.DATA, CONTACTS, 1_000, "contact");
    await plant(env.DB, KEYS, 10_000, "key");
  });

  interface Planted {
    log: "contact" | "key";
    i: number;
    at: number;
  }
  const all: Planted[] = [
    ...times(KEYS, (i): Planted => ({ log: "key", i, at: T + i * 10_000 })),
    ...times(CONTACTS, (i): Planted => ({ log: "contact", i, at: T + i * 1_000 })),
  ];
  const filters: [string, (one: Planted) => boolean][] = [
    ["", () => true],
    ["type=key.*", ({ log }) => log === "key"],
    ["type=contact.merged&type=key.merged", ({ i }) => i % 500 === 7],
    ["type=contact.merged&type=key.*", ({ log, i }) => log === "key" || i % 500 === 7],
    ["actor=rule_1", ({ i }) => i % 1_000 === 11],
    ["actor_type=rule&type=contact.*", ({ log, i }) => log === "contact" && i % 1_000 === 11],
    ["actor_type=member", () => false],
    [`subject=${subjects[3]}`, ({ i }) => i % 10 === 3],
    [`subject=${subjects[7]}&type=key.merged`, ({ log, i }) => log === "key" && i % 500 === 7],
    [`from=${time(T + 100_000)}&to=${time(T + 200_000)}`, ({ at }) => at >= T + 100_000 && at < T + 200_000],
    [`to=${time(T + 5_000)}`, ({ at }) => at < T + 5_000],
    [`from=${time(T + 4_990_000)}`, ({ at }) => at >= T + 4_990_000],
    [`from=${time(T + 10 * 5_000_000)}`, () => false],
  ];

  it.each(filters)("%s: each that matches once, newest first, on pages of any size", async (filter, matches) => {
    const expected = all.filter(matches).toSorted((a, b) => b.at - a.at || b.log.localeCompare(a.log)).map(({ log, i }) => `${w.org}-${log}-${i}`);
    for (const limit of [200, 9]) {
      if (limit === 9 && expected.length > 1_000) continue;
      expect([limit, (await walk(key, `/v1/audit?limit=${limit}&${filter}`)).rows.map(({ id }) => id)]).toEqual([limit, expected]);
    }
  });

  it("looks at 2,000 events of each log a page, and at few where a time or subject is given; scans nothing, sorts nothing", async () => {
    expect((await walk(key, "/v1/audit?actor_type=member")).pages).toBe(3);
    const FEW: Record<string, number> = { "": 110, [`subject=${subjects[3]}`]: 110, [`to=${time(T + 5_000)}`]: 700, [`from=${time(T + 10 * 5_000_000)}`]: 700 };
    for (const [filter] of filters) {
      for (const binding of ["DB", "DATA"] as const) {
        const { bindings, ran } = recorded(binding);
        const { status } = await key.through(front(bindings)).get(`/v1/audit?limit=50&${filter}`);
        expect([filter, status]).toEqual([filter, 200]);
        for (const { sql, params, rowsRead } of ran.filter((one) => one.sql.includes("FROM events"))) {
          expect([filter, binding, sql, rowsRead <= (FEW[filter] ?? 4_500), rowsRead]).toEqual([filter, binding, sql, true, rowsRead]);
          const { results } = await env[binding].prepare(`EXPLAIN QUERY PLAN ${sql}`).bind(...params).all<{ detail: string }>();
          const plan = results.map(({ detail }) => detail).join("\n");
          expect([filter, plan]).toEqual([filter, expect.stringMatching(/SEARCH events USING INDEX (sqlite_autoindex_events_\d \(org_id=\?|events_of_subject \(subject=\?)/)]);
          expect([filter, plan]).toEqual([filter, expect.not.stringMatching(/SCAN (?!CONSTANT ROW|json_each|halved|looked)|TEMP B-TREE/)]);
        }
      }
    }
  });

  it("what is appended between two pages is not on the second", async () => {
    const first = await key.get("/v1/audit?limit=1&type=contact.*");
    await key.patch(`/v1/keys/${key.id}`, { name: "Later" });
    const { body } = await key.get(`/v1/audit?limit=1&type=contact.*&cursor=${first.body.page.next_cursor}`);
    expect(body.data[0].id).toBe(`${w.org}-contact-${CONTACTS - 2}`);
    const whole = await walk(key, "/v1/audit?limit=200&from=2026-03-11T00:00:00Z");
    expect(whole.rows.map(({ type }) => type)).toEqual(["key.updated"]);
  });

  it("400 for a type that is none, another list's cursor, an unknown actor type", async () => {
    const cursor = (await key.get("/v1/audit?limit=1")).body.page.next_cursor;
    expect((await key.get(`/v1/audit?limit=1&type=key.*&cursor=${cursor}`)).body.code).toBe("cursor_mismatch");
    for (const query of ["type=*", "type=key*", "type=key.[a-z]", "actor_type=cat", "from=now", "location=1"]) expect([query, (await key.get(`/v1/audit?${query}`)).status]).toEqual([query, 400]);
  });
});

describe("two logs", () => {
  it("merge to one: whatever they hold and however little a page looks at, each once and newest first", () => {
    const gaps = fc.array(fc.record({ gap: fc.integer({ min: 0, max: 3 }), matches: fc.boolean() }), { maxLength: 30 });
    fc.assert(
      fc.property(gaps, gaps, fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 6 }), (one, other, limit, lookedAt) => {
        const logs = [one, other].map((log) => {
          let at = 0;
          return log.map(({ gap, matches }, i) => ({ seq: i + 1, occurred_at: (at += gap), matches }));
        });
        const told: { seq: number; log: number; at: number }[] = [];
        for (let places = [99, 99], pages = 0; places.some((place) => place > 0); pages += 1) {
          const stretches = logs.map((log, i) => {
            const looked = log.toReversed().filter(({ seq }) => seq < (places[i] ?? 0)).slice(0, lookedAt);
            const rows = looked.filter(({ matches }) => matches).slice(0, limit + 1);
            return { rows, end: rows.length > limit || looked.length < lookedAt ? null : (looked.at(-1) ?? null) };
          });
          const { taken, positions } = merge(stretches, limit);
          told.push(...taken.map(({ row, log }) => ({ seq: row.seq, log, at: row.occurred_at })));
          places = [...positions];
          expect(pages).toBeLessThan(200);
        }
        const expected = logs.flatMap((rows, log) => rows.filter(({ matches }) => matches).map(({ seq, occurred_at: at }) => ({ seq, log, at })));
        expect(told).toEqual(expected.toSorted((a, b) => b.at - a.at || a.log - b.log || b.seq - a.seq));
      }),
    );
  });
});

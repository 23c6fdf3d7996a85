// A deprecated operation, in an app of the product's own parts: none of the product's is deprecated today.
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import * as z from "zod";
import { callers } from "../src/keys/callers";
import { admit, shut } from "../src/limits/admit";
import { settle } from "../src/limits/settle";
import { DAY, HOUR, rfc3339 } from "../src/platform/clock";
import { startOf, type Day } from "../src/platform/deprecation";
import { bare, onOrganization, type Endpoint } from "../src/platform/endpoint";
import { serve } from "../src/platform/serve";
import { databases } from "../src/platform/sql";
import { CHANGES } from "../src/reference/changelog";
import { routes as reference } from "../src/reference/routes";
import { routes } from "../src/routes";
import { routes as usageRoutes } from "../src/usage/routes";
import { deprecatedUse } from "../src/usage/usage";
import { front, recorded } from "./front";
import { written } from "./spooled";
import { ORIGIN, times, world, type Client } from "./world";

const old = (id: string, path: string, deprecated: Endpoint["facts"]["deprecated"]): Endpoint =>
  onOrganization({
    ...bare, id, path, deprecated,
    method: "GET", tag: "Keys", summary: "Read a key as of old", description: "As of old.", scope: "keys:read",
    params: z.strictObject(path.includes("{id}") ? { id: z.string() } : {}),
    answers: { 200: { description: "Nothing much.", schema: z.strictObject({}), example: {} } },
    run: async () => ({ status: 200, headers: { Link: '</elsewhere>; rel="alternate"' }, body: {} }),
  });
const aDeprecated = old("old_keys.get", "/v1/old_keys/{id}", { at: "2026-11-01", sunset: "2027-11-01", link: "/docs", successor: "keys.get" });
const another = old("old_keys.list", "/v1/old_keys", { at: "2026-10-01", link: "/errors", successor: "keys.get" });

const all: Endpoint[] = [...usageRoutes(() => all), ...routes, aDeprecated, another];
const app = serve([...all, ...reference(all)], { ...callers, shut, admit, settle });
const through = (key: Client): Client => key.through(front(env, app));

const links = (headers: Headers): string[] => (headers.get("Link") ?? "").split(/, (?=<)/);
const MARKS = [`<${ORIGIN}/docs>; rel="deprecation"; type="text/html"`, `<${ORIGIN}/docs>; rel="sunset"; type="text/html"`, `<${ORIGIN}/v1/keys/a%2Fb>; rel="successor-version"`];

describe("a deprecated operation", () => {
  it("says so with every answer, whatever its status, and leaves the answer's own links", async () => {
    const w = await world();
    const [key, limited] = [through(await w.key()), through(await w.key({ limits: { burst: 1, second: 1, hour: 100 } }))];
    const lacking = through(await w.key({ scopes: ["contacts:read"] }));
    await limited.get("/v1/ping");
    const path = "/v1/old_keys/a%2Fb";
    const answers = [await key.get(path), await through(w.anonymous).get(path), await key.get(`${path}?hat=1`), await lacking.get(path), await limited.get(path)];
    expect(answers.map(({ status }) => status)).toEqual([200, 401, 400, 403, 429]);
    for (const { status, headers } of answers) {
      expect([status, headers.get("Deprecation"), headers.get("Sunset")]).toEqual([status, `@${Date.UTC(2026, 10, 1) / 1_000}`, "Mon, 01 Nov 2027 00:00:00 GMT"]);
      expect([status, links(headers)]).toEqual([status, expect.arrayContaining(MARKS)]);
    }
    expect(links(answers[0]?.headers ?? new Headers())).toContain('</elsewhere>; rel="alternate"');
    expect(links(answers[4]?.headers ?? new Headers())).toContain(`<${ORIGIN}/errors/rate_limited>; rel="help"`);
  });

  it("without a sunset says none, and names no successor that this call can't make", async () => {
    const { headers } = await through(await (await world()).key()).get("/v1/old_keys");
    expect([headers.get("Deprecation"), headers.get("Sunset")]).toEqual([`@${Date.UTC(2026, 9, 1) / 1_000}`, null]);
    expect(links(headers)).toEqual(['</elsewhere>; rel="alternate"', `<${ORIGIN}/errors>; rel="deprecation"; type="text/html"`]);
  });

  it("leaves others unmarked; a page may read the marks", async () => {
    const w = await world();
    const { headers } = await through(await w.key()).get("/v1/ping");
    expect([headers.has("Deprecation"), headers.has("Sunset"), headers.has("Link")]).toEqual([false, false, false]);
    const page = await through(await w.key({ environment: "sandbox" })).get("/v1/old_keys", { headers: { Origin: "https://page.example" } });
    expect(page.headers.get("Access-Control-Expose-Headers")).toMatch(/Link.*Deprecation, Sunset/);
  });

  it("is marked in the document, with the headers of all its answers", async () => {
    const { body } = await through((await world()).anonymous).get("/openapi.json");
    const operation = body.paths["/v1/old_keys/{id}"].get;
    expect(operation).toMatchObject({ deprecated: true, description: expect.stringContaining("**Deprecated** since 2026-11-01, gone from 2027-11-01 on") });
    for (const [status, { headers }] of Object.entries<{ headers: object }>(operation.responses)) expect([status, headers]).toMatchObject([status, { Deprecation: {}, Sunset: {}, Link: {} }]);
    expect(body.paths["/v1/old_keys"].get.responses[200].headers).not.toHaveProperty("Sunset");
    expect(body.paths["/v1/keys"].get).not.toHaveProperty("deprecated");
    expect(body.paths["/v1/keys"].get.responses[200].headers).not.toHaveProperty("Deprecation");
  });

  it("is in the changelog, newest first", async () => {
    const { status, body } = await through((await world()).anonymous).get("/v1/changelog");
    expect(status).toBe(200);
    expect(body.data.slice(-2)).toEqual([
      { date: "2026-11-01", kind: "deprecated", summary: "Read a key as of old: deprecated, `keys.get` takes its place.", operations: ["old_keys.get"], sunset: "2027-11-01" },
      { date: "2026-10-01", kind: "deprecated", summary: expect.any(String), operations: ["old_keys.list"], sunset: null },
    ]);
    const dates = body.data.map(({ date }: { date: string }) => date);
    expect(dates).toEqual(dates.toSorted().toReversed());
  });
});

describe("who calls what is deprecated", () => {
  it("200 with each operation and the keys that called it, refused or not, within the caller's reach", async () => {
    const [w, other] = [await world(), await world()];
    const [here, agency, sandbox, foreign] = [await w.key(), await w.key({ kind: "agency" }), await w.key({ environment: "sandbox" }), await other.key()];
    for (const key of [here, here, agency, sandbox, foreign]) await through(key).get("/v1/old_keys/x");
    await through(here).get("/v1/old_keys/x?hat=1");
    await Promise.all([written(here, 3), written(agency, 1), written(sandbox, 1), written(foreign, 1)]);
    const uses = async (key: Client) => {
      const { status, body } = await through(key).get("/v1/deprecations");
      expect(status).toBe(200);
      expect(body.data).toMatchObject([{ operation: "old_keys.get", deprecated_at: "2026-11-01T00:00:00.000Z", sunset_at: "2027-11-01T00:00:00.000Z", link: "/docs" }, { operation: "old_keys.list", sunset_at: null, keys: [] }]);
      return body.data[0].keys.map(({ id, requests, last_used_at }: { id: string; requests: number; last_used_at: string }) => {
        expect(Date.now() - Date.parse(last_used_at)).toBeLessThan(2 * HOUR);
        return [id, requests];
      });
    };
    expect((await uses(agency)).toSorted()).toEqual([[here.id, 3], [agency.id, 1]].toSorted());
    expect(await uses(here)).toEqual([[here.id, 3]]);
    expect(await uses(sandbox)).toEqual([[sandbox.id, 1]]);
    expect(await uses(foreign)).toEqual([[foreign.id, 1]]);
    await env.LOG.prepare("UPDATE usage_hours SET hour = hour - ? WHERE org_id = ?").bind(31 * DAY, w.org).run();
    expect(await uses(agency)).toEqual([]);
  });

  it("for upkeep: of all organizations, since a time, page by page, without a scan", async () => {
    const worlds = await Promise.all(times(5, () => world()));
    const operation = `old.${crypto.randomUUID()}`;
    const now = Math.floor(Date.now() / HOUR) * HOUR;
    const insert = (org: string, key: string, hour: number, of = operation) =>
      env.LOG.prepare("INSERT INTO usage_hours (org_id, hour, key_id, operation, status, location_id, environment, requests, ms) VALUES (?, ?, ?, ?, 200, '', 'live', 2, 0)").bind(org, hour, key, of);
    await env.LOG.batch(worlds.flatMap(({ org }, i) => [insert(org, "key_a", now), insert(org, "key_a", now - HOUR), insert(org, "key_b", now - (i + 1) * DAY), insert(org, "key_c", now, "current")]));
    const { bindings, ran } = recorded("LOG");
    const db = databases(bindings);
    const expected = worlds.map(({ org }, i) => ({ org, i })).toSorted((a, b) => a.org.localeCompare(b.org)).flatMap(({ org, i }) => [
      { org, key: "key_a", operation, requests: 4, lastHour: now },
      ...(i < 2 ? [{ org, key: "key_b", operation, requests: 2, lastHour: now - (i + 1) * DAY }] : []),
    ]);
    expect(await deprecatedUse(db, [operation], now - 2 * DAY, 100)).toEqual(expected);
    const paged = [];
    for (let after; ; ) {
      const page: Awaited<ReturnType<typeof deprecatedUse>> = await deprecatedUse(db, [operation, "never"], now - 2 * DAY, 2, after);
      paged.push(...page);
      after = page.at(-1);
      if (page.length < 2) break;
    }
    expect(paged).toEqual(expected);
    for (const { sql, params } of ran) {
      const { results } = await env.LOG.prepare(`EXPLAIN QUERY PLAN ${sql}`).bind(...params).all<{ detail: string }>();
      const details = results.map(({ detail }) => detail);
      expect(details).toContainEqual(expect.stringMatching(/SEARCH u USING INDEX usage_hours_of_operation \(operation=\? AND org_id=\? AND hour>\?\)/));
      expect(details.filter((detail) => /SCAN (?!CONSTANT ROW|json_each|pairs)/.test(detail))).toEqual([]);
    }
  });
});

describe("the product itself", () => {
  it("a deprecation is whole: its sunset is not before it, its successor and its page exist", async () => {
    const w = await world();
    for (const { facts: { id, deprecated } } of [...routes, aDeprecated]) {
      if (!deprecated) continue;
      const { at, sunset, link, successor } = deprecated;
      expect([id, startOf(at) > 0, sunset === undefined || startOf(sunset) >= startOf(at)]).toEqual([id, true, true]);
      expect([id, successor === undefined || routes.some(({ facts }) => facts.id === successor)]).toEqual([id, true]);
      expect([id, (await w.anonymous.get(link)).status]).toEqual([id, 200]);
    }
  });

  it("its changelog names operations that there are, and its list of deprecations is that of its endpoints", async () => {
    const w = await world();
    const known = new Set([...routes, ...reference(routes)].map(({ facts }) => facts.id));
    for (const { kind, operations } of CHANGES) if (kind !== "removed") expect(operations.filter((id) => !known.has(id))).toEqual([]);
    expect((await w.anonymous.get("/v1/changelog")).body.data.length).toBeGreaterThanOrEqual(CHANGES.length);
    const { body } = await (await w.key()).get("/v1/deprecations");
    expect(body.data.map(({ operation }: { operation: string }) => operation)).toEqual(routes.filter(({ facts }) => facts.deprecated).map(({ facts }) => facts.id));
    const day: Day = "2026-11-20";
    expect(rfc3339(startOf(day))).toBe("2026-11-20T00:00:00.000Z");
  });
});

// What holds for every endpoint there is, so that none ships without it.
import { describe, expect, it } from "vitest";
import * as z from "zod";
import { routes } from "../src/routes";
import { openapi } from "../src/reference/openapi";
import type { Endpoint } from "../src/platform/endpoint";
import { SCOPES } from "../src/platform/scopes";
import { ORIGIN, times, world, type CallOptions, type Client, type World } from "./world";

const described = z
  .looseObject({ paths: z.record(z.string(), z.record(z.string(), z.looseObject({ operationId: z.string(), responses: z.record(z.string(), z.unknown()) }))) })
  .parse(JSON.parse(JSON.stringify(openapi(routes, ORIGIN))));

/** A request that works, for each endpoint that needs more than its path. */
async function working(endpoint: Endpoint, w: World, by: Client): Promise<{ path: string; options: CallOptions }> {
  const { id, path, bodyExample } = endpoint.facts;
  const resource = id.startsWith("contacts.")
    ? (await by.post("/v1/contacts", { first_name: "Ana" })).body.id
    : id.startsWith("keys.")
      ? (await w.key({ kind: "agency", scopes: SCOPES.filter((one) => one !== "keys:write") })).id
      : "";
  if (/^keys.rotate./.test(id)) await by.post(`/v1/keys/${resource}/rotate`, {});
  if (id === "contacts.restore") await by.delete(`/v1/contacts/${resource}`);
  const query = id === "contacts.upsert" ? "?match=email" : "";
  const form = endpoint.bodyType === "form";
  const body = form ? new URLSearchParams({ token: by.secret ?? "" }).toString() : endpoint.bodyType === "json" ? bodyExample : undefined;
  const headers: Record<string, string> = form ? { "Content-Type": "application/x-www-form-urlencoded" } : {};
  return { path: path.replace("{id}", resource) + query, options: { ...(body === undefined ? {} : { body }), headers } };
}

const agencyOf = async (w: World, scopes: readonly string[] = SCOPES) =>
  (await w.key({ kind: "agency", role: "owner", scopes })).with({ "ConnectKit-Location": w.locations[0] });

for (const endpoint of routes) {
  const { id, method, scope, answers, writes, cost } = endpoint.facts;

  describe(id, () => {
    it("works, answers what it declares, and leaves an event iff it writes", async () => {
      const w = await world();
      const by = await agencyOf(w);
      const { path, options } = await working(endpoint, w, by);
      const before = [...(await w.events()), ...(await w.events("control"))].length;
      const { status, body, headers } = await by.call(method, path, options);
      expect(Object.keys(answers)).toContain(String(status));
      expect(status).toBeLessThan(300);
      const schema = answers[status]?.schema;
      if (schema) expect(schema.safeParse(body)).toMatchObject({ success: true });
      expect((await w.events()).length + (await w.events("control")).length - before).toBe(writes ? 1 : 0);
      for (const name of Object.keys(answers[status]?.headers ?? {})) expect([name, headers.has(name)]).toEqual([name, true]);
      for (const name of ["Request-Id", "Server-Timing", "Cache-Control", "Access-Control-Allow-Origin"]) expect([name, headers.has(name)]).toEqual([name, true]);
      for (const name of ["RateLimit", "RateLimit-Policy"]) expect([name, headers.has(name)]).toEqual([name, endpoint.on !== "nothing"]);
      expect(cost).toBe(1);
    });

    it("401 without a key, 403 without its scope, 404 to another tenant", async () => {
      const [w, other] = [await world(), await world()];
      const by = await agencyOf(w);
      const { path, options } = await working(endpoint, w, by);
      expect((await w.anonymous.call(method, path, options)).status).toBe(endpoint.on === "nothing" ? 202 : 401);
      if (scope !== "any" && scope !== "none") {
        const lacking = await agencyOf(w, SCOPES.filter((one) => one !== scope));
        expect(await lacking.call(method, path, options)).toMatchObject({ status: 403, body: { code: "insufficient_scope", required: scope } });
      }
      if (path.match(/_[0-9a-z]{26}/)) {
        const stranger = await agencyOf(other);
        expect((await stranger.call(method, path, options)).status).toBe(404);
      }
      if (endpoint.on === "space") {
        const abroad = (await agencyOf(other)).with({ "ConnectKit-Location": w.locations[0] });
        expect((await abroad.call(method, path, options)).status).toBe(404);
      }
    });

    it("415 for another content type, 422 for an unknown field, 400 for an unknown parameter, 429 over its limit", async () => {
      const w = await world();
      const by = await agencyOf(w);
      const { path, options } = await working(endpoint, w, by);
      const unknown = await by.call(method, `${path}${path.includes("?") ? "&" : "?"}unheard_of=1`, options);
      expect(unknown).toMatchObject({ status: 400, body: { code: "invalid_parameter", errors: [{ parameter: "unheard_of" }] } });
      if (method !== "GET") {
        const xml = await by.call(method, path, { body: "<contact/>", headers: { "Content-Type": "text/xml" } });
        expect(xml).toMatchObject({ status: 415, body: { code: "unsupported_media_type" } });
      }
      if (endpoint.bodyType === "json") {
        const { status, body } = await by.call(method, path, { body: { unheard_of: 1 } });
        expect([status, body.errors]).toEqual([422, expect.arrayContaining([{ pointer: "/unheard_of", code: "unknown_field", message: "no such field" }])]);
      }
      if (endpoint.on === "nothing") return;
      const limited = (await w.key({ kind: "agency", role: "owner", limits: { burst: 2, second: 1, hour: 100 } })).with({ "ConnectKit-Location": w.locations[0] });
      await Promise.all(times(3, () => limited.get("/v1/ping")));
      const refused = await limited.call(method, path, options);
      expect([refused.status, refused.headers.has("Retry-After"), refused.headers.has("RateLimit")]).toEqual([429, true, true]);
    });

    it("is documented with every status, and its examples are valid", () => {
      const operation = Object.values(described.paths).flatMap((path) => Object.values(path)).find(({ operationId }) => operationId === id);
      for (const status of [...Object.keys(answers), "400", "404", "405", "500", ...(endpoint.on === "nothing" ? [] : ["401", "403", "429", "503"])]) {
        expect([status, operation && status in operation.responses]).toEqual([status, true]);
      }
      for (const { schema, example } of Object.values(answers)) if (schema && example !== undefined) expect(schema.safeParse(example)).toMatchObject({ success: true });
      if (endpoint.facts.bodyExample !== undefined) expect(endpoint.body.safeParse(endpoint.facts.bodyExample)).toMatchObject({ success: true });
    });
  });
}

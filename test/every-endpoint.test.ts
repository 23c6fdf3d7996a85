// What holds for every endpoint there is, so that none ships without it.
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import * as z from "zod";
import { ROLE_SCOPES, type Role } from "../src/orgs/roles";
import { routes } from "../src/routes";
import { openapi } from "../src/reference/openapi";
import type { Environment } from "../src/platform/context";
import type { Endpoint } from "../src/platform/endpoint";
import { SCOPES } from "../src/platform/scopes";
import { front } from "./front";
import { app, unnudged } from "./marking";
import { ORIGIN, times, world, type CallOptions, type Client, type Json, type World } from "./world";

const described = z
  .looseObject({ paths: z.record(z.string(), z.record(z.string(), z.looseObject({ operationId: z.string(), responses: z.record(z.string(), z.unknown()) }))) })
  .parse(JSON.parse(JSON.stringify(openapi(routes, ORIGIN))));

const LIVE_REQUEST = { custom: { name: "Sync", reason: "Nightly copy", scopes: ["contacts:read"] } };
const asked = async (w: World): Promise<string> => (await (await w.session("member")).post("/v1/access-requests", LIVE_REQUEST)).body.id;
const approved = async (w: World): Promise<Json> => (await (await w.session("owner")).post(`/v1/access-requests/${await asked(w)}/approve`, {})).body;
const offered = async (w: World): Promise<Json> => ({ name: "Sync", sandbox_key: (await w.key({ environment: "sandbox", scopes: ["contacts:read"] })).id });
/** What an endpoint's path needs to exist first, by the first words of its id: answers what stands for `{id}`. */
const PREPARED: Record<string, (w: World, by: Client) => Promise<string>> = {
  contacts: async (_, by) => (await by.post("/v1/contacts", { first_name: "Ana" })).body.id,
  "contacts.restore": async (w, by) => {
    const id = await PREPARED["contacts"]?.(w, by);
    await by.delete(`/v1/contacts/${id}`);
    return id ?? "";
  },
  "contacts.unmerge": async (w, by) => {
    const id = await PREPARED["contacts"]?.(w, by);
    await by.post(`/v1/contacts/${id}/merge`, { source_ids: [await contactOf(w)] });
    return id ?? "";
  },
  "contacts.restore_version": async (w, by) => {
    const id = await PREPARED["contacts"]?.(w, by);
    await by.patch(`/v1/contacts/${id}`, { first_name: "Eva" });
    return id ?? "";
  },
  notes: async (w, by) => (await by.post(`/v1/contacts/${await PREPARED["contacts"]?.(w, by)}/notes`, { body: "Called." })).body.id,
  interactions: async (_, by) => (await by.post("/v1/interactions", { source: "desk", source_id: "1", type: "call", subject: "Offer", contact: { email: "eva@acme.example" } })).body.id,
  fields: async (_, by) => (await by.post("/v1/fields", { key: "seats", type: "integer" })).body.id,
  lists: async (_, by) => (await by.post("/v1/lists", { name: "Fair" })).body.id,
  segments: async (_, by) => (await by.post("/v1/segments", { name: "Acme", filter: { any: [{ all: [{ field: "company", op: "eq", value: "acme" }] }] } })).body.id,
  privacy: async (_, by) => (await by.post("/v1/privacy/requests", { type: "access", subject: { email: "ana@acme.com" } })).body.id,
  "privacy.suppressions": async (_, by) => {
    const { id } = (await by.post("/v1/privacy/requests", { type: "erasure", subject: { email: "ana@acme.com" }, suppress: true })).body;
    await by.post(`/v1/privacy/requests/${id}/complete`);
    return "";
  },
  tags: async (_, by) => (await by.post("/v1/tags", { label: "Board" })).body.id,
  jobs: async (_, by) => (await by.through(front(unnudged(), app)).post("/v1/contacts/mark", { mark: "!" })).body.id,
  imports: async (_, by) => (await by.put(`/v1/imports/${(await by.post("/v1/imports", {})).body.id}/file`, "Name,Mail\nAna,ana@acme.com\n", { headers: { "Content-Type": "text/csv" } })).body.id,
  "imports.pause": async (w, by) => started(w, by),
  "imports.cancel": async (w, by) => started(w, by),
  "imports.resume": async (w, by) => {
    const id = await started(w, by);
    await by.post(`/v1/imports/${id}/pause`);
    return id;
  },
  "imports.undo": async (w, by) => {
    const id = (await PREPARED["imports"]?.(w, by)) ?? "";
    await by.post(`/v1/imports/${id}/start`);
    return ended(by, `/v1/imports/${id}`, id);
  },
  exports: async (_, by) => {
    const { id } = (await by.post("/v1/exports", {})).body;
    return ended(by, `/v1/exports/${id}`, id);
  },
  "exports.cancel": async (_, by) => (await by.through(front(unnudged(), app)).post("/v1/exports", {})).body.id,
  files: async (w, by) => (await by.get(`/v1/exports/${await PREPARED["exports"]?.(w, by)}`)).body.result.url.split("/").at(-1),
  "jobs.resume": async (w, by) => {
    const id = await PREPARED["jobs"]?.(w, by);
    await by.post(`/v1/jobs/${id}/pause`);
    return id ?? "";
  },
  locations: async (w) => w.locations[0],
  members: async (_, by) => (await by.post("/v1/members", { email: "eva@acme.example", name: "Eva", role: "member" })).body.id,
  invitations: async (w) => {
    const { user } = (await (await w.session("owner")).get("/v1/session")).body;
    return (await (await agencyOf(await world())).post("/v1/members", { ...user, id: undefined, role: "member" })).body.invitation.token;
  },
  keys: async (w) => (await w.key({ kind: "agency", scopes: SCOPES.filter((one) => one !== "keys:write") })).id,
  "keys.rotate.": async (w, by) => {
    const id = await PREPARED["keys"]?.(w, by);
    await by.post(`/v1/keys/${id}/rotate`, {});
    return id ?? "";
  },
  integrations: async (w, by) => (await by.post("/v1/integrations", await offered(w))).body.id,
  access_requests: asked,
  "access_requests.reissue": async (w) => (await approved(w)).id,
  "claims.claim": async (w) => (await approved(w)).claim.url.split("/").at(-1),
  notifications: async (w) => {
    await asked(w);
    return (await (await w.session("owner")).get("/v1/notifications")).body.data[0].id;
  },
};

/** An import that is under way, and that nobody drives. */
async function started(w: World, by: Client): Promise<string> {
  const id = (await PREPARED["imports"]?.(w, by)) ?? "";
  await by.through(front(unnudged(), app)).post(`/v1/imports/${id}/start`);
  return id;
}
/** The id, once what is at this path has been done. */
async function ended(by: Client, path: string, id: string): Promise<string> {
  for (let i = 0; i < 500 && (await by.get(path)).body.state !== "completed"; i += 1) await scheduler.wait(10);
  return id;
}

/** Bodies that name something that must exist. */
const BODIES: Record<string, (w: World) => Promise<Json>> = {
  "integrations.create": offered,
  "contacts.merge": async (w) => ({ source_ids: [await contactOf(w)] }),
  "contacts.not_duplicates": async (w) => ({ contact_ids: [await contactOf(w), await contactOf(w)] }),
  "engagement.record": async (w) => {
    await (await agencyOf(w)).post("/v1/contacts", { emails: ["ana@acme.com"] });
    return { items: [{ type: "email.opened", email: "ana@acme.com", at: "2026-01-02T03:04:05Z", dedupe_id: crypto.randomUUID() }] };
  },
  "fields.copy": async (w) => {
    await (await agencyOf(w)).with({ "ConnectKit-Location": w.locations[1] }).post("/v1/fields", { key: "tier", type: "text" });
    return { from: w.locations[1], keys: ["tier"] };
  },
  "lists.change_contacts": async (w) => ({ add: [await contactOf(w)] }),
};
const contactOf = async (w: World): Promise<string> => (await (await agencyOf(w)).post("/v1/contacts", { first_name: "Bea" })).body.id;
/** Parameters that must be there. */
const QUERIES: Record<string, string> = { "contacts.upsert": "?match=email", "reports.contacts": "?group_by=tag" };
/** What others may see, and what leaves events without being anybody's to repeat. */
const PUBLIC = new Set(["integrations.get", "files.get"]);
const UNREPEATABLE = new Set(["claims.claim", "privacy.requests.result"]);

const preparing = (id: string) =>
  Object.entries(PREPARED)
    .filter(([words]) => id === words || id.startsWith(words.endsWith(".") ? words : `${words}.`))
    .toSorted(([a], [b]) => b.length - a.length)[0]?.[1];

/** A request that works, for each endpoint that needs more than its path. */
async function working(endpoint: Endpoint, w: World): Promise<{ path: string; options: CallOptions }> {
  const { id, path, bodyExample } = endpoint.facts;
  const key = await agencyOf(w);
  const resource = (await preparing(id)?.(w, key)) ?? "";
  const query = QUERIES[id] ?? "";
  const form = endpoint.bodyType === "form";
  const file = endpoint.bodyType === "file";
  const body = file ? bodyExample : form ? new URLSearchParams({ token: key.secret ?? "" }).toString() : endpoint.bodyType === "json" ? ((await BODIES[id]?.(w)) ?? bodyExample) : undefined;
  const headers: Record<string, string> = form ? { "Content-Type": "application/x-www-form-urlencoded" } : file && typeof bodyExample === "string" ? { "Content-Type": "text/csv" } : {};
  return { path: path.replaceAll(/\{\w+\}/g, resource) + query, options: { ...(body === undefined ? {} : { body }), headers } };
}

const agencyOf = async (w: World, scopes: readonly string[] = SCOPES, environment: Environment = "live") =>
  (await w.key({ kind: "agency", role: "owner", scopes, environment })).with({ "ConnectKit-Location": w.locations[0] });
const sessionOf = async (w: World, role: Role = "owner", environment: Environment = "live") =>
  (await w.session(role)).with({ "ConnectKit-Location": w.locations[0], "ConnectKit-Environment": environment });
/** Where an endpoint can be called. */
const environmentOf = ({ facts }: Endpoint): Environment => (facts.sandboxOnly ? "sandbox" : "live");

/** Whether a key may call, and whether a session may. */
const takesKeys = ({ on, facts: { by } }: Endpoint): boolean => on !== "person" && by !== "session";
const takesSessions = ({ on, facts: { by } }: Endpoint): boolean => on !== "nothing" && by !== "key";
/** Who can do all that the endpoint asks for. */
const callerOf = (endpoint: Endpoint, w: World) => (takesKeys(endpoint) ? agencyOf(w, SCOPES, environmentOf(endpoint)) : sessionOf(w));
/** Whether a gate stands before it. */
const isMetered = ({ on }: Endpoint): boolean => on === "space" || on === "organization";

async function isDone(endpoint: Endpoint, w: World, by: Client): Promise<void> {
  const { method, answers, writes } = endpoint.facts;
  const { path, options } = await working(endpoint, w);
  const { status, body: json, text, headers } = await by.call(method, path, options);
  const body = answers[status]?.mediaType === undefined ? json : text;
  expect([status < 300 && status in answers, status, body]).toEqual([true, status, body]);
  const schema = answers[status]?.schema;
  if (schema) expect(schema.safeParse(body)).toMatchObject({ success: true });
  expect((await eventsOf(headers.get("Request-Id") ?? "")) > 0).toBe(writes !== undefined || UNREPEATABLE.has(endpoint.facts.id));
  for (const name of Object.keys(answers[status]?.headers ?? {})) expect([name, headers.has(name)]).toEqual([name, true]);
  for (const name of ["Request-Id", "Server-Timing", "Cache-Control", "Access-Control-Allow-Origin"]) expect([name, headers.has(name)]).toEqual([name, true]);
  for (const name of ["RateLimit", "RateLimit-Policy"]) expect([name, headers.has(name)]).toEqual([name, isMetered(endpoint)]);
}

/** How many events a request left, in whatever log. */
async function eventsOf(request: string): Promise<number> {
  const counts = await Promise.all([env.DB, env.DATA].map((one) => one.prepare("SELECT count(*) FROM events WHERE request_id = ?").bind(request).first<number>("count(*)")));
  return counts.reduce<number>((sum, count) => sum + (count ?? 0), 0);
}

for (const endpoint of routes) {
  const { id, method, scope, answers, cost } = endpoint.facts;

  describe(id, () => {
    it("works, answers what it declares, and leaves events iff it writes: with a key, with a session", async () => {
      const [w, another] = [await world(), await world()];
      if (takesKeys(endpoint)) await isDone(endpoint, w, await agencyOf(w, SCOPES, environmentOf(endpoint)));
      if (takesSessions(endpoint)) await isDone(endpoint, another, await sessionOf(another, "owner", environmentOf(endpoint)));
      expect(cost).toBe(1);
    });

    it("401 to nobody, 403 without its scope or to who can't call it, 404 to another tenant", async () => {
      const [w, other] = [await world(), await world()];
      const { path, options } = await working(endpoint, w);
      expect(await w.anonymous.call(method, path, options)).toMatchObject({ status: endpoint.on === "nothing" ? expect.toSatisfy((status) => status < 300) : 401 });
      if (endpoint.facts.by === "session") expect((await (await agencyOf(w)).call(method, path, options)).body.code).toBe("session_required");
      if (endpoint.facts.by === "key") expect((await (await sessionOf(w)).call(method, path, options)).body.code).toBe("key_required");
      if (endpoint.on === "person") expect((await (await agencyOf(w)).call(method, path, options)).body.code).toBe("not_signed_in");
      if (scope !== "any" && scope !== "none") {
        const refused = { status: 403, body: { code: "insufficient_scope", required: scope } };
        if (takesKeys(endpoint)) expect(await (await agencyOf(w, SCOPES.filter((one) => one !== scope), environmentOf(endpoint))).call(method, path, options)).toMatchObject(refused);
        if (takesSessions(endpoint) && !ROLE_SCOPES.viewer.includes(scope)) expect(await (await sessionOf(w, "viewer", environmentOf(endpoint))).call(method, path, options)).toMatchObject(refused);
      }
      if (endpoint.facts.sandboxOnly) for (const live of [await agencyOf(w), await sessionOf(w)]) expect((await live.call(method, path, options)).body.code).toBe("sandbox_only");
      if (path.match(/_[0-9a-z]{26}/) && !PUBLIC.has(id)) {
        const stranger = await callerOf(endpoint, other);
        expect((await stranger.call(method, path, options)).status).toBe(404);
      }
      if (endpoint.on === "space") {
        const abroad = (await agencyOf(other, SCOPES, environmentOf(endpoint))).with({ "ConnectKit-Location": w.locations[0] });
        expect((await abroad.call(method, path, options)).status).toBe(404);
      }
    });

    it("415 for another content type, 422 for an unknown field, 400 for an unknown parameter, 429 over its limit", async () => {
      const w = await world();
      const by = await callerOf(endpoint, w);
      const { path, options } = await working(endpoint, w);
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
      if (!isMetered(endpoint) || !takesKeys(endpoint)) return;
      const limited = (await w.key({ kind: "agency", role: "owner", environment: environmentOf(endpoint), limits: { burst: 2, second: 1, hour: 100 } })).with({ "ConnectKit-Location": w.locations[0] });
      await Promise.all(times(3, () => limited.get("/v1/ping")));
      const refused = await limited.call(method, path, options);
      expect([refused.status, refused.headers.has("Retry-After"), refused.headers.has("RateLimit")]).toEqual([429, true, true]);
    });

    it("is documented with every status, and its examples are valid", () => {
      const operation = Object.values(described.paths).flatMap((path) => Object.values(path)).find(({ operationId }) => operationId === id);
      const gated = isMetered(endpoint) ? ["429", "503"] : [];
      for (const status of [...Object.keys(answers), "400", "404", "405", "500", ...(endpoint.on === "nothing" ? [] : ["401", "403"]), ...gated]) {
        expect([status, operation && status in operation.responses]).toEqual([status, true]);
      }
      for (const { schema, example } of Object.values(answers)) if (schema && example !== undefined) expect(schema.safeParse(example)).toMatchObject({ success: true });
      const { bodyExample, jsonBody } = endpoint.facts;
      if (bodyExample !== undefined && (endpoint.bodyType !== "file" || jsonBody)) expect((jsonBody ?? endpoint.body).safeParse(bodyExample)).toMatchObject({ success: true });
    });
  });
}

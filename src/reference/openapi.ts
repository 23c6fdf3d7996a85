// The OpenAPI 3.1 document, made from the endpoint values: what is not in it does not exist.
import { OpenAPIRegistry, OpenApiGeneratorV31, type RouteConfig } from "@asteasolutions/zod-to-openapi";
import * as z from "zod";
import type { Answer, Endpoint, Facts } from "../platform/endpoint";
import { FILE_TYPES } from "../platform/upload";
import { headersOf, headersTold, isConditional, toldBy } from "./headers";
import { refusalsOf } from "./refusals";

type Responses = RouteConfig["responses"];

/** The document, for a server that answers at `origin`. */
export function openapi(endpoints: readonly Endpoint[], origin: string): object {
  const registry = new OpenAPIRegistry();
  registry.registerComponent("securitySchemes", "bearer", { type: "http", scheme: "bearer", description: "The key. From a browser, a sandbox key only." });
  registry.registerComponent("securitySchemes", "basic", { type: "http", scheme: "basic", description: "Any user name, the key as password." });
  registry.registerComponent("securitySchemes", "apiKey", { type: "apiKey", in: "header", name: "X-API-Key" });
  registry.registerComponent("securitySchemes", "session", {
    type: "apiKey", in: "cookie", name: "__Secure-connectkit.session_token", description: "A member who signed in at `/api/auth`, from this server's own pages only. `ConnectKit-Organization` picks one of several memberships, `ConnectKit-Environment` is `live` or `sandbox`, `ConnectKit-Location` picks a location.",
  });
  for (const endpoint of endpoints) registry.registerPath(pathOf(endpoint, origin));
  return new OpenApiGeneratorV31(registry.definitions).generateDocument({
    openapi: "3.1.0",
    info: {
      title: "ConnectKit Edge",
      version: "1.0.0",
      description:
        "Contacts with consistent search, exact rate limits, instant revocation, idempotent writes and a gapless event log. " +
        "Every answer bears `Request-Id`, `RateLimit-Policy` and `RateLimit`; every refusal is a problem document (RFC 9457) whose `type` is a page that explains it.",
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    },
    servers: [{ url: origin }],
    tags: TAGS.filter(({ name }) => endpoints.some(({ facts }) => facts.tag === name)),
  });
}

const TAGS = [
  { name: "Contacts", description: "People and how to reach them." },
  { name: "Imports", description: "Files of other tools in: every row accounted for." },
  { name: "Exports", description: "Contacts out, in the formats of other tools." },
  { name: "Jobs", description: "Work that takes longer than an answer." },
  { name: "Privacy", description: "What people may ask for by law." },
  { name: "Reports", description: "How many there are of what." },
  { name: "Consent", description: "Who agreed to what, when, and how that is known." },
  { name: "Activities", description: "What happened with a contact: notes, interactions, engagement, and all of it as one timeline." },
  { name: "Keys", description: "Who may call, and what." },
  { name: "Access", description: "How a key is asked for, granted and handed over." },
  { name: "Sessions", description: "Who is signed in, and where they are a member." },
  { name: "Organization", description: "The organization, its plan, its locations and its members." },
  { name: "Usage", description: "How the API is used, by whom and how fast." },
  { name: "Audit", description: "Who did what, and when." },
  { name: "Sandbox", description: "What is there for testing only: time that is put forward, contacts who are made up." },
  { name: "Discovery", description: "What this server is." },
];

function pathOf(endpoint: Endpoint, origin: string): RouteConfig {
  const { facts } = endpoint;
  const query = queryOf(endpoint);
  const params = endpoint.params instanceof z.ZodObject && Object.keys(endpoint.params.shape).length > 0 ? endpoint.params : undefined;
  const body = bodyOf(endpoint);
  return {
    method: METHODS[facts.method],
    path: facts.path,
    operationId: facts.id,
    summary: facts.summary,
    description: [...deprecationOf(facts), facts.description, demandOf(endpoint)].join("\n\n"),
    ...(facts.deprecated ? { deprecated: true } : {}),
    tags: [facts.tag],
    security: securityOf(endpoint),
    ...(facts.scope === "none" ? {} : { "x-required-scope": facts.scope }),
    request: { ...(params ? { params } : {}), ...(query ? { query } : {}), headers: headersOf(endpoint), ...(body ? { body } : {}) },
    responses: { ...answersOf(endpoint), ...refusalsOf(endpoint, origin) },
  };
}

const METHODS = { GET: "get", POST: "post", PUT: "put", PATCH: "patch", DELETE: "delete" } as const;

function securityOf({ on, facts: { by } }: Endpoint): Record<string, string[]>[] {
  if (on === "nothing") return [];
  const keys: Record<string, string[]>[] = [{ bearer: [] }, { basic: [] }, { apiKey: [] }];
  if (on === "person" || by === "session") return [{ session: [] }];
  return by === "key" ? keys : [...keys, { session: [] }];
}

function demandOf({ on, facts: { scope, by } }: Endpoint): string {
  if (on === "nothing") return "Needs no key.";
  if (on === "person") return "Needs somebody who signed in.";
  const who = by === "session" ? "a member's session" : by === "key" ? "a key" : "a key or a member's session";
  return scope === "any" || scope === "none" ? `Needs ${who}, whatever its scopes.` : `Needs ${who} with the scope \`${scope}\`.`;
}

function deprecationOf({ deprecated }: Facts): string[] {
  if (!deprecated) return [];
  const { at, sunset, link, successor } = deprecated;
  const until = sunset ? `, gone from ${sunset} on` : "";
  return [`**Deprecated** since ${at}${until}: [why, and what to do](${link}).${successor ? ` \`${successor}\` takes its place.` : ""}`];
}

function queryOf({ query, facts }: Endpoint): z.ZodObject | undefined {
  const shape = query instanceof z.ZodObject ? query.shape : {};
  const dryRun = facts.dryRun ? { dry_run: z.boolean().default(false).meta({ description: "Same answer, nothing written." }) } : {};
  const all = { ...shape, ...dryRun };
  return Object.keys(all).length > 0 ? z.object(all) : undefined;
}

function bodyOf({ body, bodyType, facts }: Endpoint) {
  if (bodyType === "none") return undefined;
  if (bodyType === "file") return { required: true, content: fileContent(facts) };
  const media = { schema: body, ...(facts.bodyExample === undefined ? {} : { example: facts.bodyExample }) };
  const content =
    bodyType === "form"
      ? { "application/x-www-form-urlencoded": media }
      : { "application/json": media, ...(facts.method === "PATCH" ? { "application/merge-patch+json": media } : {}) };
  return { required: !facts.bodyOptional, content };
}

function fileContent({ jsonBody, bodyExample }: Facts) {
  const binary = { schema: z.string().meta({ format: "binary" }), example: typeof bodyExample === "string" ? bodyExample : "Email,First Name\r\nana@acme.com,Ana\r\n" };
  const json = jsonBody === undefined ? {} : { "application/json": { schema: jsonBody, example: bodyExample } };
  return { ...Object.fromEntries(FILE_TYPES.map((type) => [type, binary])), ...json };
}

function answersOf(endpoint: Endpoint): Responses {
  const answers: [string, Answer][] = Object.entries(endpoint.facts.answers);
  if (isConditional(endpoint)) answers.push(["304", { description: "It has not changed since.", headers: { ETag: "Its version." } }]);
  const entries = answers.map(([status, { description, headers, schema, example, mediaType = "application/json" }]): [string, Responses[string]] => [
    status,
    {
      description,
      headers: headersTold({ ...toldBy(endpoint), ...headers }),
      ...(schema ? { content: { [mediaType]: { schema, example } } } : {}),
    },
  ]);
  return Object.fromEntries(entries);
}

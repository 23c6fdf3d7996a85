// The OpenAPI 3.1 document, made from the endpoint values: what is not in it does not exist.
import { OpenAPIRegistry, OpenApiGeneratorV31, type RouteConfig } from "@asteasolutions/zod-to-openapi";
import * as z from "zod";
import { ON_AUTHENTICATION } from "../keys/problems";
import { rateLimited, tooManyInFlight } from "../limits/schema";
import type { Endpoint } from "../platform/endpoint";
import type { ProblemType } from "../platform/problem";
import { COMMON } from "../platform/problems";

type Responses = RouteConfig["responses"];

const fault = z
  .object({
    pointer: z.string().optional().meta({ description: "JSON Pointer (RFC 6901) into the body." }),
    parameter: z.string().optional(),
    header: z.string().optional(),
    code: z.string(),
    message: z.string(),
  })
  .meta({ id: "Fault" });

const problemSchema = z
  .looseObject({
    type: z.string().meta({ description: "A URL that answers with a page on this problem." }),
    title: z.string(),
    status: z.int(),
    code: z.string().meta({ description: "What to branch on." }),
    detail: z.string(),
    request_id: z.string(),
    errors: z.array(fault).optional(),
  })
  .meta({ id: "Problem", description: "RFC 9457." });

/** The problems that an endpoint may answer: its own and those of every operation. */
export function problemsOf(endpoint: Endpoint): ProblemType[] {
  const { facts } = endpoint;
  const keyed = endpoint.on === "nothing" ? [] : [...ON_AUTHENTICATION, rateLimited, tooManyInFlight];
  const all = [...COMMON, ...keyed, ...(facts.problems ?? [])].map(({ type }) => type);
  return [...new Map(all.map((type) => [type.code, type])).values()];
}

/** The document, for a server that answers at `origin`. */
export function openapi(endpoints: readonly Endpoint[], origin: string): object {
  const registry = new OpenAPIRegistry();
  registry.registerComponent("securitySchemes", "bearer", { type: "http", scheme: "bearer", description: "`Authorization: Bearer <key>`" });
  registry.registerComponent("securitySchemes", "basic", { type: "http", scheme: "basic", description: "Any user name, the key as password." });
  registry.registerComponent("securitySchemes", "apiKey", { type: "apiKey", in: "header", name: "X-API-Key" });
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
  { name: "Keys", description: "Who may call, and what." },
  { name: "Organization", description: "The organization and its plan." },
  { name: "Discovery", description: "What this server is." },
];

function pathOf(endpoint: Endpoint, origin: string): RouteConfig {
  const { facts } = endpoint;
  const objects = (schema: z.ZodType) => (schema instanceof z.ZodObject && Object.keys(schema.shape).length > 0 ? schema : undefined);
  const query = queryOf(endpoint);
  const params = objects(endpoint.params);
  const body = bodyOf(endpoint);
  return {
    method: METHODS[facts.method],
    path: facts.path,
    operationId: facts.id,
    summary: facts.summary,
    description: facts.description,
    tags: [facts.tag],
    ...(endpoint.on === "nothing" ? { security: [] } : { security: [{ bearer: [] }, { basic: [] }, { apiKey: [] }], "x-required-scope": facts.scope }),
    request: { ...(params ? { params } : {}), ...(query ? { query } : {}), headers: headersOf(endpoint), ...(body ? { body } : {}) },
    responses: { ...answersOf(endpoint), ...refusalsOf(endpoint, origin) },
  };
}

const METHODS = { GET: "get", POST: "post", PUT: "put", PATCH: "patch", DELETE: "delete" } as const;

function queryOf({ query, facts }: Endpoint): z.ZodObject | undefined {
  const shape = query instanceof z.ZodObject ? query.shape : {};
  const dryRun = facts.dryRun ? { dry_run: z.enum(["true", "false"]).optional().meta({ description: "Same answer, nothing written." }) } : {};
  const all = { ...shape, ...dryRun };
  return Object.keys(all).length > 0 ? z.object(all) : undefined;
}

function headersOf(endpoint: Endpoint): z.ZodObject[] {
  const { on, facts } = endpoint;
  const text = (description: string, example: string) => z.string().optional().meta({ description, examples: [example] });
  return [
    ...(on === "space" ? [z.object({ "ConnectKit-Location": text("Which location, for an agency key.", "loc_01kqz3v9c5f1nazrk2d4f7h8jm") })] : []),
    ...(facts.method === "GET" && on !== "nothing" ? [z.object({ "If-None-Match": text("304 if the ETag is still this.", '"7"') })] : []),
    ...(facts.writes ? [z.object({ "Idempotency-Key": text("Makes a retry safe for 24 hours.", '"8e03978e-40d5-43e8-bc93-6894a57f9324"') })] : []),
    ...(facts.writes && facts.method !== "POST" ? [z.object({ "If-Match": text("Only if it is still at this version (412 otherwise).", '"7"') })] : []),
  ];
}

function bodyOf({ body, bodyType, facts }: Endpoint) {
  if (bodyType === "none") return undefined;
  const media = { schema: body, ...(facts.bodyExample === undefined ? {} : { example: facts.bodyExample }) };
  const content =
    bodyType === "form"
      ? { "application/x-www-form-urlencoded": media }
      : { "application/json": media, ...(facts.method === "PATCH" ? { "application/merge-patch+json": media } : {}) };
  return { required: true, content };
}

function answersOf(endpoint: Endpoint): Responses {
  const { answers } = endpoint.facts;
  const entries = Object.entries(answers).map(([status, answer]): [string, Responses[string]] => [
    status,
    {
      description: answer.description,
      headers: headersTold({ ...(endpoint.on === "nothing" ? {} : LIMITS_TOLD), ...TRACE_TOLD, ...answer.headers }),
      ...(answer.schema ? { content: { "application/json": { schema: answer.schema, example: answer.example } } } : {}),
    },
  ]);
  return Object.fromEntries(entries);
}

function refusalsOf(endpoint: Endpoint, origin: string): Responses {
  const byStatus = Map.groupBy(problemsOf(endpoint), ({ status }) => String(status));
  const entries = [...byStatus].map(([status, types]): [string, Responses[string]] => [
    status,
    {
      description: types.map(({ code, title }) => `\`${code}\`: ${title}.`).join("\n\n"),
      headers: headersTold(TRACE_TOLD),
      content: {
        "application/problem+json": {
          schema: problemSchema,
          examples: Object.fromEntries(types.map((type) => [type.code, { summary: type.title, value: exampleOf(type, origin) }])),
        },
      },
    },
  ]);
  return Object.fromEntries(entries);
}

/** A problem document of this type, as an example. */
export const exampleOf = (type: ProblemType, origin: string): Record<string, unknown> => ({
  type: type.type ?? `${origin}/errors/${type.code}`,
  title: type.title,
  status: type.status,
  code: type.code,
  detail: type.cause,
  request_id: "01kqz3v9c5f1nazrk2d4f7h8jm",
  ...type.example,
});

const LIMITS_TOLD = { "RateLimit-Policy": "The key's quotas.", RateLimit: "What is left of them." };
const TRACE_TOLD = { "Request-Id": "Names this request in a report." };

const headersTold = (told: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(told).map(([name, description]) => [name, { description, schema: { type: "string" as const } }]));

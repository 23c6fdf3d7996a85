// The refusals in the reference: which problems an endpoint may answer, and how each of them looks.
import type { RouteConfig } from "@asteasolutions/zod-to-openapi";
import * as z from "zod";
import { ON_AUTHENTICATION } from "../keys/problems";
import { tooManyAttempts } from "../limits/guards";
import { rateLimited, tooManyInFlight } from "../limits/schema";
import { foreignOrigin, insufficientScope, keyRequired, locationRequired, noMembership, notSignedIn, organizationRequired, sandboxOnly, sessionRequired } from "../orgs/problems";
import type { Endpoint } from "../platform/endpoint";
import type { ProblemThrower, ProblemType } from "../platform/problem";
import { COMMON, unavailable } from "../platform/problems";
import { deprecationTold, headersTold, LIMITS_TOLD, TRACE_TOLD } from "./headers";

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
export function problemsOf({ on, facts }: Endpoint): ProblemType[] {
  const all = [...COMMON, ...onCalling(on, facts), ...(facts.problems ?? [])].map(({ type }) => type);
  return [...new Map(all.map((type) => [type.code, type])).values()];
}

/** What who calls may meet. */
function onCalling(on: Endpoint["on"], { by, sandboxOnly: inSandbox }: Endpoint["facts"]): ProblemThrower[] {
  if (on === "nothing") return [];
  if (on === "person") return [notSignedIn, foreignOrigin, tooManyAttempts, unavailable];
  const session = by === "key" ? [keyRequired] : [notSignedIn, foreignOrigin, noMembership, organizationRequired, ...(by === "session" ? [sessionRequired] : [])];
  return [...ON_AUTHENTICATION, ...session, insufficientScope, ...(inSandbox ? [sandboxOnly] : []), ...(on === "space" ? [locationRequired] : []), rateLimited, tooManyInFlight, unavailable];
}

/** The responses of an endpoint's refusals, by status. */
export function refusalsOf(endpoint: Endpoint, origin: string): RouteConfig["responses"] {
  const byStatus = Map.groupBy(problemsOf(endpoint), ({ status }) => status);
  const entries = [...byStatus].map(([status, types]): [string, RouteConfig["responses"][string]] => [
    String(status),
    {
      description: types.map(({ code, title }) => `\`${code}\`: ${title}.`).join("\n\n"),
      headers: headersTold({ ...TRACE_TOLD, ...(endpoint.on === "nothing" || endpoint.on === "person" ? {} : LIMITS_TOLD), ...deprecationTold(endpoint.facts), ...TOLD_WITH[status] }),
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

/** What a refusal of this status says in its headers. */
const TOLD_WITH: Readonly<Record<number, Readonly<Record<string, string>>>> = {
  401: { "WWW-Authenticate": "How to authenticate." },
  405: { Allow: "The methods that this path answers." },
  429: { "Retry-After": "Seconds to wait.", Link: "The page on this refusal." },
  503: { "Retry-After": "Seconds to wait." },
};

/** A problem document of this type, as an example. */
export const exampleOf = (type: ProblemType, origin: string): Record<string, unknown> => ({
  type: type.type ?? `${origin}/errors/${type.code}`,
  title: type.title,
  status: type.status,
  code: type.code,
  detail: type.cause,
  request_id: "8e03978e-40d5-43e8-bc93-6894a57f9324",
  ...type.example,
});

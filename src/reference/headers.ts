// The headers in the reference: those that an operation takes, and those that its answers bear.
import * as z from "zod";
import type { Endpoint, Facts } from "../platform/endpoint";

/** Whether it answers 304 to an ETag that is still current. */
export const isConditional = ({ facts }: Endpoint): boolean => facts.method === "GET" && facts.answers[200]?.headers?.["ETag"] !== undefined;

/** The request headers that an operation understands. Optional ones have no example: tools would send it. */
export function headersOf(endpoint: Endpoint): z.ZodObject[] {
  const { on, facts } = endpoint;
  const { method, path, writes } = facts;
  const onExisting = on !== "person" && writes !== undefined && (method !== "POST" || path.includes("{"));
  return [
    ...(on === "space" ? [header("ConnectKit-Location", "Which location, for an agency key: `loc_…`.")] : []),
    ...(isConditional(endpoint) ? [header("If-None-Match", '304 if the ETag is still this: `"7"`.')] : []),
    ...(writes ? [header("Idempotency-Key", "Makes a retry safe for 24 hours: a new UUID per change.")] : []),
    ...(onExisting ? [header("If-Match", 'Only if it is still at this version, `"7"` (412 otherwise).')] : []),
    ...(method === "PUT" ? [header("If-None-Match", "`*`: only if there is none yet (412 otherwise).")] : []),
  ];
}

const header = (name: string, description: string) => z.object({ [name]: z.string().optional().meta({ description }) });

/** The headers of an operation's answers, beside the answer's own. */
export const toldBy = ({ on, facts }: Endpoint): Readonly<Record<string, string>> => ({
  ...TRACE_TOLD,
  ...(on === "nothing" || on === "person" ? {} : LIMITS_TOLD),
  ...deprecationTold(facts),
  ...(facts.writes ? { "Idempotent-Replayed": "`true`: this is the answer that the first sending of the request got." } : {}),
});

/** What every answer of a deprecated operation says, refusals too. */
export const deprecationTold = ({ deprecated }: Facts): Readonly<Record<string, string>> =>
  deprecated
    ? {
        Deprecation: "Since when it is deprecated, in seconds since the epoch after an `@` (RFC 9745).",
        ...(deprecated.sunset ? { Sunset: "When it goes away, an HTTP date (RFC 8594)." } : {}),
        Link: "The page on its deprecation, and what takes its place.",
      }
    : {};

export const LIMITS_TOLD = { "RateLimit-Policy": "The key's quotas.", RateLimit: "What is left of them.", "ConnectKit-Secret-Retires": "Only where the key was rotated and this is its old secret: until when it works." };
export const TRACE_TOLD = { "Request-Id": "Names this request in a report." };

/** Header name → description, as OpenAPI has it. */
export const headersTold = (told: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(told).map(([name, description]) => [name, { description, schema: { type: "string" as const } }]));

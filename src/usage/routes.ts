// The operations that tell how the API is used.
import * as z from "zod";
import { bare, onOrganization, type Endpoint } from "../platform/endpoint";
import { cursorMismatch, pageOf, pageQuery } from "../platform/page";
import { timestamp } from "../platform/validate";
import * as deprecations from "./deprecations";
import * as requests from "./requests";
import { deprecation, DIMENSIONS, filters, INTERVALS, loggedRequest, usage, type LoggedRequest, type Usage } from "./schema";
import { report } from "./usage";

const example: Usage = { time: "2026-11-20T17:00:00.000Z", operation: "contacts.list", requests: 1_204, refused: 3, errors: 1, p50_ms: 9, p95_ms: 31 };

const logged: LoggedRequest = {
  request_id: "8e03978e-40d5-43e8-bc93-6894a57f9324",
  at: "2026-11-20T17:53:00.000Z",
  key: "key_01kqz3v9c5f1nazrk2d4f7h8jm",
  method: "GET",
  route: "/v1/contacts",
  operation: "contacts.list",
  params: ["email"],
  location: "loc_01kqz3v9c5f1nazrk2d4f7h8jm",
  environment: "live",
  status: 200,
  code: null,
  ms: 9,
  ip: "203.0.113.7",
};

/** `endpoints`: all there are, for the list of what is deprecated among them. */
export const routes = (endpoints: () => readonly Endpoint[]): readonly Endpoint[] => [
  onOrganization({
    ...bare,
    id: "usage.get",
    method: "GET",
    path: "/v1/usage",
    tag: "Usage",
    summary: "Count calls",
    description:
      "How many calls there were per hour or day and key, operation, status or location, how many were refused or failed, and how long answers took; oldest first. Counters are kept for good, per hour (UTC): a range covers the hours that start in it. What a busy key did shows within about a minute. A page may be short, or empty, and yet have a `next_cursor`: it looks at a bounded number of counters. A key sees its environment and, if it does not reach all locations, what concerned its own.",
    scope: "usage:read",
    query: z.strictObject({
      from: timestamp.optional().meta({ description: "Hours that start at or after this time. Default: 24 hours before `to`, with `interval=day` 30 days." }),
      to: timestamp.optional().meta({ description: "Hours that start before this time. Default: now. At most 31 days after `from`, with `interval=day` 366." }),
      by: z.enum(DIMENSIONS).default("operation").meta({ description: "What the calls are counted by." }),
      interval: z.enum(INTERVALS).default("hour").meta({ description: "Per hour or per day (UTC)." }),
      ...filters,
      ...pageQuery,
    }),
    answers: { 200: { description: "A page of sums.", schema: pageOf(usage), example: { data: [example], page: { next_cursor: null, limit: 50 } } } },
    problems: [cursorMismatch],
    run: (ctx, { query }) => report(ctx, query),
  }),
  onOrganization({
    ...bare,
    id: "requests.list",
    method: "GET",
    path: "/v1/requests",
    tag: "Usage",
    summary: "List calls",
    description:
      "The activity log, newest first: every answered call of the last 30 days, with the names of its parameters and none of their values. What a limit refused is counted in the usage and not listed. A call shows within about a minute; a crash may lose the last seconds of reads and refusals, while changes are in the audit trail for good. A page looks at 2,000 calls: with a filter that no index serves (`operation`, `status`, `location`, `ip`) it may be short, or empty, and yet have a `next_cursor`.",
    scope: "audit:read",
    query: z.strictObject({
      ...filters,
      from: timestamp.optional().meta({ description: "Calls at or after this time." }),
      to: timestamp.optional().meta({ description: "Calls before this time." }),
      request_id: z.string().min(1).max(100).optional().meta({ description: "The call whose answer had this `Request-Id`." }),
      ip: z.string().min(1).max(45).optional().meta({ description: "Calls from exactly this address." }),
      ...pageQuery,
    }),
    answers: { 200: { description: "A page of calls.", schema: pageOf(loggedRequest), example: { data: [logged], page: { next_cursor: null, limit: 50 } } } },
    problems: [cursorMismatch],
    run: (ctx, { query }) => requests.list(ctx, query),
  }),
  onOrganization({
    ...bare,
    id: "deprecations.list",
    method: "GET",
    path: "/v1/deprecations",
    tag: "Usage",
    summary: "List what is deprecated, and who still calls it",
    description: "Each deprecated operation, with the keys within the caller's reach that called it in the last 30 days: those that have yet to move on before its sunset.",
    scope: "usage:read",
    answers: {
      200: {
        description: "All deprecated operations.",
        schema: z.strictObject({ data: z.array(deprecation) }),
        example: {
          data: [
            {
              operation: "contacts.list",
              deprecated_at: "2026-11-20T00:00:00.000Z",
              sunset_at: "2027-11-20T00:00:00.000Z",
              link: "/docs",
              keys: [{ id: logged.key, requests: 1_204, last_used_at: "2026-11-20T17:00:00.000Z" }],
            },
          ],
        },
      },
    },
    run: (ctx) => deprecations.list(ctx, endpoints()),
  }),
];

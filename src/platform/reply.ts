// From a reply or a problem to the HTTP response: the headers that every answer bears are set here, by hand.
import { noneMatchHolds } from "./conditions";
import type { Reply } from "./endpoint";
import { JsonText } from "./json";
import { document, type Problem } from "./problem";
import type { Meter } from "./sql";
import { Streamed } from "./streamed";

export interface Trace {
  readonly requestId: string;
  readonly origin: string;
  readonly startedAt: number;
  authMs: number;
  limitMs: number;
  readonly meter: Meter;
}

/** Headers that a page of another origin may read. */
const EXPOSED =
  "Request-Id, ETag, Location, Link, Retry-After, RateLimit, RateLimit-Policy, Idempotent-Replayed, Server-Timing, WWW-Authenticate, Allow, Deprecation, Sunset, ConnectKit-Secret-Retires";

export function respond(request: Request, reply: Reply, trace: Trace, extra: Readonly<Record<string, string>> = {}): Response {
  const tag = reply.headers?.["ETag"];
  const headers = withBase(request, trace, { ...reply.headers, ...extra });
  if (reply.status === 200 && tag && isRead(request) && noneMatchHolds(request.headers.get("If-None-Match"), tag)) {
    return new Response(null, { status: 304, headers });
  }
  if (reply.body === undefined) return new Response(null, { status: reply.status, headers });
  if (reply.body instanceof Streamed) return new Response(reply.body.stream, { status: reply.status, headers: { "Content-Type": reply.body.type, ...headers } });
  headers["Content-Type"] ??= "application/json";
  return new Response(reply.body instanceof JsonText ? reply.body.text : JSON.stringify(reply.body), { status: reply.status, headers });
}

export function respondWithProblem(request: Request, thrown: Problem, trace: Trace, extra: Readonly<Record<string, string>> = {}): Response {
  const headers = withBase(request, trace, { ...extra, ...thrown.headers, "Content-Type": "application/problem+json" });
  return new Response(JSON.stringify(document(thrown, trace.origin, trace.requestId)), { status: thrown.status, headers });
}

/** The preflight of any path under /v1: unauthenticated, unmetered. */
export function preflight(request: Request, trace: Trace): Response {
  return new Response(null, {
    status: 204,
    headers: withBase(request, trace, {
      "Access-Control-Allow-Methods": "GET, HEAD, POST, PUT, PATCH, DELETE",
      "Access-Control-Allow-Headers": request.headers.get("Access-Control-Request-Headers") ?? "Authorization, Content-Type",
      "Access-Control-Max-Age": "86400",
      Vary: "Access-Control-Request-Headers",
    }),
  });
}

const isRead = (request: Request): boolean => request.method === "GET" || request.method === "HEAD";

/** A plain record: each header crosses into the runtime once, with the response. */
function withBase(request: Request, trace: Trace, headers: Record<string, string>): Record<string, string> {
  headers["Request-Id"] = trace.requestId;
  headers["Server-Timing"] = `auth;dur=${trace.authMs}, limit;dur=${trace.limitMs}, db;dur=${trace.meter.ms};desc="${trace.meter.calls} ${trace.meter.calls === 1 ? "call" : "calls"}"`;
  headers["Access-Control-Allow-Origin"] = "*";
  // Only a page asks for it, and a page says where it comes from.
  if (request.headers.has("Origin")) headers["Access-Control-Expose-Headers"] = EXPOSED;
  headers["Cache-Control"] ??= "no-store";
  return headers;
}

// The activity log: every answered call of the last 30 days, newest first, by names and never by values.
import { locationsSeen } from "../orgs/reach";
import { rfc3339 } from "../platform/clock";
import type { Environment, OrgCtx } from "../platform/context";
import type { Reply } from "../platform/endpoint";
import { decodeCursor, pageOfRows, questionOf } from "../platform/page";
import { equals, look, oneOf, type Term, type Walk } from "../platform/walk";
import type { LoggedRequest, StatusRange } from "./schema";

export interface RequestsQuery {
  readonly key?: string | undefined;
  readonly operation?: string | undefined;
  readonly status?: StatusRange | undefined;
  readonly location?: string | undefined;
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  readonly request_id?: string | undefined;
  readonly ip?: string | undefined;
  readonly cursor?: string | undefined;
  readonly limit: number;
}

export interface RequestRow {
  rid: number;
  org_id: string;
  key_id: string;
  at: number;
  method: string;
  route: string;
  operation: string;
  params: string;
  location_id: string | null;
  environment: Environment;
  status: number;
  code: string | null;
  ms: number;
  request_id: string;
  ip: string | null;
}

const COLUMNS = ["rid", "org_id", "key_id", "at", "method", "route", "operation", "params", "location_id", "environment", "status", "code", "ms", "request_id", "ip"] as const;

interface RequestsPage {
  data: LoggedRequest[];
  page: { next_cursor: string | null; limit: number };
}

/** A page of the log within the caller's reach. Throws `not_found` (404). */
export async function list(ctx: OrgCtx, { cursor, limit, ...query }: RequestsQuery): Promise<Reply<RequestsPage>> {
  const question = questionOf(["requests", query]);
  const after = cursor === undefined ? null : decodeCursor(cursor, question, ["number", "number"]);
  const walk = walkOf(ctx, query, await locationsSeen(ctx, query.location), after);
  const { rows, end } = await look<"log", RequestRow>(ctx.db.log, walk, limit + 1);
  return pageOfRows(question, limit, rows, ({ at, rid }) => [at, rid], (page) => page.map(shown), end);
}

/** Along the narrowest index that there is for the question; what it does not serve is filtered. */
function walkOf({ org, principal }: OrgCtx, query: Omit<RequestsQuery, "cursor" | "limit">, locations: readonly string[] | null, after: Walk["after"]): Walk {
  const { key, request_id: id, operation, status, ip } = query;
  const index = id !== undefined ? "requests_by_request" : key !== undefined ? "requests_of_caller" : "requests_of_org";
  const own = [...equals("org_id", org), ...equals("key_id", key)];
  const byStatus: Term[] = status ? [{ sql: "status BETWEEN ? AND ?", params: [status.least, status.most] }] : [];
  return {
    columns: COLUMNS,
    table: `requests INDEXED BY ${index}`,
    along: [...(id === undefined ? own : equals("request_id", id)), ...within(query)],
    by: ["at", "rid"],
    filters: [
      ...(id === undefined ? [] : own),
      ...equals("environment", principal.environment),
      ...oneOf("location_id", locations),
      ...equals("operation", operation),
      ...byStatus,
      ...equals("ip", ip),
    ],
    after,
  };
}

const within = ({ from, to }: Pick<RequestsQuery, "from" | "to">): Term[] => [
  ...(from === undefined ? [] : [{ sql: "at >= ?", params: [from] }]),
  ...(to === undefined ? [] : [{ sql: "at < ?", params: [to] }]),
];

function shown({ key_id: key, location_id: location, at, params, ...row }: RequestRow): LoggedRequest {
  const { method, route, operation, environment, status, code, ms, request_id, ip } = row;
  return { request_id, at: rfc3339(at), key, method, route, operation, params: JSON.parse(params), location, environment, status, code, ms, ip };
}

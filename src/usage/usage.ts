// How much was called, by whom and how fast: sums of what the gates counted, within the caller's reach.
import { quantile } from "../limits/histogram";
import { locationsSeen } from "../orgs/reach";
import { DAY, HOUR, rfc3339 } from "../platform/clock";
import type { OrgCtx } from "../platform/context";
import type { Reply } from "../platform/endpoint";
import { decodeCursor, encodeCursor, questionOf } from "../platform/page";
import type { Problem } from "../platform/problem";
import { invalidParameter } from "../platform/problems";
import type { Databases } from "../platform/sql";
import type { Dimension, Interval, StatusRange, Usage } from "./schema";
import { readCallers, readUsage, type CallerRow, type UsageRow } from "./store";

export interface UsageQuery {
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  readonly by: Dimension;
  readonly interval: Interval;
  readonly key?: string | undefined;
  readonly operation?: string | undefined;
  readonly status?: StatusRange | undefined;
  readonly location?: string | undefined;
  readonly cursor?: string | undefined;
  readonly limit: number;
}

/** What is asked for when nothing is said, and at most. */
const SPANS = {
  hour: { ms: HOUR, usual: DAY, most: 31 * DAY, words: "31 days by hour; `interval=day` takes 366" },
  day: { ms: DAY, usual: 30 * DAY, most: 366 * DAY, words: "366 days" },
} as const;

interface UsagePage {
  data: Usage[];
  page: { next_cursor: string | null; limit: number };
}

/** A page of sums in the order of time and dimension. Throws `invalid_parameter` (400), `not_found` (404). */
export async function report(ctx: OrgCtx, { cursor, limit, ...query }: UsageQuery): Promise<Reply<UsagePage>> {
  const { by, interval, key, operation, status } = query;
  const question = questionOf(["usage", query]);
  // The cursor keeps the first page's window: "the last 24 hours" would move on between two pages.
  const [from, to, ...place] = cursor === undefined ? windowOf(query, ctx.now) : decodeCursor(cursor, question, ["number", "number", "number", by === "status" ? "number" : "string"]);
  const [time, dimension] = place;
  checkWindow(Number(from), Number(to), interval);
  const { rows, until } = await readUsage(ctx, {
    by, key, operation, status,
    intervalMs: SPANS[interval].ms,
    from: Number(from),
    to: Number(to),
    environment: ctx.principal.environment,
    locations: await locationsSeen(ctx, query.location),
    after: dimension === undefined ? null : { time: Number(time), dimension },
  }, limit + 1);
  const page = rows.slice(0, limit);
  const last = rows.length > limit ? page.at(-1) : undefined;
  const start = by === "status" ? 0 : "";
  const next = last ? [last.time, last.dimension] : until < Number(to) ? [until, start] : null;
  const body = { data: page.map((row) => shown(by, row)), page: { next_cursor: next && encodeCursor(question, [Number(from), Number(to), ...next]), limit } };
  return { status: 200, body };
}

function windowOf({ from, to, interval }: Pick<UsageQuery, "from" | "to" | "interval">, now: number): readonly [number, number] {
  const end = to ?? (from === undefined ? now : Math.min(now, from + SPANS[interval].most));
  return [from ?? end - SPANS[interval].usual, end];
}

function checkWindow(from: number, to: number, interval: Interval): void {
  if (from >= to) throw wrong("from", "must lie before `to`");
  if (to - from > SPANS[interval].most) throw wrong("from", `spans more than ${SPANS[interval].words}: ask for less at once`);
}

const wrong = (parameter: string, message: string): Problem =>
  invalidParameter(`Parameter \`${parameter}\` ${message}.`, { errors: [{ parameter, code: "invalid_range", message }] });

const NAMED: Record<Dimension, (value: string | number) => Partial<Usage>> = {
  key: (value) => ({ key: String(value) }),
  operation: (value) => ({ operation: String(value) }),
  status: (value) => ({ status: Number(value) }),
  location: (value) => ({ location: value === "-" ? null : String(value) }),
};

function shown(by: Dimension, { time, dimension, requests, refused, errors, histogram }: UsageRow): Usage {
  const counts: number[] = JSON.parse(histogram);
  return { time: rfc3339(time), ...NAMED[by](dimension), requests, refused, errors, p50_ms: quantile(counts, 0.5), p95_ms: quantile(counts, 0.95) };
}

/** Somebody who called one of the operations asked for. */
export interface Caller {
  readonly org: string;
  /** Id of the key. */
  readonly key: string;
  readonly operation: string;
  readonly requests: number;
  /** ms; start of the hour of the last call. */
  readonly lastHour: number;
}

const START = { org: "", key: "", operation: "" };

/**
 * Who called one of these operations since a time (ms, to the hour), in all organizations: up to `limit`, in the order of
 * organization, key and operation, those after `after`. Refused calls count: whoever makes them has not moved on.
 */
export async function deprecatedUse(db: Pick<Databases, "log">, operations: readonly string[], since: number, limit: number, after: Pick<Caller, "org" | "key" | "operation"> = START): Promise<Caller[]> {
  const rows = await readCallers(db.log, null, operations, since, limit, [after.org, after.key, after.operation]);
  return rows.map(callerOf);
}

/** The same of one organization. */
export async function deprecatedUseOf(db: Pick<Databases, "log">, org: string, operations: readonly string[], since: number, limit: number): Promise<Caller[]> {
  return (await readCallers(db.log, org, operations, since, limit, ["", "", ""])).map(callerOf);
}

const callerOf = ({ org_id: org, key_id: key, operation, requests, hour: lastHour }: CallerRow): Caller => ({ org, key, operation, requests, lastHour });

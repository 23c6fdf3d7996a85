// The counters as they are kept, summed on the way out: a page looks at a bounded number of them.
import { BUCKET_COLUMNS } from "../limits/histogram";
import { HOUR } from "../platform/clock";
import type { Environment, OrgCtx } from "../platform/context";
import { log, type Database } from "../platform/sql";
import type { Dimension, StatusRange } from "./schema";

export interface UsageQuestion {
  readonly by: Dimension;
  readonly intervalMs: number;
  /** ms; the hours that start from here on … */
  readonly from: number;
  /** … and before this. */
  readonly to: number;
  readonly environment: Environment;
  /** Null: all, and what concerns none. */
  readonly locations: readonly string[] | null;
  readonly key?: string | undefined;
  readonly operation?: string | undefined;
  readonly status?: StatusRange | undefined;
  /** The last one told. */
  readonly after: { readonly time: number; readonly dimension: string | number } | null;
}

export interface UsageRow {
  time: number;
  dimension: string | number;
  requests: number;
  refused: number;
  errors: number;
  /** JSON array: a count per bucket. */
  histogram: string;
}

/** What a page looks at, unless one hour or day alone has more: then all of that. */
const LOOKED_AT = 10_000;

/** `-` sorts before every id, and the start of a dimension before it. */
const COLUMN: Record<Dimension, string> = { key: "key_id", operation: "operation", status: "status", location: "iif(location_id = '', '-', location_id)" };

/** Where a page must stop looking: at the start of an hour or day. */
const UNTIL = `coalesce((SELECT min(?3, max(hour - hour % ?4, ?2 - ?2 % ?4 + ?4)) FROM usage_hours
  WHERE org_id = ?1 AND hour >= ?2 AND hour < ?3 ORDER BY hour LIMIT 1 OFFSET ${LOOKED_AT}), ?3)`;

const sums = (dimension: string): string =>
  `SELECT hour - hour % ?4 AS time, ${dimension} AS dimension, sum(requests) AS requests, sum(iif(status = 429, requests, 0)) AS refused,
    sum(iif(status >= 400 AND status <> 429, requests, 0)) AS errors, json_array(${BUCKET_COLUMNS.map((column) => `sum(${column})`).join(", ")}) AS histogram
  FROM usage_hours
  WHERE org_id = ?1 AND hour >= ?2 AND hour < ${UNTIL} AND environment = ?5
    AND (?6 IS NULL OR location_id IN (SELECT value FROM json_each(?6)))
    AND (?7 IS NULL OR key_id = ?7) AND (?8 IS NULL OR operation = ?8) AND (?9 IS NULL OR status BETWEEN ?9 AND ?10)
  GROUP BY 1, 2 HAVING time > ?11 OR (time = ?11 AND dimension > ?12)
  ORDER BY 1, 2 LIMIT ?13`;

/** Up to `limit` sums in the order of time and dimension, and how far has been looked: `until` (ms) is `to` when that was all. */
export async function readUsage({ org, db }: Pick<OrgCtx, "org" | "db">, asked: UsageQuestion, limit: number): Promise<{ rows: UsageRow[]; until: number }> {
  const { by, intervalMs, to, environment, locations, key, operation, status, after } = asked;
  const walk = [org, Math.max(asked.from, after?.time ?? 0), to, intervalMs];
  const [rows, [end]] = await db.log.both<UsageRow, { until: number }>(
    log(
      sums(COLUMN[by]), ...walk, environment, locations && JSON.stringify(locations), key ?? null, operation ?? null,
      status?.least ?? null, status?.most ?? null, after?.time ?? -1, after?.dimension ?? "", limit,
    ),
    log(`SELECT ${UNTIL} AS until`, ...walk),
  );
  return { rows, until: end?.until ?? to };
}

export interface CallerRow {
  org_id: string;
  key_id: string;
  operation: string;
  requests: number;
  /** Start of the last hour with a call. */
  hour: number;
}

/** Sums of the `pairs` of operation and organization, since an hour (?2), in the order of their names after ?4, ?5, ?6. */
const CALLERS = `SELECT u.org_id, u.key_id, u.operation, sum(u.requests) AS requests, max(u.hour) AS hour
  FROM pairs CROSS JOIN usage_hours u INDEXED BY usage_hours_of_operation ON u.operation = pairs.operation AND u.org_id = pairs.org_id AND u.hour >= ?2
  GROUP BY 1, 2, 3 HAVING (u.org_id, u.key_id, u.operation) > (?4, ?5, ?6) ORDER BY 1, 2, 3 LIMIT ?3`;

const OF_ORG = `WITH pairs (operation, org_id) AS (SELECT value, ?7 FROM json_each(?1)) ${CALLERS}`;

/** From organization to organization by the index, however many rows each has. */
const OF_ALL = `WITH RECURSIVE pairs (operation, org_id) AS (
    SELECT value, (SELECT min(org_id) FROM usage_hours WHERE operation = value AND org_id >= ?4) FROM json_each(?1)
    UNION ALL
    SELECT operation, (SELECT min(org_id) FROM usage_hours WHERE operation = pairs.operation AND org_id > pairs.org_id) FROM pairs WHERE org_id IS NOT NULL
  ) ${CALLERS}`;

/** Who called one of these operations since a time (ms), of one organization or (null) of all. */
export function readCallers(database: Database<"log">, org: string | null, operations: readonly string[], since: number, limit: number, after: readonly [org: string, key: string, operation: string]): Promise<CallerRow[]> {
  const params = [JSON.stringify(operations), since - (since % HOUR), limit, ...after];
  return database.all<CallerRow>(org === null ? log(OF_ALL, ...params) : log(OF_ORG, ...params, org));
}

// What a gate saw, held in memory until it is worth a row: the activity log and the usage counters.
import { HOUR } from "../platform/clock";
import { log, type Database } from "../platform/sql";
import { BUCKET_COLUMNS, bucketOf, emptyHistogram } from "./histogram";

/** One answered call, without values: parameters by name, the path by its template. */
export interface Activity {
  readonly at: number;
  readonly method: string;
  readonly route: string;
  readonly operation: string;
  readonly params: readonly string[];
  readonly location: string | null;
  readonly environment: string;
  readonly status: number;
  readonly code: string | null;
  readonly ms: number;
  readonly requestId: string;
  readonly ip: string | null;
}

const MAX_ROWS = 200;
/** Beyond this the oldest rows are dropped: a log that can't be reached must not take the gate with it. */
const KEEP_ROWS = 1_000;

/** What calls are counted by, beside the hour. */
type Counted = Pick<Activity, "at" | "operation" | "status" | "location" | "environment">;

interface Counter {
  readonly by: readonly [hour: number, operation: string, status: number, location: string, environment: string];
  requests: number;
  /** Sum of those that were measured. */
  ms: number;
  readonly histogram: number[];
}

export class Spool {
  private rows: Activity[] = [];
  private counters = new Map<string, Counter>();

  list(activity: Activity): void {
    this.rows.push(activity);
    if (this.rows.length > KEEP_ROWS) this.rows.shift();
    const counter = this.count(activity, 1);
    counter.ms += activity.ms;
    counter.histogram[bucketOf(activity.ms)] = (counter.histogram[bucketOf(activity.ms)] ?? 0) + 1;
  }

  /** Refusals of the gate are counted, not listed, and nobody waited for them. */
  count(of: Counted, requests: number): Counter {
    const counter = this.counterOf([Math.floor(of.at / HOUR) * HOUR, of.operation, of.status, of.location ?? "", of.environment]);
    counter.requests += requests;
    return counter;
  }

  private counterOf(by: Counter["by"]): Counter {
    const name = by.join(" ");
    const known = this.counters.get(name);
    if (known) return known;
    const made: Counter = { by, requests: 0, ms: 0, histogram: emptyHistogram() };
    this.counters.set(name, made);
    return made;
  }

  get isFull(): boolean {
    return this.rows.length >= MAX_ROWS;
  }
  get isEmpty(): boolean {
    return this.rows.length === 0 && this.counters.size === 0;
  }
  get oldestAt(): number {
    return this.rows[0]?.at ?? 0;
  }

  /** Writes everything in one batch; on failure all of it stays for the next time. */
  async flush(database: Database<"log">, org: string, key: string): Promise<void> {
    const { rows, counters } = this;
    this.rows = [];
    this.counters = new Map();
    try {
      await database.batch([insertActivity(org, key, rows), addUsage(org, key, counters)]);
    } catch (error) {
      this.rows = [...rows, ...this.rows].slice(-KEEP_ROWS);
      for (const { by, requests, ms, histogram } of counters.values()) {
        const since = this.counterOf(by);
        since.requests += requests;
        since.ms += ms;
        for (const [bucket, count] of histogram.entries()) since.histogram[bucket] = (since.histogram[bucket] ?? 0) + count;
      }
      throw error;
    }
  }
}

const insertActivity = (org: string, key: string, rows: readonly Activity[]) =>
  log(
    `INSERT INTO requests (org_id, key_id, at, method, route, operation, params, location_id, environment, status, code, ms, request_id, ip)
      SELECT ?1, ?2, value ->> 'at', value ->> 'method', value ->> 'route', value ->> 'operation', value -> 'params', value ->> 'location',
        value ->> 'environment', value ->> 'status', value ->> 'code', value ->> 'ms', value ->> 'requestId', value ->> 'ip'
      FROM json_each(?3)`,
    org,
    key,
    JSON.stringify(rows),
  );

const SUMS = ["requests", "ms", ...BUCKET_COLUMNS];
const ADD_USAGE = `INSERT INTO usage_hours (org_id, key_id, hour, operation, status, location_id, environment, ${SUMS.join(", ")})
  SELECT ?1, ?2, value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, ${SUMS.map((_, i) => `value ->> ${5 + i}`).join(", ")}
  FROM json_each(?3) WHERE true
  ON CONFLICT (org_id, hour, key_id, operation, status, location_id, environment)
  DO UPDATE SET ${SUMS.map((name) => `${name} = ${name} + excluded.${name}`).join(", ")}`;

const addUsage = (org: string, key: string, counters: ReadonlyMap<string, Counter>) =>
  log(ADD_USAGE, org, key, JSON.stringify([...counters.values()].map(({ by, requests, ms, histogram }) => [...by, requests, ms, ...histogram])));

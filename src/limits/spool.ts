// What a gate saw, held in memory until it is worth a row: the activity log and the usage counters.
import { HOUR } from "../platform/clock";
import { log, type Database } from "../platform/sql";

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

interface Counter {
  requests: number;
  ms: number;
}

export class Spool {
  private rows: Activity[] = [];
  private counters = new Map<string, Counter>();

  list(activity: Activity): void {
    this.rows.push(activity);
    if (this.rows.length > KEEP_ROWS) this.rows.shift();
    this.count(activity.at, activity.operation, activity.status, activity.location, 1, activity.ms);
  }

  /** Refusals are counted, not listed. */
  count(at: number, operation: string, status: number, location: string | null, requests: number, ms = 0): void {
    const name = `${Math.floor(at / HOUR) * HOUR} ${operation} ${status} ${location ?? ""}`;
    const counter = this.counters.get(name) ?? { requests: 0, ms: 0 };
    this.counters.set(name, { requests: counter.requests + requests, ms: counter.ms + ms });
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
      for (const [name, { requests, ms }] of counters) {
        const since = this.counters.get(name) ?? { requests: 0, ms: 0 };
        this.counters.set(name, { requests: since.requests + requests, ms: since.ms + ms });
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

const addUsage = (org: string, key: string, counters: ReadonlyMap<string, Counter>) =>
  log(
    `INSERT INTO usage (org_id, key_id, hour, operation, status, location_id, requests, ms)
      SELECT ?1, ?2, value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5
      FROM json_each(?3) WHERE true
      ON CONFLICT (org_id, hour, key_id, operation, status, location_id)
      DO UPDATE SET requests = requests + excluded.requests, ms = ms + excluded.ms`,
    org,
    key,
    JSON.stringify([...counters].map(([name, { requests, ms }]) => {
      const [hour, operation, status, location] = name.split(" ");
      return [Number(hour), operation, Number(status), location, requests, ms];
    })),
  );

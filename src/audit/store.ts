// A log of events as an index walk, newest first: by organization, or by subject. A time is found by halving.
import { MINUTE } from "../platform/clock";
import type { Environment } from "../platform/context";
import { equals, oneOf, type Term, type Walk } from "../platform/walk";

export interface AuditFilter {
  readonly actor?: string | undefined;
  readonly actor_type?: string | undefined;
  readonly type?: readonly string[] | undefined;
  readonly subject?: string | undefined;
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  readonly location?: string | undefined;
}

export interface EventRow {
  seq: number;
  id: string;
  type: string;
  occurred_at: number;
  location_id: string | null;
  environment: Environment | null;
  actor: string;
  subject: string;
  version: number;
  changes: string | null;
  data: string | null;
  cause: string | null;
  request_id: string | null;
  ip: string | null;
}

const COLUMNS = ["seq", "id", "type", "occurred_at", "location_id", "environment", "actor", "subject", "version", "changes", "data", "cause", "request_id", "ip"] as const;

/** Whose events: of this environment and these locations (null: of all, and of the organization itself). */
export interface Reach {
  readonly org: string;
  readonly environment: Environment;
  readonly all: boolean;
  readonly locations: readonly string[] | null;
}

/** The events of a log before the number `before` (null: all). */
export function walkOf({ org, environment, all, locations }: Reach, filter: AuditFilter, before: number | null): Walk {
  const { actor, actor_type: actorType, type, subject, from, to } = filter;
  return {
    columns: COLUMNS,
    table: subject === undefined ? "events" : "events INDEXED BY events_of_subject",
    along: [...equals("org_id", org), ...equals("subject", subject), ...between(org, from, to)],
    by: ["seq"],
    filters: [
      { sql: all ? "environment = ? OR environment IS NULL" : "environment = ?", params: [environment] },
      ...oneOf("location_id", locations),
      ...equals("actor ->> 'id'", actor),
      ...equals("actor ->> 'type'", actorType),
      // A type is letters, `_` and dots: its prefix with `.*` is a pattern of GLOB as it stands.
      ...(type ? [{ sql: type.map(() => "type GLOB ?").join(" OR "), params: type }] : []),
      ...(from === undefined ? [] : [{ sql: "occurred_at >= ?", params: [from] }]),
      ...(to === undefined ? [] : [{ sql: "occurred_at < ?", params: [to] }]),
    ],
    after: before === null ? null : [before],
  };
}

/** Events are numbered when they are committed and bear the time when their request came: so far two of them may be out of step. */
const SKEW_MS = 5 * MINUTE;

/** The stretch of numbers that holds every event of a time. */
const between = (org: string, from: number | undefined, to: number | undefined): Term[] => [
  ...(from === undefined ? [] : [numbered(">=", org, from - SKEW_MS)]),
  ...(to === undefined ? [] : [numbered("<", org, to + SKEW_MS)]),
];

/** Numbers on one side of the first event at or after a time: times grow with the numbers, so it is found by halving, without an index of times. */
function numbered(side: "<" | ">=", org: string, at: number): Term {
  const earlier = "coalesce((SELECT occurred_at < ? FROM events WHERE org_id = ? AND seq >= (low + high) / 2 ORDER BY seq LIMIT 1), 0)";
  return {
    sql: `seq ${side} (WITH RECURSIVE halved (low, high) AS (
      SELECT 1, 1 + coalesce((SELECT seq FROM event_counters WHERE org_id = ?), 0)
      UNION ALL
      SELECT iif(${earlier}, (low + high) / 2 + 1, low), iif(${earlier}, high, (low + high) / 2) FROM halved WHERE low < high
    ) SELECT low FROM halved WHERE low >= high)`,
    params: [org, at, org, at, org],
  };
}

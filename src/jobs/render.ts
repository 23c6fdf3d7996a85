// From row to JSON, and to what a job's events say.
import { rfc3339 } from "../platform/clock";
import type { EventDraft } from "../platform/events";
import type { Counts } from "./kind";
import type { Job, State } from "./schema";
import type { JobRow } from "./store";

const COMPLETE: ReadonlySet<State> = new Set(["completed", "completed_with_errors"]);

export function jobOf(row: JobRow): Job {
  const { id, kind, state, total, environment, version } = row;
  const counts: Record<string, number> = JSON.parse(row.counts);
  return {
    id, kind, state, counts, total, environment, version,
    progress: COMPLETE.has(state) ? 1 : total === null ? null : total === 0 ? 0 : Math.min(1, sumOf(counts) / total),
    location: row.location_id,
    created_at: rfc3339(row.created_at),
    started_at: row.started_at === null ? null : rfc3339(row.started_at),
    ended_at: row.ended_at === null ? null : rfc3339(row.ended_at),
    created_by: JSON.parse(row.actor),
    problem: row.problem === null ? null : JSON.parse(row.problem),
  };
}

const sumOf = (counts: Counts): number => Object.values(counts).reduce((sum, count) => sum + count, 0);

/** Each name with what both say of it. */
export const added = (one: Counts, other: Counts): Counts =>
  Object.fromEntries([...new Set([...Object.keys(one), ...Object.keys(other)])].map((name) => [name, (one[name] ?? 0) + (other[name] ?? 0)]));

/** The event of a job that comes to another state. */
export const eventOf = (row: JobRow, type: string, to: State, more: object = {}): EventDraft => ({
  type,
  subject: row.id,
  version: row.version + 1,
  changes: { state: { from: row.state, to } },
  data: { kind: row.kind, ...more },
  location: row.location_id,
  environment: row.environment,
  space: row.space_id,
});

/** What is needed for a job. */
export const scopesOf = ({ scopes }: Pick<JobRow, "scopes">): string[] => (scopes === "" ? [] : scopes.split(" "));

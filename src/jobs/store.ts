// Jobs in D1: reads run, writes are returned.
import type { Guard } from "../platform/commit";
import type { Environment } from "../platform/context";
import { data, type Database, type Statement } from "../platform/sql";
import type { Counts } from "./kind";
import type { State } from "./schema";

/** What is told of a job. */
export interface JobRow {
  id: string;
  org_id: string;
  space_id: number | null;
  location_id: string | null;
  environment: Environment;
  kind: string;
  state: State;
  actor: string;
  scopes: string;
  counts: string;
  total: number | null;
  attempt: number;
  problem: string | null;
  version: number;
  created_at: number;
  started_at: number | null;
  ended_at: number | null;
}
export const COLUMNS = ["id", "org_id", "space_id", "location_id", "environment", "kind", "state", "actor", "scopes", "counts", "total", "attempt", "problem", "version", "created_at", "started_at", "ended_at"] as const;

/** A job with all that it works by. */
export interface WorkedRow extends JobRow {
  default_country: string | null;
  request_id: string;
  input: string;
  cursor: string | null;
  slices: number;
  stalls: number;
  /** ms */
  ahead: number;
}

export interface Named {
  readonly org: string;
  readonly job: string;
}

type Data = Database<"data">;

export const readJob = (database: Data, { org, job }: Named): Promise<WorkedRow | null> =>
  database.first<WorkedRow>(data("SELECT * FROM jobs WHERE org_id = ? AND id = ?", org, job));

export const insertJob = (row: WorkedRow): Statement<"data"> =>
  data(
    `INSERT INTO jobs (id, org_id, space_id, location_id, environment, default_country, kind, state, actor, scopes, request_id, input, counts, total,
      slices, attempt, stalls, version, heartbeat_at, created_at, ahead) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?, 0, ?, ?, ?, ?)`,
    row.id, row.org_id, row.space_id, row.location_id, row.environment, row.default_country, row.kind, row.state, row.actor, row.scopes, row.request_id,
    row.input, row.counts, row.total, row.attempt, row.version, row.created_at, row.created_at, row.ahead,
  );

/** Holds while the job is worked on and its next slice is still this one. */
export const atSlice = ({ org_id: org, id, slices }: WorkedRow): Guard<"data"> => ({
  database: "data",
  sql: "SELECT slices = ? AND state IN ('queued', 'running') FROM jobs WHERE org_id = ? AND id = ?",
  params: [slices, org, id],
});

/** The mark of a slice, which only one run of it can make, and the job behind it. */
export const advance = (row: WorkedRow, slice: { readonly counts: Counts; readonly sum: Counts; readonly cursor: string | null; readonly total: number | null }, now: number): Statement<"data">[] => [
  data("INSERT INTO job_chunks (job_id, n, counts, at) VALUES (?, ?, ?, ?)", row.id, row.slices, JSON.stringify(slice.counts), now),
  data(
    `UPDATE jobs SET state = 'running', slices = slices + 1, stalls = 0, cursor = ?1, counts = ?2, total = ?3, heartbeat_at = ?4, started_at = coalesce(started_at, ?4)
      WHERE org_id = ?5 AND id = ?6`,
    slice.cursor, JSON.stringify(slice.sum), slice.total, now, row.org_id, row.id,
  ),
];

/** Holds while the job's state is as it was read: its version rises with each event of it. */
export const unchanged = ({ org_id: org, id, version }: JobRow): Guard<"data"> => ({
  database: "data",
  sql: "SELECT version = ? FROM jobs WHERE org_id = ? AND id = ?",
  params: [version, org, id],
});

/** Holds while no slice was carried out since the job was read. */
export const gotAsFar = ({ org_id: org, id, slices }: WorkedRow): Guard<"data"> => ({
  database: "data",
  sql: "SELECT slices = ? FROM jobs WHERE org_id = ? AND id = ?",
  params: [slices, org, id],
});

export const setState = (row: JobRow, state: State, { problem = null, ended }: { readonly problem?: string | null; readonly ended: number | null }): Statement<"data"> =>
  data(
    "UPDATE jobs SET state = ?, problem = ?, ended_at = ?, version = version + 1 WHERE org_id = ? AND id = ?",
    state, problem, ended, row.org_id, row.id,
  );

/** Holds while this instance is the job's last. */
export const atAttempt = ({ org_id: org, id, attempt }: JobRow): Guard<"data"> => ({
  database: "data",
  sql: "SELECT attempt = ? FROM jobs WHERE org_id = ? AND id = ?",
  params: [attempt, org, id],
});

export const nextAttempt = (row: JobRow, stalls: number, now: number): Statement<"data"> =>
  data("UPDATE jobs SET attempt = attempt + 1, stalls = ?, heartbeat_at = ? WHERE org_id = ? AND id = ?", stalls, now, row.org_id, row.id);

/** Unfinished jobs of all organizations that nobody has worked on since a time, the longest first. */
export const readStill = (database: Data, before: number, limit: number): Promise<{ id: string; org_id: string; attempt: number }[]> =>
  database.all(
    data(
      "SELECT id, org_id, attempt FROM jobs INDEXED BY jobs_unfinished WHERE state IN ('queued', 'running') AND heartbeat_at < ? ORDER BY heartbeat_at LIMIT ?",
      before, limit,
    ),
  );

/** Deletes one slice of what ended before a time: the marks of its slices, then the jobs that have none left. */
export const purge = (before: number, limit: number): Statement<"data">[] => [
  data("DELETE FROM job_chunks WHERE (job_id, n) IN (SELECT c.job_id, c.n FROM jobs j JOIN job_chunks c ON c.job_id = j.id WHERE j.ended_at < ? LIMIT ?)", before, limit),
  data(
    "DELETE FROM jobs WHERE id IN (SELECT id FROM jobs j WHERE j.ended_at < ? AND NOT EXISTS (SELECT 1 FROM job_chunks c WHERE c.job_id = j.id) LIMIT ?)",
    before, limit,
  ),
];

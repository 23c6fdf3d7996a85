// A key as what an event is about: one shape for whatever happens to keys in sets.
import type { Environment } from "../platform/context";
import type { EventDraft } from "../platform/events";
import type { KeyStatus } from "./store";

export interface SubjectRow {
  readonly id: string;
  readonly org_id: string;
  readonly environment: Environment;
  readonly location_id: string | null;
  readonly name: string;
  readonly last4: string;
  readonly status: KeyStatus;
  readonly version: number;
}

/** Of a table `keys k`. */
export const SUBJECT = "k.id, k.org_id, k.environment, k.location_id, k.name, k.last4, k.status, k.version";

export const subjectOf = (row: SubjectRow): Pick<EventDraft, "org" | "subject" | "environment" | "location" | "version"> => ({
  org: row.org_id, subject: row.id, environment: row.environment, location: row.location_id, version: row.version,
});

/** The end of a key, as an event has it. */
export const endedAs = (row: SubjectRow, to: KeyStatus): Pick<EventDraft, "version" | "changes"> => ({
  version: row.version + 1,
  changes: { status: { from: row.status, to } },
});

/** Holds while these keys are as they were read: versions only ever rise. */
export const unchanged = (rows: readonly Pick<SubjectRow, "id" | "version">[]) => ({
  database: "control" as const,
  sql: "SELECT total(version) = ? FROM keys WHERE id IN (SELECT value FROM json_each(?))",
  params: [rows.reduce((sum, { version }) => sum + version, 0), idsOf(rows)],
});

/** As a JSON array, for a statement. */
export const idsOf = (rows: readonly Pick<SubjectRow, "id">[]): string => JSON.stringify([...new Set(rows.map(({ id }) => id))]);

// The events of one contact in D1, newest first.
import type { DataCtx } from "../../platform/context";
import { data, type Statement } from "../../platform/sql";
import { equals, type Term, type Walk } from "../../platform/walk";

export interface ChangeRow {
  seq: number;
  id: string;
  type: string;
  occurred_at: number;
  version: number;
  changes: string | null;
  actor: string;
}

const COLUMNS = ["seq", "id", "type", "occurred_at", "version", "changes", "actor"] as const;

/** Those that made its versions, before the number `before`. */
export const changesWalk = (org: string, contact: string, filters: readonly Term[], before: number | null): Walk => ({
  columns: COLUMNS,
  table: "events INDEXED BY events_of_subject",
  along: [...equals("org_id", org), ...equals("subject", contact)],
  by: ["seq"],
  filters: [{ sql: "type GLOB 'contact.*'", params: [] }, ...filters],
  after: before === null ? null : [before],
});

/** All of them, what made a version and what did not. */
export const eventsBefore = ({ org }: Pick<DataCtx, "org">, contact: string, before: number, limit: number): Statement<"data"> =>
  data(
    `SELECT ${COLUMNS.join(", ")} FROM events INDEXED BY events_of_subject WHERE subject = ? AND org_id = ? AND seq < ? ORDER BY seq DESC LIMIT ?`,
    contact, org, before, limit,
  );

/** When it was archived last, up to this event. */
export const archivedBefore = ({ org, db }: Pick<DataCtx, "org" | "db">, contact: string, seq: number, looked: number): Promise<{ occurred_at: number } | null> =>
  db.data.first<{ occurred_at: number }>(
    data(
      `SELECT occurred_at FROM (SELECT type, occurred_at FROM events INDEXED BY events_of_subject WHERE subject = ? AND org_id = ? AND seq <= ? ORDER BY seq DESC LIMIT ?)
        WHERE type = 'contact.archived' LIMIT 1`,
      contact, org, seq, looked,
    ),
  );

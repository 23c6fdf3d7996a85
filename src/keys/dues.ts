// When upkeep of a sandbox's keys is due, read from the keys themselves: what was not done in its time is still due, so that
// whoever comes next goes on from there.
import { DAY } from "../platform/clock";
import { control, type Database, type Statement } from "../platform/sql";
import { firstDue } from "./idleness";

const LIVING = "k.environment = 'sandbox' AND k.status IN ('active', 'paused')";
const UNTOLD = (reason: string, period: string, days: string): string =>
  `NOT EXISTS (SELECT 1 FROM key_notices n WHERE n.key_id = k.id AND n.reason = '${reason}' AND n.period = ${period} AND n.days <= ${days})`;

/** By kind of upkeep: the first instant after the one asked for, or null. */
export interface Due {
  readonly idle: number | null;
  readonly ends: number | null;
  readonly secrets: number | null;
}

/** No notice is due before there is what it tells of, and none that a nearer one has overtaken. */
const ENDS = `SELECT k.expires_at AS at FROM keys k INDEXED BY keys_of_sandbox WHERE k.org_id = ?1 AND ${LIVING} AND k.expires_at IS NOT NULL
  UNION ALL SELECT max(k.expires_at - days.value * ${DAY}, k.created_at) FROM keys k INDEXED BY keys_of_sandbox CROSS JOIN json_each('[7, 1]') days
    WHERE k.org_id = ?1 AND ${LIVING} AND k.created_at < k.expires_at - iif(days.value = 7, ${DAY}, 0) AND ${UNTOLD("end", "k.expires_at", "days.value")}`;
const OVERLAPS = `FROM keys k INDEXED BY keys_of_org CROSS JOIN key_secrets s ON s.key_id = k.id AND s.state = 'previous'`;
const SECRETS = `SELECT s.retires_at AS at ${OVERLAPS} WHERE k.org_id = ?1 AND k.environment = 'sandbox'
  UNION ALL SELECT max(s.retires_at - ${DAY}, c.created_at) ${OVERLAPS} JOIN key_secrets c ON c.key_id = k.id AND c.state = 'current'
    WHERE k.org_id = ?1 AND ${LIVING} AND s.last_used_at > c.created_at AND ${UNTOLD("secret", "s.retires_at", "1")}`;

/** What is due after an instant, in the sandbox of an organization. */
export async function dueAfter(database: Database<"control">, org: string, after: number): Promise<Due> {
  const due = await database.first<Due>(
    control(
      `SELECT (SELECT min(k.idle_due_at) FROM keys k INDEXED BY keys_of_sandbox WHERE k.org_id = ?1 AND ${LIVING} AND k.idle_due_at > ?2) AS idle,
        (SELECT min(at) FROM (${ENDS}) WHERE at > ?2) AS ends, (SELECT min(at) FROM (${SECRETS}) WHERE at > ?2) AS secrets`,
      org, after,
    ),
  );
  return due ?? { idle: null, ends: null, secrets: null };
}

/** Holds where something is due in the sandbox of an organization `o`; takes the true time, and how far to look ahead. */
const WAITS = `(EXISTS (SELECT 1 FROM keys k INDEXED BY keys_of_sandbox WHERE k.org_id = o.id AND ${LIVING}
    AND (k.idle_due_at <= ?1 + o.sandbox_ahead OR k.expires_at <= ?1 + o.sandbox_ahead + ?2))
  OR EXISTS (SELECT 1 ${OVERLAPS} WHERE k.org_id = o.id AND k.environment = 'sandbox' AND s.retires_at <= ?1 + o.sandbox_ahead + ?2))`;

export interface Ahead {
  readonly id: string;
  readonly sandbox_ahead: number;
}

/** Organizations whose sandbox is ahead and has something due: some of them, in no order, so that none that fails holds up the others. */
export const readWaiting = (database: Database<"control">, trueNow: number, withinMs: number, limit: number): Promise<Ahead[]> =>
  database.all<Ahead>(
    control(
      `SELECT o.id, o.sandbox_ahead FROM organizations o INDEXED BY organizations_ahead WHERE o.sandbox_ahead > 0 AND ${WAITS} ORDER BY random() LIMIT ?3`,
      trueNow, withinMs, limit,
    ),
  );

/** Whether nothing is due in the sandbox of an organization. */
export const readSettled = async (database: Database<"control">, org: string, trueNow: number): Promise<boolean> =>
  (await database.first<{ waits: number }>(control(`SELECT ${WAITS} AS waits FROM organizations o WHERE o.id = ?3`, trueNow, 0, org)))?.waits !== 1;

/** A key was used at this time, whatever its gate says: who puts the clock forward is there then. */
export const usedAt = (key: string, at: number, from: string | null): Statement<"control"> =>
  control(
    "UPDATE keys SET last_used_at = ?2, last_used_from = ?3, idle_due_at = ?4 WHERE id = ?1 AND status IN ('active', 'paused') AND coalesce(last_used_at, 0) < ?2",
    key, at, from, firstDue(at),
  );

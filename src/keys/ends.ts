// Ends that were agreed: a key's fixed one, and an old secret's after its rotation. Each is announced, once, and then done;
// requests are refused by the time itself, so nothing here is in a hurry.
import { raiseKeys } from "../limits/store";
import { DAY, rfc3339 } from "../platform/clock";
import { commit, type CommitCtx, type Plan } from "../platform/commit";
import type { EventDraft } from "../platform/events";
import { control, type Databases, type Statement } from "../platform/sql";
import { keysBy, onClock, upkeepCtx, type Sandbox } from "./clocks";
import { endedAs, idsOf, SUBJECT, subjectOf, unchanged, type SubjectRow } from "./subject";

const SLICE = 250;

interface Row extends SubjectRow {
  readonly at: number;
  readonly used: number | null;
  /** Of the secret that ends: the key's own, or the old one's. */
  readonly of_last4: string;
}

const ENDING = `${SUBJECT}, k.last4 AS of_last4, k.expires_at AS at, k.last_used_at AS used`;

/** Writes what a slice of rows calls for. Answers how many there were. */
async function slice(
  db: Databases,
  ctx: CommitCtx,
  read: Statement<"control">,
  decide: (rows: readonly Row[]) => { writes: readonly Statement<"control">[]; events: readonly EventDraft[] },
): Promise<number> {
  let count = 0;
  await commit(ctx, db.control, async (): Promise<Plan<"control", never>> => {
    const rows = await db.control.all<Row>(read);
    count = rows.length;
    if (count === 0) return { reply: { status: 200 }, writes: [], events: [] };
    return {
      reply: { status: 200 },
      guards: [unchanged(rows)],
      ...decide(rows),
    };
  });
  return count;
}

const note = (rows: readonly Row[], reason: "end" | "secret", days: number, now: number): Statement<"control"> =>
  control(
    "INSERT INTO key_notices (key_id, reason, period, days, sent_at) SELECT value ->> 0, ?2, value ->> 1, ?3, ?4 FROM json_each(?1)",
    JSON.stringify(rows.map(({ id, at }) => [id, at])), reason, days, now,
  );
const untold = (reason: "end" | "secret", period: string, days: string): string =>
  `NOT EXISTS (SELECT 1 FROM key_notices n WHERE n.key_id = k.id AND n.reason = '${reason}' AND n.period = ${period} AND n.days = ${days})`;

/** Tells of keys whose fixed end is 7 days away, or 1: the nearer one only. */
export async function announceEnds(db: Databases, now: number, days: 7 | 1, sandbox: Sandbox = null): Promise<number> {
  const from = days === 7 ? DAY : 0;
  const { sql, params } = onClock(sandbox);
  const read = control(
    `SELECT ${ENDING} FROM ${keysBy(sandbox, "keys_by_end")}
      WHERE ${sql} AND k.expires_at > ? AND k.expires_at <= ? AND k.status IN ('active', 'paused') AND ${untold("end", "k.expires_at", "?")} LIMIT ${SLICE}`,
    ...params, now + from, now + days * DAY, days,
  );
  return slice(db, upkeepCtx(sandbox, now), read, (rows) => ({
    writes: [note(rows, "end", days, now)],
    events: rows.map((row) => ({
      ...subjectOf(row), type: "key.expiring", notice: { severity: days === 1 ? "critical" : "warning" },
      data: { reason: "fixed_end", name: row.name, last4: row.last4, days_left: days, expires_at: rfc3339(row.at) },
    })),
  }));
}

/** Keys whose fixed end has come. */
export function expire(db: Databases, now: number, sandbox: Sandbox = null): Promise<number> {
  const { sql, params } = onClock(sandbox);
  const ctx = upkeepCtx(sandbox, now);
  return slice(
    db,
    ctx,
    control(`SELECT ${ENDING} FROM ${keysBy(sandbox, "keys_by_end")} WHERE ${sql} AND k.expires_at <= ? AND k.status IN ('active', 'paused') LIMIT ${SLICE}`, ...params, now),
    (rows) => ({
      writes: [
        control("UPDATE keys SET status = 'expired', version = version + 1, updated_at = ? WHERE id IN (SELECT value FROM json_each(?))", now, idsOf(rows)),
        ...raiseKeys(rows.map(({ id }) => id), ctx.trueNow),
      ],
      events: rows.map((row) => ({
        ...subjectOf(row), ...endedAs(row, "expired"), type: "key.expired", notice: { severity: "warning" },
        data: { name: row.name, last4: row.last4, expires_at: rfc3339(row.at) },
      })),
    }),
  );
}

const OLD = `SELECT ${SUBJECT}, s.last4 AS of_last4, s.retires_at AS at, s.last_used_at AS used`;
/** From the few that overlap to their keys; of one sandbox from its keys. */
const overlapping = (sandbox: Sandbox): string =>
  sandbox === null ? "key_secrets s JOIN keys k ON k.id = s.key_id" : "keys k INDEXED BY keys_of_org CROSS JOIN key_secrets s ON s.key_id = k.id";

/** Tells a day before an old secret dies that it is still used: since the new one is there, and within a day. */
export function announceRetiring(db: Databases, now: number, sandbox: Sandbox = null): Promise<number> {
  const { sql, params } = onClock(sandbox);
  return slice(
    db,
    upkeepCtx(sandbox, now),
    control(
      `${OLD} FROM ${overlapping(sandbox)}
        WHERE ${sql} AND s.state = 'previous' AND s.retires_at > ? AND s.retires_at <= ? AND k.status IN ('active', 'paused') AND s.last_used_at > ?
        AND s.last_used_at > (SELECT c.created_at FROM key_secrets c WHERE c.key_id = k.id AND c.state = 'current') AND ${untold("secret", "s.retires_at", "1")} LIMIT ${SLICE}`,
      ...params, now, now + DAY, now - DAY,
    ),
    (rows) => ({
      writes: [note(rows, "secret", 1, now)],
      events: rows.map((row) => ({
        ...subjectOf(row), type: "key.secret_retiring", notice: { severity: "critical" },
        data: { name: row.name, last4: row.of_last4, retires_at: rfc3339(row.at), last_used_at: row.used === null ? null : rfc3339(row.used) },
      })),
    }),
  );
}

/** Overlaps that are over. */
export function retire(db: Databases, now: number, sandbox: Sandbox = null): Promise<number> {
  const { sql, params } = onClock(sandbox);
  const read = control(`${OLD} FROM ${overlapping(sandbox)} WHERE ${sql} AND s.state = 'previous' AND s.retires_at <= ? LIMIT ${SLICE}`, ...params, now);
  return slice(db, upkeepCtx(sandbox, now), read, (rows) => ({
    writes: [
      control("UPDATE key_secrets SET state = 'retired' WHERE state = 'previous' AND retires_at <= ? AND key_id IN (SELECT value FROM json_each(?))", now, idsOf(rows)),
      control("UPDATE keys SET version = version + 1, updated_at = ? WHERE id IN (SELECT value FROM json_each(?))", now, idsOf(rows)),
    ],
    events: rows.map((row) => ({ ...subjectOf(row), type: "key.rotation_finished", version: row.version + 1, data: { old: { last4: row.of_last4 } } })),
  }));
}

// Who still calls what is deprecated is told once a month: one notice for each key, with all of its operations.
import { SUBJECT, subjectOf, type SubjectRow } from "../keys/subject";
import { DAY } from "../platform/clock";
import { commit, systemCtx, type Plan } from "../platform/commit";
import type { Endpoint } from "../platform/endpoint";
import { control, type Databases } from "../platform/sql";
import { deprecatedUse, type Caller } from "../usage/usage";

const MONTH = 30 * DAY;
const SLICE = 500;
const MAX_SLICES = 20;

/** Tells the admins of every key that called one of these in the last 30 days. Answers how many were told. */
export async function tellDeprecatedUse(db: Databases, endpoints: readonly Endpoint[], now: number): Promise<number> {
  const operations = endpoints.filter(({ facts }) => facts.deprecated !== undefined).map(({ facts }) => facts.id);
  if (operations.length === 0) return 0;
  let told = 0;
  let after: Caller | undefined;
  for (let i = 0; i < MAX_SLICES; i += 1) {
    const callers = await deprecatedUse(db, operations, now - MONTH, SLICE, after);
    told += await tell(db, callers, now);
    after = callers.at(-1);
    if (callers.length < SLICE) break;
  }
  return told;
}

async function tell(db: Databases, callers: readonly Caller[], now: number): Promise<number> {
  const called = Map.groupBy(callers, ({ key }) => key);
  const month = Math.floor(now / MONTH);
  const untold = control(
    `SELECT ${SUBJECT} FROM keys k
      WHERE k.id IN (SELECT value FROM json_each(?)) AND k.status IN ('active', 'paused')
        AND NOT EXISTS (SELECT 1 FROM key_notices n WHERE n.key_id = k.id AND n.reason = 'deprecation' AND n.period = ?)`,
    JSON.stringify([...called.keys()]), month,
  );
  let count = 0;
  await commit(systemCtx("", now), db.control, async (): Promise<Plan<"control", never>> => {
    const rows = await db.control.all<SubjectRow>(untold);
    count = rows.length;
    if (count === 0) return { reply: { status: 200 }, writes: [], events: [] };
    return {
      reply: { status: 200 },
      writes: [
        control(
          "INSERT INTO key_notices (key_id, reason, period, days, sent_at) SELECT value, 'deprecation', ?2, 0, ?3 FROM json_each(?1)",
          JSON.stringify(rows.map(({ id }) => id)), month, now,
        ),
      ],
      events: rows.map((row) => ({
        ...subjectOf(row), type: "key.deprecated_use",
        data: { name: row.name, last4: row.last4, operations: (called.get(row.id) ?? []).map(({ operation }) => operation) }, notice: { severity: "warning" },
      })),
    };
  });
  return count;
}

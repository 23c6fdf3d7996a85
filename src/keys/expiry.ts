// Unused keys: warned of 15, 7 and 1 day before, deleted after 90 days, whatever cron does. The gate is asked for the last
// use before anything is said or done; one that is about to be deleted lets nobody pass from then on.
import type { Env } from "../env";
import { ask } from "../limits/admit";
import { tell } from "../limits/switches";
import { raiseKeys } from "../limits/store";
import { rfc3339 } from "../platform/clock";
import { commit, type CommitCtx, type Plan } from "../platform/commit";
import type { EventDraft } from "../platform/events";
import { control, databases, type Databases, type Statement } from "../platform/sql";
import { keysBy, onClock, upkeepCtx, type Sandbox } from "./clocks";
import { firstDue, INACTIVE_MS, nextStep, type Days, type Step } from "./idleness";
import { endedAs, SUBJECT, subjectOf, type SubjectRow } from "./subject";

const SLICE = 250;
/** Gates asked at once. */
const GROUP = 50;
/** Gates that one run asks: each is a call, and an invocation has a bound on those. The rest is the next run's. */
const MAX_ASKED = 2_000;
/** Keys that one run looks at. */
const MAX_SEEN = 20_000;

interface Row extends SubjectRow {
  readonly since: number;
  readonly due: number;
  /** JSON: days → when the notice was sent, of this period. */
  readonly sent: string;
}

const SINCE = "max(coalesce(k.last_used_at, 0), coalesce(k.claimed_at, 0), k.created_at)";
const COLUMNS = `${SUBJECT}, k.idle_due_at AS due, ${SINCE} AS since,
  (SELECT json_group_object(n.days, n.sent_at) FROM key_notices n WHERE n.key_id = k.id AND n.reason = 'idle' AND n.period = ${SINCE}) AS sent`;

/** Those of a clock that are due, in order; after the place where the last slice ended. */
function due(sandbox: Sandbox, now: number, after: Pick<Row, "due" | "id">): Statement<"control"> {
  const { sql, params } = onClock(sandbox);
  return control(
    `SELECT ${COLUMNS} FROM ${keysBy(sandbox, "keys_by_idleness")}
      WHERE ${sql} AND k.status IN ('active', 'paused') AND k.idle_due_at <= ? AND (k.idle_due_at, k.id) > (?, ?)
      ORDER BY k.idle_due_at, k.id LIMIT ${SLICE}`,
    ...params, now, after.due, after.id,
  );
}

const again = (ids: readonly string[]): Statement<"control"> =>
  control(`SELECT ${COLUMNS} FROM keys k WHERE k.status IN ('active', 'paused') AND k.id IN (SELECT value FROM json_each(?))`, JSON.stringify(ids));

export interface Run {
  seen: number;
  asked: number;
  noticed: number;
  deleted: number;
}

/** One run. A slice that fails does not stop the next; its failure is thrown at the end. */
export async function expireIdle(env: Env, now: number, sandbox: Sandbox = null): Promise<Run> {
  const run: Run = { seen: 0, asked: 0, noticed: 0, deleted: 0 };
  const failures: unknown[] = [];
  let after = { due: 0, id: "" };
  while (run.seen < MAX_SEEN && run.asked < MAX_ASKED) {
    const db = databases(env);
    const rows = await db.control.all<Row>(due(sandbox, now, after));
    const last = rows.at(-1);
    if (!last) break;
    after = last;
    run.seen += rows.length;
    await workOff(env, db, rows, upkeepCtx(sandbox, now), run).catch((error: unknown) => failures.push(error));
  }
  if (failures.length > 0) throw failures[0];
  return run;
}

const stepOf = (row: Row, now: number): Step => {
  const sent: Record<string, number> = JSON.parse(row.sent);
  return nextStep(row.since, new Map(Object.entries(sent).map(([days, at]) => [Number(days), at])), now);
};

async function workOff(env: Env, db: Databases, rows: readonly Row[], ctx: CommitCtx, run: Run): Promise<void> {
  const { now, trueNow } = ctx;
  const words = await askGates(env, rows.filter((row) => stepOf(row, now).kind !== "wait"), now);
  run.asked += words.size;
  let deleted: readonly string[] = [];
  let noticed = 0;
  await commit(ctx, db.control, async (attempt): Promise<Plan<"control", never>> => {
    const fresh = attempt === 0 ? rows : await db.control.all<Row>(again(rows.map(({ id }) => id)));
    // What a gate said holds for the period that it was asked of.
    const decided = fresh.map((row) => ({ row, step: stepOf(row, now), word: words.get(row.id) }));
    const used = decided.filter(({ word }) => word?.use);
    const idle = decided.filter(({ row, step, word }) => step.kind !== "wait" && word?.since === row.since && !word.use);
    const notices = idle.flatMap(({ row, step }) => (step.kind === "notice" ? [{ row, days: step.days, until: step.until }] : []));
    const ends = idle.flatMap(({ row, step }) => (step.kind === "delete" ? [row] : []));
    const waits = decided.flatMap(({ row, step }) => (step.kind === "wait" && step.until > row.due ? [{ row, until: step.until }] : []));
    deleted = ends.map(({ id }) => id);
    noticed = notices.length;
    const acting = [...notices.map(({ row }) => row), ...ends];
    return {
      reply: { status: 200 },
      guards: [unused(acting)],
      writes: [
        ...touch(used.flatMap(({ row, word }) => (word?.use ? [[row.id, word.use.at, word.use.from, firstDue(word.use.at)]] : []))),
        ...look([...notices, ...waits].map(({ row, until }) => [row.id, until])),
        ...note(notices.map(({ row, days }) => [row.id, row.since, days, now])),
        ...(ends.length === 0 ? [] : remove(deleted, now, trueNow)),
      ],
      events: [...notices.map(({ row, days }) => expiring(row, days)), ...ends.map((row) => gone(row))],
    };
  });
  run.noticed += noticed;
  run.deleted += deleted.length;
  if (deleted.length > 0) await tell(env, db, { keys: deleted });
}

interface Word {
  readonly since: number;
  readonly use: { readonly at: number; readonly from: string | null } | null;
}

/** The last use, from the gates of those to be warned of or deleted. One that can't be reached is left for the next run. */
async function askGates(env: Env, rows: readonly Row[], now: number): Promise<Map<string, Word>> {
  const words = new Map<string, Word>();
  for (let i = 0; i < rows.length; i += GROUP) {
    await Promise.all(
      rows.slice(i, i + GROUP).map(async (row) => {
        const { id, since } = row;
        const last = stepOf(row, now).kind === "delete" ? ask(env, id, async (gate) => await gate.condemn(since)) : ask(env, id, async (gate) => await gate.lastUse());
        const use = await last.catch(() => undefined);
        if (use !== undefined) words.set(id, { since, use: use && use.at > since ? { at: use.at, from: use.from } : null });
      }),
    );
  }
  return words;
}

/** Holds while none of these was used, ended or came to its end otherwise since they were read. */
const unused = (rows: readonly Row[]) => ({
  database: "control" as const,
  sql: `SELECT count(*) = ? FROM json_each(?) one JOIN keys k ON k.id = one.value ->> 0 WHERE ${SINCE} = one.value ->> 1 AND k.status IN ('active', 'paused')`,
  params: [rows.length, JSON.stringify(rows.map(({ id, since }) => [id, since]))],
});

type Values = readonly (readonly (string | number | null)[])[];
const set = (values: Values, sql: string): Statement<"control">[] => (values.length === 0 ? [] : [control(sql, JSON.stringify(values))]);

const touch = (used: Values) =>
  set(
    used,
    `UPDATE keys SET last_used_at = one.value ->> 1, last_used_from = one.value ->> 2, idle_due_at = one.value ->> 3 FROM json_each(?) one
      WHERE keys.id = one.value ->> 0 AND coalesce(last_used_at, 0) < one.value ->> 1`,
  );
const look = (until: Values) => set(until, "UPDATE keys SET idle_due_at = one.value ->> 1 FROM json_each(?) one WHERE keys.id = one.value ->> 0");
const note = (sent: Values) =>
  set(sent, "INSERT INTO key_notices (key_id, reason, period, days, sent_at) SELECT value ->> 0, 'idle', value ->> 1, value ->> 2, value ->> 3 FROM json_each(?)");
const remove = (keys: readonly string[], now: number, trueNow: number): Statement<"control">[] => [
  control("UPDATE keys SET status = 'deleted', version = version + 1, updated_at = ? WHERE id IN (SELECT value FROM json_each(?))", now, JSON.stringify(keys)),
  ...raiseKeys(keys, trueNow),
];

const facts = ({ name, last4, since }: Row) => ({ reason: "inactivity", name, last4, unused_since: rfc3339(since), inactive_delete_at: rfc3339(since + INACTIVE_MS) });
const SEVERITY = { 15: "info", 7: "warning", 1: "critical" } as const;

const expiring = (row: Row, days: Days): EventDraft => ({
  ...subjectOf(row), type: "key.expiring", data: { ...facts(row), days_left: days }, notice: { severity: SEVERITY[days] },
});
const gone = (row: Row): EventDraft => ({
  ...subjectOf(row), ...endedAs(row, "deleted"), type: "key.deleted", data: facts(row), notice: { severity: "warning" },
});

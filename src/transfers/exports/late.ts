// What changed since a place of the log, as of one moment: the contacts that were touched, those of them that are still
// asked for, and where the log stands. So the picture that a file gives is that of one moment, though D1 has no snapshots.
import { joined } from "../../contacts/search/walks";
import type { Group } from "../../contacts/search/groups";
import { COLUMNS, type ContactRow } from "../../contacts/store";
import type { DataCtx } from "../../platform/context";
import { data, type Statement } from "../../platform/sql";

export interface Late {
  readonly touched: readonly string[];
  readonly rows: readonly ContactRow[];
  /** Up to here the log was looked at. */
  readonly seq: number;
  /** There is nothing behind it. */
  readonly done: boolean;
}

/** Events of a look, and numbers of the log: other spaces stand in it too. */
const EVENTS = 500;
const NUMBERS = 20_000;

export async function lateOnes({ db, org, space }: Pick<DataCtx, "db" | "org" | "space">, groups: readonly Group[], from: number): Promise<Late> {
  const window = "FROM events WHERE org_id = ?1 AND seq > ?2 AND seq <= ?2 + ?3 AND space_id = ?4 AND subject GLOB 'con_*' ORDER BY seq LIMIT ?5";
  const params = [org, from, NUMBERS, space.id, EVENTS] as const;
  const counter = data("SELECT coalesce((SELECT seq FROM event_counters WHERE org_id = ?), 0) AS seq", org);
  const [[events = [], ...found], [now]] = await db.data.together<{ seq: number; subject: string } & ContactRow, { seq: number }>(
    [data(`SELECT seq, subject ${window}`, ...params), ...groups.map((group) => ofThem(group, `SELECT subject ${window}`, params))], counter,
  );
  const last = now?.seq ?? 0;
  const full = events.length === EVENTS;
  const seq = full ? (events.at(-1)?.seq ?? from) : Math.min(last, from + NUMBERS);
  return {
    touched: [...new Set(events.map(({ subject }) => subject))],
    rows: [...new Map(found.flat().map((row) => [row.id, row])).values()],
    seq,
    done: seq >= last,
  };
}

/** Those of the touched contacts that fulfil a group. */
function ofThem({ state, holds }: Group, touched: string, params: readonly (string | number)[]): Statement<"data"> {
  const asked = joined(holds);
  const columns = COLUMNS.replaceAll(/\b\w+\b/g, (column) => `c.${column}`);
  // Numbered parameters first: those of the filter count on behind them.
  return data(
    `SELECT ${columns} FROM contacts AS c WHERE c.id IN (SELECT subject FROM (${touched})) AND c.space_id = ?4 AND c.archived_at IS ${state === "active" ? "" : "NOT "}NULL AND (${asked.sql})`,
    ...params, ...asked.params,
  );
}

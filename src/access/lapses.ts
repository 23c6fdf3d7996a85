// Requests that nobody decided in 30 days, and claim links that nobody used in 72 hours.
import { commit, systemCtx, type Plan } from "../platform/commit";
import { control, type Databases } from "../platform/sql";
import { about, event } from "./events";
import * as store from "./store";

const SLICE = 250;

/** One slice; answers how many there were. The links refuse by the time itself. */
export async function lapse(db: Databases, now: number): Promise<number> {
  let count = 0;
  await commit(systemCtx("", now), db.control, async (): Promise<Plan<"control", never>> => {
    const rows = await store.readLapsed(db.control, now, SLICE);
    count = rows.length;
    if (count === 0) return { reply: { status: 200 }, writes: [], events: [] };
    const requests = JSON.stringify(rows.map(({ id }) => id));
    const keys = JSON.stringify(rows.flatMap(({ key_id }) => key_id ?? []));
    return {
      reply: { status: 200 },
      guards: [
        {
          database: "control",
          sql: "SELECT total(version) = ? FROM access_requests WHERE id IN (SELECT value FROM json_each(?))",
          params: [rows.reduce((sum, { version }) => sum + version, 0), requests],
        },
        {
          database: "control",
          sql: "SELECT count(*) = ? FROM keys WHERE status = 'unclaimed' AND id IN (SELECT value FROM json_each(?))",
          params: [rows.filter(({ key_status }) => key_status === "unclaimed").length, keys],
        },
      ],
      writes: [
        control("UPDATE access_requests SET status = 'expired', version = version + 1, updated_at = ? WHERE id IN (SELECT value FROM json_each(?))", now, requests),
        control("UPDATE keys SET status = 'expired', version = version + 1, updated_at = ? WHERE status = 'unclaimed' AND id IN (SELECT value FROM json_each(?))", now, keys),
      ],
      events: rows.flatMap((row) => {
        const after: store.ListedRequestRow = { ...row, status: "expired", version: row.version + 1 };
        const data = { ...about(row), ...(row.key_id === null ? {} : { key: row.key_id }) };
        const request = { ...event(after, "expired", row), org: row.org_id, data, notice: { severity: "warning", member: row.decided_by ?? row.requested_by } as const };
        if (row.key_id === null || row.key_status !== "unclaimed") return [request];
        const status = { from: "unclaimed", to: "expired" };
        return [request, { type: "key.expired", org: row.org_id, subject: row.key_id, environment: "live", version: (row.key_version ?? 0) + 1, changes: { status }, data: { name: row.name, request: row.id } } as const];
      }),
    };
  });
  return count;
}

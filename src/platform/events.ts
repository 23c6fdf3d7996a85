// The log: one row per change, written in the transaction of the change, numbered without gaps per organization.
import { rfc3339 } from "./clock";
import type { Actor, Ctx, Environment, Space } from "./context";
import { newId } from "./id";
import { inPieces, type DatabaseName, type Statement } from "./sql";

export type Changes = Readonly<Record<string, { readonly from: unknown; readonly to: unknown }>>;

export interface EventDraft {
  readonly type: string;
  readonly subject: string;
  readonly version: number;
  readonly changes?: Changes;
  readonly data?: Readonly<Record<string, unknown>>;
  readonly location?: string | null;
  readonly environment?: Environment | null;
  readonly space?: number | null;
  /** Of another organization than the one that acts: the other side of a hand-over. */
  readonly org?: string;
  /** Id of the job that made it. */
  readonly cause?: string;
  /** Somebody should look at it: the owners and admins, or one member. */
  readonly notice?: Notice;
}

/** The event of a change of something that belongs to a space. */
export const changeIn = (space: Space, type: string, { id, version }: { readonly id: string; readonly version: number }, changes: Changes): EventDraft => ({
  type, subject: id, version, changes, location: space.location, environment: space.environment, space: space.id,
});

export const SEVERITIES = ["info", "warning", "critical"] as const;
export interface Notice {
  readonly severity: (typeof SEVERITIES)[number];
  readonly member?: string;
}

export interface EventSource {
  readonly org: string;
  readonly actor: Actor;
}

/**
 * The statements that number and append these events, whatever organizations they belong to. Ids are minted here, before
 * the batch is sent. The log goes by the true time, in which it is ordered; where a sandbox is ahead, its time stands in `data`.
 */
export function append<D extends Exclude<DatabaseName, "log">>(
  ctx: Pick<Ctx, "now" | "trueNow" | "requestId" | "ip">,
  database: D,
  source: EventSource,
  drafts: readonly EventDraft[],
): { ids: string[]; statements: Statement<D>[] } {
  if (drafts.length === 0) return { ids: [], statements: [] };
  const ids = drafts.map(() => newId("event", ctx.trueNow));
  const clock = ctx.now === ctx.trueNow ? null : { sandbox_time: rfc3339(ctx.now) };
  const counts = new Map<string, number>();
  // The last one of an organization has its counter's new number; the others count back from there.
  const rows = drafts
    .map((draft, i) => ({ draft, id: ids[i] }))
    .toReversed()
    .map(({ draft, id }) => {
      const org = draft.org ?? source.org;
      const data = clock ? { ...draft.data, ...clock } : draft.data;
      const back = counts.get(org) ?? 0;
      counts.set(org, back + 1);
      return [
        org, back, id, draft.type, draft.subject, draft.version, draft.location ?? null, draft.environment ?? null, draft.space ?? null,
        draft.changes ? JSON.stringify(draft.changes) : null, data === undefined ? null : JSON.stringify(data),
        draft.notice?.severity ?? null, draft.notice?.member ?? null, draft.cause ?? null,
      ];
    });
  const count: Statement<D> = {
    database,
    sql: `INSERT INTO event_counters (org_id, seq) SELECT value ->> 0, value ->> 1 FROM json_each(?) WHERE true
      ON CONFLICT (org_id) DO UPDATE SET seq = seq + excluded.seq`,
    params: [JSON.stringify([...counts])],
  };
  const inserts = inPieces(rows, (row) => row).map((json): Statement<D> => ({
    database,
    sql: `INSERT INTO events (org_id, seq, id, type, subject, version, location_id, environment, space_id, changes, data, severity, audience, cause, occurred_at, actor, request_id, ip)
      SELECT value ->> 0, (SELECT seq FROM event_counters WHERE org_id = value ->> 0) - (value ->> 1),
        value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6, value ->> 7, value ->> 8, value ->> 9, value ->> 10, value ->> 11, value ->> 12, value ->> 13, ?2, ?3, ?4, ?5
      FROM json_each(?1)`,
    params: [json, ctx.trueNow, JSON.stringify(source.actor), ctx.requestId, ctx.ip],
  }));
  return { ids, statements: [count, ...inserts] };
}

/** The members that differ, each with its value before and after. */
export function diff(before: Readonly<Record<string, unknown>>, after: Readonly<Record<string, unknown>>, same: (a: unknown, b: unknown) => boolean): Changes {
  const changes: Record<string, { from: unknown; to: unknown }> = {};
  for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const [from, to] = [before[name] ?? null, after[name] ?? null];
    if (!same(from, to)) changes[name] = { from, to };
  }
  return changes;
}

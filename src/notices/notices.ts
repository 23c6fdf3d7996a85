// Notices: the events that somebody should look at, with what each member has read. A notice is its event, so there is
// none without a cause and no cause without it.
import { locationsSeen } from "../orgs/reach";
import { isAdmin } from "../orgs/roles";
import { rfc3339 } from "../platform/clock";
import { commit } from "../platform/commit";
import type { Environment, OrgCtx } from "../platform/context";
import type { Reply } from "../platform/endpoint";
import { SEVERITIES } from "../platform/events";
import { decodeCursor, pageOfRows, questionOf } from "../platform/page";
import { notFound } from "../platform/problems";
import { control } from "../platform/sql";
import { equals, look, type Term, type Walk } from "../platform/walk";
import type { Notification } from "./schema";
import { linkTo, wordsOf } from "./words";

export interface NoticeFilter {
  readonly unread?: boolean | undefined;
  readonly open?: boolean | undefined;
  readonly severity?: (typeof SEVERITIES)[number] | undefined;
  readonly location?: string | undefined;
  readonly environment?: Environment | undefined;
}

interface Row {
  seq: number;
  id: string;
  type: string;
  occurred_at: number;
  location_id: string | null;
  environment: Environment | null;
  subject: string;
  data: string | null;
  severity: (typeof SEVERITIES)[number];
}
const COLUMNS = ["seq", "id", "type", "occurred_at", "location_id", "environment", "subject", "data", "severity", "audience"] as const;

/** A time of an event's data. */
const MS = (text: string): string => `CAST(round(1000 * unixepoch(${text}, 'subsec')) AS INTEGER)`;

/** When the notice of an event was settled by itself, in SQL: null while it is open. */
const closedOf = (e: string): string => `CASE
  WHEN ${e}.type = 'key.expiring' AND ${e}.data ->> 'reason' = 'fixed_end' THEN (SELECT iif(k.status IN ('active', 'paused'), NULL, k.updated_at) FROM keys k WHERE k.id = ${e}.subject)
  WHEN ${e}.type = 'key.expiring' THEN (SELECT iif(k.last_used_at > ${MS(`${e}.data ->> 'unused_since'`)}, k.last_used_at, iif(k.status IN ('active', 'paused'), NULL, k.updated_at)) FROM keys k WHERE k.id = ${e}.subject)
  WHEN ${e}.type = 'key.secret_retiring' THEN (SELECT min(later.occurred_at) FROM events later WHERE later.subject = ${e}.subject AND later.seq > ${e}.seq AND later.type IN ('key.rotation_finished', 'key.rotation_canceled', 'key.revoked'))
  WHEN ${e}.type = 'access_request.created' THEN (SELECT iif(r.status = 'pending', NULL, coalesce(r.decided_at, r.updated_at)) FROM access_requests r WHERE r.id = ${e}.subject) END`;

/** A page of the caller's notices, newest first. Throws 404 for another tenant's location. */
export async function list(ctx: OrgCtx, filter: NoticeFilter, cursor: string | undefined, limit: number) {
  await locationsSeen(ctx, filter.location);
  const question = questionOf(["notifications", filter]);
  const after = cursor === undefined ? null : decodeCursor(cursor, question, ["number"]);
  const { rows, end } = await look<"control", Row>(ctx.db.control, walkOf(ctx, filter, after), limit + 1);
  return pageOfRows(question, limit, rows, ({ seq }) => [seq], (page) => shown(ctx, page), end);
}

function walkOf(ctx: OrgCtx, { unread, open, severity, location, environment }: NoticeFilter, after: Walk["after"]): Walk {
  const unreadOnly = { sql: "NOT EXISTS (SELECT 1 FROM notification_reads read WHERE read.member_id = ? AND read.event_id = looked.id)", params: [ctx.principal.owner.id] };
  return {
    columns: COLUMNS,
    table: "events INDEXED BY events_to_look_at",
    along: [...equals("org_id", ctx.org), { sql: "severity IS NOT NULL", params: [] }],
    by: ["seq"],
    filters: [
      meant(ctx),
      ...equals("severity", severity),
      ...equals("location_id", location),
      ...equals("environment", environment),
      ...(unread ? [unreadOnly] : []),
      ...(open ? [{ sql: `(${closedOf("looked")}) IS NULL`, params: [] }] : []),
    ],
    after,
  };
}

/** Owners and admins are told of the organization, everybody of what concerns them alone. */
function meant({ principal: { owner } }: OrgCtx): Term {
  return { sql: isAdmin(owner.role) ? "audience IS NULL OR audience = ?" : "audience = ?", params: [owner.id] };
}

interface State {
  id: string;
  read_at: number | null;
  closed_at: number | null;
}

async function shown(ctx: OrgCtx, rows: readonly Row[]): Promise<Notification[]> {
  if (rows.length === 0) return [];
  const states = await ctx.db.control.all<State>(
    control(
      `SELECT e.id, r.read_at, ${closedOf("e")} AS closed_at FROM events e LEFT JOIN notification_reads r ON r.member_id = ? AND r.event_id = e.id
        WHERE e.id IN (SELECT value FROM json_each(?))`,
      ctx.principal.owner.id, JSON.stringify(rows.map(({ id }) => id)),
    ),
  );
  const of = new Map(states.map((state) => [state.id, state]));
  return rows.map((row): Notification => {
    const { read_at: readAt = null, closed_at: closedAt = null } = of.get(row.id) ?? {};
    return {
      id: `ntf${row.id.slice(3)}`,
      type: row.type,
      severity: row.severity,
      ...wordsOf(row.type, row.data === null ? null : JSON.parse(row.data)),
      link: linkTo(row.subject),
      subject: row.subject,
      event: row.id,
      location: row.location_id,
      environment: row.environment,
      occurred_at: rfc3339(row.occurred_at),
      read_at: readAt === null ? null : rfc3339(readAt),
      closed_at: closedAt === null ? null : rfc3339(closedAt),
    };
  });
}

/** Marks a notice as read by the caller; once more changes nothing. It is nobody else's business, so no event tells of it. */
export async function read(ctx: OrgCtx, id: string): Promise<Reply<Notification>> {
  const event = `evt${id.slice(3)}`;
  const { sql, params } = meant(ctx);
  const find = () =>
    ctx.db.control.first<Row>(control(`SELECT ${COLUMNS.join(", ")} FROM events WHERE id = ? AND org_id = ? AND severity IS NOT NULL AND (${sql})`, event, ctx.org, ...params));
  const row = await find();
  if (!row) throw notFound("No such notice.");
  await commit({ ...ctx, idempotency: null }, ctx.db.control, async () => ({
    reply: { status: 200 },
    writes: [control("INSERT INTO notification_reads (member_id, event_id, read_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING", ctx.principal.owner.id, event, ctx.now)],
    events: [],
  }));
  const [notice] = await shown(ctx, [row]);
  if (!notice) throw notFound("No such notice.");
  return { status: 200, body: notice };
}

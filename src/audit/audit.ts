// The audit trail: every act, from both logs, within the caller's reach. What was written into a contact is told only to
// whom may read contacts.
import { locationsSeen } from "../orgs/reach";
import { rfc3339 } from "../platform/clock";
import type { OrgCtx } from "../platform/context";
import type { Reply } from "../platform/endpoint";
import { decodeCursor, encodeCursor, questionOf, type Key } from "../platform/page";
import type { Database } from "../platform/sql";
import { look, type Looked } from "../platform/walk";
import { merge } from "./merge";
import type { AuditEvent } from "./schema";
import { walkOf, type AuditFilter, type EventRow, type Reach } from "./store";

interface AuditPage {
  data: AuditEvent[];
  page: { next_cursor: string | null; limit: number };
}

/** A page of events, newest first. Throws `not_found` (404). */
export async function list(ctx: OrgCtx, filter: AuditFilter, cursor: string | undefined, limit: number): Promise<Reply<AuditPage>> {
  const { principal, db } = ctx;
  const question = questionOf(["audit", filter]);
  const places = cursor === undefined ? [] : decodeCursor(cursor, question, ["number", "number"]);
  const locations = await locationsSeen(ctx, filter.location);
  const reach: Reach = { org: ctx.org, environment: principal.environment, all: principal.space === null && principal.locations === null, locations };
  const stretches = await Promise.all([stretchOf(db.control, reach, filter, places[0], limit), stretchOf(db.data, reach, filter, places[1], limit)]);
  const { taken, positions } = merge(stretches, limit);
  const readsContacts = principal.effective.includes("contacts:read");
  const body = {
    data: taken.map(({ row, log }) => shown(ctx.org, row, log === CONTROL || readsContacts)),
    page: { next_cursor: positions.some((position) => position > 0) ? encodeCursor(question, positions) : null, limit },
  };
  return { status: 200, body };
}

const CONTROL = 0;

async function stretchOf<D extends "control" | "data">(database: Database<D>, reach: Reach, filter: AuditFilter, before: Key | undefined, limit: number): Promise<Looked<EventRow>> {
  if (before === 0) return { rows: [], end: null };
  return look<D, EventRow>(database, walkOf(reach, filter, before === undefined ? null : Number(before)), limit + 1);
}

function shown(org: string, row: EventRow, whole: boolean): AuditEvent {
  const { id, type, occurred_at, environment, subject, version, cause, request_id, ip } = row;
  return {
    id, type, occurred_at: rfc3339(occurred_at), organization: org, location: row.location_id, environment,
    actor: JSON.parse(row.actor),
    subject, version,
    changes: whole ? parsed(row.changes) : null,
    data: whole ? parsed(row.data) : null,
    cause, request_id, ip,
  };
}

const parsed = (json: string | null) => (json === null ? null : JSON.parse(json));

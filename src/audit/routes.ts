// The operation that tells who did what.
import * as z from "zod";
import { bare, onOrganization, type Endpoint } from "../platform/endpoint";
import { cursorMismatch, pageOf, pageQuery } from "../platform/page";
import { list } from "./audit";
import { auditEvent, filters, type AuditEvent } from "./schema";

const example: AuditEvent = {
  id: "evt_01kqz3v9c5f1nazrk2d4f7h8jm",
  type: "key.updated",
  occurred_at: "2026-11-20T17:53:00.000Z",
  organization: "org_01kqz3v9c5f1nazrk2d4f7h8jm",
  location: "loc_01kqz3v9c5f1nazrk2d4f7h8jm",
  environment: "live",
  actor: { type: "key", id: "key_01kqz3v9c5f1nazrk2d4f7h8jm", last4: "q7Xa" },
  subject: "key_01kqz3v9c5f1nazrk2d4f7h8ja",
  version: 2,
  changes: { status: { from: "active", to: "paused" } },
  data: null,
  cause: null,
  request_id: "8e03978e-40d5-43e8-bc93-6894a57f9324",
  ip: "203.0.113.7",
};

export const routes: readonly Endpoint[] = [
  onOrganization({
    ...bare,
    id: "audit.list",
    method: "GET",
    path: "/v1/audit",
    tag: "Audit",
    summary: "List who did what",
    description:
      "Every change there was, of the organization, its members and keys and of contacts, newest first: each is an event that was written in the transaction of the change itself. A key sees its environment and, if it does not reach all locations, what concerned its own; what belongs to the organization as a whole is seen by keys that reach all locations. A page looks at 2,000 events of each log: with a filter that no index serves (all but `subject`, `from` and `to`) it may be short, or empty, and yet have a `next_cursor`.",
    scope: "audit:read",
    query: z.strictObject({ ...filters, ...pageQuery }),
    answers: { 200: { description: "A page of events.", schema: pageOf(auditEvent), example: { data: [example], page: { next_cursor: null, limit: 50 } } } },
    problems: [cursorMismatch],
    run: (ctx, { query: { cursor, limit, ...filter } }) => list(ctx, filter, cursor, limit),
  }),
];

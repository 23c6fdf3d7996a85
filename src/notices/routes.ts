// The operations of notices.
import * as z from "zod";
import { bare, onOrganization, type Endpoint } from "../platform/endpoint";
import { SEVERITIES } from "../platform/events";
import { idPattern } from "../platform/id";
import { cursorMismatch, pageOf, pageQuery } from "../platform/page";
import { flag } from "../platform/validate";
import * as notices from "./notices";
import { notification, type Notification } from "./schema";

const example: Notification = {
  id: "ntf_01kqz3v9c5f1nazrk2d4f7h8jm",
  type: "key.expiring",
  severity: "warning",
  title: "“Newsletter sync” (••••q7Xa) is deleted in 7 days if it stays unused",
  detail: "Nobody has used it for long. Any request with it before 2026-11-27T17:53:00.000Z keeps it; else revoke it now.",
  link: "/v1/keys/key_01kqz3v9c5f1nazrk2d4f7h8jm",
  subject: "key_01kqz3v9c5f1nazrk2d4f7h8jm",
  event: "evt_01kqz3v9c5f1nazrk2d4f7h8jm",
  location: null,
  environment: "live",
  occurred_at: "2026-11-20T17:53:00.000Z",
  read_at: null,
  closed_at: null,
};

export const routes: readonly Endpoint[] = [
  onOrganization({
    ...bare,
    id: "notifications.list",
    method: "GET",
    path: "/v1/notifications",
    tag: "Organization",
    summary: "List notifications",
    description: "What you should look at, newest first: owners and admins what concerns the organization's keys and requests, everybody what concerns them alone. Spans locations and environments.",
    scope: "any",
    by: "session",
    query: z.strictObject({
      unread: flag.optional().meta({ description: "`true`: those that you have not read." }),
      open: flag.optional().meta({ description: "`true`: those that nothing has settled yet." }),
      severity: z.enum(SEVERITIES).optional().meta({ description: "Of this severity." }),
      environment: z.enum(["live", "sandbox"]).optional().meta({ description: "Of this environment." }),
      location: z.string().regex(idPattern("location")).optional().meta({ description: "Of this location." }),
      ...pageQuery,
    }),
    answers: { 200: { description: "A page.", schema: pageOf(notification), example: { data: [example], page: { next_cursor: null, limit: 50 } } } },
    problems: [cursorMismatch],
    run: (ctx, { query: { cursor, limit, ...filter } }) => notices.list(ctx, filter, cursor, limit),
  }),
  onOrganization({
    ...bare,
    id: "notifications.read",
    method: "POST",
    path: "/v1/notifications/{id}/read",
    tag: "Organization",
    summary: "Mark a notification as read",
    description: "For yourself; others still see it as unread.",
    scope: "any",
    by: "session",
    params: z.strictObject({ id: z.string().regex(idPattern("notification")).meta({ description: "Id of the notification.", examples: [example.id] }) }),
    answers: { 200: { description: "The notification.", schema: notification, example: { ...example, read_at: "2026-11-20T18:00:00.000Z" } } },
    run: (ctx, { params: { id } }) => notices.read(ctx, id),
  }),
];

// Notices on the wire.
import * as z from "zod";
import { SEVERITIES } from "../platform/events";
import { idPattern } from "../platform/id";
import { time } from "../platform/validate";

export const notification = z
  .strictObject({
    id: z.string().regex(idPattern("notification")),
    type: z.string().meta({ description: "The event's, e.g. `key.expiring`." }),
    severity: z.enum(SEVERITIES),
    title: z.string(),
    detail: z.string(),
    link: z.string().nullable().meta({ description: "Path of what it is about." }),
    subject: z.string(),
    event: z.string().regex(idPattern("event")).meta({ description: "The event in the audit trail." }),
    location: z.string().nullable(),
    environment: z.enum(["live", "sandbox"]).nullable(),
    occurred_at: time,
    read_at: time.nullable().meta({ description: "When you read it." }),
    closed_at: time.nullable().meta({ description: "When it was settled by itself: the key was used, the request decided." }),
  })
  .meta({ id: "Notification" });
export type Notification = z.output<typeof notification>;

// The audit trail on the wire.
import * as z from "zod";
import { idPattern } from "../platform/id";
import { many, time, timestamp } from "../platform/validate";

/** D1 takes no longer pattern. */
const MAX_PATTERN = 50;

const ACTORS = ["key", "member", "rule", "import", "system"] as const;

export const auditEvent = z
  .strictObject({
    id: z.string(),
    type: z.string().meta({ description: "What happened, e.g. `key.revoked`." }),
    occurred_at: time,
    organization: z.string(),
    location: z.string().nullable(),
    environment: z.enum(["live", "sandbox"]).nullable().meta({ description: "Null: it concerns the organization as a whole." }),
    actor: z
      .strictObject({ type: z.enum(ACTORS), id: z.string(), last4: z.string().optional() })
      .meta({ description: "Who did it; of a key the last four characters of its secret." }),
    subject: z.string().meta({ description: "Id of what it happened to." }),
    version: z.int().meta({ description: "The subject's version since." }),
    changes: z
      .record(z.string(), z.strictObject({ from: z.unknown(), to: z.unknown() }))
      .nullable()
      .meta({ description: "Each field that changed. Null for events of contacts to a key without `contacts:read`." }),
    data: z.unknown().meta({ description: "More about it, by type. Null for events of contacts to a key without `contacts:read`." }),
    cause: z.string().nullable().meta({ description: "The event that led to this one." }),
    request_id: z.string().nullable().meta({ description: "`Request-Id` of the call that did it." }),
    ip: z.string().nullable(),
  })
  .meta({ id: "AuditEvent" });
export type AuditEvent = z.output<typeof auditEvent>;

export const filters = {
  actor: z.string().min(1).max(100).optional().meta({ description: "Acts of this one: the id of a key, member, rule or import." }),
  actor_type: z.enum(ACTORS).optional().meta({ description: "Acts of this kind of actor." }),
  type: many(z.string().max(MAX_PATTERN).regex(/^[a-z_]+(\.[a-z_]+)*(\.\*)?$/, "an event type such as `key.revoked`, or a prefix such as `key.*`"))
    .optional()
    .meta({ description: "Events of this type, or of all types that begin so: `key.revoked`, `key.*`. Repeat for OR." }),
  subject: z.string().min(1).max(100).optional().meta({ description: "What happened to this one: the id of a contact, key, member …" }),
  from: timestamp.optional().meta({ description: "Events at or after this time." }),
  to: timestamp.optional().meta({ description: "Events before this time." }),
  location: z.string().regex(idPattern("location")).optional().meta({ description: "Events that concern this location." }),
};

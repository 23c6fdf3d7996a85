// Privacy requests on the wire, and their problems.
import * as z from "zod";
import { idPattern } from "../platform/id";
import { problem } from "../platform/problem";
import { time, timestamp } from "../platform/validate";
import { REGULATIONS } from "./due";

export const TYPES = ["access", "portability", "erasure", "restriction"] as const;
export const STATES = ["received", "processing", "completed", "rejected", "canceled"] as const;

export const requestId = z.string().regex(idPattern("privacyRequest"));
const contactId = z.string().regex(idPattern("contact"));
const text = (max: number) => z.string().trim().min(1).max(max);

const subject = z
  .union([z.strictObject({ email: z.string() }), z.strictObject({ phone: z.string() }), z.strictObject({ contact_id: z.string() })])
  .meta({ id: "PrivacySubject", description: "Who it is about." });
export type SubjectJson = z.output<typeof subject>;

const subjectIn = z
  .union([z.strictObject({ email: text(320) }), z.strictObject({ phone: text(64) }), z.strictObject({ contact_id: contactId })])
  .meta({ id: "PrivacySubjectInput", description: "One of `email`, `phone`, `contact_id`." });
export type SubjectIn = z.output<typeof subjectIn>;

const receipt = z
  .strictObject({
    completed_at: time,
    subject_hash: z.string().meta({ description: "HMAC-SHA-256 of the subject under a secret of this server: it recognises the subject, and does not tell it." }),
    counts: z.record(z.string(), z.int()).meta({ description: "Rows that were deleted, or that lost what they told, by table." }),
    sha256: z.string().meta({ description: "Of the JSON array of the request's id, `subject_hash`, `completed_at` and the pairs of `counts` by name." }),
  })
  .meta({ id: "ErasureReceipt" });
export type Receipt = z.output<typeof receipt>;

export const privacyRequest = z
  .strictObject({
    id: requestId,
    type: z.enum(TYPES),
    status: z.enum(STATES),
    regulation: z.enum(REGULATIONS),
    subject: subject.nullable().meta({ description: "Null once that person was erased." }),
    note: z.string().nullable(),
    suppress: z.boolean().meta({ description: "Of an erasure: the person must not come back." }),
    received_at: time,
    due_at: time,
    extension: z.strictObject({ at: time, reason: z.string().nullable() }).nullable(),
    closed_at: time.nullable(),
    closing_reason: z.string().nullable(),
    receipt: receipt.nullable().meta({ description: "Of a completed erasure." }),
    version: z.int(),
    created_at: time,
    updated_at: time,
  })
  .meta({ id: "PrivacyRequest" });
export type PrivacyRequest = z.output<typeof privacyRequest>;

export const privacyRequestInput = z
  .strictObject({
    type: z.enum(TYPES),
    subject: subjectIn,
    regulation: z.enum(REGULATIONS).default("gdpr"),
    received_at: timestamp.optional().meta({ description: "When it reached you; default now. The time to answer runs from there." }),
    note: text(2_000).nullable().default(null).meta({ description: "For yourselves." }),
    suppress: z.boolean().default(false).meta({ description: "Of an erasure: keeps a keyed hash of the person's addresses and phones, so that no contact gets one of them again (409 `suppressed`)." }),
  })
  .meta({ id: "PrivacyRequestInput" });
export type PrivacyRequestInput = z.output<typeof privacyRequestInput>;

export const liftInput = z
  .union([z.strictObject({ email: text(320) }), z.strictObject({ phone: text(64) })])
  .meta({ id: "SuppressionLift", description: "One of `email`, `phone`." });
export type AddressIn = z.output<typeof liftInput>;

export const reasonBody = z.strictObject({ reason: text(1_000) }).meta({ id: "Reason" });

export const personalData = z
  .strictObject({
    request: requestId,
    generated_at: time,
    complete: z.boolean().meta({ description: "False: some table has more rows than are shown." }),
    contacts: z.array(z.looseObject({ id: contactId })).meta({ description: "All contacts of the subject: live, archived and merged ones." }),
    records: z.record(z.string(), z.array(z.record(z.string(), z.unknown()))).meta({ description: "What hangs on them, by kind." }),
    history: z
      .array(z.strictObject({ type: z.string(), contact: z.string(), occurred_at: time, actor: z.unknown(), changes: z.unknown(), data: z.unknown() }))
      .optional()
      .meta({ description: "What was done with them, oldest first. Not of a `portability` request, which is of what the person gave." }),
  })
  .meta({ id: "PersonalData" });
export type PersonalData = z.output<typeof personalData>;

export const privacyRequestClosed = problem({
  code: "privacy_request_closed",
  status: 409,
  title: "The request is closed",
  cause: "It was completed, rejected or canceled; or it is an erasure that has begun, and can't be stopped.",
  cure: "Make a new request.",
  example: { request_status: "completed" },
});
export const alreadyExtended = problem({
  code: "already_extended",
  status: 409,
  title: "The time was extended before",
  cause: "The time to answer a request can be extended once.",
  cure: "Answer it until `due_at`.",
});
export const subjectTooBroad = problem({
  code: "subject_too_broad",
  status: 409,
  title: "Too many contacts",
  cause: "Over 100 contacts have this phone or address: it is hardly one person's.",
  cure: "Name the person by `contact_id`.",
  example: { limit: 100 },
});

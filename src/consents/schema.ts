// Consent on the wire.
import * as z from "zod";
import { idPattern } from "../platform/id";
import { time, timestamp } from "../platform/validate";
import { STATES } from "./effective";

export const NAME = /^[a-z][a-z0-9_]{0,49}$/;
export const name = z.string().regex(NAME, "lower-case letters, digits and _, at most 50");
const channel = name.meta({ description: "`email`, `sms`, `phone`, `whatsapp`, `post`, `push`, or one of your own." });
const topic = name.meta({ description: "What it is for, e.g. `marketing`." });
const state = z.enum(STATES);

/** HubSpot's list. */
export const LEGAL_BASES = [
  "consent_with_notice", "legitimate_interest_pql", "legitimate_interest_client", "legitimate_interest_other", "performance_of_contract", "process_and_store", "non_gdpr",
] as const;
const legalBasis = z.enum(LEGAL_BASES);

/** Sources that can only restrict. */
export const PASSIVE: readonly string[] = ["import", "merge"];

export const consent = z
  .strictObject({
    id: z.string().regex(idPattern("consent")),
    channel,
    topic,
    state: state.meta({ description: "What was recorded; what holds stands in the contact's `consent`." }),
    legal_basis: legalBasis.nullable(),
    source: z.string(),
    proof: z.string().nullable(),
    at: time.meta({ description: "When the person said so." }),
    recorded_at: time,
    actor: z.strictObject({ type: z.string(), id: z.string(), last4: z.string().optional() }).meta({ description: "Who recorded it." }),
  })
  .meta({ id: "Consent" });
export type ConsentJson = z.output<typeof consent>;

export const recorded = z
  .strictObject({ ...consent.shape, effective: state.meta({ description: "What holds for this channel and topic now." }) })
  .meta({ id: "RecordedConsent" });
export type RecordedConsent = z.output<typeof recorded>;

export const MAX_PROOF = 2_000;
export const consentInput = z
  .strictObject({
    channel,
    topic,
    state,
    legal_basis: z.preprocess((value) => (typeof value === "string" ? value.toLowerCase() : value), legalBasis.nullable().optional()).meta({
      description: "HubSpot's list; its upper case is understood.", type: ["string", "null"], examples: ["consent_with_notice"],
    }),
    source: name.default("api").meta({ description: "Where it came from: `form`, `preference_centre`, … `import` and `merge` can only restrict what is known." }),
    proof: z.string().trim().min(1).max(MAX_PROOF).nullable().optional().meta({ description: "A text or a URL that shows it." }),
    at: timestamp.optional().meta({ description: "When the person said so: default now, not in the future." }),
  })
  .meta({ id: "ConsentInput" });
export type ConsentInput = z.output<typeof consentInput>;

// The organization on the wire.
import * as z from "zod";
import { idPattern } from "../platform/id";
import { problem } from "../platform/problem";
import { readOnlyMembers } from "../platform/readonly";
import { line, time } from "../platform/validate";
import { PLANS } from "../limits/plans";

const retentionDays = z
  .int()
  .min(1)
  .max(3_650)
  .nullable()
  .meta({ description: "Archived contacts are purged for good when they have been archived for as many days; null: never. One that was merged stays for at least 30, so that it can be unmerged." });

export const organization = z
  .strictObject({
    id: z.string().regex(idPattern("organization")),
    name: z.string(),
    plan: z.enum(PLANS),
    api_enabled: z.boolean().meta({ description: "Off: every live key answers 403 `api_disabled`; sandbox keys go on." }),
    archived_retention_days: retentionDays,
    limits: z
      .strictObject({ hour: z.int(), second: z.int(), burst: z.int(), inflight: z.int(), keys: z.int() })
      .meta({ description: "Quotas of each key: requests per hour, per second, in a burst, at once; and keys per organization." }),
    version: z.int(),
    created_at: time,
    updated_at: time,
  })
  .meta({ id: "Organization" });
export type Organization = z.output<typeof organization>;

export const READ_ONLY = ["id", "limits", "version", "created_at", "updated_at"] as const;

export const organizationPatch = z
  .strictObject({
    name: line(200).optional(),
    api_enabled: z.boolean().optional(),
    plan: z.enum(PLANS).optional(),
    archived_retention_days: retentionDays.optional(),
    ...readOnlyMembers(READ_ONLY),
  })
  .meta({ id: "OrganizationPatch" });
export type OrganizationPatch = z.output<typeof organizationPatch>;

export const apiNotInPlan = problem({
  code: "api_not_in_plan",
  status: 403,
  title: "The API is not part of this plan",
  cause: "On the standard plan the API can be enabled only when the operator has granted it.",
  cure: "Ask the operator for the grant, or change the plan. Sandbox keys work regardless.",
});

export const ownerOnly = problem({
  code: "owner_only",
  status: 403,
  title: "Only an owner may do this",
  cause: "The plan can be changed by an owner alone; the member responsible for this key is none. The enterprise plan is agreed by contract.",
  cure: "Have an owner do it.",
  example: { role: "admin" },
});

export const sandboxKey = problem({
  code: "sandbox_key",
  status: 403,
  title: "Not with a sandbox key",
  cause: "Sandbox keys can't change the organization, its plan, members or locations.",
  cure: "Use a live key.",
});

export const narrowedKey = problem({
  code: "narrowed_key",
  status: 403,
  title: "Not with a key of some locations",
  cause: "What concerns all locations can't be changed by a key that reaches only some.",
  cure: "Use an agency key that reaches all locations.",
});

// Engagement on the wire: what became of mails. An item that can't be taken fails alone.
import * as z from "zod";
import { name } from "../consents/schema";
import { idPattern } from "../platform/id";
import { emailKey } from "../platform/normalize";
import type { Fault } from "../platform/problem";
import { faultsIn, line, time, timestamp } from "../platform/validate";

export const TYPES = ["email.delivered", "email.opened", "email.clicked", "email.bounced", "email.complained", "email.unsubscribed"] as const;
const type = z.enum(TYPES);
const bounce = z.enum(["hard", "soft"]);

const item = z
  .strictObject({
    type,
    email: z
      .string()
      .max(320)
      .transform((text, ctx) => {
        const key = emailKey(text);
        if (key === null) ctx.issues.push({ code: "custom", message: "not an e-mail address", input: text, params: { code: "invalid_email" } });
        return key ?? "";
      })
      .meta({ type: "string", description: "The address that it is about." }),
    campaign: line(255).nullable().optional(),
    topic: name.optional().meta({ description: "Of an unsubscription: what it is from; default `marketing`." }),
    at: timestamp.meta({ description: "When it happened." }),
    dedupe_id: line(255).meta({ description: "Its id where it comes from: recorded once." }),
    bounce: bounce.optional().meta({ description: "Of a bounce, and there required: `hard` is for good." }),
    machine_open: z.boolean().optional().meta({ description: "It was opened by a mail program's proxy, not by the person." }),
    user_agent: z.string().max(1_000).optional().meta({ description: "Of an opening; the one of Apple's Mail Privacy Protection marks it as a machine's. Not kept." }),
  })
  .check((ctx) => {
    const bounced = ctx.value.type === "email.bounced";
    const code = bounced && ctx.value.bounce === undefined ? "required" : !bounced && ctx.value.bounce !== undefined ? "not_a_bounce" : null;
    if (code) ctx.issues.push({ code: "custom", path: ["bounce"], message: bounced ? "is required" : "only a bounce has one", input: ctx.value, params: { code } });
  })
  .meta({ id: "EngagementItem" });
export type Item = z.output<typeof item>;

/** An item, or why it is none. */
export type Read = { readonly item: Item; readonly faults: null } | { readonly item: null; readonly faults: readonly Fault[] };

export const MAX_ITEMS = 1_000;
const read = z.union([
  item.transform((value): Read => ({ item: value, faults: null })),
  z
    .unknown()
    .meta({ description: "Anything else fails alone." })
    .transform((value): Read => ({ item: null, faults: faultsIn(item.safeParse(value).error?.issues ?? []) })),
]);
export const engagementInput = z.strictObject({ items: z.array(read).min(1).max(MAX_ITEMS) }).meta({ id: "EngagementInput" });

const result = z
  .strictObject({
    status: z.enum(["recorded", "duplicate", "no_contact", "invalid"]),
    contact: z.string().regex(idPattern("contact")).nullable().meta({ description: "Whose it is; null unless recorded." }),
    errors: z.array(z.strictObject({ pointer: z.string(), code: z.string(), message: z.string() })).optional().meta({ description: "Of an invalid one, with places within the item." }),
  })
  .meta({ id: "EngagementResult" });
export type Result = z.output<typeof result>;
export const engagementResults = z.strictObject({ data: z.array(result).meta({ description: "One per item, in order." }) }).meta({ id: "EngagementResults" });

export const engagement = z
  .strictObject({
    id: z.string().regex(idPattern("engagement")),
    type,
    email: z.string(),
    campaign: z.string().nullable(),
    topic: z.string().nullable(),
    bounce: bounce.nullable(),
    machine_open: z.boolean(),
    at: time,
    recorded_at: time,
  })
  .meta({ id: "Engagement" });
export type EngagementJson = z.output<typeof engagement>;

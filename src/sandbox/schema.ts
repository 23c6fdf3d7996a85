// The sandbox's tools on the wire.
import * as z from "zod";
import { DAY } from "../platform/clock";
import { duration } from "../platform/duration";
import { time } from "../platform/validate";

export const MAX_ADVANCE_MS = 400 * DAY;

export const clock = z
  .strictObject({
    now: time.meta({ description: "The time in the sandbox." }),
    offset_seconds: z.int().meta({ description: "How far it is ahead." }),
    real_now: time.meta({ description: "The true time." }),
    settled: z.boolean().meta({ description: "All that this time brings to the sandbox keys has happened. Else it is under way: see again in a minute." }),
  })
  .meta({ id: "SandboxClock" });
export type Clock = z.output<typeof clock>;

export const advance = z
  .strictObject({
    advance: duration(MAX_ADVANCE_MS)
      .refine((ms) => ms > 0, "more than nothing")
      .meta({ description: "By how much: a duration of ISO 8601, at most 400 days.", type: "string", examples: ["P75D"] }),
  })
  .meta({ id: "SandboxClockAdvance" });

export const seedInput = z
  .strictObject({
    contacts: z.int().min(1).max(1_000).default(100).meta({ description: "How many." }),
    seed: z.int().min(0).max(2_147_483_647).default(1).meta({ description: "Which ones: the same number makes the same people." }),
  })
  .meta({ id: "SandboxSeed" });
export type SeedInput = z.output<typeof seedInput>;

export const seeded = z
  .strictObject({
    created: z.int(),
    skipped: z.int().meta({ description: "Already there." }),
    seed: z.int(),
  })
  .meta({ id: "SandboxSeeded" });
export type Seeded = z.output<typeof seeded>;

export const emptied = z
  .strictObject({
    done: z.boolean().meta({ description: "Nothing is left. Else call again, with another `Idempotency-Key` or none." }),
    deleted: z.int().meta({ description: "Contacts that this call deleted." }),
  })
  .meta({ id: "SandboxEmptied" });
export type Emptied = z.output<typeof emptied>;

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

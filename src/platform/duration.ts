// Durations as ISO 8601 has them, of a fixed length: weeks, days, hours, minutes, seconds.
import * as z from "zod";
import { DAY, HOUR, MINUTE, SECOND } from "./clock";

const FORM = /^P(?=.)(?:(\d{1,4})W)?(?:(\d{1,4})D)?(?:T(?=.)(?:(\d{1,6})H)?(?:(\d{1,7})M)?(?:(\d{1,9})S)?)?$/;
const UNITS = [7 * DAY, DAY, HOUR, MINUTE, SECOND] as const;

/** A duration such as `P7D` or `PT12H` in milliseconds; null for what is none. */
export function durationMs(text: string): number | null {
  const parts = FORM.exec(text)?.slice(1);
  return parts ? parts.reduce((sum, part, i) => sum + Number(part ?? 0) * (UNITS[i] ?? 0), 0) : null;
}

/** A duration of at most `maxMs` in a body, such as `P7D` or `PT12H`; becomes milliseconds. */
export const duration = (maxMs: number) =>
  z.string().transform((text, ctx): number => {
    const ms = durationMs(text) ?? Number.NaN;
    if (ms <= maxMs) return ms;
    const message = Number.isNaN(ms) ? "a duration of ISO 8601 in weeks, days, hours, minutes or seconds, such as `P7D`" : `at most ${maxMs / DAY} days`;
    ctx.issues.push({ code: "custom", message, input: text, params: { code: Number.isNaN(ms) ? "malformed" : "too_big" } });
    return 0;
  });

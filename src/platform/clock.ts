// The one place where time comes from; a request reads it once, into `ctx.now`, and a gate through its own seam.

/** Milliseconds since the Unix epoch. */
export const now = (): number => Date.now();

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** RFC 3339, UTC, milliseconds: `2026-11-20T17:53:00.000Z`. A list of 200 contacts writes 400: the day is kept, the rest counted. */
export function rfc3339(ms: number): string {
  const day = Math.floor(ms / DAY);
  if (day !== written.day) written = { day, text: new Date(day * DAY).toISOString().slice(0, 11) };
  const left = ms - day * DAY;
  const digits = (unit: number, of: number, width: number): string => String(Math.floor(left / unit) % of).padStart(width, "0");
  return `${written.text}${digits(HOUR, 24, 2)}:${digits(MINUTE, 60, 2)}:${digits(SECOND, 60, 2)}.${digits(1, 1_000, 3)}Z`;
}
let written = { day: Number.NaN, text: "" };

// The one place where time comes from; a request reads it once, into `ctx.now`, and a gate through its own seam.

let offsetMs = 0;

/** Milliseconds since the Unix epoch. */
export const now = (): number => Date.now() + offsetMs;

/** Moves this isolate's clock by `ms` from the real one; for tests. */
export function steer(ms: number): void {
  offsetMs = ms;
}

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** RFC 3339, UTC, milliseconds: `2026-11-20T17:53:00.000Z`. */
export const rfc3339 = (ms: number): string => new Date(ms).toISOString();

// How much a slice holds and how long is waited after it: a job takes the time that nobody else needs. Pure arithmetic.

export interface Pace {
  /** Items of the next slice. */
  readonly limit: number;
  /** ms to wait before it. */
  readonly restMs: number;
  /** ms that the same small read usually takes; null: not known yet. */
  readonly usualMs: number | null;
}

/** Of database time: every other request to the database waits meanwhile. */
export const TARGET_MS = 20;
const FIRST = 25;
const SHORTEST_REST_MS = 1;
const LONGEST_REST_MS = 1_000;
/** A read that is faster than this is not slow, whatever it usually is. */
const NOTICED_MS = 6;

export const firstPace = (most: number): Pace => ({ limit: Math.min(most, FIRST), restMs: SHORTEST_REST_MS, usualMs: null });

/** After a slice of `limit` items that took `sliceMs`, before which a small read, the same each time, took `readMs`. */
export function paced(pace: Pace, most: number, { limit, sliceMs, readMs }: { readonly limit: number; readonly sliceMs: number; readonly readMs: number }): Pace {
  const usual = pace.usualMs ?? readMs;
  // Twice the usual: others wait for the database, and so does this job.
  const slow = readMs >= NOTICED_MS && readMs >= 2 * usual;
  return {
    limit: Math.max(1, Math.min(most, sized(limit, sliceMs))),
    restMs: slow ? Math.min(LONGEST_REST_MS, Math.max(2 * pace.restMs, 2 * readMs)) : Math.max(SHORTEST_REST_MS, Math.floor(pace.restMs / 2)),
    // What stays slow becomes the usual, but slowly.
    usualMs: slow ? usual * 1.02 : usual * 0.9 + readMs * 0.1,
  };
}

function sized(limit: number, ms: number): number {
  if (ms > TARGET_MS) return Math.floor((limit * TARGET_MS) / ms);
  return ms < TARGET_MS / 2 ? limit * 2 : limit;
}

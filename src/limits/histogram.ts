// Latency as a histogram of fixed bounds: counters add up across gates, hours and keys, and any quantile can be read
// from their sums, within a bucket.

/** Upper bounds in ms, inclusive; each is a column of `usage_hours`, so another bound is a migration. */
export const BOUNDS_MS = [2, 4, 7, 12, 20, 35, 60, 100, 175, 300, 500, 850, 1_500, 3_000, 10_000] as const;
/** As slow as an answer gets: D1 ends a query after 30 seconds. */
const SLOWEST_MS = 30_000;

/** The columns, in the order of the buckets; the last one is for what is slower than every bound. */
export const BUCKET_COLUMNS: readonly string[] = [...BOUNDS_MS.map((bound) => `ms_${bound}`), "ms_over"];

/** A count per bucket, none yet. */
export const emptyHistogram = (): number[] => BUCKET_COLUMNS.map(() => 0);

/** The bucket that a duration falls into. */
export function bucketOf(ms: number): number {
  const bucket = BOUNDS_MS.findIndex((bound) => ms <= bound);
  return bucket < 0 ? BOUNDS_MS.length : bucket;
}

/**
 * The duration (ms) below which a share of `counts` lies, 0 < share ≤ 1; null when nothing was measured. Within its
 * bucket durations are taken to be spread evenly over the logarithm, as the bounds are.
 */
export function quantile(counts: readonly number[], share: number): number | null {
  const rank = share * counts.reduce((sum, count) => sum + count, 0);
  let before = 0;
  for (const [bucket, count] of counts.entries()) {
    if (count > 0 && before + count >= rank) return between(bucket, (rank - before) / count);
    before += count;
  }
  return null;
}

/** Durations are whole, and what takes no time is told as 1 ms. */
function between(bucket: number, share: number): number {
  const least = (BOUNDS_MS[bucket - 1] ?? 0) + 1;
  const most = BOUNDS_MS[bucket] ?? SLOWEST_MS;
  return Math.round(least * (most / least) ** share);
}

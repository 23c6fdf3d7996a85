// Two logs as one, newest first: each is read in its own order, so nothing is told twice or left out, on pages of any size.

/** What was read of a log: rows that match, and the last one looked at where there is more behind it. */
export interface Stretch<Row> {
  readonly rows: readonly Row[];
  readonly end: Row | null;
}

interface Placed {
  readonly seq: number;
  readonly occurred_at: number;
}

export interface Merged<Row> {
  readonly taken: readonly { readonly row: Row; readonly log: number }[];
  /** Of each log the number before which the next page goes on; 0: nothing is left of it. */
  readonly positions: readonly number[];
}

/** Up to `limit` rows. Stretches that hold more than `limit` rows have no end of their own. */
export function merge<Row extends Placed>(stretches: readonly Stretch<Row>[], limit: number): Merged<Row> {
  const counts = stretches.map(() => 0);
  const taken: { row: Row; log: number }[] = [];
  while (taken.length < limit) {
    const heads = stretches.flatMap(({ rows, end }, log) => {
      const row = rows[counts[log] ?? 0];
      const at = (row ?? end)?.occurred_at;
      return at === undefined ? [] : [{ row, log, at }];
    });
    const newest = heads.reduce<(typeof heads)[number] | undefined>((best, head) => (best && best.at >= head.at ? best : head), undefined);
    // Behind the end of a stretch there may be something newer than what the other log has.
    if (!newest?.row) break;
    taken.push({ row: newest.row, log: newest.log });
    counts[newest.log] = (counts[newest.log] ?? 0) + 1;
  }
  return { taken, positions: stretches.map((stretch, log) => positionOf(stretch, counts[log] ?? 0)) };
}

function positionOf<Row extends Placed>({ rows, end }: Stretch<Row>, taken: number): number {
  const [next, last] = [rows[taken], rows[taken - 1]];
  if (!next) return end?.seq ?? 0;
  // Where none was taken: not what is appended later.
  return last?.seq ?? next.seq + 1;
}

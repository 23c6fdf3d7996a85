// One look along all arms of a plan: the contacts that come next, and up to where everything was looked at. Its statements
// belong in one batch, so that it is as of one moment and nothing that is written meanwhile is passed over.
import type { Key } from "../../platform/page";
import type { Statement } from "../../platform/sql";
import { horizonOf, rowsOf, sortedRows } from "./arms";
import { compare, inOrder, keysOf, nearest, type End, type Row } from "./order";
import type { Arm, Walk } from "./walks";

export interface Look<R extends Row = Row> {
  readonly reads: readonly Statement<"data">[];
  /** What the answers to `reads` come to. */
  seen(answers: readonly (readonly (R & End)[])[]): Seen<R>;
}

export interface Seen<R extends Row = Row> {
  /** One more than the limit where there are as many. */
  readonly rows: readonly R[];
  /** Behind it there may be more; null: all that there is was looked at, but for what the limit cut off. */
  readonly horizon: Key[] | null;
}

/** Looks at no more than `looked` contacts, all arms together; `whole`: to be worked on, not only to be told. */
export function along<R extends Row = Row>(arms: readonly Arm[], walk: Walk, looked: number, limit: number, whole = false): Look<R> {
  const each = Math.ceil(looked / Math.max(1, arms.length));
  const rows = arms.map((arm) => rowsOf(arm, walk, arm.rest.length === 0 ? limit + 1 : each, limit + 1, whole));
  const ends = arms.filter(({ rest }) => rest.length > 0).map((arm) => horizonOf(arm, walk, each));
  return {
    reads: [...rows, ...ends],
    seen: (answers) => {
      const horizon = nearest(answers.slice(arms.length), walk);
      const found = inOrder(answers.slice(0, arms.length), walk);
      return { rows: horizon === null ? found : found.filter((row) => compare(keysOf(row, walk.order), horizon, walk) <= 0), horizon };
    },
  };
}

/** Sorts all that is found, at most `most` contacts per arm. */
export const sorting = (arms: readonly Arm[], walk: Walk, most: number, limit: number): Look => ({
  reads: arms.map((arm) => sortedRows(arm, walk, most, limit + 1)),
  seen: (answers) => ({ rows: inOrder(answers, walk), horizon: null }),
});

// The order of a walk, outside of the database: rows of several arms as one.
import type { Key } from "../../platform/page";
import type { ContactRow } from "../store";
import type { Order, Walk } from "./walks";

export type Row = Omit<ContactRow, "last_name_key" | "merged_into"> & { last_name_key?: Key; sort_value?: Key };
/** The keys of the last candidate of an arm; a value bears its own name. */
export type End = Row & { value?: Key };

/** The rows of all arms in one order, each contact once. */
export function inOrder<R extends Row>(arms: readonly (readonly R[])[], walk: Walk): readonly R[] {
  if (arms.length === 1) return arms[0] ?? [];
  const all = new Map(arms.flat().map((row) => [row.rid, row]));
  return [...all.values()].toSorted((a, b) => compare(keysOf(a, walk.order), keysOf(b, walk.order), walk));
}

/** The place that comes first of where arms ended; null: none has an end. */
export function nearest(ends: readonly (readonly End[])[], walk: Walk): Key[] | null {
  const places = ends.flatMap(([end]) => (end && end.rid !== null ? [walk.order === "rid" ? [end.rid] : [walk.order === "value" ? (end.value ?? 0) : (end[walk.order] ?? 0), end.rid]] : []));
  return places.toSorted((a, b) => compare(a, b, walk))[0] ?? null;
}

export const keysOf = (row: Row, order: Order): Key[] => (order === "rid" ? [row.rid] : [order === "value" ? (row.sort_value ?? 0) : (row[order] ?? 0), row.rid]);

export function compare(a: readonly Key[], b: readonly Key[], { descending }: Pick<Walk, "descending">): number {
  const sign = descending ? -1 : 1;
  for (const [i, x] of a.entries()) {
    const y = b[i] ?? 0;
    if (x !== y) return sign * (typeof x === "number" && typeof y === "number" ? x - y : byCodePoints(String(x), String(y)));
  }
  return 0;
}

/** As SQLite compares texts: by their UTF-8. */
function byCodePoints(a: string, b: string): number {
  const [x, y] = [Array.from(a), Array.from(b)];
  for (const [i, char] of x.entries()) {
    if (y[i] === undefined) return 1;
    if (char !== y[i]) return (char.codePointAt(0) ?? 0) - (y[i].codePointAt(0) ?? 0);
  }
  return x.length - y.length;
}


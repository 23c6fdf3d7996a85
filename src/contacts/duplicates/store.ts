// Likenesses in D1: which ones several contacts have, and who.
import type { DataCtx, Space } from "../../platform/context";
import { data, type Statement } from "../../platform/sql";
import { LIKENESS } from "../indexes";
import { COLUMNS, type ContactRow } from "../store";

type Reader = Pick<DataCtx, "db" | "space">;

export interface Shared {
  value: string;
  n: number;
}

/**
 * The next likenesses that several live contacts have, in their order, of `looked` rows that are looked at, and up to where
 * that was, where there are more. The last one may be cut off there: it is left to the next page, unless it is all there is.
 */
export async function readShared({ db, space }: Reader, after: string, looked: number, limit: number): Promise<{ shared: Shared[]; end: string | null }> {
  const from = `SELECT value FROM contact_facets WHERE space_id = ?1 AND field = '${LIKENESS}' AND value > ?2 ORDER BY value, rid`;
  const [shared, [end]] = await db.data.both<Shared, { cut: string; whole: string | null }>(
    data(`SELECT value, count(*) AS n FROM (${from} LIMIT ?3) GROUP BY value HAVING count(*) > 1 ORDER BY value LIMIT ?4`, space.id, after, looked, limit),
    data(
      `WITH looked AS (${from} LIMIT ?3), last AS (SELECT value FROM looked LIMIT 1 OFFSET ?3 - 1)
        SELECT value AS cut, (SELECT max(looked.value) FROM looked WHERE looked.value < last.value) AS whole FROM last`,
      space.id, after, looked,
    ),
  );
  return end && end.whole !== null ? { shared: shared.filter(({ value }) => value !== end.cut), end: end.whole } : { shared, end: end?.cut ?? null };
}

/** Contacts that have one of these likenesses, of each at most `each`. */
export const readAlike = ({ db, space }: Reader, values: readonly string[], each: number): Promise<(ContactRow & { likeness: string })[]> =>
  db.data.all<ContactRow & { likeness: string }>(
    data(
      `SELECT f.value AS likeness, ${COLUMNS.split(", ").map((column) => `c.${column}`).join(", ")} FROM json_each(?1) AS s
        CROSS JOIN contact_facets AS f ON f.space_id = ?2 AND f.field = '${LIKENESS}' AND f.value = s.value
          AND f.rid IN (SELECT g.rid FROM contact_facets AS g WHERE g.space_id = ?2 AND g.field = '${LIKENESS}' AND g.value = s.value ORDER BY g.rid LIMIT ?3)
        CROSS JOIN contacts AS c ON c.rid = f.rid`,
      JSON.stringify(values), space.id, each,
    ),
  );

export interface Pair {
  a: string;
  b: string;
}

/** Pairs among these that are marked as no duplicates. */
export const readMarks = ({ db, space }: Reader, ids: readonly string[]): Promise<Pair[]> =>
  db.data.all<Pair>(data("SELECT a, b FROM not_duplicates WHERE space_id = ?1 AND a IN (SELECT value FROM json_each(?2)) AND b IN (SELECT value FROM json_each(?2)) LIMIT 20000", space.id, JSON.stringify(ids)));

export const insertMarks = (space: Space, pairs: readonly Pair[], now: number): Statement<"data"> =>
  data("INSERT OR IGNORE INTO not_duplicates (space_id, a, b, marked_at) SELECT ?1, value ->> 0, value ->> 1, ?3 FROM json_each(?2)", space.id, JSON.stringify(pairs.map(({ a, b }) => [a, b])), now);

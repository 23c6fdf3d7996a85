// A walk along an index, newest first, of which a page looks at a bounded number of rows: what the index does not serve
// is filtered on the way, so a page may be short, and its cursor moves on all the same.
import type { Key } from "./page";
import type { Database, DatabaseName, Param, Statement } from "./sql";

export interface Term {
  readonly sql: string;
  readonly params: readonly Param[];
}

/** `column = value`, or nothing where no value is given. */
export const equals = (column: string, value: Param | undefined): Term[] => (value === undefined ? [] : [{ sql: `${column} = ?`, params: [value] }]);
/** `column` is one of `values`, or anything where they are null. */
export const oneOf = (column: string, values: readonly Param[] | null): Term[] =>
  values === null ? [] : [{ sql: `${column} IN (SELECT value FROM json_each(?))`, params: [JSON.stringify(values)] }];

export interface Walk {
  /** The rows that are told, and whatever the filters look at. */
  readonly columns: readonly string[];
  /** `requests INDEXED BY requests_of_org` */
  readonly table: string;
  /** What the index serves: a page must not look beyond it. */
  readonly along: readonly Term[];
  /** One or two columns that the index orders by. */
  readonly by: readonly [string] | readonly [string, string];
  /** What it does not serve, of rows called `looked`. */
  readonly filters: readonly Term[];
  /** Where the last page ended, in the columns of `by`. */
  readonly after: readonly Key[] | null;
}

export interface Looked<Row> {
  readonly rows: readonly Row[];
  /** The last row that was looked at, where there may be more behind it that match; null: there are not, or `rows` are full. */
  readonly end: Row | null;
}

/** Rows that a page looks at. */
export const LOOKED_AT = 2_000;

/** The next rows of a walk that match, up to `limit`. A second round trip where fewer do. */
export async function look<D extends DatabaseName, Row extends object>(database: Database<D>, walk: Walk, limit: number): Promise<Looked<Row>> {
  const [inner, filter] = [insideOf(walk), joined(walk.filters)];
  // The inner query is read in its order, row by row, as far as the outer one needs it; another ORDER BY would sort all of it.
  const matching = `SELECT * FROM (${inner.sql} LIMIT ${LOOKED_AT}) AS looked WHERE ${filter.sql} LIMIT ?`;
  const rows = await database.all<Row>(statement(database, matching, [...inner.params, ...filter.params, limit]));
  if (rows.length >= limit) return { rows, end: null };
  return { rows, end: await database.first<Row>(statement(database, `${inner.sql} LIMIT 1 OFFSET ${LOOKED_AT - 1}`, inner.params)) };
}

function insideOf({ columns, table, along, by, after }: Walk): Term {
  const { sql, params } = joined([...along, ...placeAfter(by, after)]);
  return { sql: `SELECT ${columns.join(", ")} FROM ${table} WHERE ${sql} ORDER BY ${by.map((column) => `${column} DESC`).join(", ")}`, params };
}

/** The first column alone as a range of the index: a comparison of both would be one of rows. */
function placeAfter([first, second]: Walk["by"], after: Walk["after"]): Term[] {
  if (after === null) return [];
  const [one = "", other = ""] = after;
  if (second === undefined) return [{ sql: `${first} < ?`, params: [one] }];
  return [{ sql: `${first} <= ? AND (${first} < ? OR ${second} < ?)`, params: [one, one, other] }];
}

const joined = (terms: readonly Term[]): Term => ({
  sql: terms.length === 0 ? "true" : terms.map(({ sql }) => `(${sql})`).join(" AND "),
  params: terms.flatMap(({ params }) => params),
});

const statement = <D extends DatabaseName>({ name }: Database<D>, sql: string, params: readonly Param[]): Statement<D> => ({ database: name, sql, params });

// Keyset pages: a cursor is the place where the last page ended, bound to the question it answered.
import * as z from "zod";
import { memo } from "./memo";
import { sha256 } from "./secret";
import { problem, type Problem } from "./problem";
import { invalidParameter } from "./problems";
import { wholeNumber } from "./validate";

export const DEFAULT_LIMIT = 50;
export const MAX_LIMIT = 200;

export const cursorMismatch = problem({
  code: "cursor_mismatch",
  status: 400,
  title: "Cursor of another list",
  cause: "The cursor comes from a list with other filters or another sort.",
  cure: "Follow a cursor with exactly the parameters of its first page; only `limit`, `fields` and `include` may differ.",
});

export type Key = string | number;

const cursorForm = z.tuple([z.string(), z.array(z.union([z.string(), z.number()])).min(1).max(4)]);

/** Binds cursors to a question: its filters and sort, in any order of parameters. */
export const questionOf = (parts: unknown): string => hashed(JSON.stringify(parts));
const hashed = memo(1_000, (text) => sha256(text).slice(0, 12));

export function encodeCursor(question: string, keys: readonly Key[]): string {
  // ASCII, so that base64 takes it as it is.
  const text = JSON.stringify([question, keys]).replaceAll(/[\u0080-\uffff]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`);
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/**
 * The keys of a cursor, of these types: in the wrong one a key compares with nothing, and a tampered cursor would pass
 * for the end of the list. Throws `invalid_parameter` for rubbish, `cursor_mismatch` for another question's.
 */
export function decodeCursor(cursor: string, question: string, types: readonly ("string" | "number")[]): readonly Key[] {
  const parsed = cursorForm.safeParse(parse(cursor));
  if (!parsed.success) throw notACursor();
  const [asked, keys] = parsed.data;
  if (asked !== question) throw cursorMismatch("This cursor belongs to a list with other filters or another sort.");
  if (keys.length !== types.length || types.some((type, i) => typeof keys[i] !== type)) throw notACursor();
  return keys;
}

const notACursor = (): Problem =>
  invalidParameter("`cursor` is not one that a page of this API gave.", { errors: [{ parameter: "cursor", code: "malformed", message: "not a cursor" }] });

function parse(cursor: string): unknown {
  try {
    const bytes = Uint8Array.from(atob(cursor.replaceAll("-", "+").replaceAll("_", "/")), (char) => char.charCodeAt(0));
    return JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(bytes));
  } catch {
    return null;
  }
}

/** The schema of a page of `item`. */
export const pageOf = <Item extends z.ZodType>(item: Item) =>
  z.strictObject({
    data: z.array(item),
    page: z.strictObject({
      next_cursor: z.string().nullable().meta({ description: "Where the next page starts; null on the last one. Never expires." }),
      limit: z.int(),
    }),
  });

export const pageQuery = {
  limit: wholeNumber(1, MAX_LIMIT).default(DEFAULT_LIMIT).meta({ description: "Rows per page." }),
  cursor: z.string().min(1).max(2_000).optional().meta({ description: "`page.next_cursor` of the page before." }),
};

export interface PageAsked {
  readonly limit: number;
  readonly cursor?: string | undefined;
}

/**
 * The answer of rows that were read one beyond the limit. `placeOf` is where a row stands; `end`: where what was looked at
 * ends, when there may be more behind it.
 */
export async function pageOfRows<Row, Item>(
  question: string,
  limit: number,
  rows: readonly Row[],
  placeOf: (row: Row) => readonly Key[],
  show: (rows: readonly Row[]) => Item[] | Promise<Item[]>,
  end: Row | null = null,
) {
  const page = rows.slice(0, limit);
  const last = (rows.length > limit ? page.at(-1) : end) ?? null;
  return { status: 200, body: { data: await show(page), page: { next_cursor: last && encodeCursor(question, placeOf(last)), limit } } };
}

/** A page of what `read` lists in the order of ids (or against it), after one of them. */
export async function pageById<Row extends { readonly id: string }, Item>(
  question: string,
  { limit, cursor }: PageAsked,
  read: (after: string, limit: number) => Promise<readonly Row[]>,
  show: (row: Row) => Item | Promise<Item>,
) {
  const [after = ""] = cursor === undefined ? [] : decodeCursor(cursor, question, ["string"]);
  const rows = await read(String(after), limit + 1);
  return pageOfRows(question, limit, rows, ({ id }) => [id], (page): Promise<Item[]> => Promise.all(page.map(show)));
}

// A person taken out of the files of imports: out of the rows that name them, of what is told of these, and of the file as
// it was sent, which goes as a whole. Rows of others stay. A row more than needed is no harm, one less would be.
import type { Env } from "../../env";
import type { DataCtx } from "../../platform/context";
import { data, inPieces, type Statement } from "../../platform/sql";
import type { SourceRow } from "../formats/source";
import { untold } from "./expire";
import { objectOf, putRows, readRows, ROWS_PER_OBJECT, sourceKey } from "./objects";
import { fileOf, readingOf } from "./render";
import type { ErrorRow, ImportRow, OutcomeRow } from "./store";

/** Who is forgotten: as files may write it, in lower case. */
export interface Forgotten {
  readonly contacts: readonly string[];
  /** E-mail addresses and external ids. */
  readonly texts: readonly string[];
  /** In E.164. */
  readonly phones: readonly string[];
}

type Where = Pick<DataCtx, "db" | "space" | "now">;

/** The next import of the space, from one of this id on. */
export const nextImport = ({ db, space }: Where, from: string): Promise<ImportRow | null> =>
  db.data.first<ImportRow>(data("SELECT * FROM imports INDEXED BY imports_of_space WHERE space_id = ? AND id >= ? AND file IS NOT NULL AND files_gone_at IS NULL ORDER BY id LIMIT 1", space.id, from));

/** Rows of an import that a step looks through. */
export const STRETCH = 50_000;
/** Digits of a number that are as good as all of it, however it is written. */
const DIGITS = 8;

export interface Step {
  /** How many rows were of them. */
  readonly rows: number;
  /** For the caller to commit. */
  readonly writes: readonly Statement<"data">[];
  /** Up to which row it got; null: to the end. */
  readonly upTo: number | null;
}

/** Takes them out of a stretch of the rows of an import, behind row `after`. */
export async function forgetIn(ctx: Where & { readonly env: Pick<Env, "FILES"> }, row: ImportRow, who: Forgotten, after: number): Promise<Step> {
  const file = fileOf(row);
  if (file === null) return { rows: 0, writes: [], upTo: null };
  const reading = readingOf(ctx.space, row, file);
  const until = Math.min(after + STRETCH, file.rows);
  const told = await toldOf(ctx, row.id, [after + 1, until], who);
  const numbers = new Set(told.rows);
  for (let n = objectOf(after + 1); n * ROWS_PER_OBJECT < until; n += 1) {
    const rows = await readRows(ctx.env, reading, n);
    const hits = new Set(rows.flatMap((one, i) => (names(one, who) || numbers.has(n * ROWS_PER_OBJECT + i + 1) ? [i] : [])));
    for (const i of hits) numbers.add(n * ROWS_PER_OBJECT + i + 1);
    if (hits.size > 0) await putRows(ctx.env, reading, n, rows.map((one, i) => (hits.has(i) ? erasedRow(one.row) : one)));
  }
  const upTo = until < file.rows ? until : null;
  if (numbers.size === 0) return { rows: 0, writes: [], upTo };
  await ctx.env.FILES.delete(sourceKey(reading));
  return { rows: numbers.size, writes: [...told.writes(numbers), data("UPDATE imports SET file = ?, version = version + 1 WHERE id = ?", untold(row.file), row.id)], upTo };
}

const erasedRow = (row: number): SourceRow => ({ row, source: [], fault: { code: "erased", message: "the person was erased" } });

/** Whether any text of a row holds them. */
function names({ source }: SourceRow, { texts, phones }: Forgotten): boolean {
  const text = JSON.stringify(source).normalize("NFC").toLowerCase();
  if (texts.some((one) => text.includes(JSON.stringify(one).slice(1, -1)))) return true;
  const digits = text.replaceAll(/[^\d"\\]+/g, "");
  return phones.some((phone) => digits.includes(phone.slice(-DIGITS)));
}

interface Told {
  rowid: number;
  outcomes: string;
  errors: string | null;
}

/** Slices of a stretch: each has a row at least. */
const MAX_SLICES = 3 * STRETCH;

/** The rows that accounts name, and what takes them out of these accounts. */
async function toldOf({ db, space }: Where, id: string, [first, last]: readonly [number, number], { contacts }: Forgotten): Promise<{ rows: number[]; writes(numbers: ReadonlySet<number>): Statement<"data">[] }> {
  const all = await db.data.all<Told>(
    data("SELECT rowid, outcomes, errors FROM import_slices WHERE import_id = ? AND space_id = ? AND last >= ? AND first <= ? LIMIT ?", id, space.id, first, last, MAX_SLICES),
  );
  const ofThem = new Set(contacts);
  const outcomesIn = ({ outcomes }: Told): OutcomeRow[] => JSON.parse(outcomes);
  const rows = all.flatMap((one) => outcomesIn(one).flatMap(([row, , contact]) => (contact !== null && ofThem.has(contact) ? [row] : [])));
  const cleared = (one: Told, numbers: ReadonlySet<number>): unknown[] => {
    const outcomes = outcomesIn(one);
    const errors: ErrorRow[] = one.errors === null ? [] : JSON.parse(one.errors);
    if (!outcomes.some(([row]) => numbers.has(row)) && !errors.some(([row]) => numbers.has(row))) return [];
    const kept = outcomes.map((outcome): OutcomeRow => (numbers.has(outcome[0]) ? [outcome[0], "erased", null, null] : outcome));
    const faults = errors.map((error): ErrorRow => (numbers.has(error[0]) ? [error[0], null, "erased", null, "the person was erased"] : error));
    return [[one.rowid, JSON.stringify(kept), one.errors === null ? null : JSON.stringify(faults)]];
  };
  return {
    rows,
    writes: (numbers) =>
      inPieces(all.flatMap((one) => cleared(one, numbers)), (row) => row).map((json) =>
        data("UPDATE import_slices SET outcomes = new.value ->> 1, errors = new.value ->> 2 FROM json_each(?2) AS new WHERE import_slices.rowid = new.value ->> 0 AND import_slices.space_id = ?1", space.id, json),
      ),
  };
}

/** What dry runs of the space remember: gone, whoever it was of. They begin anew when they find nothing. */
export const forgetDraftsOf = (space: number, contacts: readonly string[], values: readonly string[]): Statement<"data">[] => [
  data("DELETE FROM import_drafts WHERE space_id = ?1 AND (contact_id IN (SELECT value FROM json_each(?2)) OR contact_id IN (SELECT contact_id FROM import_draft_keys WHERE space_id = ?1 AND value IN (SELECT value FROM json_each(?3))))", space, JSON.stringify(contacts), JSON.stringify(values)),
  data("DELETE FROM import_draft_keys WHERE space_id = ?1 AND (contact_id IN (SELECT value FROM json_each(?2)) OR contact_id NOT IN (SELECT contact_id FROM import_drafts WHERE space_id = ?1))", space, JSON.stringify(contacts)),
];

// The account of an import: its errors by the page, and its rows as files. A file is made while it is sent, so its size
// is nobody's matter.
import type { SpaceCtx } from "../../platform/context";
import { decodeCursor, pageOfRows, questionOf, type PageAsked } from "../../platform/page";
import { streamed, type Streamed } from "../../platform/streamed";
import { line as csvLine } from "../formats/csv/writer";
import type { SourceRow } from "../formats/source";
import { find } from "./imports";
import { isCells } from "./mapper";
import { rowsFrom, ROWS_PER_OBJECT, type Reading } from "./objects";
import { fileOf, readingOf, type KeptFile } from "./render";
import { fileGone, type RowError } from "./schema";
import * as store from "./store";

/** Of the real thing where it has begun, else of the dry run; once it was undone, of the undoing. */
const phaseOf = ({ run_job: run, revert_job: revert }: store.ImportRow): store.Work => (revert !== null ? "revert" : run !== null ? "run" : "validate");

/** In the order of the rows. */
export async function errors(ctx: SpaceCtx, id: string, { cursor, limit }: PageAsked) {
  const row = await find(ctx, id);
  const phase = phaseOf(row);
  const question = questionOf(["import errors", id, phase]);
  const [first = 0, n = -1] = cursor === undefined ? [] : decodeCursor(cursor, question, ["number", "number"]);
  const found = await store.readErrors(ctx, id, phase, [Number(first), Number(n)], limit + 1);
  return pageOfRows(question, limit, found, (one) => [one.first, one.n], (page) => page.map(({ error }) => errorJson(error)), null);
}

function errorJson(text: string): RowError {
  const [row, column, code, value, message]: store.ErrorRow = JSON.parse(text);
  return { row, column, code, value, message };
}

const CSV = "text/csv; charset=utf-8";
const WHY = ["_row", "_column", "_code", "_message"] as const;
/** Slices that are read at a time. */
const SLICES = 100;

/** The rows that failed, as they stand in the file, and why. */
export async function errorsCsv(ctx: SpaceCtx, id: string): Promise<Streamed> {
  const { row, file, reading } = await kept(ctx, id);
  const phase = row.run_job === null ? "validate" : "run";
  return streamed(pieces(), CSV);
  async function* pieces(): AsyncGenerator<string> {
    yield line([...columnsOf(file), ...WHY]);
    for await (const slice of slices(ctx, id, phase)) {
      if (slice.errors === null) continue;
      const told: store.ErrorRow[] = JSON.parse(slice.errors);
      const sources = await rowsFrom(ctx.env, reading, slice.first, slice.last - slice.first + 1);
      const lines = [...Map.groupBy(told, ([number]) => number)].map(([number, faults]) => {
        const of = (at: 1 | 2 | 4): string => faults.map((fault) => fault[at] ?? "").join("; ");
        return line([...cellsOf(file, sources[number - slice.first]), String(number), of(1), of(2), of(4)]);
      });
      yield lines.join("");
    }
  }
}

/** What became of each row. */
export async function resultsCsv(ctx: SpaceCtx, id: string): Promise<Streamed> {
  await kept(ctx, id);
  return streamed(pieces(), CSV);
  async function* pieces(): AsyncGenerator<string> {
    yield line(["row", "action", "reason", "contact_id", "version"]);
    for await (const { outcomes } of slices(ctx, id, "run")) {
      const told: store.OutcomeRow[] = JSON.parse(outcomes);
      yield told.map(([number, action, contact, version]) => line([String(number), ...actionOf(action), contact ?? "", version === null ? "" : String(version)])).join("");
    }
  }
}

function actionOf(text: string): [string, string] {
  const [action = "", reason = ""] = text.split(":");
  return [action, reason];
}

/** The rows that an import which was stopped did not come to. */
export async function unprocessedCsv(ctx: SpaceCtx, id: string): Promise<Streamed> {
  const { row, file, reading } = await kept(ctx, id);
  const last = row.run_job === null ? 0 : await store.readLast(ctx, id, "run");
  return streamed(pieces(), CSV);
  async function* pieces(): AsyncGenerator<string> {
    yield line(columnsOf(file));
    for (let first = last + 1; first <= file.rows; first += ROWS_PER_OBJECT) {
      const sources = await rowsFrom(ctx.env, reading, first, ROWS_PER_OBJECT);
      yield sources.map((source) => line(cellsOf(file, source))).join("");
    }
  }
}

async function kept(ctx: SpaceCtx, id: string): Promise<{ row: store.ImportRead; file: KeptFile; reading: Reading }> {
  const row = await find(ctx, id);
  const file = fileOf(row);
  if (file === null || row.files_gone_at !== null) throw fileGone(row.files_gone_at === null ? "The import has no file yet." : "The import's file is gone.");
  return { row, file, reading: readingOf(ctx.space, row, file) };
}

async function* slices(ctx: SpaceCtx, id: string, phase: store.Work): AsyncGenerator<store.SliceRow> {
  for (let after = 0; ; ) {
    const page = await store.readSlices(ctx, id, phase, after, SLICES);
    yield* page;
    if (page.length < SLICES) return;
    after = page.at(-1)?.first ?? 0;
  }
}

const line = (cells: readonly string[]): string => csvLine(cells, { delimiter: ",", escapeFormulas: "people" });

/** What is no table stands in one column, as JSON. */
const isTable = ({ format }: KeptFile): boolean => format === "csv" || format === "tsv";
const columnsOf = (file: KeptFile): string[] => (isTable(file) ? file.columns.map(({ column }) => column) : ["_source"]);

function cellsOf(file: KeptFile, row: SourceRow | undefined): string[] {
  if (!isTable(file)) return [JSON.stringify(row?.source ?? {})];
  const cells = row !== undefined && isCells(row.source) ? row.source : [];
  return file.columns.map((_, i) => cells[i] ?? "");
}

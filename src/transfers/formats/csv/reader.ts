// Tables in: papaparse cuts the records, and this feeds it pieces and holds no more than the record that is not complete.
// A record that is wrong costs itself; a quote that is never closed is told by the record where it opens.
import Papa from "papaparse";
import { MAX_COLUMNS, MAX_RECORD_CHARS } from "../limits";
import { nul, tooLarge, type Fault, type Reader } from "../reader";
import { Unreadable, type SourceRow } from "../source";
import type { Dialect } from "./dialect";
import { columnsOf } from "./header";
import { Skip } from "./skip";

export class CsvReader implements Reader {
  columns: readonly string[] = [];
  readonly delimiter: string;
  #parser: Papa.Parser;
  #newline: Dialect["newline"];
  /** Records that are still to be passed over before the header. */
  #before: number;
  #hasHeader = false;
  #rows: SourceRow[] = [];
  #row = 0;
  #text = "";
  /** Where in the text the next record begins. */
  #at = 0;
  #skip: Skip | null = null;
  #hasNul = false;

  constructor({ delimiter, newline, sepLine, before }: Dialect) {
    this.delimiter = delimiter;
    this.#newline = newline;
    this.#before = sepLine ? 1 : before;
    this.#parser = new Papa.Parser({ delimiter, newline, step: ({ data, errors, meta }: Papa.ParseStepResult<string[][]>) => this.#take(data[0] ?? [], errors, meta.cursor) });
  }

  feed(piece: string): readonly SourceRow[] {
    const text = this.#skip ? this.#skip.rest(piece) : piece;
    if (text === null) return [];
    this.#skip = null;
    this.#cut(this.#text + text, true);
    if (this.#text.length > MAX_RECORD_CHARS) this.#giveUpOn(this.#text);
    return this.#taken();
  }

  end(): readonly SourceRow[] {
    if (this.#skip?.quoted) throw this.#unclosed(this.#row);
    if (this.#text !== "") this.#cut(this.#text, false);
    return this.#taken();
  }

  #taken(): readonly SourceRow[] {
    const rows = this.#rows;
    this.#rows = [];
    return rows;
  }

  #cut(text: string, ignoreLast: boolean): void {
    this.#text = text;
    this.#at = 0;
    this.#hasNul = text.includes("\0");
    this.#parser.parse(text, 0, ignoreLast);
    this.#text = text.slice(this.#at);
  }

  #take(cells: string[], errors: readonly Papa.ParseError[], end: number): void {
    const start = this.#at;
    this.#at = end;
    if (this.#before > 0) {
      this.#before -= 1;
      return;
    }
    this.#withoutReturn(cells, start, end);
    if (isOpen(errors) && goesOn(cells)) throw this.#unclosed(this.#hasHeader ? this.#row + 1 : 0);
    const isBlank = cells.length === 1 && (cells[0] ?? "").trim() === "" && !this.#text.startsWith('"', start);
    if (!this.#hasHeader) {
      if (isBlank) return;
      this.columns = columnsOf(cells);
      this.#hasHeader = true;
      return;
    }
    this.#row += 1;
    if (isBlank) return;
    const fault = this.#faultOf(cells, errors, end - start);
    this.#rows.push(fault ? { row: this.#row, source: fault === tooLarge ? [] : cells.slice(0, MAX_COLUMNS), fault } : { row: this.#row, source: this.#fitted(cells) });
  }

  /** A line ends with `\r\n` or `\n`: what stands before the `\n` belongs to the cell only if it was quoted. */
  #withoutReturn(cells: string[], start: number, end: number): void {
    const last = cells.at(-1) ?? "";
    if (this.#newline === "\r" || !last.endsWith("\r")) return;
    const after = this.#text[end - 1] === "\n" ? end - 1 : end;
    const at = after - last.length;
    const isBare = this.#text.endsWith(last, after) && (at === start || this.#text[at - 1] === this.delimiter);
    if (isBare) cells[cells.length - 1] = last.slice(0, -1);
  }

  #faultOf(cells: readonly string[], errors: readonly Papa.ParseError[], length: number): Fault | null {
    if (length > MAX_RECORD_CHARS + 2) return tooLarge;
    if (isOpen(errors)) return { code: "unclosed_quote", message: "a quote opens and is never closed" };
    if (errors.length > 0 && goesOn(cells)) return { code: "stray_quote", message: "a quote inside a quoted cell is not doubled, so where the record ends is not certain" };
    if (this.#hasNul && cells.some((cell) => cell.includes("\0"))) return nul;
    if (cells.length <= this.columns.length || cells.slice(this.columns.length).every((cell) => cell === "")) return null;
    return { code: "too_many_cells", message: `it has ${cells.length} cells, the header has ${this.columns.length}` };
  }

  /** As many cells as the header has: those that are missing are empty. */
  #fitted(cells: string[]): readonly string[] {
    const width = this.columns.length;
    if (cells.length === width) return cells;
    return cells.length > width ? cells.slice(0, width) : [...cells, ...Array<string>(width - cells.length).fill("")];
  }

  #giveUpOn(text: string): void {
    if (!this.#hasHeader) throw new Unreadable("record_too_large", "The first line is larger than 1 MB. It should be a header with the names of the columns.");
    this.#row += 1;
    this.#rows.push({ row: this.#row, source: [], fault: tooLarge });
    const { errors }: Papa.ParseResult<string[]> = new Papa.Parser({ delimiter: this.delimiter, newline: this.#newline }).parse(text, 0, false);
    this.#skip = new Skip(isOpen(errors), this.#newline);
    this.#text = "";
  }

  #unclosed(row: number): Unreadable {
    return new Unreadable("unclosed_quote", `A quote that opens in ${row === 0 ? "the header" : `row ${row}`} is never closed, so all that follows would be one cell. Close it, or double it if it belongs to the text.`);
  }
}

const isOpen = (errors: readonly Papa.ParseError[]): boolean => errors.some(({ code }) => code === "MissingQuotes");
/** Whether a cell reaches into the next line. */
const goesOn = (cells: readonly string[]): boolean => cells.some((cell) => /[\r\n]\s*\S/.test(cell));

// Tables out: RFC 4180, and cells that a spreadsheet would run as a formula made harmless in a way that can be undone.

export const BOM = "\ufeff";

/** Which cells are escaped: all that look like a formula, those that are no phone, number or date (for machines, which would choke on `'+34…`), none. */
export type FormulaRule = "people" | "machines" | "none";

export interface LineOptions {
  readonly delimiter: string;
  readonly escapeFormulas: FormulaRule;
}

/** One record with its line end. */
export function line(cells: readonly string[], { delimiter, escapeFormulas }: LineOptions): string {
  const written = cells.map((cell) => quoted(escaped(cell, escapeFormulas), delimiter)).join(delimiter);
  // A line with nothing in it is no record.
  return `${cells.length === 1 && /^[^\S\r\n\t]*$/.test(written) ? `"${written}"` : written}\r\n`;
}

/** All delimiters that are guessed from are quoted, so that a guess is never wrong about what we wrote. */
const quoted = (cell: string, delimiter: string): string =>
  /[",;\t|\r\n]/.test(cell) || cell.includes(delimiter) ? `"${cell.replaceAll('"', '""')}"` : cell;

/** ASVS 1.2.10, CWE-1236. With quotes before it too, so that taking one off gives back any text. */
const FORMULA = /^'*[=+\-@\t\r\0]/;
/** A phone, a number, a date or a time: nothing that a spreadsheet could run. */
const VALUE = /^[+-]?(?:\d[\d ().-]{0,30}|\(\d[\d ().-]{0,30}|\d{1,30}(?:[.,]\d{1,30})?(?:[eE][+-]?\d{1,3})?|\.\d{1,30})$|^--\d{2}-\d{2}$/;

export function escaped(cell: string, rule: FormulaRule): string {
  if (rule === "none" || !FORMULA.test(cell)) return cell;
  return rule === "machines" && VALUE.test(cell) ? cell : `'${cell}`;
}

/** What `escaped` was given. */
export const unescaped = (cell: string): string => (cell.startsWith("'") && FORMULA.test(cell) ? cell.slice(1) : cell);

// How a table is written, found out from its head: the delimiter, the line end, and Excel's own first line about it.
import Papa from "papaparse";

export interface Dialect {
  readonly delimiter: string;
  readonly newline: "\n" | "\r";
  /** Excel's `sep=;` stands before the header. */
  readonly sepLine: boolean;
  /** Records before the header: notes that some tools begin with. */
  readonly before: number;
}

/** Which of the first records is the header, where that is known. */
export type HeaderAt = (rows: readonly (readonly string[])[]) => number;

const DELIMITERS = [",", ";", "\t", "|"] as const;
const RECORDS_LOOKED_AT = 100;

const HEADER_LOOKED_AT = 10;

export function dialectOf(head: string, whole: boolean, asked: string | undefined, headerAt: HeaderAt = () => 0): Dialect {
  const newline = newlineOf(head);
  const said = /^sep=([^\r\n"])[\r\n]/i.exec(head)?.[1];
  const delimiter = asked ?? said ?? delimiterOf(head, newline, whole);
  const { data }: Papa.ParseResult<string[]> = new Papa.Parser({ delimiter, newline, preview: HEADER_LOOKED_AT }).parse(head, 0, !whole && head.includes(newline));
  return { delimiter, newline, sepLine: said !== undefined, before: said === undefined ? headerAt(data.map((cells) => cells.map((cell) => cell.replace(/\r$/, "")))) : 0 };
}

/** The first line end outside of quotes: `\r` where no `\n` follows it; `\r\n` is a `\n` with something before it. */
function newlineOf(head: string): "\n" | "\r" {
  let quoted = false;
  for (const [mark] of head.matchAll(/"|\r\n|\n|\r/g)) {
    if (mark === '"') quoted = !quoted;
    else if (!quoted) return mark === "\r" ? "\r" : "\n";
  }
  return "\n";
}

/** The one that cuts the most records into as many cells as the header has; of equals, the one with more cells. */
function delimiterOf(head: string, newline: "\n" | "\r", whole: boolean): string {
  let best = { delimiter: ",", score: 0, width: 1 };
  for (const delimiter of DELIMITERS) {
    const parser = new Papa.Parser({ delimiter, newline, preview: RECORDS_LOOKED_AT });
    const { data }: Papa.ParseResult<string[]> = parser.parse(head, 0, !whole && head.includes(newline));
    const widths = data.filter((cells) => cells.length > 1 || (cells[0] ?? "").trim() !== "").map((cells) => cells.length);
    const [width = 1] = widths;
    if (width < 2) continue;
    const score = widths.filter((one) => one === width).length / widths.length;
    if (score > best.score || (score === best.score && width > best.width)) best = { delimiter, score, width };
  }
  return best.delimiter;
}

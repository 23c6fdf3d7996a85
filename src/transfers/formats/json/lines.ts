// NDJSON in: a record per line. A bad line costs itself.
import { MAX_RECORD_CHARS } from "../limits";
import type { Reader } from "../reader";
import type { SourceRow } from "../source";
import { Members } from "./members";
import { recordOf, tooLargeAt } from "./record";

export class NdjsonReader implements Reader {
  readonly delimiter = null;
  #members = new Members();
  #row = 0;
  /** The line so far; null once it is too large. */
  #line: string | null = "";

  get columns(): readonly string[] {
    return this.#members.names;
  }

  feed(piece: string): readonly SourceRow[] {
    const parts = piece.split("\n");
    const rest = parts.pop() ?? "";
    const rows = parts.flatMap((part) => {
      this.#hold(part);
      return this.#taken();
    });
    this.#hold(rest);
    return rows;
  }

  end(): readonly SourceRow[] {
    return this.#taken();
  }

  #hold(text: string): void {
    if (this.#line !== null) this.#line = this.#line.length + text.length > MAX_RECORD_CHARS ? null : this.#line + text;
  }

  #taken(): readonly SourceRow[] {
    const line = this.#line;
    this.#line = "";
    if (line?.trim() === "") return [];
    this.#row += 1;
    return [this.#members.seenIn(line === null ? tooLargeAt(this.#row) : recordOf(this.#row, line))];
  }
}

// Lines of text that comes in pieces, whatever ends them. Of a line that is too long only the start is held.
import { MAX_RECORD_CHARS } from "../limits";

export class PhysicalLines {
  #line = "";
  #afterReturn = false;

  /** The lines that are complete. One over the limit is longer than it by some, so that its reader sees that. */
  feed(piece: string): string[] {
    const text = this.#afterReturn && piece.startsWith("\n") ? piece.slice(1) : piece;
    if (piece !== "") this.#afterReturn = piece.endsWith("\r");
    const parts = text.split(/\r\n|\n|\r/);
    const rest = parts.pop() ?? "";
    const lines = parts.map((part) => {
      this.#hold(part);
      return this.end();
    });
    this.#hold(rest);
    return lines;
  }

  end(): string {
    const line = this.#line;
    this.#line = "";
    return line;
  }

  #hold(text: string): void {
    if (this.#line.length <= MAX_RECORD_CHARS) this.#line += text;
  }
}

// The elements of a JSON array found in text that comes in pieces, by their brackets alone: each is parsed by itself, so
// that a bad one costs itself, and one that is too large is passed over instead of held.
import { MAX_RECORD_CHARS } from "../limits";
import { Unreadable } from "../source";

/** The text of an element; null: it was too large. */
export type Element = string | null;

const OUTSIDE = /["{}[\],]/g;
const WITHIN = /["{}[\]]/g;

export class Elements {
  #depth = 0;
  #inString = false;
  #escaped = false;
  /** The text since the element began; null once it is too large. */
  #text: string | null = "";
  #found: Element[] = [];
  #ended = false;

  /** Text from the first character after the `[` on. Answers the elements that are complete. */
  feed(piece: string): Element[] {
    this.#found = [];
    let from = 0;
    let at = 0;
    while (at < piece.length && !this.#ended) {
      if (this.#inString) {
        at = this.#afterString(piece, at);
        continue;
      }
      const marks = this.#depth === 0 ? OUTSIDE : WITHIN;
      marks.lastIndex = at;
      const match = marks.exec(piece);
      if (!match) break;
      at = match.index + 1;
      const [mark] = match;
      if (mark === '"') this.#inString = true;
      else if (mark === "{" || mark === "[") this.#depth += 1;
      else if (this.#depth > 0) this.#depth -= mark === "," ? 0 : 1;
      else {
        this.#hold(piece.slice(from, match.index));
        this.#close(mark !== ",");
        from = at;
      }
    }
    this.#hold(piece.slice(from));
    return this.#found;
  }

  /** What stands after the `]`; null: more than is held. */
  end(): string | null {
    if (!this.#ended) throw new Unreadable("truncated_file", "The JSON ends within the list of contacts: a part of the file is missing.");
    return this.#text;
  }

  #afterString(piece: string, start: number): number {
    for (let at = start; at < piece.length; at += 1) {
      const char = piece.charCodeAt(at);
      if (this.#escaped) this.#escaped = false;
      else if (char === 0x5c) this.#escaped = true;
      else if (char === 0x22) {
        this.#inString = false;
        return at + 1;
      }
    }
    return piece.length;
  }

  #hold(text: string): void {
    if (this.#text === null) return;
    this.#text = this.#text.length + text.length > MAX_RECORD_CHARS ? null : this.#text + text;
  }

  #close(last: boolean): void {
    // An empty list has no elements, and a comma before the end is forgiven.
    if (!last || this.#text === null || this.#text.trim() !== "") this.#found.push(this.#text);
    this.#text = "";
    this.#ended = last;
  }
}

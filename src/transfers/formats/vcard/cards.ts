// vCards found in text that comes in pieces: each is a list of its lines, unfolded. Pictures are dropped as they come, so
// that a card is small whatever it shows.
import { MAX_RECORD_CHARS } from "../limits";

export interface Card {
  /** Without BEGIN and END. */
  readonly lines: readonly string[];
  /** Why it is none. */
  readonly fault: "unclosed" | "too_large" | null;
}

/** Nothing of these has a place in a contact. */
const DROPPED = /^(?:[\w-]+\.)?(?:PHOTO|LOGO|SOUND|KEY|X-MS-CARDPICTURE|X-MS-OL-DESIGN)[;:]/i;
const HEAD = String.raw`^[^:]{0,300};(?:ENCODING=)?"?`;
const QUOTED_PRINTABLE = new RegExp(`${HEAD}QUOTED-PRINTABLE`, "i");
const BASE64 = new RegExp(`${HEAD}(?:BASE64|B)"?[;:]`, "i");

/** A line of a card, in the pieces that it was folded to. */
interface Unfolding {
  readonly parts: string[];
  readonly quotedPrintable: boolean;
  readonly base64: boolean;
}

export class Cards {
  #lines: Unfolding[] = [];
  #size = 0;
  /** Cards within cards (AGENT of 2.1) are passed over. */
  #depth = 0;
  /** The line before was dropped, and so is what continues it. */
  #dropping = false;
  #found: Card[] = [];

  /** A line of the file, without its end. */
  take(line: string): void {
    if (/^BEGIN:VCARD\s*$/i.test(line)) this.#begin();
    else if (/^END:VCARD\s*$/i.test(line)) this.#end();
    else if (this.#depth === 1) this.#inside(line);
  }

  /** The cards that are complete since it was last asked. */
  taken(): Card[] {
    const found = this.#found;
    this.#found = [];
    return found;
  }

  end(): Card[] {
    if (this.#depth > 0) this.#close("unclosed");
    return this.taken();
  }

  #begin(): void {
    const isAgent = this.#depth > 0 && /^(?:[\w-]+\.)?AGENT[^:]{0,300}:\s*$/i.test(this.#lines.at(-1)?.parts.at(-1) ?? "");
    if (this.#depth === 0 || isAgent || this.#depth > 1) this.#depth += 1;
    else this.#close("unclosed", 1);
  }

  #end(): void {
    if (this.#depth === 1) this.#close(null);
    else if (this.#depth > 1) this.#depth -= 1;
  }

  #close(fault: Card["fault"], depth = 0): void {
    this.#found.push({ lines: this.#lines.map(({ parts }) => parts.join("")), fault: fault ?? (this.#size > MAX_RECORD_CHARS ? "too_large" : null) });
    this.#lines = [];
    this.#size = 0;
    this.#depth = depth;
    this.#dropping = false;
  }

  #inside(line: string): void {
    const last = this.#lines.at(-1);
    const isFolded = /^[ \t]/.test(line);
    const isBase64 = /^[A-Za-z0-9+/=]+$/.test(line);
    if (this.#dropping && (isFolded || isBase64 || line === "")) return;
    this.#dropping = DROPPED.test(line);
    if (this.#dropping) return;
    const end = last?.parts.at(-1) ?? "";
    if (last?.quotedPrintable && end.endsWith("=")) {
      last.parts[last.parts.length - 1] = end.slice(0, -1);
      this.#hold(line, last);
    } else if (isFolded) this.#hold(line.slice(1), last);
    else if (last?.base64 && isBase64) this.#hold(line, last);
    else if (/^[\w.-]+[;:]/.test(line)) this.#hold(line);
    // A line end that should have been written as \n: better in the text than lost.
    else if (line.trim() !== "") this.#hold(String.raw`\n${line}`, last);
  }

  /** Nothing is held of a card that is too large. */
  #hold(text: string, continued?: Unfolding): void {
    this.#size += text.length;
    if (this.#size > MAX_RECORD_CHARS) this.#lines = [];
    else if (continued) continued.parts.push(text);
    else this.#lines.push({ parts: [text], quotedPrintable: QUOTED_PRINTABLE.test(text), base64: BASE64.test(text) });
  }
}

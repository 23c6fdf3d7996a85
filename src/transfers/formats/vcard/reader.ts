// vCards in, versions 2.1 to 4.0, many to a file. A broken card costs itself.
import { nul, tooLarge, type Fault, type Reader } from "../reader";
import { Unreadable, type SourceRow } from "../source";
import { Cards, type Card } from "./cards";
import { contactOf } from "./contact";
import { PhysicalLines } from "./physical";

export class VcardReader implements Reader {
  readonly columns = [];
  readonly delimiter = null;
  #lines = new PhysicalLines();
  #cards = new Cards();
  #row = 0;

  feed(piece: string): readonly SourceRow[] {
    for (const line of this.#lines.feed(piece)) this.#cards.take(line);
    return this.#cards.taken().map((card) => this.#rowOf(card));
  }

  end(): readonly SourceRow[] {
    this.#cards.take(this.#lines.end());
    const rows = this.#cards.end().map((card) => this.#rowOf(card));
    if (this.#row === 0) throw new Unreadable("no_cards", "The file has no vCard: none of its lines is BEGIN:VCARD.");
    return rows;
  }

  #rowOf(card: Card): SourceRow {
    this.#row += 1;
    const fault = faultOf(card);
    if (fault) return { row: this.#row, source: {}, fault };
    const source = contactOf(card.lines);
    return source === null ? { row: this.#row, source: {}, fault: { code: "group_card", message: "it is a group of contacts, not a contact" } } : { row: this.#row, source };
  }
}

function faultOf({ lines, fault }: Card): Fault | null {
  if (fault === "too_large") return tooLarge;
  if (fault === "unclosed") return { code: "unclosed_card", message: "the card has no END:VCARD" };
  return lines.some((line) => line.includes("\0")) ? nul : null;
}

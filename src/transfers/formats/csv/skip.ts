// The rest of a record that is too large: passed over as it comes, nothing of it kept.

export class Skip {
  constructor(
    /** Whether a quoted cell is open. */
    public quoted: boolean,
    readonly newline: string,
  ) {}

  /** What follows the record; null where it goes on. A doubled quote closes and opens again, so pairs need no memory. */
  rest(text: string): string | null {
    for (let at = 0; ; ) {
      const quote = text.indexOf('"', at);
      if (!this.quoted) {
        const end = text.indexOf(this.newline, at);
        if (end !== -1 && (quote === -1 || end < quote)) return text.slice(end + this.newline.length);
      }
      if (quote === -1) return null;
      this.quoted = !this.quoted;
      at = quote + 1;
    }
  }
}

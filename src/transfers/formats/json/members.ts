// The members that objects have, in the order in which they are first seen: what a mapping can name.
import { MAX_COLUMNS } from "../limits";
import type { SourceRow } from "../source";

const OBJECTS_LOOKED_AT = 1_000;

export class Members {
  #names = new Set<string>();
  #seen = 0;

  get names(): readonly string[] {
    return [...this.#names];
  }

  seenIn(row: SourceRow): SourceRow {
    if (this.#seen < OBJECTS_LOOKED_AT && !row.fault) {
      this.#seen += 1;
      for (const name of Object.keys(row.source)) if (this.#names.size < MAX_COLUMNS) this.#names.add(name);
    }
    return row;
  }
}

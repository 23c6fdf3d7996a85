// Names of columns: none is empty and none stands twice, so that a mapping by name has one meaning.
import { MAX_COLUMNS } from "../limits";
import { Unreadable } from "../source";

/** A second `Email` is `Email (2)`; a column without a name is called by its place, `Column 3`. */
export function columnsOf(cells: readonly string[]): string[] {
  if (cells.length > MAX_COLUMNS) throw new Unreadable("too_many_columns", `The header has ${cells.length} columns; at most ${MAX_COLUMNS} are taken.`);
  const names = cells.map((cell, i) => cell.trim() || `Column ${i + 1}`);
  const taken = new Set(names);
  const seen = new Set<string>();
  const counts = new Map<string, number>();
  return names.map((name) => {
    const unique = seen.has(name) ? free(name) : name;
    seen.add(unique);
    return unique;
  });

  function free(name: string): string {
    for (let n = (counts.get(name) ?? 1) + 1; ; n += 1) {
      const candidate = `${name} (${n})`;
      if (taken.has(candidate)) continue;
      counts.set(name, n);
      taken.add(candidate);
      return candidate;
    }
  }
}

// Where in a JSON text the list of contacts begins, whatever stands before it.

/** As our own API calls it, and others. */
const NAMES = ["data", "contacts", "items", "results", "result", "members", "records", "people", "connections"];

/** A quote alone is a string that is not complete. */
const TOKEN = /"[^"\\]*(?:\\[^][^"\\]*)*"|["{}[\],:]/g;

export interface Found {
  /** The place after the `[`. */
  readonly at: number;
  /** Whether it is a member of an object. */
  readonly within: boolean;
}

/** Null where there is none yet. */
export function listAt(text: string): Found | null {
  const start = /^\s*([[{])/.exec(text);
  if (start === null) return null;
  if (start[1] === "[") return { at: start[0].length, within: false };
  let depth = 0;
  let [name, before] = ["", ""];
  for (const { 0: token, index } of text.matchAll(TOKEN)) {
    if (token === '"') return null;
    if (token === "[" && depth === 1 && before === ":" && NAMES.includes(name)) return { at: index + 1, within: true };
    if (token === "{" || token === "[") depth += 1;
    else if (token === "}" || token === "]") depth -= 1;
    else if (depth === 1 && token === ":") name = before.slice(1, -1);
    before = token;
  }
  return null;
}

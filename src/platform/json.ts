// JSON as I-JSON (RFC 7493): what has two readings is refused instead of guessed: a member that stands twice,
// a lone surrogate, NUL, depth without end.
import type { Fault } from "./problem";
import { invalid, malformedJson } from "./problems";

const MAX_DEPTH = 32;

/** JSON text that is already serialised: it goes out as it is. */
export class JsonText {
  constructor(readonly text: string) {}
}

/** The value of a JSON text. Throws `malformed_json` (400) or, for strings no store takes, `validation_failed` (422). */
export function parseStrictly(text: string): unknown {
  scan(text);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw malformed("", "syntax", error instanceof Error ? error.message : "not JSON");
  }
  const faults: Fault[] = [];
  checkStrings(value, "", faults);
  if (faults.length > 0) throw invalid(faults);
  return value;
}

const malformed = (pointer: string, code: string, message: string) =>
  malformedJson("The body is not JSON that has one reading.", { errors: [{ pointer, code, message }] });

export const pointerTo = (parent: string, name: string | number): string =>
  `${parent}/${String(name).replaceAll("~", "~0").replaceAll("/", "~1")}`;

/** One pass over the text, before it is parsed: depth, and names that repeat within their object. */
function scan(text: string): void {
  const open: { names: Set<string> | null; name: string; index: number }[] = [];
  const pointer = (): string => open.reduce((path, at) => pointerTo(path, at.names ? at.name : at.index), "");
  for (let i = 0; i < text.length; i += 1) {
    const char = text.charCodeAt(i);
    if (char === QUOTE) {
      const end = endOfString(text, i);
      const inside = open.at(-1);
      if (inside?.names && isName(text, end)) {
        const name = nameOf(text.slice(i, end));
        inside.name = name;
        if (inside.names.has(name)) throw malformed(pointer(), "duplicate_member", "this member stands twice");
        inside.names.add(name);
      }
      i = end - 1;
    } else if (char === BRACE || char === BRACKET) {
      if (open.length >= MAX_DEPTH) throw malformed("", "too_deep", `nested deeper than ${MAX_DEPTH} levels`);
      open.push({ names: char === BRACE ? new Set() : null, name: "", index: 0 });
    } else if (char === BRACE_END || char === BRACKET_END) {
      open.pop();
    } else if (char === COMMA) {
      const inside = open.at(-1);
      if (inside) inside.index += 1;
    }
  }
}

const [QUOTE, BACKSLASH, COLON, COMMA] = [0x22, 0x5c, 0x3a, 0x2c];
const [BRACE, BRACE_END, BRACKET, BRACKET_END] = [0x7b, 0x7d, 0x5b, 0x5d];

function endOfString(text: string, start: number): number {
  for (let i = start + 1; i < text.length; i += 1) {
    const char = text.charCodeAt(i);
    if (char === BACKSLASH) i += 1;
    else if (char === QUOTE) return i + 1;
  }
  return text.length;
}

function isName(text: string, after: number): boolean {
  let i = after;
  while (i < text.length && text.charCodeAt(i) <= 0x20) i += 1;
  return text.charCodeAt(i) === COLON;
}

function nameOf(quoted: string): string {
  if (!quoted.includes("\\")) return quoted.slice(1, -1);
  try {
    return String(JSON.parse(quoted));
  } catch {
    return quoted;
  }
}

function checkStrings(value: unknown, pointer: string, faults: Fault[]): void {
  if (typeof value === "string") {
    if (!value.isWellFormed()) faults.push({ pointer, code: "lone_surrogate", message: "half of a surrogate pair" });
    else if (value.includes("\0")) faults.push({ pointer, code: "nul", message: "U+0000 can't be stored" });
  } else if (Array.isArray(value)) {
    value.forEach((item, index) => checkStrings(item, pointerTo(pointer, index), faults));
  } else if (typeof value === "object" && value !== null) {
    for (const [name, member] of Object.entries(value)) {
      const at = pointerTo(pointer, name);
      if (name === "__proto__" || !name.isWellFormed() || name.includes("\0")) {
        faults.push({ pointer: at.toWellFormed(), code: "unknown_field", message: "no such field" });
      } else checkStrings(member, at, faults);
    }
  }
}

/** Whether two JSON values are the same, whatever the order of their members. */
export function sameJson(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a) || Array.isArray(b)) {
    return Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((item, i) => sameJson(item, b[i]));
  }
  const left = new Map(Object.entries(a));
  const right = new Map(Object.entries(b));
  return left.size === right.size && [...left].every(([name, value]) => right.has(name) && sameJson(value, right.get(name)));
}

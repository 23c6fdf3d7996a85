// A content line of a vCard (RFC 6350, 3.3) taken apart: group, name, parameters, raw value. Also as 2.1 writes it: bare types.

export interface Property {
  readonly group: string | null;
  /** In upper case. */
  readonly name: string;
  /** By upper-case name; every value that the parameter has, unquoted. */
  readonly params: ReadonlyMap<string, readonly string[]>;
  readonly value: string;
}

const ENCODINGS = new Set(["QUOTED-PRINTABLE", "BASE64", "8BIT", "7BIT", "B"]);
const HEAD = /^(?:([A-Za-z0-9_-]+)\.)?([A-Za-z0-9_-]+)(?=[;:])/;
/** One parameter: its name (none in 2.1), then values, some of them quoted. */
const PARAM = /;\s*(?:([A-Za-z0-9_-]+)\s*=)?((?:"[^"]*"|[^";:]+)*)/y;
const VALUES = /"([^"]*)"|[^",]+/g;

/** Null for what is no property. */
export function propertyOf(line: string): Property | null {
  const head = HEAD.exec(line);
  if (head === null) return null;
  const params = new Map<string, string[]>();
  let at = head[0].length;
  while (line[at] === ";") {
    PARAM.lastIndex = at;
    const match = PARAM.exec(line);
    if (match === null) return null;
    const values = [...(match[2] ?? "").matchAll(VALUES)].map(([bare, quoted]) => unmarked(quoted ?? bare.trim()));
    const name = match[1]?.toUpperCase() ?? (ENCODINGS.has((values[0] ?? "").toUpperCase()) ? "ENCODING" : "TYPE");
    params.set(name, [...(params.get(name) ?? []), ...values]);
    at = PARAM.lastIndex;
  }
  return line[at] === ":" ? { group: head[1]?.toLowerCase() ?? null, name: (head[2] ?? "").toUpperCase(), params, value: line.slice(at + 1) } : null;
}

/** RFC 6868: what a parameter can't hold as it is. */
const unmarked = (value: string): string => value.replaceAll(/\^(['^n])/g, (_, mark: string) => (mark === "n" ? "\n" : mark === "'" ? '"' : "^"));

export const param = ({ params }: Property, name: string): string | null => params.get(name)?.[0] ?? null;

/** Types in lower case: of all TYPE parameters, and of lists within one (`TYPE="home,voice"`). */
export const typesOf = ({ params }: Property): string[] =>
  (params.get("TYPE") ?? []).flatMap((value) => value.split(",")).map((type) => type.trim().toLowerCase()).filter((type) => type !== "");

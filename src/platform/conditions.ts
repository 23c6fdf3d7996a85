// Conditional and idempotent requests (RFC 9110 section 13, draft-ietf-httpapi-idempotency-key-header-07).
import type { Ctx, IfMatch } from "./context";
import type { ProblemThrower } from "./problem";
import { invalidHeader, versionMismatch } from "./problems";

const TAG = /^(?:W\/)?"(\d{1,15})(?:-[0-9a-f]+)?"$/;

/** `If-Match: "7"`, `"7-ab12"`, a list of those, or `*`. Throws `invalid_header`. */
export function parseIfMatch(header: string | null): IfMatch | null {
  if (header === null) return null;
  if (header.trim() === "*") return "*";
  return header.split(",").map((tag) => {
    const version = TAG.exec(tag.trim())?.[1];
    if (version === undefined) throw malformed(invalidHeader, "If-Match", 'an entity tag as an answer gave it, such as "7", or *');
    return Number(version);
  });
}

/** Refuses a write whose If-Match names another version. */
export function checkIfMatch(ctx: Pick<Ctx, "ifMatch">, version: number): void {
  if (ctx.ifMatch === null || ctx.ifMatch === "*" || ctx.ifMatch.includes(version)) return;
  throw versionMismatch(`It is at version ${version} now.`, { current_version: version }, { ETag: etag(version) });
}

/** Whether If-None-Match holds this tag, compared weakly. */
export function noneMatchHolds(header: string | null, tag: string): boolean {
  if (header === null) return false;
  const weak = (one: string) => one.trim().replace(/^W\//, "");
  return header.trim() === "*" || header.split(",").some((one) => weak(one) === weak(tag));
}

/** The strong tag of a full form. */
export const etag = (version: number): string => `"${version}"`;
/** The tag of a shaped form (`fields`, `include`). */
export const shapedEtag = (version: number, shape: string): string => `"${version}-${shape.slice(0, 8)}"`;

/** The key, quoted (as the draft has it) or bare. Throws `invalid_header`. */
export function parseIdempotencyKey(header: string | null): string | null {
  if (header === null) return null;
  const key = /^"((?:[^"\\]|\\["\\])*)"$/.exec(header)?.[1]?.replace(/\\(.)/g, "$1") ?? header;
  if (!/^[\x21-\x7e](?:[\x20-\x7e]{0,253}[\x21-\x7e])?$/.test(key)) {
    throw malformed(invalidHeader, "Idempotency-Key", "1 to 255 printable ASCII characters, such as a UUID");
  }
  return key;
}

function malformed(thrower: ProblemThrower, header: string, message: string) {
  return thrower(`\`${header}\` can't be read.`, { errors: [{ header, code: "malformed", message }] });
}

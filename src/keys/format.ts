// The form of a key: `ck_{live|test}_{agy|loc}_{43 base62 = 256 bit}{6 base62 = CRC32 of the entropy}`. The checksum
// refuses slips before any I/O; only [A-Za-z0-9_], so that a double click selects all of it.
import type { Environment } from "../platform/context";
import { PlainSecret } from "../platform/secret";
import { checksum, entropy } from "../platform/token";

export type KeyKind = "agency" | "location";

const FORM = /^ck_(live|test)_(agy|loc)_([0-9A-Za-z]{43})([0-9A-Za-z]{6})$/;
/** Anything that looks like a key of ours, wherever it stands. */
export const ANYWHERE = /ck_(?:live|test)_(?:agy|loc)_[0-9A-Za-z]{20,}/;

export const prefixOf = (environment: Environment, kind: KeyKind): string =>
  `ck_${environment === "live" ? "live" : "test"}_${kind === "agency" ? "agy" : "loc"}_`;

/** A new secret of 256 random bits. */
export function mint(environment: Environment, kind: KeyKind): PlainSecret {
  const random = entropy();
  return new PlainSecret(prefixOf(environment, kind) + random + checksum(random));
}

/** Whether a text is a whole key whose checksum holds. */
export function isWellFormed(text: string): boolean {
  const [, , , random, sum] = FORM.exec(text) ?? [];
  return random !== undefined && checksum(random) === sum;
}

// The form of a key: `ck_{live|test}_{agy|loc}_{43 base62 = 256 bit}{6 base62 = CRC32 of the entropy}`. The checksum
// refuses slips before any I/O; only [A-Za-z0-9_], so that a double click selects all of it.
import type { Environment } from "../platform/context";
import { PlainSecret, randomBytes } from "../platform/secret";

export type KeyKind = "agency" | "location";

const FORM = /^ck_(live|test)_(agy|loc)_([0-9A-Za-z]{43})([0-9A-Za-z]{6})$/;
/** Anything that looks like a key of ours, wherever it stands. */
export const ANYWHERE = /ck_(?:live|test)_(?:agy|loc)_[0-9A-Za-z]{20,}/;

export const prefixOf = (environment: Environment, kind: KeyKind): string =>
  `ck_${environment === "live" ? "live" : "test"}_${kind === "agency" ? "agy" : "loc"}_`;

/** A new secret of 256 random bits. */
export function mint(environment: Environment, kind: KeyKind): PlainSecret {
  const entropy = base62(randomBytes(32), 43);
  return new PlainSecret(prefixOf(environment, kind) + entropy + checksum(entropy));
}

/** Whether a text is a whole key whose checksum holds. */
export function isWellFormed(text: string): boolean {
  const [, , , entropy, sum] = FORM.exec(text) ?? [];
  return entropy !== undefined && checksum(entropy) === sum;
}

/** CRC32 of the entropy's characters in base62, left-padded to 6 (as GitHub's tokens have it). */
export function checksum(entropy: string): string {
  let crc = 0xffffffff;
  for (let i = 0; i < entropy.length; i += 1) crc = (TABLE[(crc ^ entropy.charCodeAt(i)) & 0xff] ?? 0) ^ (crc >>> 8);
  return digits(BigInt((crc ^ 0xffffffff) >>> 0), 6);
}

const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

function base62(bytes: Uint8Array, length: number): string {
  return digits(bytes.reduce((number, byte) => (number << 8n) | BigInt(byte), 0n), length);
}

function digits(number: bigint, length: number): string {
  let text = "";
  for (let rest = number; text.length < length; rest /= 62n) text = (ALPHABET[Number(rest % 62n)] ?? "") + text;
  return text;
}

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  return crc >>> 0;
});

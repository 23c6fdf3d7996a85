// One-time tokens and the entropy of keys: 256 random bits in base62 with a checksum, so that slips and rubbish are told
// apart from guesses before anything is looked up.
import { PlainSecret, randomBytes } from "./secret";

const FORM = /^ck([a-z])_([0-9A-Za-z]{43})([0-9A-Za-z]{6})$/;

/** What a token is for: the letter in `ckc_…`. */
export type Purpose = "claim" | "invitation";
const LETTERS: Record<Purpose, string> = { claim: "c", invitation: "i" };

/** A new token. */
export function mintToken(purpose: Purpose): PlainSecret {
  const random = entropy();
  return new PlainSecret(`ck${LETTERS[purpose]}_${random}${checksum(random)}`);
}

/** Whether a text is a whole token for this purpose, whose checksum holds. */
export function isToken(purpose: Purpose, text: string): boolean {
  const [, letter, random, sum] = FORM.exec(text) ?? [];
  return random !== undefined && letter === LETTERS[purpose] && checksum(random) === sum;
}

/** 256 random bits, 43 characters. */
export const entropy = (): string => base62(randomBytes(32), 43);

/** CRC32 of the entropy's characters in base62, left-padded to 6 (as GitHub's tokens have it). */
export function checksum(text: string): string {
  let crc = 0xffffffff;
  for (let i = 0; i < text.length; i += 1) crc = (TABLE[(crc ^ text.charCodeAt(i)) & 0xff] ?? 0) ^ (crc >>> 8);
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

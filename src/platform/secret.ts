// Secrets and what may be kept of them, as two types that can't be confused: a plain secret has no way into
// a string, a log line or JSON except `reveal()`; a digest has no way back.
import { createHash, createHmac } from "node:crypto";

export class PlainSecret {
  readonly #text: string;
  constructor(text: string) {
    this.#text = text;
  }
  /** The secret itself. Call it where it leaves for its owner or enters the hash, nowhere else. */
  reveal(): string {
    return this.#text;
  }
  get last4(): string {
    return this.#text.slice(-4);
  }
  toJSON(): string {
    return "[secret]";
  }
  [Symbol.toPrimitive](): never {
    throw new TypeError("a secret is not a string");
  }
}

declare const digestBrand: unique symbol;
/** HMAC-SHA-256 of a secret under the pepper, 64 hex digits. */
export type HashedSecret = string & { readonly [digestBrand]: true };

const isDigest = (text: string): text is HashedSecret => /^[0-9a-f]{64}$/.test(text);

/**
 * The digest under which a secret is looked up. Throws when the pepper is missing or short. Not WebCrypto: the same digest
 * a promise later costs each request a turn of the event loop.
 */
export function hash(pepper: string, secret: PlainSecret): HashedSecret {
  if (pepper.length < 32) throw new Error("KEY_PEPPER must have at least 32 characters");
  const digest = createHmac("sha256", pepper).update(secret.reveal()).digest("hex");
  if (!isDigest(digest)) throw new Error("not a digest");
  return digest;
}

/** SHA-256 of a text, in hex: for fingerprints, not for secrets. */
export const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

/** `bytes` random bytes from the platform. */
export const randomBytes = (bytes: number): Uint8Array => crypto.getRandomValues(new Uint8Array(bytes));

// Secrets and what may be kept of them, as two types that can't be confused: a plain secret has no way into
// a string, a log line or JSON except `reveal()`; a digest has no way back.

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

let imported: { pepper: string; key: Promise<CryptoKey> } | undefined;

/** The digest under which a secret is looked up. Throws when the pepper is missing or short. */
export async function hash(pepper: string, secret: PlainSecret): Promise<HashedSecret> {
  if (imported?.pepper !== pepper) {
    if (pepper.length < 32) throw new Error("KEY_PEPPER must have at least 32 characters");
    const key = crypto.subtle.importKey("raw", encoder.encode(pepper), { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
    imported = { pepper, key };
  }
  const mac = await crypto.subtle.sign("HMAC", await imported.key, encoder.encode(secret.reveal()));
  const digest = hex(new Uint8Array(mac));
  if (!isDigest(digest)) throw new Error("not a digest");
  return digest;
}

/** SHA-256 of a text, in hex: for fingerprints, not for secrets. */
export async function sha256(text: string): Promise<string> {
  return hex(new Uint8Array(await crypto.subtle.digest("SHA-256", encoder.encode(text))));
}

/** `bytes` random bytes from the platform. */
export const randomBytes = (bytes: number): Uint8Array => crypto.getRandomValues(new Uint8Array(bytes));

const encoder = new TextEncoder();
const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

function hex(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += HEX[byte];
  return text;
}

// Handing a secret over encrypted (RFC 7516): to the public key of the one who shall have it, so that the answer can go
// through any hands. Private members of a key are refused before anything is stored.
import * as z from "zod";
import { invalid } from "../platform/problems";

const MIN_RSA_BITS = 2_048;
const MAX_RSA_BITS = 8_192;
const BASE64URL = /^[A-Za-z0-9_-]+$/;
const text = z.string().regex(BASE64URL).max(2_000);
const common = {
  kid: z.string().regex(/^[\x20-\x7e]{1,200}$/, "printable ASCII").optional(),
  use: z.literal("enc").optional(),
  key_ops: z.array(z.enum(["encrypt", "wrapKey", "deriveKey", "deriveBits"])).max(8).optional(),
  ext: z.boolean().optional(),
};
const elliptic = z.strictObject({ kty: z.literal("EC"), crv: z.enum(["P-256", "P-384", "P-521"]), x: text, y: text, alg: z.literal("ECDH-ES+A256KW").optional(), ...common });
const octet = z.strictObject({ kty: z.literal("OKP"), crv: z.literal("X25519"), x: text, alg: z.literal("ECDH-ES+A256KW").optional(), ...common });
const rsa = z.strictObject({ kty: z.literal("RSA"), n: text, e: text, alg: z.literal("RSA-OAEP-256").optional(), ...common });

export const publicJwk = z.discriminatedUnion("kty", [elliptic, octet, rsa]).meta({
  id: "PublicJwk",
  description: `Public key (RFC 7517) that secrets are encrypted to: EC P-256, P-384, P-521 or OKP X25519 (ECDH-ES+A256KW), or RSA of at least ${MIN_RSA_BITS} bits (RSA-OAEP-256). Content: A256GCM. Private members are refused.`,
});
export type PublicJwk = z.output<typeof publicJwk>;

export interface Recipient {
  readonly jwk: PublicJwk;
  readonly alg: "ECDH-ES+A256KW" | "RSA-OAEP-256";
  /** RFC 7638, SHA-256: what both sides compare. */
  readonly thumbprint: string;
}

const algOf = ({ kty }: PublicJwk): Recipient["alg"] => (kty === "RSA" ? "RSA-OAEP-256" : "ECDH-ES+A256KW");

/** Checks that it is a key indeed, of enough bits, by sealing something to it. Throws 422 at `pointer`. */
export async function checkJwk(jwk: PublicJwk, pointer: string): Promise<void> {
  const refuse = (message: string) => invalid([{ pointer, code: "invalid_jwk", message }]);
  const trial = async (): Promise<number> => {
    await seal(await recipientOf(JSON.stringify(jwk)), {});
    return jwk.kty === "RSA" ? bitsOf(jwk.n) : MIN_RSA_BITS;
  };
  const bits = await trial().catch(() => {
    throw refuse("not a public key that something can be encrypted to");
  });
  if (bits < MIN_RSA_BITS || bits > MAX_RSA_BITS) throw refuse(`an RSA key of ${MIN_RSA_BITS} to ${MAX_RSA_BITS} bits`);
}

/** Of a number in base64url, without its leading zeros. */
function bitsOf(digits: string): number {
  const bytes = Array.from(atob(digits.replaceAll("-", "+").replaceAll("_", "/")), (char) => char.charCodeAt(0).toString(16).padStart(2, "0"));
  return BigInt(`0x0${bytes.join("")}`).toString(2).length;
}

export async function recipientOf(json: string): Promise<Recipient> {
  const jwk = publicJwk.parse(JSON.parse(json));
  const { calculateJwkThumbprint } = await import("jose");
  return { jwk, alg: algOf(jwk), thumbprint: await calculateJwkThumbprint(jwk, "sha256") };
}

/** A compact JWE of this JSON that only the holder of the private key can open. */
export async function seal({ jwk, alg, thumbprint }: Recipient, payload: object): Promise<string> {
  const { CompactEncrypt, importJWK } = await import("jose");
  // `key_ops` and `ext` are what tools write of their own use of the key: WebCrypto would hold ours to it.
  const { key_ops: _operations, ext: _extractable, ...key } = jwk;
  return new CompactEncrypt(new TextEncoder().encode(JSON.stringify(payload)))
    .setProtectedHeader({ alg, enc: "A256GCM", kid: jwk.kid ?? thumbprint, cty: "application/json" })
    .encrypt(await importJWK(key, alg));
}

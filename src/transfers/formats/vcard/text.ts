// Texts of a vCard: escaped and not (RFC 6350, 3.4), in parts, and from quoted-printable and base64 (2.1).
import { param, type Property } from "./line";

/** A line end is `\n`; what else controls a terminal has no place in a vCard. */
export const plain = (text: string): string => text.replaceAll("\r\n", "\n").replaceAll(/[^\P{Cc}\t\n]/gu, "");

/** A semicolon is escaped where it would part a value: elsewhere many readers show the backslash. */
export const escapeText = (text: string, parted: boolean): string => plain(text).replaceAll(parted ? /[\\,;]/g : /[\\,]/g, String.raw`\$&`).replaceAll("\n", String.raw`\n`);

export const unescapeText = (text: string): string => text.replaceAll(/\\([^])/g, (_, char: string) => (char === "n" || char === "N" ? "\n" : char));

/** Cut where the separator is not escaped; the parts are unescaped. */
export const partsOf = (text: string, separator: ";" | ","): string[] => rawPartsOf(text, separator).map(unescapeText);

export function rawPartsOf(text: string, separator: ";" | ","): string[] {
  const parts: string[] = [];
  let start = 0;
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] === "\\") at += 1;
    else if (text[at] === separator) {
      parts.push(text.slice(start, at));
      start = at + 1;
    }
  }
  return [...parts, text.slice(start)];
}

/** The property with its value as text, whatever it was encoded in. */
export function decoded(property: Property): Property {
  const encoding = param(property, "ENCODING")?.toUpperCase();
  if (encoding === "QUOTED-PRINTABLE") return { ...property, value: textOf(bytesOfQuoted(property.value), param(property, "CHARSET")) };
  if (encoding !== "BASE64" && encoding !== "B") return property;
  const bytes = bytesOfBase64(property.value);
  return bytes === null ? property : { ...property, value: textOf(bytes, param(property, "CHARSET")) };
}

const encoder = new TextEncoder();

function bytesOfQuoted(text: string): Uint8Array {
  const bytes: number[] = [];
  for (const [token, code] of text.matchAll(/=([0-9A-Fa-f]{2})|[^=]+|=/g)) {
    if (code !== undefined) bytes.push(Number.parseInt(code, 16));
    else for (const byte of encoder.encode(token)) bytes.push(byte);
  }
  return Uint8Array.from(bytes);
}

function bytesOfBase64(text: string): Uint8Array | null {
  try {
    return Uint8Array.from(atob(text.replaceAll(/\s/g, "")), (char) => char.charCodeAt(0));
  } catch {
    return null;
  }
}

/** In the character set that is named, else UTF-8, else Windows-1252, which has a character for every byte. */
function textOf(bytes: Uint8Array, charset: string | null): string {
  for (const label of [charset ?? "utf-8", "utf-8"]) {
    try {
      return new TextDecoder(label, { fatal: true, ignoreBOM: false }).decode(bytes).replaceAll("\r\n", "\n");
    } catch {
      continue;
    }
  }
  return new TextDecoder("windows-1252").decode(bytes);
}

// Which encoding a text is in, by its first bytes. What could be read in two ways is refused, never garbled.
import { Unreadable } from "../source";
import { notText } from "./disguise";

const BOMS: readonly (readonly [bytes: readonly number[], encoding: string])[] = [
  [[0xef, 0xbb, 0xbf], "utf-8"],
  [[0xff, 0xfe], "utf-16le"],
  [[0xfe, 0xff], "utf-16be"],
];

/** Named as the Encoding Standard does. `whole`: there is no more than the head. */
export function encodingOf(head: Uint8Array, asked: string | undefined, whole: boolean): string {
  if (asked !== undefined) return known(asked);
  const bom = BOMS.find(([bytes]) => bytes.every((byte, i) => head[i] === byte));
  if (bom) return bom[1];
  const utf16 = utf16Of(head);
  if (utf16) return utf16;
  if (isBinary(head)) throw notText("binary data", "upload CSV, JSON or vCard");
  if (isUtf8(head, whole)) return "utf-8";
  if (isMostlyUtf8(head)) throw wrongEncoding("utf-8");
  if (!isWestern(head)) throw new Unreadable("unknown_encoding", "The encoding can't be told from the file. Save it as UTF-8, or say its encoding with the upload, for example windows-1251, gbk or shift_jis.");
  return "windows-1252";
}

function known(label: string): string {
  try {
    return new TextDecoder(label).encoding;
  } catch {
    throw new Unreadable("unknown_encoding", `The encoding \`${label.slice(0, 50)}\` is not known. Say one of the Encoding Standard: utf-8, utf-16le, windows-1252 …`);
  }
}

/** Text in UTF-16 has its delimiters and line ends in ASCII, so zeros in every other place, and in none of the rest. */
function utf16Of(head: Uint8Array): string | null {
  const zeros = [0, 0];
  head.forEach((byte, i) => {
    if (byte === 0) zeros[i % 2] = (zeros[i % 2] ?? 0) + 1;
  });
  const [even = 0, odd = 0] = zeros;
  const enough = Math.max(1, head.length / 20);
  if (odd >= enough && even * 20 < odd) return "utf-16le";
  return even >= enough && odd * 20 < even ? "utf-16be" : null;
}

/** A NUL, or more than a tenth of control characters. */
function isBinary(head: Uint8Array): boolean {
  const controls = head.reduce((count, byte) => count + (byte < 0x20 && (byte < 0x09 || byte > 0x0d) ? 1 : 0), 0);
  return head.includes(0) || controls * 10 > head.length;
}

function isUtf8(head: Uint8Array, whole: boolean): boolean {
  try {
    new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(head, { stream: !whole });
    return true;
  } catch {
    return false;
  }
}

/** More characters that only UTF-8 writes like this than places that it never has: UTF-8 with damage in it. */
function isMostlyUtf8(head: Uint8Array): boolean {
  const beyondAscii = new TextDecoder("utf-8").decode(head).replaceAll(/[\0-\x7f]+/g, "");
  const damage = beyondAscii.split("\ufffd").length - 1;
  return beyondAscii.length - damage > damage;
}

/** Words of western languages never have three letters beyond ASCII in a row; those of other alphabets have hardly anything else. */
function isWestern(head: Uint8Array): boolean {
  let [beyond, inRuns, run] = [0, 0, 0];
  for (const byte of head) {
    run = byte < 0x80 ? 0 : run + 1;
    if (run > 0) beyond += 1;
    if (run > 2) inRuns += run === 3 ? 3 : 1;
  }
  return beyond < 12 || inRuns * 2 < beyond;
}

export const wrongEncoding = (encoding: string): Unreadable =>
  new Unreadable("wrong_encoding", `The file begins as ${encoding}, but has bytes that are none. Save it as UTF-8, or say its encoding with the upload, for example windows-1252.`);

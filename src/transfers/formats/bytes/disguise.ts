// Files that are no text, by their first bytes: who uploads one is told what it looks like and what to do.
import { Unreadable } from "../source";

const AS_CSV = "save it as CSV (UTF-8) and upload that";

/** First bytes (as Latin-1) → what it is and what to do. */
const MAGIC: readonly (readonly [start: string, what: string, cure: string])[] = [
  ["\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Excel workbook or another Office file", AS_CSV],
  ["%PDF-", "a PDF", "export the contacts as CSV or vCard instead"],
  ["\x89PNG", "a picture (PNG)", "upload CSV, JSON or vCard"],
  ["\xff\xd8\xff", "a picture (JPEG)", "upload CSV, JSON or vCard"],
  ["GIF8", "a picture (GIF)", "upload CSV, JSON or vCard"],
  ["7z\xbc\xaf\x27\x1c", "a 7-Zip archive", "unpack it and upload the file in it"],
  ["Rar!\x1a\x07", "a RAR archive", "unpack it and upload the file in it"],
  ["BZh", "a bzip2 file", "unpack it and upload the file in it"],
  ["\xfd7zXZ\0", "an xz file", "unpack it and upload the file in it"],
  ["\x28\xb5\x2f\xfd", "a Zstandard file", "unpack it and upload the file in it"],
  ["\x1f\x8b", "a gzip file inside a gzip file", "unpack it once"],
  ["SQLite format 3\0", "an SQLite database", "export its table as CSV"],
  ["\xff\xfe\0\0", "text in UTF-32", "save it as UTF-8"],
  ["\0\0\xfe\xff", "text in UTF-32", "save it as UTF-8"],
  ["!BDN", "an Outlook data file (.pst)", "export the contacts from Outlook as CSV"],
];

const latin1 = (bytes: Uint8Array): string => String.fromCharCode(...bytes);

export function refuseBinary(head: Uint8Array): void {
  const start = latin1(head.subarray(0, 16));
  const known = MAGIC.find(([magic]) => start.startsWith(magic));
  if (known) throw notText(known[1], known[2]);
  if (start.startsWith("PK\x03\x04") || start.startsWith("PK\x05\x06")) throw notText(...inZip(latin1(head.subarray(0, 4_096))));
  if (start.startsWith("bplist00")) throw notText("a binary property list", "export the contacts as vCard");
}

function inZip(text: string): readonly [what: string, cure: string] {
  if (text.includes("opendocument")) return ["an OpenDocument file", AS_CSV];
  if (text.includes("Index/") && text.includes(".iwa")) return ["a Numbers spreadsheet", AS_CSV];
  if (text.includes("xl/")) return ["an Excel workbook", AS_CSV];
  return text.includes("[Content_Types].xml") ? ["an Excel workbook or another Office file", AS_CSV] : ["a zip archive", "unpack it and upload the file in it"];
}

export const notText = (what: string, cure: string): Unreadable => new Unreadable("not_text", `This is no text file. It looks like ${what}: ${cure}.`);

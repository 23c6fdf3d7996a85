// Files as they come: packed, in any encoding, disguised, broken. Each is read, or refused with what to do about it.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FORMATS, Unreadable } from "../src/transfers/formats/source";
import { open } from "../src/transfers/formats/open";
import { bytesOf, cutAt, gzipped, read, readAll, refusal, streamOf, utf16 } from "./files";

const latin1 = (text: string): Uint8Array => Uint8Array.from(text, (char) => char.charCodeAt(0));
const joined = (...parts: readonly Uint8Array[]): Uint8Array => Uint8Array.from(parts.flatMap((part) => [...part]));
const people = "name,city\r\nJosé Núñez,Málaga\r\nZoë – “Zo”,Škofja Loka\r\n";
const rows = [["José Núñez", "Málaga"], ["Zoë – “Zo”", "Škofja Loka"]];
/** As Windows writes it: bytes 0x96, 0x93, 0x94, 0x8a are none in Latin-1. */
const windows = latin1(people.replace("–", "\x96").replace("“", "\x93").replace("”", "\x94").replace("Š", "\x8a"));

describe("an encoding", () => {
  it.each<[string, Uint8Array, string]>([
    ["UTF-8", bytesOf(people), "utf-8"],
    ["UTF-8 with BOM", bytesOf(`\ufeff${people}`), "utf-8"],
    ["UTF-16 LE with BOM", utf16(`\ufeff${people}`, true), "utf-16le"],
    ["UTF-16 BE with BOM", utf16(`\ufeff${people}`, false), "utf-16be"],
    ["UTF-16 LE without", utf16(people, true), "utf-16le"],
    ["UTF-16 BE without", utf16(people, false), "utf-16be"],
    ["Windows-1252", windows, "windows-1252"],
  ])("%s is found", async (_, bytes, encoding) => {
    const answer = await readAll(cutAt(bytes, [1, 333, 334, 500, 501, 502, 900]));
    expect(answer.facts).toMatchObject({ encoding, format: "csv", columns: ["name", "city"] });
    expect(answer.rows.map(({ source }) => source)).toEqual(rows);
  });

  it("what is asked for wins", async () => {
    const answer = await read(latin1("name\n\xc8\xe2\xe0\xed\n"), { encoding: "cp1251" });
    expect(answer).toMatchObject({ facts: { encoding: "windows-1251" }, rows: [{ source: ["Иван"] }] });
    expect((await refusal(read("a\n", { encoding: "klingon" }))).code).toBe("unknown_encoding");
  });

  it.each<[string, Uint8Array, string, string]>([
    ["breaks after a head of UTF-8", joined(bytesOf(`name\n${"José\n".repeat(100_000)}`), latin1("Jos\xe9\n")), "wrong_encoding", "windows-1252"],
    ["breaks after a head of ASCII", joined(bytesOf(`name\n${"Jose\n".repeat(100_000)}`), latin1("Jos\xe9\n")), "wrong_encoding", "windows-1252"],
    ["is UTF-8 with damage in its head", joined(bytesOf(`name\n${"José\n".repeat(10)}`), latin1("Jos\xe9\n")), "wrong_encoding", "UTF-8"],
    ["is cut within a character", bytesOf("name\nJosé").slice(0, -1), "unknown_or_wrong", "UTF-8"],
    ["is of another alphabet", latin1(`name\n${"\xc8\xe2\xe0\xed \xcf\xe5\xf2\xf0\xee\xe2\n".repeat(5)}`), "unknown_encoding", "windows-1251"],
  ])("a text that %s is never garbled", async (_, bytes, code, cure) => {
    if (code === "unknown_or_wrong") {
      // One byte that is none: Windows-1252 has a letter for it, so the file is read as that.
      expect((await read(bytes)).facts.encoding).toBe("windows-1252");
      return;
    }
    expect(await refusal(read(bytes))).toEqual({ code, message: expect.stringContaining(cure) });
  });
});

describe("gzip", () => {
  it("is understood by its first bytes", async () => {
    const answer = await readAll(cutAt(await gzipped(bytesOf(people)), [10, 20, 500]));
    expect(answer.facts.gzip).toBe(true);
    expect(answer.rows.map(({ source }) => source)).toEqual(rows);
  });

  const many = bytesOf(`a,b\n${Array.from({ length: 50_000 }, (_, i) => `${i},${(i * 7919) % 10_007}\n`).join("")}`);

  it("cut off is told from damaged", async () => {
    const whole = await gzipped(many);
    expect((await refusal(read(whole.slice(0, whole.length / 2)))).code).toBe("truncated_file");
    expect((await refusal(read(whole.slice(0, -3)))).code).toBe("truncated_file");
    expect((await refusal(read(whole.map((byte, i) => (i > whole.length / 2 ? byte ^ 0x55 : byte))))).code).toBe("damaged_file");
    expect((await refusal(read(Uint8Array.of(0x1f, 0x8b)))).code).toBe("truncated_file");
    expect((await read(whole)).rows).toHaveLength(50_000);
  });

  it("a fault of where it comes from is no fault of the file", async () => {
    const whole = await gzipped(many);
    function* breaking(): Generator<Uint8Array> {
      yield whole.slice(0, 30_000);
      throw new Error("the line went dead");
    }
    await expect(readAll(breaking())).rejects.toThrow("the line went dead");
  });

  it("a bomb stops at 500 MB, and the rest is not even asked for", async () => {
    const bomb = await gzippedMany(520);
    expect(bomb.length).toBeLessThan(2_000_000);
    const taken = { chunks: 0, canceled: false };
    const pieces = cutAt(bomb, Array.from({ length: 999 }, (_, i) => i + 1));
    const answer = await refusal(drained(streamOf(pieces, taken)));
    expect(answer).toEqual({ code: "too_large", message: expect.stringContaining("500 MB") });
    expect(taken).toEqual({ chunks: expect.any(Number), canceled: true });
    expect(taken.chunks).toBeLessThan(980);
  });

  it("within gzip is told", async () => {
    expect(await refusal(read(await gzipped(await gzipped(many))))).toMatchObject({ code: "not_text", message: expect.stringContaining("gzip") });
  });
});

/** So many megabytes, packed. */
const gzippedMany = async (megabytes: number): Promise<Uint8Array> => {
  const block = bytesOf(`${"a".repeat(9_999)}\n`.repeat(100));
  function* blocks(): Generator<Uint8Array> {
    for (let i = 0; i < megabytes; i += 1) yield block;
  }
  return new Uint8Array(await new Response(streamOf(blocks()).pipeThrough(new CompressionStream("gzip"))).arrayBuffer());
};

async function drained(stream: ReadableStream<Uint8Array>): Promise<number> {
  const { sets } = await open(stream);
  let count = 0;
  for await (const set of sets) count += set.length;
  return count;
}

describe("what is no text", () => {
  it.each<[string, Uint8Array, string]>([
    ["xlsx", latin1("PK\x03\x04\x14\0\x06\0\x08\0\0\0!\0[Content_Types].xml \xa2\x04\x02xl/workbook.xml"), "Excel workbook: save it as CSV"],
    ["xls", latin1("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0\0\0"), "old Excel workbook"],
    ["ods", latin1("PK\x03\x04\x14\0mimetypeapplication/vnd.oasis.opendocument.spreadsheet"), "OpenDocument"],
    ["zip", latin1("PK\x03\x04\x14\0\0\0\0\0contacts.csv"), "zip archive: unpack it"],
    ["pdf", latin1("%PDF-1.7\n%\xb5\xed"), "PDF"],
    ["png", latin1("\x89PNG\r\n\x1a\n\0\0\0\rIHDR"), "PNG"],
    ["jpeg", latin1("\xff\xd8\xff\xe0\0\x10JFIF"), "JPEG"],
    ["sqlite", latin1("SQLite format 3\0\x10\0"), "SQLite"],
    ["utf-32", latin1("\xff\xfe\0\0a\0\0\0"), "UTF-32"],
    ["a program", Uint8Array.from({ length: 2_000 }, (_, i) => (i * 37) % 256), "binary data"],
    ["control characters", latin1("\x01\x02\x03\x04abc"), "binary data"],
  ])("%s is told by what it looks like", async (_, bytes, words) => {
    expect(await refusal(read(bytes))).toEqual({ code: "not_text", message: expect.stringContaining(words) });
  });

  it.each([["nothing", ""], ["a BOM", "\ufeff"], ["white space", " \r\n\t\n"]])("%s is an empty file", async (_, text) => {
    expect((await refusal(read(text))).code).toBe("empty_file");
  });
});

describe("a format", () => {
  it.each([
    ["csv", "a,b\n1,2\n"],
    ["csv", "[id],name\n1,2\n"],
    ["tsv", "a\tb\n1\t2\n"],
    ["json", '[{"a":1}]'],
    ["json", ' [\n  {"a": 1}\n]'],
    ["json", "[]"],
    ["json", '{"data":[{"a":1}],"next":null}'],
    ["json", '{\n  "data": [\n'],
    ["ndjson", '{"a":1}\n{"a":2}\n'],
    ["ndjson", '{"a":1}'],
    ["ndjson", '{"emails":[{"value":"x"}]}\n{"a":2}'],
    ["vcard", "begin:vcard\r\nFN:x\r\nEND:VCARD\r\n"],
  ])("is found: %s %j", async (format, text) => {
    const { facts } = await open(streamOf([bytesOf(text)])).catch((error: unknown) => {
      if (error instanceof Unreadable && error.code === "truncated_file") return { facts: { format: "json" } };
      throw error;
    });
    expect(facts.format).toBe(format);
  });
});

describe("whatever the bytes", () => {
  const start = fc.constantFrom("", "a,b\n", "BEGIN:VCARD\r\n", "BEGIN:VCARD\nNOTE;ENCODING=QUOTED-PRINTABLE:=\n", "[", '[{"a":', '{"data":[', '{"a":1}\n', "\x1f\x8b", "\x1f\x8b\x08\0\0\0\0\0\0\x03", "\xef\xbb\xbf", "\xff\xfe", 'a,b\n"', "sep=;\n");
  const text = fc.string({ unit: fc.constantFrom('"', ",", ";", "\n", "\r", "\t", " ", "{", "}", "[", "]", ":", "\\", "=", "a", "1", "é", "BEGIN:VCARD\n", "END:VCARD\n", "TEL;TYPE=\"a", "N:a;b\n"), maxLength: 200 }).map(bytesOf);
  const bytes = fc.oneof(text, fc.uint8Array({ maxLength: 300 }), fc.uint8Array({ min: 9, max: 127, maxLength: 300 }));

  it("rows or `Unreadable`, and the stream is let go of", async () => {
    await fc.assert(
      fc.asyncProperty(start, bytes, fc.array(fc.integer({ min: 0, max: 1_000 }), { maxLength: 5 }), fc.option(fc.constantFrom(...FORMATS), { nil: undefined }), async (head, rest, places, format) => {
        const chunks = cutAt(joined(latin1(head), rest), places);
        try {
          const answer = await readAll(chunks, { format });
          expect(answer.rows.map(({ row }) => row)).toEqual(answer.rows.map(({ row }) => row).toSorted((a, b) => a - b));
        } catch (error) {
          expect(error).toBeInstanceOf(Unreadable);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it("cuts make no difference", async () => {
    const outcome = (chunks: Uint8Array[]) => readAll(chunks).catch((error: unknown) => (error instanceof Unreadable ? error.code : error));
    await fc.assert(
      fc.asyncProperty(start, text, fc.array(fc.integer({ min: 0, max: 1_000 }), { minLength: 1, maxLength: 8 }), async (head, rest, places) => {
        const whole = joined(latin1(head), rest);
        expect(await outcome(cutAt(whole, places))).toEqual(await outcome([whole]));
      }),
      { numRuns: 1_000 },
    );
  });

  it("who stops reading ends the stream", async () => {
    const taken = { chunks: 0, canceled: false };
    const { sets } = await open(streamOf(Array.from({ length: 1_000 }, () => bytesOf("a,b\n".repeat(1_000))), taken));
    for await (const set of sets) if (set.length > 0) break;
    expect(taken.canceled).toBe(true);
    expect(taken.chunks).toBeLessThan(100);
  });
});

// Tables: how people's tools write them, read; what is written, read back.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BOM, escaped, line, unescaped } from "../src/transfers/formats/csv/writer";
import { bytesOf, cutAt, read, readAll, refusal } from "./files";

const cellsOf = async (text: string) => (await read(text)).rows.map(({ source }) => source);

describe("a delimiter", () => {
  it.each([
    ["comma", "a,b\n1,2\n", ",", ["a", "b"]],
    ["semicolon", "a;b\n1;2,5\n3;4,5\n", ";", ["a", "b"]],
    ["tab", "a\tb\n1\t2\n", "\t", ["a", "b"]],
    ["pipe", "a|b\n1|2\n", "|", ["a", "b"]],
    ["within quotes it counts for nothing", '"a;b;c;d",e\n"1;2;3;4",5\n', ",", ["a;b;c;d", "e"]],
    ["decimal commas don't outweigh semicolons", "name;sum;rate\nA;1,50;2,5\nB;2,50;3,5\n", ";", ["name", "sum", "rate"]],
    ["Excel says so itself", "sep=;\r\na;b,c\r\n1;2\r\n", ";", ["a", "b,c"]],
    ["Excel's line with a comma", "sep=,\na,b\n1,2\n", ",", ["a", "b"]],
    ["one column", "Email\nana@acme.com\n", ",", ["Email"]],
    ["no line end", "a;b", ";", ["a", "b"]],
  ])("%s", async (_, text, delimiter, columns) => {
    expect((await read(text)).facts).toMatchObject({ delimiter, columns, encoding: "utf-8", gzip: false, format: delimiter === "\t" ? "tsv" : "csv" });
  });

  it("is what was asked for, even where another seems to be", async () => {
    expect((await read("a;b,c\n1;2,3\n", { format: "csv", delimiter: "," })).facts).toMatchObject({ delimiter: ",", columns: ["a;b", "c"] });
  });
});

describe("records", () => {
  it.each<[string, string, string[][]]>([
    ["LF", "a,b\n1,2\n3,4\n", [["1", "2"], ["3", "4"]]],
    ["CRLF", "a,b\r\n1,2\r\n3,4\r\n", [["1", "2"], ["3", "4"]]],
    ["CR", "a,b\r1,2\r3,4\r", [["1", "2"], ["3", "4"]]],
    ["mixed line ends", "a,b\r\n1,2\n3,4\r\n", [["1", "2"], ["3", "4"]]],
    ["no trailing line end", "a,b\r\n1,2", [["1", "2"]]],
    ["a quoted cell at the end", 'a,b\n1,"2"', [["1", "2"]]],
    ["doubled quotes", 'a,b\n"say ""hi""",2\n', [['say "hi"', "2"]]],
    ["quotes that should have been doubled", 'a,b\n"Ana "la jefa" Ruiz",2\n', [['Ana "la jefa" Ruiz', "2"]]],
    ["a quote within a bare cell", 'a,b\n5" pipe,2\n', [['5" pipe', "2"]]],
    ["line ends within quotes stay as they are", 'a,b\r\n"1\r\n2\n3\r",x\r\n', [["1\r\n2\n3\r", "x"]]],
    ["a CR at the end of a quoted last cell", 'a,b\r\n1,"2\r"\r\n', [["1", "2\r"]]],
    ["spaces after a closing quote", 'a,b\n"1" ,2\n', [["1", "2"]]],
    ["missing cells are empty", "a,b,c\n1\n1,2\n", [["1", "", ""], ["1", "2", ""]]],
    ["too many, but empty", "a,b\n1,2,,\n", [["1", "2"]]],
    ["zero is a value, spaces stay", "a,b\n0, x \n", [["0", " x "]]],
    ["a leading quote mark is the mapping's business", "a,b\n'=1+1,'+34\n", [["'=1+1", "'+34"]]],
    ["header only", "a,b\r\n", []],
    ["emoji, right to left, marks", "a,b\n👩‍👩‍👧,שלום e\u0301\n", [["👩‍👩‍👧", "שלום e\u0301"]]],
  ])("%s", async (_, text, rows) => {
    expect(await cellsOf(text)).toEqual(rows);
    const { rows: bytewise } = await readAll([...bytesOf(text)].map((byte) => Uint8Array.of(byte)));
    expect(bytewise.map(({ source }) => source)).toEqual(rows);
  });

  it("blank lines are none, and keep their place in the count", async () => {
    const { rows } = await read("\n\na,b\n\n1,2\n  \n3,4\n\n");
    expect(rows.map(({ row, source }) => [row, source])).toEqual([[2, ["1", "2"]], [4, ["3", "4"]]]);
  });

  it("a wrong one costs itself", async () => {
    const { rows } = await read('a,b\n1,2,3\n4,5\n"x"y\nz",6\n7,8\n9,"\n');
    expect(rows.map(({ row, fault }) => [row, fault?.code])).toEqual([[1, "too_many_cells"], [2, undefined], [3, "stray_quote"], [4, undefined], [5, "unclosed_quote"]]);
    expect(rows[0]).toMatchObject({ source: ["1", "2", "3"], fault: { message: "it has 3 cells, the header has 2" } });
  });

  it("NUL is no text", async () => {
    const { rows } = await read(`a,b\n${"x,y\n".repeat(100_000)}1,\0\n2,3\n`);
    expect(rows.slice(-2).map(({ fault }) => fault?.code)).toEqual(["nul", undefined]);
  });
});

describe("names of columns", () => {
  it.each([
    ["Email,Email,Email", ["Email", "Email (2)", "Email (3)"]],
    ["Email,Email (2),Email", ["Email", "Email (2)", "Email (3)"]],
    ["a,,  ,b", ["a", "Column 2", "Column 3", "b"]],
    [`${BOM}a,b`, ["a", "b"]],
    [' a ,"b\nc"', ["a", "b\nc"]],
  ])("%j", async (text, columns) => {
    expect((await read(`${text}\n`, { delimiter: "," })).facts.columns).toEqual(columns);
  });

  it("at most a thousand", async () => {
    const header = (n: number) => Array.from({ length: n }, (_, i) => `c${i}`).join();
    expect((await read(header(1_000))).facts.columns).toHaveLength(1_000);
    expect((await refusal(read(header(1_001)))).code).toBe("too_many_columns");
    expect((await refusal(read(header(50_000)))).code).toBe("too_many_columns");
  });
});

describe("what is too large", () => {
  const large = "x".repeat(1_200_000);
  it.each([
    ["bare", `1,${large}\n`],
    ["quoted, with line ends and quotes", `1,"${"ab\n\"\"c,".repeat(200_000)}"\r\n`],
    ["quoted in the middle", `"${large}",1\n`],
    ["many cells", `${"1,".repeat(600_000)}\n`],
  ])("a record costs itself: %s", async (_, record) => {
    const { rows } = await read(`a,b\n0,0\n${record}2,2\n`, { delimiter: "," });
    expect(rows.map(({ row, fault }) => [row, fault?.code])).toEqual([[1, undefined], [2, "record_too_large"], [3, undefined]]);
    expect(rows[1]?.source).toEqual([]);
    expect(rows[2]?.source).toEqual(["2", "2"]);
  });

  it("a first line is told to be no header", async () => {
    expect(await refusal(read("x".repeat(10_000_000)))).toMatchObject({ code: "record_too_large", message: expect.stringContaining("header") });
  });

  it.each([["at once", 10], ["after megabytes", 3_000_000]])("a quote that is never closed is told with its row: %s", async (_, length) => {
    const answer = await refusal(read(`a,b\n1,2\n3,"${"x,y\n".repeat(length / 4)}`));
    expect(answer).toMatchObject({ code: "unclosed_quote", message: expect.stringContaining("row 2") });
  });
});

const text = fc.oneof(fc.string({ unit: "binary" }), fc.string({ unit: fc.constantFrom('"', ",", ";", "\t", "|", "\r", "\n", "'", "=", "+", " ", "a", "é", "😀") }), fc.constantFrom("=1+1", "'=x", "+34600111222", "@x", "-", "\t", ""));
const cell = text.map((value) => value.toWellFormed().replaceAll("\0", ""));
const table = fc.integer({ min: 1, max: 6 }).chain((width) => fc.array(fc.array(cell, { minLength: width, maxLength: width }), { maxLength: 12 }).map((rows) => ({ width, rows })));

describe("written and read back", () => {
  it("any cells, any delimiter, cut anywhere", async () => {
    await fc.assert(
      fc.asyncProperty(table, fc.constantFrom(",", ";", "\t", "|"), fc.constantFrom("people", "machines", "none"), fc.array(fc.integer({ min: 0, max: 1_000 }), { maxLength: 8 }), async ({ width, rows }, delimiter, escapeFormulas, places) => {
        const header = Array.from({ length: width }, (_, i) => `column ${i}`);
        const written = BOM + [header, ...rows].map((cells) => line(cells, { delimiter, escapeFormulas })).join("");
        const back = await readAll(cutAt(bytesOf(written), places), { format: "csv", delimiter });
        expect(back.facts.columns).toEqual(header);
        const undone = (value: string) => (escapeFormulas === "none" ? value : unescaped(value));
        expect(back.rows.map(({ row, source, fault }) => [row, Array.isArray(source) ? source.map((value) => undone(String(value))) : source, fault])).toEqual(rows.map((cells, i) => [i + 1, cells, undefined]));
      }),
      { numRuns: 300 },
    );
  });

  it("the delimiter of what we wrote is found", async () => {
    await fc.assert(
      fc.asyncProperty(table, fc.constantFrom(",", ";", "\t", "|"), async ({ width, rows }, delimiter) => {
        const header = Array.from({ length: width + 1 }, (_, i) => `column ${i}`);
        const written = [header, ...rows.map((cells) => ["x", ...cells])].map((cells) => line(cells, { delimiter, escapeFormulas: "people" })).join("");
        expect((await read(written)).facts).toMatchObject({ delimiter, columns: header });
      }),
      { numRuns: 200 },
    );
  });
});

describe("formulas", () => {
  it.each([
    ["=1+1", "'=1+1", "'=1+1"],
    ["+34600111222", "'+34600111222", "+34600111222"],
    ["+34 (600) 111-222", "'+34 (600) 111-222", "+34 (600) 111-222"],
    ["-1.5", "'-1.5", "-1.5"],
    ["-1e5", "'-1e5", "-1e5"],
    ["--05-09", "'--05-09", "--05-09"],
    ["+1+cmd|' /C calc'!A0", "'+1+cmd|' /C calc'!A0", "'+1+cmd|' /C calc'!A0"],
    ["-2+3", "'-2+3", "'-2+3"],
    ["@SUM(A1)", "'@SUM(A1)", "'@SUM(A1)"],
    ["\tx", "'\tx", "'\tx"],
    ["\rx", "'\rx", "'\rx"],
    ["\0x", "'\0x", "'\0x"],
    ["'=1", "''=1", "''=1"],
    ["''+34", "'''+34", "'''+34"],
    ["'tis", "'tis", "'tis"],
    ["a=1", "a=1", "a=1"],
    ["", "", ""],
  ])("%j", (value, people, machines) => {
    expect([escaped(value, "people"), escaped(value, "machines"), escaped(value, "none")]).toEqual([people, machines, value]);
    expect([unescaped(people), unescaped(machines)]).toEqual([value, value]);
  });

  it("any text comes back", () => {
    fc.assert(fc.property(text, fc.constantFrom("people" as const, "machines" as const), (value, rule) => {
      expect(unescaped(escaped(value, rule))).toBe(value);
    }));
  });
});

it("a line is as RFC 4180 has it", () => {
  expect(line(["a", 'b"c', "d,e", "f\ng", ""], { delimiter: ",", escapeFormulas: "none" })).toBe('a,"b""c","d,e","f\ng",\r\n');
  expect(line([""], { delimiter: ",", escapeFormulas: "none" })).toBe('""\r\n');
});

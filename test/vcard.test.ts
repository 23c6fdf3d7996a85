// vCards: as phones, Outlook, Google and Thunderbird write them, read; what we write, read back by us and by another's parser.
import ICAL from "ical.js";
import { describe, expect, it } from "vitest";
import { example } from "../src/contacts/example";
import { vcard, vcard3, vcard4 } from "../src/transfers/formats/vcard/writer";
import { bytesOf, read, readAll, refusal } from "./files";

const card = (...lines: readonly string[]): string => ["BEGIN:VCARD", ...lines, "END:VCARD", ""].join("\r\n");
const sourceOf = async (...lines: readonly string[]): Promise<unknown> => (await read(card(...lines))).rows[0]?.source;

describe("cards of other programs", () => {
  it("an iPhone's", async () => {
    expect(
      await sourceOf("VERSION:3.0", "PRODID:-//Apple Inc.//iPhone OS 18.1//EN", "N:Appleseed;John;Q.,Public;Dr.;Jr.", "FN:Dr. John Q. Public Appleseed Jr.", "NICKNAME:Johnny", "ORG:Apple Inc.;Marketing;", "TITLE:CFO",
        "EMAIL;type=INTERNET;type=HOME;type=pref:john@example.com", "item1.EMAIL;type=INTERNET:j@acme.com", "item1.X-ABLabel:Newsletter", "TEL;type=CELL;type=VOICE;type=pref:(408) 555-0126", "TEL;type=IPHONE;type=CELL;type=VOICE:+1 408 555 0127", "item2.TEL:555", "item2.X-ABLabel:_$!<Anniversary>!$_", "TEL;type=WORK;type=FAX:5551",
        "item3.ADR;type=HOME;type=pref:;;1 Infinite Loop\\nBuilding 2;Cupertino;CA;95014;United States", "item3.X-ABADR:us", "item4.URL;type=pref:http\\://www.apple.com", "item4.X-ABLabel:_$!<HomePage>!$_", "BDAY;X-APPLE-OMIT-YEAR=1604:1604-05-09",
        "X-SOCIALPROFILE;type=linkedin;x-user=john:https://www.linkedin.com/in/john", "X-SOCIALPROFILE;type=gamecenter:x-apple:john", "IMPP;X-SERVICE-TYPE=Skype;type=HOME:skype:john", "NOTE:a\\, b\\nc", "PHOTO;ENCODING=b;TYPE=JPEG:/9j/4AAQ", " SkZJRg=="),
    ).toEqual({
      first_name: "John Q. Public", last_name: "Appleseed", company: "Apple Inc.", job_title: "CFO",
      emails: [{ value: "john@example.com", label: "home", primary: true }, { value: "j@acme.com", label: "Newsletter" }],
      phones: [{ value: "(408) 555-0126", label: "mobile", primary: true }, { value: "+1 408 555 0127", label: "mobile" }, { value: "555", label: "anniversary" }, { value: "5551", label: "work fax" }],
      addresses: [{ label: "home", line1: "1 Infinite Loop", line2: "Building 2", city: "Cupertino", region: "CA", postal_code: "95014", country: "United States" }],
      birthday: "--05-09",
      urls: [{ value: "http://www.apple.com", label: "homepage" }, { value: "https://www.linkedin.com/in/john", label: "linkedin" }],
      extras: { nickname: "Johnny", name_prefix: "Dr.", name_suffix: "Jr.", department: "Marketing", impp: "skype:john", note: "a, b\nc", x_socialprofile: "x-apple:john" },
    });
  });

  it("Outlook's, 2.1", async () => {
    expect(
      await sourceOf("VERSION:2.1", "X-MS-OL-DEFAULT-POSTAL-ADDRESS:2", "N;LANGUAGE=de;CHARSET=Windows-1252;ENCODING=QUOTED-PRINTABLE:M=FCller;J=F6rg", "FN;CHARSET=Windows-1252;ENCODING=QUOTED-PRINTABLE:J=F6rg M=FCller", "ORG:Acme GmbH;Vertrieb", "TEL;WORK;VOICE:030 / 123", "TEL;HOME;FAX:030 / 124", "TEL;CELL;VOICE:", "ADR;WORK;PREF;CHARSET=utf-8;ENCODING=QUOTED-PRINTABLE:;;Hauptstra=C3=9Fe 1=0D=0AHinterhaus und noch ein langes=", "St=C3=BCck;Berlin;;10115;Deutschland",
        "LABEL;WORK;PREF;ENCODING=QUOTED-PRINTABLE:Hauptstr. 1=0D=0A=", "10115 Berlin", "BDAY:19800509", "EMAIL;PREF;INTERNET:jm@acme.de", "PHOTO;TYPE=JPEG;ENCODING=BASE64:", " /9j/4AAQSkZJRgABAQEAYABgAAD", " AAAA//8=", "", "X-MS-OL-DESIGN;CHARSET=utf-8:<card/>", "REV:20261120T175300Z"),
    ).toEqual({
      first_name: "Jörg", last_name: "Müller", company: "Acme GmbH",
      emails: [{ value: "jm@acme.de", label: null, primary: true }],
      phones: [{ value: "030 / 123", label: "work" }, { value: "030 / 124", label: "home fax" }],
      addresses: [{ label: "work", line1: "Hauptstraße 1", line2: "Hinterhaus und noch ein langesStück", city: "Berlin", region: null, postal_code: "10115", country: "Deutschland" }],
      birthday: "1980-05-09",
      extras: { department: "Vertrieb", x_ms_ol_default_postal_address: "2" },
    });
  });

  it("Google's, 3.0", async () => {
    expect(
      await sourceOf("VERSION:3.0", "FN:Ana Núñez", "N:Núñez;Ana;;;", "EMAIL;TYPE=INTERNET;TYPE=WORK:ana@acme.com", "item1.TEL:+34600111222", "item1.X-ABLabel:Movil", "item2.URL:http\\://acme.com", "item2.X-ABLabel:", "BDAY:1980-05-09", "CATEGORIES:myContacts,Amigos\\, todos", "X-PHONETIC-FIRST-NAME:Ana"),
    ).toEqual({ first_name: "Ana", last_name: "Núñez", emails: [{ value: "ana@acme.com", label: "work" }], phones: [{ value: "+34600111222", label: "Movil" }], urls: [{ value: "http://acme.com", label: null }], birthday: "1980-05-09", tags: ["Amigos, todos"], extras: { x_phonetic_first_name: "Ana" } });
  });

  it("Thunderbird's, 4.0", async () => {
    expect(
      await sourceOf("VERSION:4.0", "EMAIL;TYPE=\"work,x-main\";PREF=2:b@acme.com", "EMAIL;PREF=1:a@acme.com", "FN:Eva Ruiz", "N:Ruiz;Eva;;;", "TEL;TYPE=\"voice,cell\";VALUE=URI:tel:+34-600-111-222;ext=12", "TEL;VALUE=TEXT;TYPE=pager:123", "ADR;TYPE=home;CC=ES:Apdo. 5;;Calle Mayor 1;Madrid;;28013;España", "BDAY;VALUE=DATE:--0509", "LANG;PREF=2:en", "LANG;PREF=1:es", "TZ;VALUE=TEXT:Europe/Madrid", "URL;TYPE=work;VALUE=URL:https://acme.com/a;b,c", "UID:urn:uuid:4fbe8971-0bc3-424c-9c26-36c3e1eff6b1", "CATEGORIES:vip", "CATEGORIES:a,b"),
    ).toEqual({
      external_ids: { vcard: "urn:uuid:4fbe8971-0bc3-424c-9c26-36c3e1eff6b1" }, first_name: "Eva", last_name: "Ruiz",
      emails: [{ value: "b@acme.com", label: "work main" }, { value: "a@acme.com", label: null, primary: true }],
      phones: [{ value: "+34-600-111-222 ext. 12", label: "mobile" }, { value: "123", label: "pager" }],
      addresses: [{ label: "home", line1: "Calle Mayor 1", line2: "Apdo. 5", city: "Madrid", region: null, postal_code: "28013", country: "ES" }],
      birthday: "--05-09", language: "es", timezone: "Europe/Madrid", urls: [{ value: "https://acme.com/a;b,c", label: "work" }], tags: ["vip", "a", "b"],
    });
  });
});

describe("single properties", () => {
  it.each<[string, readonly string[], unknown]>([
    ["no FN", ["N:Ruiz;Eva"], { first_name: "Eva", last_name: "Ruiz" }],
    ["no N", ["FN:Eva María Ruiz"], { first_name: "Eva María", last_name: "Ruiz" }],
    ["no N, a comma", ["FN:Ruiz, Eva"], { first_name: "Eva", last_name: "Ruiz" }],
    ["one word", ["FN:Eva"], { first_name: "Eva" }],
    ["a company", ["N:;;;;", "FN:Acme", "ORG:Acme", "X-ABShowAs:COMPANY"], { company: "Acme" }],
    ["an address for a name", ["FN:ana@acme.com", "EMAIL:ana@acme.com"], { emails: [{ value: "ana@acme.com", label: null }] }],
    ["escapes", [String.raw`N:Ru\;iz\\;E\,va`], { first_name: "E,va", last_name: String.raw`Ru;iz\ `.trim() }],
    ["folded in a word, and with a tab", ["FN:Eva Ru", " iz", "TITLE:a", "\tb"], { first_name: "Eva", last_name: "Ruiz", job_title: "ab" }],
    ["a line end that was not escaped", ["FN:Eva", "TITLE:a", "really"], { first_name: "Eva", job_title: "a\nreally" }],
    ["a birthday with a time", ["FN:E", "BDAY:1980-05-09T00:00:00Z"], { first_name: "E", birthday: "1980-05-09" }],
    ["a year alone", ["FN:E", "BDAY:1980"], { first_name: "E", extras: { bday: "1980" } }],
    ["a birthday as text", ["FN:E", "BDAY;VALUE=text:circa 1800"], { first_name: "E", extras: { bday: "circa 1800" } }],
    ["a birthday that is none stays to be refused", ["FN:E", "BDAY:09/05/1980"], { first_name: "E", birthday: "09/05/1980" }],
    ["an offset", ["FN:E", "TZ:-05:00"], { first_name: "E", extras: { tz: "-05:00" } }],
    ["base64 text, folded as Outlook does", ["FN:E", "TITLE;ENCODING=BASE64;CHARSET=UTF-8:SsO2", "cmc=", ""], { first_name: "E", job_title: "Jörg" }],
    ["parameters quoted, with ^", ["FN:E", "X-CONNECTKIT-EXTERNAL-ID;X-SYSTEM=\"a:b^n^'^^\":1"], { first_name: "E", external_ids: { 'a:b\n"^': "1" } }],
    ["mailto", ["FN:E", "EMAIL:mailto:e@acme.com"], { first_name: "E", emails: [{ value: "e@acme.com", label: null }] }],
    ["a URL without scheme", ["FN:E", "URL:acme.com:8080/x"], { first_name: "E", urls: [{ value: "https://acme.com:8080/x", label: null }] }],
    ["a URL of another scheme", ["FN:E", "URL:ftp://acme.com"], { first_name: "E", extras: { url: "ftp://acme.com" } }],
    ["an agent's card within", ["FN:E", "AGENT:", "BEGIN:VCARD", "FN:Other", "END:VCARD", "TITLE:x"], { first_name: "E", job_title: "x" }],
    ["our own card's name for itself", ["FN:E", "UID:urn:connectkit:con_1"], { first_name: "E" }],
    ["custom fields that somebody wrote", ["FN:E", "X-CONNECTKIT-CUSTOM;X-KEY=size:XL", "X-CONNECTKIT-CUSTOM;X-KEY=n:3"], { first_name: "E", custom: { size: "XL", n: 3 } }],
  ])("%s", async (_, lines, source) => {
    expect(await sourceOf("VERSION:3.0", ...lines)).toEqual(source);
  });
});

describe("many cards", () => {
  it("a broken one costs itself", async () => {
    const text = `junk\n${card("FN:A")}\n${card("FN:B").replace("END:VCARD\r\n", "")}${card("FN:C")}${card("KIND:group", "FN:D")}${card(`NOTE:${"x".repeat(1_100_000)}`)}${card("FN:E")}BEGIN:VCARD\nFN:F`;
    const { rows } = await read(text, { format: "vcard" });
    expect(rows.map(({ row, source, fault }) => [row, fault?.code ?? source])).toEqual([[1, { first_name: "A" }], [2, "unclosed_card"], [3, { first_name: "C" }], [4, "group_card"], [5, "record_too_large"], [6, { first_name: "E" }], [7, "unclosed_card"]]);
  });

  it("a picture of 5 MB is let go, folded or not", async () => {
    const picture = "A".repeat(5_000_000);
    const { rows } = await read(`${card("FN:A", `PHOTO;ENCODING=b:${picture}`, "TITLE:x")}${card("FN:B", `PHOTO;ENCODING=b:${picture.replaceAll(/.{74}/g, "$&\r\n ")}`, "TITLE:y")}`);
    expect(rows).toEqual([{ row: 1, source: { first_name: "A", job_title: "x" } }, { row: 2, source: { first_name: "B", job_title: "y" } }]);
  });

  it("LF, CR and CRLF, byte by byte", async () => {
    for (const end of ["\n", "\r", "\r\n"]) {
      const text = card("VERSION:3.0", "N:Núñez;Ana", "TITLE:a", " b").replaceAll("\r\n", end);
      const { rows } = await readAll([...bytesOf(text)].map((byte) => Uint8Array.of(byte)));
      expect(rows).toEqual([{ row: 1, source: { first_name: "Ana", last_name: "Núñez", job_title: "ab" } }]);
    }
  });

  it("none at all", async () => {
    expect((await refusal(read("a,b\n", { format: "vcard" }))).code).toBe("no_cards");
  });
});

describe("what is written", () => {
  it("4.0", () => {
    expect(vcard4.record({ ...example, custom: { size: "XL" } }, 0)).toBe(
      card("VERSION:4.0", "UID:urn:connectkit:con_01kqz3v9c5f1nazrk2d4f7h8jm", "FN:Ana Núñez", "N:Núñez;Ana;;;", "ORG:Acme", "TITLE:CFO", "EMAIL;TYPE=work;PREF=1:Ana@Acme.com", "TEL;TYPE=cell;PREF=1;X-CONNECTKIT-RAW=%22600%20111%20222%22:+34600111222", "ADR;TYPE=home:;;Calle Mayor 1;Madrid;;28013;ES", "BDAY:19800509", "LANG:es", "TZ:Europe/Madrid", "URL:https://acme.com/ana", "CATEGORIES:vip", "X-CONNECTKIT-EXTERNAL-ID;X-SYSTEM=salesforce:003x", "X-CONNECTKIT-CUSTOM;X-KEY=size:\"XL\"", "REV:2026-11-20T17:53:00.000Z"),
    );
  });

  it("3.0", () => {
    expect(vcard3.record({ first_name: "Ana", birthday: "--05-09", emails: [{ value: "a@acme.com", label: "Büro", primary: true, state: "unknown" }], phones: [{ value: "+34600111222", raw: "+34600111222", label: "work fax", primary: false }], timezone: "UTC", external_ids: { vcard: "abc" } }, 0)).toBe(
      card("VERSION:3.0", "UID:abc", "FN:Ana", "N:;Ana;;;", "item1.EMAIL;TYPE=INTERNET;TYPE=PREF:a@acme.com", "item1.X-ABLabel:Büro", "TEL;TYPE=WORK;TYPE=FAX:+34600111222", "BDAY;X-APPLE-OMIT-YEAR=1604:1604-05-09", "TZ;VALUE=text:UTC"),
    );
  });

  it("folded at 75 octets, no character cut; unfolded where that is asked for", () => {
    const contact = { first_name: "😀é".repeat(100) };
    const text = vcard4.record(contact, 0);
    for (const one of text.split("\r\n")) expect(bytesOf(one).length).toBeLessThanOrEqual(75);
    expect(text.replaceAll("\r\n ", "")).toBe(vcard("4.0", { fold: false }).record(contact, 0));
    expect(text.isWellFormed()).toBe(true);
  });

  it.each(["3.0", "4.0"] as const)("is read the same by ical.js: %s", (version) => {
    const contact = { ...example, last_name: "a,b;c\\d\ne", company: "x;y", tags: ["a,b", "c;d", "é"], job_title: "ñ".repeat(100) };
    const [, properties]: [string, [string, unknown, string, unknown][]] = ICAL.parse(vcard(version).record(contact, 0).trim());
    const values = (name: string): unknown[] => properties.filter(([one]) => one === name).flatMap(([, , , ...rest]) => rest);
    expect(values("n")).toEqual([["a,b;c\\d\ne", "Ana", "", "", ""]]);
    expect(values("fn")).toEqual(["Ana a,b;c\\d\ne"]);
    expect(values("categories")).toEqual(contact.tags);
    expect(values("title")).toEqual([contact.job_title]);
    expect(values("email")).toEqual(["Ana@Acme.com"]);
    expect(values("adr")).toEqual([["", "", "Calle Mayor 1", "Madrid", "", "28013", "ES"]]);
    expect(values("bday")).toEqual(["1980-05-09"]);
    expect(values("url")).toEqual(["https://acme.com/ana"]);
    expect(values("tz")).toEqual(["Europe/Madrid"]);
  });
});

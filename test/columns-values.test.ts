// Single cells: dates, numbers, names, countries, tags, consents, custom fields, formulas, and columns of unknown files.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Rules } from "../src/transfers/columns/draft";
import { mapped } from "../src/transfers/columns/mapped";
import { faultsIn, fieldKey, unmapped, type Mapping } from "../src/transfers/columns/mapping";
import { foreign } from "../src/transfers/columns/own";
import { suggested } from "../src/transfers/columns/suggested";
import { TARGETS, targetOf } from "../src/transfers/columns/targets";
import { isOptOut, restrictionOf } from "../src/transfers/columns/values/consents";
import { countryName, countryOf, languageOf } from "../src/transfers/columns/values/countries";
import { dayOf, isoOf, orderIn, timeOf, type DateOrder } from "../src/transfers/columns/values/dates";
import { splitName } from "../src/transfers/columns/values/names";
import { booleanOf, isMangled, numberOf } from "../src/transfers/columns/values/numbers";
import { apart, together } from "../src/transfers/columns/values/tags";
import { RULES } from "./columns";

const read = (text: string, order: DateOrder = "auto"): string | null => {
  const day = dayOf(text, order);
  return day === null || day === "ambiguous" ? day : isoOf(day);
};

describe("dates", () => {
  it.each([
    ["1980-05-09", "1980-05-09"], ["1980-05-09T00:00:00.000Z", "1980-05-09"], ["1980-05-09 10:30", "1980-05-09"], ["19800509", "1980-05-09"], ["--05-09", "--05-09"], [" --0509 ", "--05-09"], ["1980/5/9", "1980-05-09"], ["9.5.1980", "1980-05-09"], ["09.05.", "--05-09"],
    ["25/12/1980", "1980-12-25"], ["12/25/1980", "1980-12-25"], ["5/5/80", "1980-05-05"], ["5/9/1980", "ambiguous"], ["05/09", "ambiguous"], ["13/1", "--01-13"], ["9 May 1980", "1980-05-09"], ["May 9, 1980", "1980-05-09"], ["May 9th", "--05-09"], ["9. März 1980", "1980-03-09"], ["9 de mayo de 1980", "1980-05-09"],
    ["1er février 1980", "1980-02-01"], ["15-Jan-80", "1980-01-15"], ["9 out 2001", "2001-10-09"], ["3 lug 29", "2029-07-03"], ["31/02/1980", null], ["1980-13-01", null], ["00/00/1980", null], ["tomorrow", null], ["29/02", "--02-29"], ["29.02.1981", null], ["", null], ["12", null],
  ])("%s is %s", (text, expected) => {
    expect(read(text)).toBe(expected);
  });

  it.each([["5/9/1980", "dmy", "1980-09-05"], ["5/9/1980", "mdy", "1980-05-09"], ["80-05-09", "ymd", "1980-05-09"], ["05/09", "mdy", "--05-09"], ["05/09", "dmy", "--09-05"], ["25/12/1980", "mdy", null], ["1980-05-09", "dmy", "1980-05-09"]] as const)("%s in the order %s is %s", (text, order, expected) => {
    expect(read(text, order)).toBe(expected);
  });

  it("a column tells its order by one cell that can be read in one way", () => {
    expect([orderIn(["1/2/2020", "25/2/2020", "x"]), orderIn(["1/2/2020", "2/25/2020"]), orderIn(["25/2/2020", "2/25/2020"]), orderIn(["1/2/2020"])]).toEqual(["dmy", "mdy", null, null]);
  });

  it.each([["2026-01-31T23:30:00-01:00", "2026-01-31T23:30:00-01:00"], ["2026-01-31 23:30", "2026-01-31T23:30:00Z"], ["31/01/2026 23:30:15", "2026-01-31T23:30:15Z"], ["01/31/2026 11:30 PM", "2026-01-31T23:30:00Z"], ["2026-01-31", "2026-01-31T00:00:00Z"], ["2026-01-31 10:00:00 +0200", "2026-01-31T10:00:00+02:00"], ["soon", null]])("the time %s is %s", (text, expected) => {
    expect(timeOf(text, "auto")).toBe(expected);
  });
});

describe("numbers, yes and no", () => {
  it.each([
    ["1,234.5", 1234.5], ["1.234,5", 1234.5], ["1 234,5", 1234.5], ["1'234.50", 1234.5], ["1,234", 1234], ["1.234", 1.234], ["1,5", 1.5], ["1.234.567", 1234567], ["1,234,567.89", 1234567.89], ["€ 12", 12], ["12 %", 12], ["(5)", -5], ["-3", -3], ["0", 0], [".5", 0.5], ["1e3", 1000], ["$1,000", 1000], ["12,34,567", 1234567],
    ["", null], ["abc", null], ["1.2.3,4.5", null], ["12a", null], ["--1", null], ["1,2345.6", null],
  ])("%s is %s", (text, expected) => {
    expect(numberOf(text, "auto")).toBe(expected);
  });

  it("the sign before the fraction can be stated", () => {
    expect([numberOf("1.234", ","), numberOf("1,234", ","), numberOf("1,234", "."), numberOf("1.234", ".")]).toEqual([1234, 1.234, 1234, 1.234]);
  });

  it("yes and no in seven languages", () => {
    expect(["yes", "TRUE", "1", "x", "Sí", "ja", "Oui", "sim", "vero"].map(booleanOf)).toEqual(Array.from({ length: 9 }, () => true));
    expect(["no", "False", "0", "nein", "Non", "não", "falso", "nee"].map(booleanOf)).toEqual(Array.from({ length: 8 }, () => false));
    expect(["", "maybe", "2"].map(booleanOf)).toEqual([null, null, null]);
  });

  it("a number that a spreadsheet cut is seen, others are not", () => {
    expect(["4.16E+11", "4,16E+11", "1E+10", "3.46E+013"].map(isMangled)).toEqual([true, true, true, true]);
    expect(["416000000000", "4.16", "E+11", "1E5", "+34600111222", "AE+11"].map(isMangled)).toEqual([false, false, false, false, false, false]);
  });
});

describe("names", () => {
  it.each([
    ["Ana Núñez", "US", "Ana", "Núñez"], ["Núñez, Ana", "US", "Ana", "Núñez"], ["Mary Jane Watson", "US", "Mary Jane", "Watson"], ["Ana Núñez García", "ES", "Ana", "Núñez García"], ["José Luis Pérez", "ES", "José Luis", "Pérez"], ["José Luis Pérez Gil", "MX", "José Luis", "Pérez Gil"], ["María del Carmen Ruiz Soto", "ES", "María del Carmen", "Ruiz Soto"],
    ["Ludwig van Beethoven", "DE", "Ludwig", "van Beethoven"], ["Oscar de la Hoya", "US", "Oscar", "de la Hoya"], ["Vincent van der Berg", "NL", "Vincent", "van der Berg"], ["José Ortega y Gasset", "ES", "José", "Ortega y Gasset"], ["Martin Luther King Jr.", "US", "Martin Luther", "King Jr."], ["Sammy Davis, Jr.", "US", "Sammy", "Davis Jr."], ["Dr. Ana Núñez", "US", "Ana", "Núñez"],
    ["Cher", "US", "Cher", null], ["山田 太郎", "JP", "太郎", "山田"], ["Leonardo da Vinci", "IT", "Leonardo", "da Vinci"], ["Van Morrison", "US", "Van", "Morrison"], ["  Ana   Núñez ", "US", "Ana", "Núñez"], ["", "US", null, null],
  ])("%s (%s) is %s | %s", (full, country, first, last) => {
    expect(splitName(full, country)).toEqual({ first, last });
  });
});

describe("countries and languages", () => {
  it.each([["Spain", "ES"], ["España", "ES"], ["Deutschland", "DE"], ["Länder", null], ["UK", "GB"], ["England", "GB"], ["USA", "US"], ["U.S.", "US"], ["es", "ES"], ["ESP", "ES"], ["Czech Republic", "CZ"], ["Pays-Bas", "NL"], ["Países Baixos", "NL"], ["Svizzera", "CH"], ["Duitsland", "DE"], ["Österreich", "AT"], ["Côte d’Ivoire", "CI"], ["Ivory Coast", "CI"], ["South Korea", "KR"], ["XX", null], ["", null]])("%s is %s", (text, code) => {
    expect(countryOf(text)).toBe(code);
  });

  it("every code reads back from the name that tools get", () => {
    const codes = ["ES", "US", "GB", "DE", "NL", "CZ", "KR", "CD", "CG", "HK", "BQ", "XK", "VA", "MM", "TR", "PS"];
    expect(codes.map((code) => countryOf(countryName(code)))).toEqual(codes);
  });

  it.each([["es", "es"], ["es_ES.UTF-8", "es-ES"], ["zh-Hant-TW", "zh-Hant-TW"], ["Spanish", "es"], ["Español", "es"], ["German", "de"], ["English (US)", "en"], ["nederlands", "nl"], ["Klingon?", "Klingon?"]])("the language %s is %s", (text, tag) => {
    expect(languageOf(text)).toBe(tag);
  });
});

describe("several in a cell", () => {
  it.each([["a, b", ["a", " b"]], ['"Smith, John", b', ["Smith, John", "b"]], ["a; b, c", ["a", " b, c"]], ["a ::: * myContacts", ["a", "* myContacts"]], ["a\nb;c", ["a", "b;c"]], ["a|b", ["a", "b"]], ['"a;b",c', ["a;b", "c"]], ['say "hi"', ['say "hi"']], ['"un,closed', ['"un', "closed"]], ['"a""b",c', ['a"b', "c"]]])("%j is %j", (cell, parts) => {
    expect(apart(cell, null).map((part) => part.trim())).toEqual(parts.map((part) => part.trim()));
  });

  it("what is put together comes apart again", () => {
    const tag = fc.string({ unit: fc.oneof(fc.constantFrom(...'",;|:\n \'='.split("")), fc.string({ unit: "grapheme", minLength: 1, maxLength: 1 })), minLength: 1 }).map((text) => text.trim()).filter((text) => text !== "");
    fc.assert(fc.property(fc.array(tag, { minLength: 1, maxLength: 6 }), (tags) => {
      expect(apart(together(tags, ","), null).map((part) => part.trim())).toEqual(tags);
    }));
  });
});

describe("consent", () => {
  it.each([["unsubscribed", "unsubscribed"], ["UNSUBSCRIBED", "unsubscribed"], ["Opted-out", "unknown"], ["opted out", "unsubscribed"], ["cleaned", "unsubscribed"], ["Hard bounce", "unsubscribed"], ["Never subscribed", "never"], ["non-subscribed", "never"], ["no", "never"], ["pending", "pending"], ["Subscribed", null], ["yes", null], ["TRUE", null], ["Confirmed", null], ["blue", "unknown"]])("%s is %s", (word, state) => {
    expect(restrictionOf(word)).toBe(state);
  });

  it("opting out is yes, a time or a reason", () => {
    expect(["true", "2026-01-31", "HARD_BOUNCE", "['SPAM']", "x"].map(isOptOut)).toEqual([true, true, true, true, true]);
    expect(["false", "0", "no", "[]", "{}", '""', "null", "-"].map(isOptOut)).toEqual([false, false, false, false, false, false, false, false]);
  });
});

const FIELDS: Rules["fields"] = new Map([
  ["seats", { type: "integer", options: null }], ["vip", { type: "boolean", options: null }], ["since", { type: "date", options: null }], ["seen", { type: "datetime", options: null }], ["site", { type: "url", options: null }], ["mobile", { type: "phone", options: null }], ["nick", { type: "text", options: null }],
  ["tier", { type: "select", options: [{ key: "gold", label: "Silver", archived: false }, { key: "silver", label: "Gold, old", archived: false }] }],
  ["likes", { type: "multi_select", options: [{ key: "tea", label: "Tea, green", archived: false }, { key: "wine", label: "Wine", archived: false }] }],
]);
const one = (target: string, text: string, rules: Partial<Rules> = {}) => mapped([text], ["Column"], { Column: target }, { ...RULES, fields: FIELDS, ...rules });

describe("cells", () => {
  it.each([
    ["custom.seats", "1,234", 1234], ["custom.seats", "0", 0], ["custom.seats", "many", "many"], ["custom.vip", "Sí", true], ["custom.vip", "0", false], ["custom.since", "25/12/2020", "2020-12-25"], ["custom.since", "soon", "soon"], ["custom.seen", "2020-12-25 10:00", "2020-12-25T10:00:00Z"], ["custom.site", "acme.com", "https://acme.com"],
    ["custom.tier", "gold", "gold"], ["custom.tier", "SILVER", "silver"], ["custom.tier", "gold, old", "silver"], ["custom.tier", "bronze", "bronze"], ["custom.likes", "Tea, green", ["tea"]], ["custom.likes", "tea;Wine", ["tea", "wine"]], ["custom.likes", '"Tea, green",wine', ["tea", "wine"]], ["custom.likes", "[]", []], ["custom.nick", "'=1+1", "=1+1"], ["custom.nick", "'tis", "'tis"], ["custom.nick", "0", "0"],
  ])("%s of %j is %j", (target, text, value) => {
    expect(one(target, text)).toMatchObject({ data: { custom: { [target.slice(7)]: value } }, faults: [] });
  });

  it.each([
    ["phone", "4.16E+11", "number_mangled"], ["custom.mobile", "4.16E+11", "number_mangled"], ["external_id.crm", "1.23457E+15", "number_mangled"], ["birthday", "5/9/1980", "ambiguous_date"], ["birthday", "soon", "invalid_birthday"], ["custom.since", "5/9/1980", "ambiguous_date"], ["consent.email.marketing", "blue", "unknown_consent"], ["id", "42", "invalid_id"],
  ])("%s of %s: %s, and nothing is written", (target, text, code) => {
    expect(one(target, text)).toMatchObject({ data: {}, faults: [{ column: "Column", code, value: text }] });
    expect(Object.keys(one(target, text).data)).toEqual([]);
  });

  it("several e-mails, phones and URLs in a cell", () => {
    expect(one("email", "Ana Núñez <ana@acme.com>; mailto:b@x.example, ANA@acme.com").data).toEqual({ emails: [{ value: "ana@acme.com" }, { value: "b@x.example" }] });
    expect(one("phone.work", "915551212 / 600 111 222; tel:+442079460958").data).toEqual({ phones: ["915551212", "600 111 222", "+442079460958"].map((value) => ({ value, label: "work" })) });
    expect(one("phone", "030/1234567", { country: "DE" }).data).toEqual({ phones: [{ value: "030/1234567" }] });
    expect(one("phone", "600111222.0").data).toEqual({ phones: [{ value: "600111222" }] });
    expect(one("url", "acme.com ::: http://x.example").data).toEqual({ urls: [{ value: "https://acme.com" }, { value: "http://x.example" }] });
  });

  it("empty cells are nothing, or clear: of several columns to one member all must be empty", () => {
    const columns = ["A", "B", "C", "D", "E", "F", "G"];
    const mapping: Mapping = { A: "first_name", B: "email", C: "email.work", D: "tags", E: "custom.nick", F: "external_id.crm", G: "birthday" };
    expect(mapped(["", " ", "", "", "", "", ""], columns, mapping, RULES).data).toEqual({});
    expect(mapped(["", " ", "", "", "", "", ""], columns, mapping, { ...RULES, empty_cells: "clear" }).data).toEqual({ first_name: null, emails: null, tags: null, custom: { nick: null }, external_ids: { crm: null }, birthday: null });
    expect(mapped(["", "", "a@x.example"], columns, mapping, { ...RULES, empty_cells: "clear" }).data["emails"]).toEqual([{ value: "a@x.example", label: "work" }]);
  });

  it("columns that the mapping doesn't name", () => {
    const columns = ["Email", "Shoe size", "シ"];
    expect([unmapped(columns, { Email: "email" }), fieldKey("Shoe size"), fieldKey("2nd Größe!"), fieldKey("シ")]).toEqual([["Shoe size", "シ"], "shoe_size", "c_2nd_gro_e", null]);
    expect(mapped(["a@x.example", "42", "x"], columns, { Email: "email" }, { ...RULES, unknown_columns: "custom_field" }).data).toEqual({ emails: [{ value: "a@x.example" }], custom: { shoe_size: "42" } });
    expect(mapped(["a@x.example", "42", "x"], columns, { Email: "email", "Shoe size": null }, RULES).data).toEqual({ emails: [{ value: "a@x.example" }] });
  });

  it("a mapping's faults are told before a row is read", () => {
    expect(faultsIn({ A: "first_name", B: "first_name", C: "shoe", D: "custom.none", E: "email", F: "email", G: null }, ["A", "B", "C", "D", "E", "F"], RULES).map(({ column, code }) => [column, code])).toEqual([["B", "target_taken"], ["C", "unknown_target"], ["D", "unknown_field"], ["G", "unknown_column"]]);
    expect(faultsIn({ D: "custom.none" }, null, { ...RULES, unknown_columns: "custom_field" })).toEqual([]);
  });

  it("records that are objects: a contact's own members pass, read-only ones don't, flat foreign ones are mapped", () => {
    const source = { id: "con_01kqz3v9c5f1nazrk2d4f7h8jm", version: 7, status: "active", first_name: "Ana", emails: [{ value: "ana@acme.com", label: null, primary: true, state: "bounced" }], consent: { email: { marketing: "unsubscribed", news: "subscribed" } }, custom: { nick: "A" }, Mobile: 600111222, groups: ["a", "b, c"], nested: { x: 1 }, extra: "?" };
    const row = mapped(source, [], { Mobile: "phone.mobile", groups: "tags" }, RULES);
    expect(row).toMatchObject({ id: "con_01kqz3v9c5f1nazrk2d4f7h8jm", consents: [{ channel: "email", topic: "marketing", state: "unsubscribed", column: "consent" }], faults: [] });
    expect(row.data).toEqual({ first_name: "Ana", emails: [{ value: "ana@acme.com", label: null, primary: true }], custom: { nick: "A" }, phones: [{ value: "600111222", label: "mobile" }], tags: ["a", "b, c"] });
    expect(foreign(Object.keys(source))).toEqual(["Mobile", "groups", "nested", "extra"]);
    expect(mapped(source, [], {}, { ...RULES, unknown_columns: "error" }).faults.map(({ column, code }) => [column, code])).toEqual([["Mobile", "unknown_column"], ["groups", "unknown_column"], ["nested", "unknown_column"], ["extra", "unknown_column"]]);
    expect(mapped(source, [], {}, { ...RULES, unknown_columns: "custom_field" }).data["custom"]).toEqual({ nick: "A", mobile: "600111222", groups: "a\nb, c", extra: "?" });
    expect(mapped({ nested: { x: 1 } }, [], { nested: "company" }, RULES).faults).toMatchObject([{ column: "nested", code: "not_a_text", value: '{"x":1}' }]);
  });
});

describe("targets", () => {
  it("every name that the documentation lists is one", () => {
    const names = TARGETS.flatMap(([name]) => {
      const [first = "", ...parts] = name.split(", ");
      const base = first.replace(/\.\w+$/, "");
      return [first, ...parts.map((part) => (part.startsWith(".") ? base + part : part))].map((text) => text.replace("<group>", "2").replace(/<\w+>/g, "x"));
    });
    expect(names.length).toBeGreaterThan(40);
    expect(names.filter((name) => targetOf(name) === null)).toEqual([]);
  });

  it.each(["", "emails", "email.1.x", "email.a.b.c", "address", "address.home", "custom", "custom.A", "custom.a.b", "external_id.", "external_id.__proto__", "tags.x", "birthday.hour", "consent.email", "opt_out.email", "constructor", "first_name.x", "email..label"])("%j is none", (name) => {
    expect(targetOf(name)).toBe(null);
  });
});

describe("columns of an unknown file", () => {
  const targets = (columns: string[], rows: string[][] = []): (string | null)[] => suggested(columns, rows, new Map(), "ES").columns.map(({ target }) => target);

  it.each([
    ["en", ["First Name", "Surname", "E-Mail", "Work phone", "Mobile", "Street", "Town", "ZIP code", "Country", "Date of birth", "Job Title", "Company"], ["first_name", "last_name", "email", "phone.work", "phone.mobile", "address.line1", "address.city", "address.postal_code", "address.country", "birthday", "job_title", "company"]],
    ["es", ["Nombre", "Apellidos", "Correo electrónico", "Teléfono móvil", "Dirección", "Población", "Código Postal", "País", "Fecha de nacimiento", "Empresa", "Etiquetas"], ["first_name", "last_name", "email", "phone.mobile", "address.line1", "address.city", "address.postal_code", "address.country", "birthday", "company", "tags"]],
    ["de", ["Vorname", "Name", "E-Mail-Adresse", "Handy", "Telefon geschäftlich", "Straße", "PLZ", "Ort", "Land", "Geburtsdatum", "Firma"], ["first_name", "last_name", "email", "phone.mobile", "phone.work", "address.line1", "address.postal_code", "address.city", "address.country", "birthday", "company"]],
    ["fr", ["Prénom", "Nom", "Adresse e-mail", "Téléphone portable", "Rue", "Code postal", "Ville", "Pays", "Date de naissance", "Société", "Fonction"], ["first_name", "last_name", "email", "phone.mobile", "address.line1", "address.postal_code", "address.city", "address.country", "birthday", "company", "job_title"]],
    ["pt", ["Nome", "Sobrenome", "Endereço de e-mail", "Telemóvel", "Morada", "CEP", "Cidade", "Estado", "País", "Data de nascimento", "Empresa"], ["first_name", "last_name", "email", "phone.mobile", "address.line1", "address.postal_code", "address.city", "address.region", "address.country", "birthday", "company"]],
    ["it", ["Nome", "Cognome", "Indirizzo email", "Cellulare", "Telefono ufficio", "Via", "CAP", "Città", "Provincia", "Paese", "Data di nascita"], ["first_name", "last_name", "email", "phone.mobile", "phone.work", "address.line1", "address.postal_code", "address.city", "address.region", "address.country", "birthday"]],
    ["nl", ["Voornaam", "Achternaam", "E-mailadres", "Telefoonnummer", "Straat", "Postcode", "Woonplaats", "Land", "Geboortedatum", "Bedrijf"], ["first_name", "last_name", "email", "phone", "address.line1", "address.postal_code", "address.city", "address.country", "birthday", "company"]],
  ])("%s", (_, columns, expected) => {
    expect(targets(columns)).toEqual(expected);
  });

  it("a name alone is a whole one; spellings of programs; several of a kind", () => {
    expect(targets(["name", "emailAddress", "phone_number", "E-mail 2", "Phone 2", "businessPhone", "billing_city", "Shipping Country"])).toEqual(["full_name", "email", "phone", "email", "phone", "phone.work", "address.billing.city", "address.shipping.country"]);
    expect(targets(["Address", "Mobile"])).toEqual(["address.text", "phone.mobile"]);
  });

  it("two columns never go to a target that takes one: the surer has it", () => {
    const { columns } = suggested(["First Name", "Vorname", "Nachname", "Nachname (2)"], [], new Map(), "ES");
    expect(columns).toEqual([{ column: "First Name", target: "first_name", confidence: 0.95 }, { column: "Vorname", target: null, confidence: 0 }, { column: "Nachname", target: "last_name", confidence: 0.95 }, { column: "Nachname (2)", target: null, confidence: 0 }]);
  });

  it("values say what a header doesn't, or gainsay it", () => {
    const rows = [["a@x.example", "600111222", "Spain", "https://x.example", "Ana"], ["b@x.example", "+34600111333", "France", "www.y.example", "Bob"]];
    const { columns } = suggested(["c1", "c2", "c3", "c4", "E-mail"], rows, new Map(), "ES");
    expect(columns.map(({ target }) => target)).toEqual(["email", "phone", "address.country", "url", "email"]);
    expect(columns[4]?.confidence).toBeLessThan(0.3);
    expect(columns[0]?.confidence).toBeGreaterThan(0.5);
  });

  it("custom fields go by key, name and label; a known tool's other columns are left to them", () => {
    const fields = new Map([["shoe_size", { label: "Schuhgröße", type: "number" as const, options: null }]]);
    expect(suggested(["Schuhgroesse", "SCHUHGRÖSSE", "shoe size", "custom.shoe_size"], [], fields, "ES").columns.map(({ target }) => target).filter((target) => target !== null)).toHaveLength(1);
    expect(suggested(["First Name", "Last Name", "URL", "Email Address", "Company", "Position", "Connected On", "Shoe Size"], [["Ana", "", "", "", "", "", "25/12/2020"]], fields, "ES")).toMatchObject({ preset: "linkedin", date_order: "dmy", columns: [{ confidence: 1 }, { confidence: 1 }, { confidence: 1 }, { confidence: 1 }, { confidence: 1 }, { confidence: 1 }, { target: null, confidence: 0 }, { target: "custom.shoe_size" }] });
  });

  it("whatever the headers and cells are, each column is answered with a target that is one", () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.string({ unit: "grapheme" }), { maxLength: 6 }), fc.array(fc.array(fc.string({ unit: "binary" }), { maxLength: 6 }), { maxLength: 3 }), (columns, rows) => {
        const answers = suggested(columns, rows, new Map(), "ES").columns;
        expect(answers.map(({ column }) => column)).toEqual(columns);
        expect(answers.filter(({ target }) => target !== null && targetOf(target) === null)).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });
});

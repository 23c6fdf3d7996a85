// Exports in other tools' columns: exact headers, what each tool demands, what is left out told; and the generic one,
// which reads back as what was written, whatever stands in it.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { apply, emptyDocument } from "../src/contacts/patch";
import { contactPatch, type Document } from "../src/contacts/schema";
import type { Field } from "../src/fields/registry";
import type { CustomType } from "../src/fields/operators";
import { webUrl } from "../src/platform/normalize";
import { checkBody } from "../src/platform/validate";
import type { Rules } from "../src/transfers/columns/draft";
import { prepare } from "../src/transfers/columns/mapped";
import { faultsIn } from "../src/transfers/columns/mapping";
import { recognised } from "../src/transfers/columns/recognised";
import { MOST, NARROW, widened } from "../src/transfers/columns/presets/bounds";
import { emailOf, isMarketable } from "../src/transfers/columns/presets/cells";
import type { Exported } from "../src/transfers/columns/presets/preset";
import { prepared, PRESET_NAMES, PRESETS, type PresetName } from "../src/transfers/columns/presets/presets";
import { escaped } from "../src/transfers/formats/csv/writer";
import { columnsOf, RULES } from "./columns";

const ID = "con_01kqz3v9c5f1nazrk2d4f7h8jm";
const TIMES = { created_at: "2026-11-20T17:53:00.000Z", updated_at: "2026-11-21T17:53:00.000Z" };
const exported = (doc: Partial<Document>): Exported => ({ ...emptyDocument({ type: "api" }), ...doc, id: ID, version: 1, status: "active", ...TIMES });
const email = (value: string, primary = true, label: string | null = null, state: Document["emails"][number]["state"] = "unknown") => ({ value, label, primary, state });
const phone = (value: string, primary = true, label: string | null = null) => ({ value, raw: value, label, primary });
const ana = exported({
  first_name: "Ana", last_name: "Núñez", company: "Acme", job_title: "CFO", emails: [email("old@acme.com", true, "work", "bounced"), email("ana@acme.com", false, "home")], phones: [phone("+34915551212", true, "work"), phone("+34600111222", false, "mobile")],
  addresses: [{ label: "work", line1: "Calle Mayor 1", line2: "2º B", city: "Madrid", region: "MD", postal_code: "28013", country: "ES" }], birthday: "1980-05-09", language: "es", timezone: "Europe/Madrid", urls: [{ value: "https://acme.com/", label: "work" }], tags: ["vip", "press, radio"],
  external_ids: { crm: "7" }, consent: { email: { marketing: "subscribed" }, sms: { marketing: "unsubscribed" } }, custom: { tier: "gold", likes: ["tea", "wine"], since: "2020-12-25" },
});

const FIELD = { description: null, required: false, unique: false, min: null, max: null, pattern: null, default: null, filterable: false, archived: false, frozen: null, next: null };
const option = (key: string, label: string) => ({ key, label, archived: false });
const field = (key: string, type: CustomType, label: string, options: Field["options"] = null): [string, Field] => [key, { ...FIELD, id: `fld_${key}`, key, type, label, options }];
const FEW = new Map([field("tier", "select", "Tier", [option("gold", "Gold!")]), field("likes", "multi_select", "First Name", [option("tea", "Tea"), option("wine", "Wine")]), field("since", "date", "Customer since")]);

function line(name: PresetName, contact: Exported, fields: ReadonlyMap<string, Field> = new Map()) {
  const { headers, line: write } = prepared(PRESETS[name], widened(NARROW, contact), fields);
  const { cells, warnings } = write(contact);
  expect(cells).toHaveLength(headers.length);
  return { headers, cells: Object.fromEntries(headers.map((header, i) => [header, cells[i] ?? ""])), warnings };
}

describe("headers", () => {
  it.each([
    ["mailchimp", "Email Address,First Name,Last Name,Address,Phone Number,Birthday,Tags"],
    ["klaviyo", "Email,Phone Number,First Name,Last Name,Organization,Title,Address,Address 2,City,Region,Zip Code,Country,Email Marketing Consent,Email Marketing Consent Timestamp,SMS Marketing Consent,SMS Transactional Consent"],
    ["sendgrid", "email,first_name,last_name,address_line_1,address_line_2,city,state_province_region,postal_code,country,phone_number_id,external_id,anonymous_id"],
    ["brevo", "EMAIL,FIRSTNAME,LASTNAME,SMS,WHATSAPP,LANDLINE_NUMBER,EXT_ID"],
    ["hubspot", "First Name,Last Name,Email,Phone Number,Company Name,Job Title,Website URL,Street Address,City,State/Region,Postal Code,Country/Region,Lifecycle Stage"],
    ["google", columnsOf("Google Contacts").join(",")],
    ["outlook", columnsOf("Outlook.com").join(",")],
    ["generic", "id,status,first_name,last_name,company,job_title,birthday,language,timezone,tags,lists,created_at,updated_at"],
  ] as const)("%s: exactly its own, for contacts with nothing in them", (name, header) => {
    expect(line(name, exported({})).headers.join(",")).toBe(header);
  });

  it.each(PRESET_NAMES)("%s: what was written is recognised, and read as that tool's", (name) => {
    const { headers } = line(name, ana, FEW);
    const found = recognised(headers, FEW);
    expect(found?.preset).toBe(name);
    expect(faultsIn(found?.mapping ?? {}, headers, { ...RULES, fields: FEW })).toEqual([]);
    expect(new Set(headers).size).toBe(headers.length);
  });

  it("columns that repeat are as many as a look at the contacts says, and never more than an import takes", () => {
    const many = exported({ emails: Array.from({ length: 60 }, (_, i) => email(`a${i}@x.example`, i === 0)), external_ids: Object.fromEntries(Array.from({ length: 80 }, (_, i) => [`s${i}`, "1"])), tags: ["a"] });
    const bounds = [exported({}), many].reduce(widened, NARROW);
    expect([bounds.emails, bounds.systems.length, bounds.phones]).toEqual([MOST.emails, MOST.systems, 0]);
    const { line: write } = prepared(PRESETS.generic, bounds, new Map());
    expect(write(many).warnings).toEqual([{ code: "left_out", member: "emails" }, { code: "left_out", member: "external_ids" }]);
    const widest = { emails: MOST.emails, phones: MOST.phones, addresses: MOST.addresses, urls: MOST.urls, tags: true, systems: Array.from({ length: MOST.systems }, (_, i) => `s${i}`), topics: Array.from({ length: MOST.topics }, (_, i) => `email.t${i}`) };
    expect(prepared(PRESETS.generic, widest, new Map(Array.from({ length: 200 }, (_, i) => field(`f${i}`, "text", `F ${i}`)))).headers.length).toBeLessThanOrEqual(1_000);
  });
});

describe("what each tool demands", () => {
  it("Mailchimp: MM/DD, the address in one cell, quoted tags, 255 bytes, labels of fields, and of two addresses the one that takes mail", () => {
    const { headers, cells, warnings } = line("mailchimp", ana, FEW);
    expect(headers.slice(7)).toEqual(["Tier", "First Name 2", "Customer since"]);
    expect(cells).toEqual({ "Email Address": "ana@acme.com", "First Name": "Ana", "Last Name": "Núñez", Address: "Calle Mayor 1  2º B  Madrid  MD  28013  ES", "Phone Number": "+34915551212", Birthday: "05/09", Tags: 'vip,"press, radio"', Tier: "Gold!", "First Name 2": "Tea, Wine", "Customer since": "2020-12-25" });
    expect(warnings.map(({ member }) => member)).toEqual(["company", "job_title", "emails", "phones", "language", "timezone", "urls", "external_ids", "consent"]);
    const long = line("mailchimp", exported({ first_name: `${"a".repeat(254)}ñb`, emails: [email("a@x.example")] }));
    expect(long.cells["First Name"]).toBe("a".repeat(254));
    expect(long.warnings).toEqual([{ code: "cut_off", member: "First Name" }]);
  });

  it("Klaviyo: consent in its words; SendGrid: US dates and our id; Brevo: a number for each use; HubSpot: options with ;", () => {
    expect(line("klaviyo", ana).cells).toMatchObject({ Email: "ana@acme.com", Organization: "Acme", "Zip Code": "28013", Country: "Spain", "Email Marketing Consent": "Subscribed", "Email Marketing Consent Timestamp": "", "SMS Marketing Consent": "Unsubscribed", "SMS Transactional Consent": "" });
    expect(line("klaviyo", exported({ consent: { email: { marketing: "never" } } })).cells["Email Marketing Consent"]).toBe("Never subscribed");
    expect(line("sendgrid", ana, FEW).cells).toMatchObject({ external_id: ID, country: "ES", since: "12/25/2020", likes: "tea, wine" });
    expect(line("brevo", ana, FEW).cells).toMatchObject({ SMS: "+34600111222", LANDLINE_NUMBER: "+34915551212", EXT_ID: ID, TIER: "Gold!" });
    expect(line("hubspot", ana, FEW).cells).toMatchObject({ "Street Address": "Calle Mayor 1, 2º B", "Country/Region": "Spain", "Lifecycle Stage": "", "First Name 2": "tea;wine" });
  });

  it("Google: labels beside values, a * for the primary, its own group", () => {
    const { cells, warnings } = line("google", ana, FEW);
    expect(cells).toMatchObject({ Labels: "vip ::: press, radio ::: * myContacts", "E-mail 1 - Label": "* work", "E-mail 2 - Label": "home", "Phone 2 - Value": "+34600111222", "Address 1 - Extended Address": "2º B", "Address 1 - Formatted": "Calle Mayor 1\n2º B\n28013 Madrid\nMD\nSpain", "Custom Field 1 - Label": "Tier", "Custom Field 1 - Value": "gold" });
    expect(warnings.map(({ member }) => member)).toEqual(["language", "timezone", "external_ids", "consent"]);
  });

  it("Outlook: phones and addresses by their labels, what has none where there is room; Categories where there are tags", () => {
    const { cells, headers, warnings } = line("outlook", { ...ana, phones: [...ana.phones, phone("+34600111333", false, "boat"), phone("+34600111444", false)] });
    expect(cells).toMatchObject({ "Business Phone": "+34915551212", "Mobile Phone": "+34600111222", "Other Phone": "+34600111444", "Primary Phone": "+34600111333", "Business Street": "Calle Mayor 1\n2º B", "Home Street": "", Birthday: "05/09/1980", Categories: "vip;press, radio" });
    expect(headers.at(-1)).toBe("Categories");
    expect(warnings.map(({ member }) => member)).toEqual(["language", "timezone", "external_ids", "custom", "consent"]);
    expect(line("outlook", exported({ birthday: "--05-09", phones: Array.from({ length: 9 }, (_, i) => phone(`+3460011122${i}`, i === 0, "work")) })).warnings).toEqual([{ code: "left_out", member: "phones" }, { code: "left_out", member: "birthday" }]);
  });

  it("a tool that sends gets nobody who doesn't take mail", () => {
    const marketable = (doc: Partial<Document>) => isMarketable(exported(doc));
    expect(PRESET_NAMES.filter((name) => PRESETS[name].only_marketable)).toEqual(["mailchimp", "klaviyo", "sendgrid", "brevo", "hubspot"]);
    expect(PRESET_NAMES.filter((name) => PRESETS[name].reader === "people")).toEqual(["generic", "google", "outlook"]);
    const emails = [email("a@x.example")];
    expect([marketable({ emails }), marketable({ emails, consent: { email: { marketing: "subscribed" }, sms: { marketing: "unsubscribed" } } }), isMarketable(ana)]).toEqual([true, true, true]);
    const out = (["unsubscribed", "never", "pending"] as const).map((state) => marketable({ emails, consent: { email: { marketing: state } } }));
    const states = (["bounced", "complained", "unsubscribed"] as const).map((state) => marketable({ emails: [email("a@x.example", true, null, state)] }));
    expect([marketable({}), ...out, ...states]).toEqual(Array.from({ length: 7 }, () => false));
    expect(emailOf(ana)?.value).toBe("ana@acme.com");
  });
});

const WILD = ["=1+1", "'=x", "'", '"', "“q”", ";", ",", " ::: ", "\n", "\r\n", "\t", "* myContacts", "* ", "|", "\u{1f600}", "e\u0301", "\u202eabc", "שלום", "<b>", "-", "+", "@", "0", "true", "  ", "x".repeat(60), "4.16E+11", "1/2/2020", "[]", "a@x.example"];
const wild = (maxLength: number) => fc.oneof(fc.array(fc.oneof(fc.constantFrom(...WILD), fc.string({ unit: "grapheme", maxLength: 5 })), { maxLength: 4 }).map((parts) => parts.join("")), fc.string({ unit: "grapheme" })).map((text) => text.replaceAll("\0", "").normalize("NFC").slice(0, maxLength).toWellFormed());
const filled = (maxLength: number) => wild(maxLength).filter((text) => text.normalize("NFC").trim() !== "");
const link = fc.webUrl({ withQueryParameters: true, withFragments: true }).filter((url) => webUrl(url) !== null);
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { freq: 2 });

const ALL = new Map([
  field("t", "text", "T"), field("l", "long_text", "L"), field("i", "integer", "I"), field("n", "number", "N"), field("b", "boolean", "B"), field("d", "date", "D"), field("dt", "datetime", "DT"), field("e", "email", "E"), field("p", "phone", "P"), field("u", "url", "U"),
  field("s", "select", "S", [option("a", "b"), option("b", "a"), option("1", "yes")]), field("m", "multi_select", "M", [option("a", "b"), option("b", "a, b"), option("c:1", "c;1")]),
]);
const day = fc.date({ min: new Date("0100-01-01"), max: new Date("9999-12-31"), noInvalidDate: true }).map((date) => date.toISOString().slice(0, 10));
const PHONES = ["+34600111222", "+442079460958", "+12125550123", "+4930123456"];
const EMAILS = ["Ana@acme.com", "o'hara@x.example", "+a@x.example", "=a@x.example", "-@x.example", "ñandú@bücher.example", "a|b@x.example"];
const patch = fc.record(
  {
    first_name: maybe(wild(255)), last_name: maybe(wild(255)), company: maybe(wild(255)), job_title: maybe(wild(255)),
    emails: fc.tuple(fc.shuffledSubarray(EMAILS), fc.infiniteStream(fc.tuple(maybe(wild(50)), fc.boolean()))).map(([values, more]) => values.map((value, i) => ({ value, label: more.next().value[0], primary: i === 1 }))),
    phones: fc.tuple(fc.shuffledSubarray(PHONES), fc.infiniteStream(fc.tuple(maybe(wild(50)), filled(64)))).map(([values, more]) => values.map((value, i) => {
      const [label, raw] = more.next().value;
      return { value, raw, label, primary: i === 1 };
    })),
    addresses: fc.array(fc.record({ label: maybe(wild(50)), line1: filled(255), line2: maybe(wild(255)), city: maybe(wild(255)), region: maybe(wild(255)), postal_code: maybe(wild(255)), country: fc.constantFrom(null, "ES", "US", "GB") }), { maxLength: 3 }),
    birthday: maybe(fc.oneof(day, fc.constant("--02-29"))), language: fc.constantFrom(null, "es", "zh-Hant-TW"), timezone: fc.constantFrom(null, "Europe/Madrid", "UTC"),
    urls: fc.array(fc.record({ value: link, label: maybe(wild(50)) }), { maxLength: 3 }), tags: fc.array(filled(100), { maxLength: 5 }).map((tags) => [...new Map(tags.map((tag) => [tag.normalize("NFC").replaceAll(/\s+/gu, " ").trim().toLowerCase(), tag])).values()]),
    external_ids: fc.dictionary(fc.constantFrom("crm", "a_1", "7"), filled(255).filter((text) => !/E\+/i.test(text))),
    custom: fc.record({ t: filled(255), l: filled(500), i: fc.maxSafeInteger(), n: fc.double({ noNaN: true, noDefaultInfinity: true }), b: fc.boolean(), d: day, dt: fc.constant("2026-01-31T00:30:00.001Z"), e: fc.constantFrom(...EMAILS), p: fc.constantFrom(...PHONES), u: link, s: fc.constantFrom("a", "b", "1"), m: fc.subarray(["a", "b", "c:1"]) }, { requiredKeys: [] }),
  },
  { requiredKeys: ["external_ids"] },
);

describe("the generic export", () => {
  it("reads back as the same members, whatever stands in them", () => {
    const engine = { country: "ES", fields: ALL, isNew: true };
    const rules: Rules = { ...RULES, fields: ALL };
    const taken = patch.map((sent) => apply(emptyDocument({ type: "api" }), checkBody(contactPatch, { ...sent, company: sent.company?.trim() ? sent.company : "=Acme" }), engine));
    fc.assert(
      fc.property(fc.array(taken, { minLength: 1, maxLength: 3 }), (docs) => {
        const contacts = docs.map(exported);
        const bounds = contacts.reduce(widened, NARROW);
        const { headers, line: write } = prepared(PRESETS.generic, bounds, ALL);
        const read = prepare(headers, recognised(headers)?.mapping ?? {}, rules);
        for (const [i, contact] of contacts.entries()) {
          const { cells, warnings } = write(contact);
          const row = read(cells.map((cell) => escaped(cell, "people")));
          expect({ faults: row.faults, warnings, id: row.id }).toEqual({ faults: [], warnings: [], id: ID });
          expect(apply(emptyDocument({ type: "api" }), checkBody(contactPatch, row.data), engine)).toEqual(docs[i]);
        }
      }),
      { numRuns: 400 },
    );
  });

  it("restrictions come back, consents don't", () => {
    const contact = exported({ emails: [email("a@x.example")], consent: { email: { marketing: "subscribed", news: "unsubscribed" }, sms: { marketing: "never" } } });
    const { headers, line: write } = prepared(PRESETS.generic, widened(NARROW, contact), new Map());
    expect(prepare(headers, recognised(headers)?.mapping ?? {}, RULES)(write(contact).cells).consents.map(({ channel, topic, state }) => [channel, topic, state])).toEqual([["email", "news", "unsubscribed"], ["sms", "marketing", "never"]]);
  });
});

// Files of other tools: recognised by their header line, every column accounted for, a row of each as the contact that it is.
import { describe, expect, it } from "vitest";
import { contactPatch } from "../src/contacts/schema";
import { apply, emptyDocument } from "../src/contacts/patch";
import { checkBody } from "../src/platform/validate";
import { columnOf, type Rules } from "../src/transfers/columns/draft";
import { prepare } from "../src/transfers/columns/mapped";
import { faultsIn } from "../src/transfers/columns/mapping";
import { headerAt, recognised, targetIn, TOOLS } from "../src/transfers/columns/recognised";
import { targetOf } from "../src/transfers/columns/targets";
import { columnsOf, FILES, rowOf, RULES } from "./columns";

describe("a known tool's header line", () => {
  it.each(Object.entries(FILES))("%s: is recognised, and every column has a target, is of no use, or has no place", (file, [preset]) => {
    const columns = columnsOf(file);
    const found = recognised(columns);
    const tool = TOOLS.find(({ name }) => name === preset);
    expect(found?.preset).toBe(preset);
    expect(faultsIn(found?.mapping ?? {}, columns, RULES)).toEqual([]);
    const rest = columns.filter((column) => !Object.hasOwn(found?.mapping ?? {}, column));
    expect(rest.filter((column) => !tool?.unplaced.some((header) => header.toLowerCase() === column.toLowerCase()))).toEqual([]);
    expect(Object.values(found?.mapping ?? {}).filter((target) => target !== null).length).toBeGreaterThan(5);
  });

  it("every target in the tables is one", () => {
    const targets = TOOLS.flatMap(({ columns, blocks = [] }) => [...Object.values(columns), ...blocks.map(([, target]) => target?.replace("$1", "7") ?? null)]);
    expect(targets.filter((target) => target !== null && targetOf(target) === null)).toEqual([]);
  });

  it("columns of its user's own stay unknown, or are the custom field of that name; the second of two is like the first", () => {
    const columns = [...columnsOf("Mailchimp"), "Shoe size", "UNSUB_CAMPAIGN_ID (2)"];
    expect(Object.hasOwn(recognised(columns)?.mapping ?? {}, "Shoe size")).toBe(false);
    expect(recognised(columns)?.mapping["UNSUB_CAMPAIGN_ID (2)"]).toBe(null);
    expect(recognised(columns, new Map([["shoe_size", { label: "Size of shoes", type: "number", options: null }]]))?.mapping["Shoe size"]).toBe("custom.shoe_size");
  });

  it("of two columns for one member the first of the tool's table is taken", () => {
    expect(recognised(["Associated Company", "Record ID", "Email", "Company Name"])?.mapping).toMatchObject({ "Company Name": "company", "Associated Company": null });
  });

  it("blocks are numbered without end", () => {
    const [google] = TOOLS;
    expect([google && targetIn(google, "E-mail 17 - Value"), google && targetIn(google, "Custom Field 3 - Label"), google && targetIn(google, "Address 2 - City")]).toEqual(["email.17", null, "address.2.city"]);
  });

  it("LinkedIn's stands after notes", () => {
    expect(headerAt([["Notes:"], ["When exporting your connection data, you may notice …"], [""], columnsOf("LinkedIn"), ["Ana"]])).toBe(3);
    expect(headerAt([columnsOf("Outlook.com"), columnsOf("LinkedIn")])).toBe(0);
    expect(headerAt([["a", "b", "c"], ["1", "2", "3"]])).toBe(0);
  });

  it("what no tool writes is recognised as none", () => {
    expect([recognised(["Nombre", "Correo"]), recognised([]), recognised(["Email"]), recognised(["status", "version"])]).toEqual([null, null, null, null]);
  });
});

/** The contact that a row becomes in an empty space, without what is empty. */
function contactOf(file: string, cells: Readonly<Record<string, string>>, more: Partial<Rules> = {}) {
  const columns = columnsOf(file);
  const { mapping = {}, date_order = "auto" } = recognised(columns) ?? {};
  const rules = { ...RULES, date_order, ...more };
  const row = prepare(columns, mapping, rules)(rowOf(columns, cells));
  const doc = apply(emptyDocument({ type: "import" }), checkBody(contactPatch, row.data), { country: rules.country, fields: new Map(), isNew: true });
  const { lists: _, source: __, consent: ___, ...rest } = doc;
  const given = Object.entries(rest).filter(([, value]) => value !== null && (typeof value !== "object" || Object.keys(value).length > 0));
  return { contact: Object.fromEntries(given), consents: row.consents, faults: row.faults, row };
}
const email = (value: string, label: string | null, primary = false) => ({ value, label, primary, state: "unknown" });
const phone = (value: string, label: string | null, primary = false, raw = value) => ({ value, raw, label, primary });
const address = (parts: object) => ({ label: null, line1: null, line2: null, city: null, region: null, postal_code: null, country: null, ...parts });

describe("a row of each", () => {
  it("Google: labels beside values, several in one cell, the starred one is primary, its own groups are no tags", () => {
    const { contact, faults } = contactOf("Google Contacts", {
      "First Name": "Ana", "Middle Name": "María", "Last Name": "Núñez", "Organization Name": "Acme", "Organization Title": "CFO", Birthday: "1980-05-09", Labels: "VIP ::: Press, radio ::: * myContacts",
      "E-mail 1 - Label": "Home ::: Old", "E-mail 1 - Value": "ana@home.example ::: ana2@home.example", "E-mail 2 - Label": "* Work", "E-mail 2 - Value": "Ana@Acme.com", "Phone 1 - Label": "Mobile", "Phone 1 - Value": "600 111 222 ::: +44 20 7946 0958",
      "Address 1 - Label": "Home ::: Work", "Address 1 - Formatted": "…", "Address 1 - Street": "Calle Mayor 1 ::: Baker Street 2", "Address 1 - City": "Madrid ::: London", "Address 1 - Country": "España ::: United Kingdom", "Website 1 - Label": "Blog", "Website 1 - Value": "acme.com/ana",
    });
    expect(faults).toEqual([]);
    expect(contact).toEqual({
      first_name: "Ana María", last_name: "Núñez", company: "Acme", job_title: "CFO", birthday: "1980-05-09", tags: ["vip", "press, radio"],
      emails: [email("ana@home.example", "Home"), email("ana2@home.example", "Old"), email("Ana@Acme.com", "Work", true)], phones: [phone("+34600111222", "Mobile", true, "600 111 222"), phone("+442079460958", "Mobile", false, "+44 20 7946 0958")],
      addresses: [address({ label: "Home", line1: "Calle Mayor 1", city: "Madrid", country: "ES" }), address({ label: "Work", line1: "Baker Street 2", city: "London", country: "GB" })], urls: [{ value: "https://acme.com/ana", label: "Blog" }],
    });
  });

  it("Google before 2024: the whole name is used only where its parts are missing", () => {
    const cells = { Name: "Ana Núñez", "E-mail 1 - Type": "* ", "E-mail 1 - Value": "ana@acme.com", "Group Membership": "* myContacts", "Organization 1 - Name": "Acme", Birthday: " --05-09" };
    expect(contactOf("Google Contacts before 2024", cells).contact).toEqual({ first_name: "Ana", last_name: "Núñez", company: "Acme", birthday: "--05-09", emails: [email("ana@acme.com", null, true)] });
    expect(contactOf("Google Contacts before 2024", { ...cells, "Given Name": "Anna" }).contact).toMatchObject({ first_name: "Anna" });
    expect(contactOf("Google Contacts before 2024", { ...cells, Name: "Acme" }).contact).toEqual({ company: "Acme", birthday: "--05-09", emails: [email("ana@acme.com", null, true)] });
  });

  it("Outlook: addresses and phones by place, a street of two lines, 0/0/00 is no birthday", () => {
    const { contact, faults } = contactOf("Outlook.com", {
      "First Name": "Ana", "Last Name": "Núñez", "E-mail Address": "ana@acme.com", "E-mail 2 Address": "ANA@acme.com", "Business Phone": "91 555 12 12", "Mobile Phone": "600111222", "Business Fax": "+34 91 555 12 13",
      "Business Street": "Calle Mayor 1\r\n2º B", "Business City": "Madrid", "Business Country/Region": "Spain", "Home City": "Toledo", "Web Page": "www.acme.com", Birthday: "0/0/00", Company: "Acme", "Job Title": "CFO",
    });
    expect(faults).toEqual([]);
    expect(contact).toEqual({
      first_name: "Ana", last_name: "Núñez", company: "Acme", job_title: "CFO", emails: [email("ana@acme.com", null, true)],
      phones: [phone("+34915551212", "work", true, "91 555 12 12"), phone("+34600111222", "mobile", false, "600111222"), phone("+34915551213", "work fax", false, "+34 91 555 12 13")],
      addresses: [address({ label: "work", line1: "Calle Mayor 1", line2: "2º B", city: "Madrid", country: "ES" }), address({ label: "home", city: "Toledo" })], urls: [{ value: "https://www.acme.com/", label: null }],
    });
  });

  it("Outlook for Windows: Categories are tags, days are of the order that is stated", () => {
    const cells = { "First Name": "Ana", Categories: "VIP;Press, radio", Birthday: "5/9/1980", "Business Street": "Mayor 1", "Business Street 2": "2º", "Business Street 3": "B" };
    expect(contactOf("Outlook for Windows", cells, { date_order: "mdy" }).contact).toEqual({ first_name: "Ana", birthday: "1980-05-09", tags: ["vip", "press, radio"], addresses: [address({ label: "work", line1: "Mayor 1", line2: "2º, B" })] });
    expect(contactOf("Outlook for Windows", cells).faults).toMatchObject([{ column: "Birthday", code: "ambiguous_date", value: "5/9/1980" }]);
    expect(contactOf("Google's Outlook CSV", { "First Name": "Ana", "Home Country": "Deutschland", "Home Phone": "030 1234567" }).contact).toMatchObject({ phones: [phone("+49301234567", "home", true, "030 1234567")], addresses: [{ country: "DE" }] });
  });

  it("Mailchimp: the address in one cell, MM/DD, quoted tags; who is in an unsubscribed file is out", () => {
    const { contact, consents } = contactOf("Mailchimp", {
      "Email Address": "ana@acme.com", "First Name": "Ana", "Last Name": "Núñez", Address: "Calle Mayor 1  2º B  Madrid  MD  28013  ES", "Phone Number": "600 111 222", Birthday: "05/09", MEMBER_RATING: "2", TIMEZONE: "Europe/Madrid", EUID: "c2cb0681af", TAGS: '"VIP","Press, radio"', UNSUB_TIME: "2026-01-31 10:00:00", CC: "FR",
    });
    expect(contact).toEqual({
      first_name: "Ana", last_name: "Núñez", birthday: "--05-09", timezone: "Europe/Madrid", tags: ["vip", "press, radio"], external_ids: { mailchimp: "c2cb0681af" }, emails: [email("ana@acme.com", null, true)], phones: [phone("+34600111222", null, true, "600 111 222")],
      addresses: [address({ line1: "Calle Mayor 1", line2: "2º B", city: "Madrid", region: "MD", postal_code: "28013", country: "ES" })],
    });
    expect(consents).toEqual([{ channel: "email", topic: "marketing", state: "unsubscribed", column: "UNSUB_TIME" }]);
    expect(contactOf("Mailchimp", { "Email Address": "ana@acme.com" }).consents).toEqual([]);
  });

  it.each([["SUBSCRIBED", []], ["Subscribe", []], ["UNSUBSCRIBED", ["unsubscribed"]], ["Never subscribed", ["never"]], ["NEVER_SUBSCRIBED", ["never"]]])("Klaviyo: a consent %s restricts to %j", (word, states) => {
    const { consents, contact } = contactOf("Klaviyo", { Email: "ana@acme.com", "Klaviyo ID": "01H", Title: "CFO", "State / Region": "Madrid", "Zip Code": "28013", "Email Marketing Consent": word, "Email Suppressions": "[]" });
    expect(consents.map(({ state }) => state)).toEqual(states);
    expect(contact).toMatchObject({ job_title: "CFO", external_ids: { klaviyo: "01H" }, addresses: [{ region: "Madrid", postal_code: "28013" }] });
    expect(contactOf("Klaviyo", { Email: "ana@acme.com", "Email Suppressions": "['HARD_BOUNCE']" }).consents).toMatchObject([{ state: "unsubscribed" }]);
  });

  it("HubSpot, Brevo, SendGrid, HighLevel, Salesforce, LinkedIn, Thunderbird", () => {
    expect(contactOf("HubSpot", { "Record ID": "901", "First Name": "Ana", Email: "ana@acme.com", "Associated Company": "Acme", "Unsubscribed from all email": "true", "Country/Region": "Países Bajos" })).toMatchObject({
      contact: { external_ids: { hubspot: "901" }, company: "Acme", addresses: [{ country: "NL" }] }, consents: [{ channel: "email", state: "unsubscribed" }],
    });
    expect(contactOf("Brevo", { EMAIL: "ana@acme.com", SMS: "34600111222", LANDLINE_NUMBER: "915551212", EMAIL_BLACKLISTED: "false" })).toMatchObject({ contact: { phones: [{ value: "+34600111222", label: "mobile" }, { value: "+34915551212", label: "landline" }] }, consents: [] });
    expect(contactOf("SendGrid", { EMAIL: "ana@acme.com", ALTERNATE_EMAILS: "a@x.example,b@x.example", ADDRESS_LINE_1: "Mayor 1", COUNTRY: "USA" }).contact).toMatchObject({ emails: [{}, { value: "a@x.example" }, { value: "b@x.example" }], addresses: [{ line1: "Mayor 1", country: "US" }] });
    expect(contactOf("HighLevel", { "Contact Id": "abc", Phone: "+34600111222", Tags: "vip, new lead", DND: "true" })).toMatchObject({ contact: { external_ids: { highlevel: "abc" }, tags: ["vip", "new lead"] }, consents: ["email", "sms", "phone", "whatsapp"].map((channel) => ({ channel, topic: "marketing", state: "unsubscribed" })) });
    expect(contactOf("Salesforce Data Loader", { Id: "003x", LastName: "Núñez", MailingStreet: "Mayor 1\n2º", HasOptedOutOfEmail: "0", DoNotCall: "1" })).toMatchObject({ contact: { last_name: "Núñez", addresses: [{ label: "mailing", line1: "Mayor 1", line2: "2º" }] }, consents: [{ channel: "phone" }] });
    expect(contactOf("LinkedIn", { "First Name": "Ana", URL: "https://www.linkedin.com/in/ana", Position: "CFO" }).contact).toEqual({ first_name: "Ana", job_title: "CFO", urls: [{ value: "https://www.linkedin.com/in/ana", label: "linkedin" }] });
    expect(contactOf("Thunderbird", { "Display Name": "Ludwig van Beethoven", "Primary Email": "l@b.example", "Birth Year": "1770", "Birth Month": "12", "Birth Day": "17" }).contact).toMatchObject({ first_name: "Ludwig", last_name: "van Beethoven", birthday: "1770-12-17" });
    expect(contactOf("Thunderbird (UK)", { "First Name": "Rory", "Birth Month": "1", "Birth Day": "15", "Home County": "Gloucestershire", Organisation: "Acme" }).contact).toMatchObject({ birthday: "--01-15", company: "Acme", addresses: [{ region: "Gloucestershire" }] });
  });

  it("what the contact engine refuses is told by its column", () => {
    const columns = ["Correo", "Móvil", "País", "Puntos"];
    const rules: Rules = { ...RULES, fields: new Map([["points", { type: "integer", options: null }]]) };
    const row = prepare(columns, { Correo: "email", "Móvil": "phone.mobile", "País": "address.country", Puntos: "custom.points" }, rules)(["nope", "12", "Narnia", "many"]);
    expect(["/emails/0/value", "/phones/0/value", "/addresses/0/country", "/custom/points", "/emails", "/birthday", ""].map((pointer) => columnOf(row, pointer))).toEqual(["Correo", "Móvil", "País", "Puntos", "Correo", null, null]);
  });
});

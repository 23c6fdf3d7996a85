// Exports for the tools that send: Mailchimp, Klaviyo, SendGrid, Brevo, and HubSpot. Headers as their import guides have them.
import { countryName } from "../values/countries";
import { together } from "../values/tags";
import { addressOf, countryOfFirst, customCells, emailOf, landlineOf, mobileOf, nameCells, phoneOf, usDate, whatsappOf } from "./cells";
import { ANY, type Cell, type Exported, type Preset } from "./preset";

const email = (header: string): Cell => [header, (contact) => emailOf(contact)?.value ?? ""];
const phone = (header: string): Cell => [header, phoneOf];
const company = (header: string): Cell => [header, (contact) => contact.company ?? ""];
const jobTitle = (header: string): Cell => [header, (contact) => contact.job_title ?? ""];
const part = (header: string, name: "line1" | "line2" | "city" | "region" | "postal_code" | "country"): Cell => [header, (contact) => addressOf(contact, name)];
const street = (contact: Exported): string => [addressOf(contact, "line1"), addressOf(contact, "line2")].filter((line) => line !== "").join(", ");

/** Parts with two spaces between them in one cell; two spaces within a part would part it. */
function oneCell({ addresses: [first] }: Exported): string {
  if (!first) return "";
  const parts = [first.line1, first.line2, first.city, first.region, first.postal_code, first.country];
  return parts.flatMap((one) => (one ? [one.replaceAll(/\s+/g, " ")] : [])).join("  ");
}

/** MM/DD of a birthday: it has no year there. */
const monthDay = ({ birthday }: Exported): string => (birthday === null ? "" : `${birthday.slice(-5, -3)}/${birthday.slice(-2)}`);

const MAILCHIMP: readonly Cell[] = [email("Email Address"), ...nameCells("First Name", "Last Name"), ["Address", oneCell], phone("Phone Number"), ["Birthday", monthDay], ["Tags", ({ tags }) => together(tags, ",")]];
export const mailchimp: Preset = {
  name: "mailchimp", reader: "machines", only_marketable: true, limit_bytes: 255,
  columns: (_, fields) => [...MAILCHIMP, ...customCells(fields, MAILCHIMP, { header: (_key, label) => label, separator: ", ", labels: true })],
  holds: () => ({ emails: 1, phones: 1, addresses: 1, birthday: 1, tags: ANY, custom: ANY }),
};

const CONSENT: Readonly<Record<string, string>> = { subscribed: "Subscribed", unsubscribed: "Unsubscribed", never: "Never subscribed", pending: "Never subscribed" };
const consent = (header: string, channel: string, topic: string): Cell => [header, (contact) => CONSENT[contact.consent[channel]?.[topic] ?? ""] ?? ""];

/** When a consent was given stands in the ledger, not in the contact: its column stays empty. */
const KLAVIYO: readonly Cell[] = [
  email("Email"), phone("Phone Number"), ...nameCells("First Name", "Last Name"), company("Organization"), jobTitle("Title"), part("Address", "line1"), part("Address 2", "line2"), part("City", "city"), part("Region", "region"), part("Zip Code", "postal_code"), ["Country", countryOfFirst],
  consent("Email Marketing Consent", "email", "marketing"), ["Email Marketing Consent Timestamp", () => ""], consent("SMS Marketing Consent", "sms", "marketing"), consent("SMS Transactional Consent", "sms", "transactional"),
];
export const klaviyo: Preset = {
  name: "klaviyo", reader: "machines", only_marketable: true,
  columns: (_, fields) => [...KLAVIYO, ...customCells(fields, KLAVIYO, { header: (_key, label) => label, separator: ", ", labels: true })],
  holds: () => ({ company: 1, job_title: 1, emails: 1, phones: 1, addresses: 1, custom: ANY, consent: ANY }),
};

const SENDGRID: readonly Cell[] = [
  email("email"), ...nameCells("first_name", "last_name"), part("address_line_1", "line1"), part("address_line_2", "line2"), part("city", "city"), part("state_province_region", "region"), part("postal_code", "postal_code"), part("country", "country"), phone("phone_number_id"), ["external_id", ({ id }) => id], ["anonymous_id", () => ""],
];
export const sendgrid: Preset = {
  name: "sendgrid", reader: "machines", only_marketable: true,
  // A header has letters, digits and _ only, so the field's key.
  columns: (_, fields) => [...SENDGRID, ...customCells(fields, SENDGRID, { header: (key) => key, separator: ", ", date: (iso) => usDate(iso) ?? "" })],
  holds: () => ({ emails: 1, phones: 1, addresses: 1, custom: ANY }),
};

const BREVO: readonly Cell[] = [email("EMAIL"), ...nameCells("FIRSTNAME", "LASTNAME"), ["SMS", mobileOf], ["WHATSAPP", whatsappOf], ["LANDLINE_NUMBER", landlineOf], ["EXT_ID", ({ id }) => id]];
export const brevo: Preset = {
  name: "brevo", reader: "machines", only_marketable: true,
  columns: (_, fields) => [...BREVO, ...customCells(fields, BREVO, { header: (key) => key.toUpperCase(), separator: ",", labels: true })],
  holds: () => ({ emails: 1, phones: 3, custom: ANY }),
};

/** The lifecycle stage is the account's own word: a custom field of that label fills it. */
const HUBSPOT: readonly Cell[] = [
  ...nameCells("First Name", "Last Name"), email("Email"), phone("Phone Number"), company("Company Name"), jobTitle("Job Title"), ["Website URL", ({ urls }) => urls[0]?.value ?? ""], ["Street Address", street],
  part("City", "city"), part("State/Region", "region"), part("Postal Code", "postal_code"), ["Country/Region", (contact) => countryName(addressOf(contact, "country"))],
];
export const hubspot: Preset = {
  name: "hubspot", reader: "machines", only_marketable: true,
  columns: (_, fields) => {
    const custom = customCells(fields, HUBSPOT, { header: (_key, label) => label, separator: ";" });
    const stage = custom.find(([header]) => header === "Lifecycle Stage") ?? ["Lifecycle Stage", () => ""];
    return [...HUBSPOT, stage, ...custom.filter((cell) => cell !== stage)];
  },
  holds: () => ({ company: 1, job_title: 1, emails: 1, phones: 1, addresses: 1, urls: 1, custom: ANY }),
};

// A vCard as a contact: members as the API takes them, only those that the card has. What a contact has no place for comes
// beside them in `extras`, by the property's name.
import { birthdayOf } from "./dates";
import { exactly } from "./exact";
import { addressesOf, emailsOf, phonesOf, urlsOf } from "./lists";
import { languageOf, namesOf, tagsOf, timezoneOf } from "./single";
import { customOf, externalIdsOf } from "./own";
import { unescapeText } from "./text";
import { View } from "./view";

/** They say something of the card, not of the person. */
const META = ["VERSION", "PRODID", "REV", "SORT-STRING", "SOURCE", "PROFILE", "KIND", "X-ADDRESSBOOKSERVER-KIND", "CLASS", "MAILER", "AGENT", "CLIENTPIDMAP", "LABEL", "X-ABLABEL", "X-ABADR", "X-ABSHOWAS"];
/** They have a member of their own. */
const MEMBERS = ["FN", "N", "ORG", "TITLE", "EMAIL", "TEL", "ADR", "BDAY", "LANG", "X-CONNECTKIT-LANGUAGE", "TZ", "URL", "X-SOCIALPROFILE", "CATEGORIES", "UID", "X-CONNECTKIT-EXTERNAL-ID", "X-CONNECTKIT-CUSTOM"];
const PLACED = new Set([...META, ...MEMBERS]);

/** Null: it is a group, no contact. */
export function contactOf(lines: readonly string[]): Record<string, unknown> | null {
  const view = new View(lines);
  if (["KIND", "X-ADDRESSBOOKSERVER-KIND"].some((name) => view.text(name)?.toLowerCase() === "group")) return null;
  for (const { name, value } of view.properties) if (!PLACED.has(name)) view.extra(name, unescapeText(value));
  const organization = view.first("ORG");
  const [company, ...units] = organization ? exactly(organization, ";").parts : [];
  if (units.some(Boolean)) view.extra("department", units.filter(Boolean).join(", "));
  const [emails, phones] = [emailsOf(view), phonesOf(view)];
  const members = {
    external_ids: externalIdsOf(view),
    ...namesOf(view, [company, ...emails.map(({ value }) => value), ...phones.map(({ value }) => value)]),
    company: company || undefined,
    job_title: view.text("TITLE"),
    emails,
    phones,
    addresses: addressesOf(view),
    birthday: birthdayOf(view),
    language: languageOf(view),
    timezone: timezoneOf(view),
    urls: urlsOf(view),
    custom: customOf(view),
    tags: tagsOf(view),
    extras: Object.fromEntries(view.extras),
  };
  return Object.fromEntries(Object.entries(members).filter(([, member]) => member !== undefined && (typeof member === "string" || Object.keys(member).length > 0)));
}

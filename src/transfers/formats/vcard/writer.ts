// vCards out, 3.0 for Outlook and Android, 4.0 for the rest: nothing of a contact is lost. What has no property of its own
// is in X-CONNECTKIT-…, which other programs pass over.
import type { Contact } from "../../../contacts/schema";
import type { Written } from "../json/writer";
import { property, text } from "./compose";
import { folded } from "./fold";
import { Items, type Version } from "./items";
import { OWN_UID } from "./own";

export interface VcardOptions {
  /** Some phones read no folded lines. */
  readonly fold?: boolean;
}

export function vcard(version: Version, { fold = true }: VcardOptions = {}): Written {
  const ended = (line: string): string => (fold ? folded(line) : `${line}\r\n`);
  return { start: "", record: (contact) => linesOf(contact, version).map(ended).join(""), end: "" };
}
export const vcard3 = vcard("3.0");
export const vcard4 = vcard("4.0");

function linesOf(contact: Partial<Contact>, version: Version): string[] {
  const { vcard: uid, ...systems } = contact.external_ids ?? {};
  const items = new Items(version);
  return [
    "BEGIN:VCARD",
    `VERSION:${version}`,
    ...text("UID", uid ?? (contact.id && OWN_UID + contact.id)),
    ...namesOf(contact),
    ...(contact.company ? [property("ORG", [], [contact.company], ";")] : []),
    ...text("TITLE", contact.job_title),
    ...(contact.emails ?? []).flatMap((email) => items.email(email)),
    ...(contact.phones ?? []).flatMap((phone) => items.phone(phone)),
    ...(contact.addresses ?? []).flatMap((address) => items.address(address)),
    ...(contact.birthday ? [birthdayOf(contact.birthday, version)] : []),
    ...text(version === "4.0" ? "LANG" : "X-CONNECTKIT-LANGUAGE", contact.language),
    ...text("TZ", contact.timezone, version === "4.0" ? [] : [["VALUE", "text"]]),
    ...(contact.urls ?? []).flatMap((url) => items.url(url)),
    ...(contact.tags?.length ? [property("CATEGORIES", [], contact.tags, ",")] : []),
    ...Object.entries(systems).flatMap(([system, id]) => text("X-CONNECTKIT-EXTERNAL-ID", id, [["X-SYSTEM", system]])),
    ...Object.entries(contact.custom ?? {}).flatMap(([key, value]) => text("X-CONNECTKIT-CUSTOM", JSON.stringify(value), [["X-KEY", key]])),
    ...text("REV", contact.updated_at),
    "END:VCARD",
  ];
}

/** FN must stand there (RFC 6350, 6.2.1). Where there is no name it is derived from what there is, and says so (RFC 9554, 4.4). */
function namesOf({ first_name: first, last_name: last, company, emails, phones, external_ids: ids }: Partial<Contact>): string[] {
  const name = [first, last].filter(Boolean).join(" ");
  const derived = company || emails?.[0]?.value || phones?.[0]?.value || Object.values(ids ?? {})[0] || "?";
  return [name === "" ? property("FN", [["DERIVED", "TRUE"]], [derived]) : property("FN", [], [name]), property("N", [], [last ?? "", first ?? "", "", "", ""], ";")];
}

/** A year that is not known: 4.0 leaves it out; for 3.0 Apple has a way. */
function birthdayOf(day: string, version: Version): string {
  if (version === "4.0") return `BDAY:${day.startsWith("--") ? `--${day.slice(2).replace("-", "")}` : day.replaceAll("-", "")}`;
  return day.startsWith("--") ? `BDAY;X-APPLE-OMIT-YEAR=1604:1604-${day.slice(2)}` : `BDAY:${day}`;
}

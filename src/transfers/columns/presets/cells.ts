// Cells that several presets write alike.
import type { Document } from "../../../contacts/schema";
import { countryName } from "../values/countries";
import type { Cell, Exported, Fields } from "./preset";

type Email = Document["emails"][number];
type Phone = Document["phones"][number];
export type Address = Document["addresses"][number];

const UNREACHABLE = new Set(["bounced", "complained", "unsubscribed"]);
const primaryFirst = <Item extends { primary: boolean }>(items: readonly Item[]): Item[] => items.toSorted((a, b) => Number(b.primary) - Number(a.primary));

/** The one to write to: the primary unless mail to it fails or is not wanted and another is good. */
export const emailOf = ({ emails }: Pick<Exported, "emails">): Email | undefined => {
  const sorted = primaryFirst(emails);
  return sorted.find(({ state }) => !UNREACHABLE.has(state)) ?? sorted[0];
};

/** Whether a tool for e-mail may get the contact: an address that takes mail, and nobody who has not agreed or no longer does. */
export function isMarketable(contact: Pick<Exported, "emails" | "consent">): boolean {
  const email = emailOf(contact);
  const state = contact.consent["email"]?.["marketing"];
  return email !== undefined && !UNREACHABLE.has(email.state) && (state === undefined || state === "subscribed");
}

const MOBILE = /mobile|mobil|movil|móvil|cell|handy|portable|gsm|telemóvel|iphone|sms/i;
const FAX = /fax|pager/i;
const has = (pattern: RegExp, { label }: Phone): boolean => label !== null && pattern.test(label);

/** The one to call. */
export const phoneOf = ({ phones }: Pick<Exported, "phones">): string => primaryFirst(phones).find((phone) => !has(FAX, phone))?.value ?? "";
/** The one for text messages: a mobile one, else the primary unless its label says another thing. */
export const mobileOf = ({ phones }: Pick<Exported, "phones">): string => (phones.find((phone) => has(MOBILE, phone)) ?? primaryFirst(phones).find(({ label }) => label === null))?.value ?? "";
export const whatsappOf = ({ phones }: Pick<Exported, "phones">): string => phones.find((phone) => has(/whatsapp/i, phone))?.value ?? "";
export const landlineOf = ({ phones }: Pick<Exported, "phones">): string => phones.find((phone) => phone.label !== null && !has(MOBILE, phone) && !has(FAX, phone) && !has(/whatsapp/i, phone))?.value ?? "";

export const addressOf = ({ addresses }: Pick<Exported, "addresses">, part: Exclude<keyof Address, "label">): string => addresses[0]?.[part] ?? "";
export const countryOfFirst = (contact: Exported): string => countryName(addressOf(contact, "country"));

export const nameCells = (first: string, last: string): readonly Cell[] => [[first, ({ first_name }) => first_name ?? ""], [last, ({ last_name }) => last_name ?? ""]];

const shown = (value: unknown, separator: string): string => (Array.isArray(value) ? value.map(String).join(separator) : typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? String(value) : "");

interface Custom {
  readonly header: (key: string, label: string) => string;
  readonly separator: string;
  /** Options in words instead of their keys. */
  readonly labels?: boolean;
  readonly date?: (iso: string) => string;
}

/** A column for each custom field, after those of the tool; a header that is taken gets a number. */
export function customCells(fields: Fields, taken: readonly Cell[], { header, separator, labels = false, date }: Custom): readonly Cell[] {
  const used = new Set(taken.map(([name]) => name.toLowerCase()));
  return Array.from(fields, ([key, { label, type, options }]): Cell => {
    const wanted = header(key, label);
    let name = wanted;
    for (let n = 2; used.has(name.toLowerCase()); n += 1) name = `${wanted} ${n}`;
    used.add(name.toLowerCase());
    const words = new Map(labels ? options?.map((option) => [option.key, option.label]) : []);
    return [name, ({ custom }) => {
      const value = custom[key];
      if (date && type === "date" && typeof value === "string") return date(value);
      return shown(Array.isArray(value) ? value.map((one: unknown) => words.get(String(one)) ?? one) : typeof value === "string" ? (words.get(value) ?? value) : value, separator);
    }];
  });
}

/** `1980-05-09` as `05/09/1980`; null: it has no year. */
export const usDate = (iso: string | null): string | null => (iso === null || iso.startsWith("--") ? null : `${iso.slice(5, 7)}/${iso.slice(8)}/${iso.slice(0, 4)}`);

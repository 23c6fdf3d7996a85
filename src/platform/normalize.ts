// Single values: what they mean and how they are compared. Pure; each answers the normal form, or null for what is none.
import { startOf } from "./fold";
import { parsePhoneNumberFromString, isSupportedCountry } from "libphonenumber-js/max";
import { memo } from "./memo";

/** How an e-mail address is compared: NFC, lower-cased, the domain as A-labels; no dots or +tags stripped. */
export function emailKey(value: string): string | null {
  const address = value.normalize("NFC").trim().toLowerCase();
  const at = address.lastIndexOf("@");
  const [local, domain] = [address.slice(0, at), asciiDomain(address.slice(at + 1))];
  if (at < 1 || domain === null || !LOCAL.test(local)) return null;
  if (encoder.encode(local).length > 64 || local.length + domain.length + 1 > 254) return null;
  return `${local}@${domain}`;
}

/** Dot-atoms of RFC 5322, and any letter beyond ASCII (RFC 6531). */
const LOCAL = /^[a-z0-9!#$%&'*+/=?^_`{|}~\u{80}-\u{10ffff}-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~\u{80}-\u{10ffff}-]+)*$/u;
const DOMAIN = /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}$/;
const encoder = new TextEncoder();

function asciiDomain(domain: string): string | null {
  if (/[\s/\\?#:@[\]%]/.test(domain)) return null;
  if (DOMAIN.test(domain) && !domain.includes("xn--")) return /\.\d+$/.test(domain) ? null : domain;
  // The URL parser is the platform's own IDNA (UTS 46).
  const parsed = URL.parse(`http://${domain}`)?.hostname;
  return parsed !== undefined && DOMAIN.test(parsed) && !/\.\d+$/.test(parsed) ? parsed : null;
}

/** E.164, judged by the digits of the numbering plan; `home` is the country of numbers written nationally. */
export const e164 = (value: string, home: string): string | null => parsedPhone(`${isSupportedCountry(home) ? home : ""} ${value}`);

/** Parsing is dear, and one request asks for the same number several times. */
const parsedPhone = memo(2_000, (text): string | null => {
  const at = text.indexOf(" ");
  const [home, value] = [text.slice(0, at), text.slice(at + 1)];
  const parsed = parsePhoneNumberFromString(value, isSupportedCountry(home) ? { defaultCountry: home, extract: false } : { extract: false });
  return parsed?.isValid() ? parsed.number : null;
});

/** `1980-05-09` or `--05-09`: a day that the calendar has. */
export function birthday(value: string): string | null {
  const [, year, month, day] = /^(?:(\d{4})|-)-(\d{2})-(\d{2})$/.exec(value) ?? [];
  if (month === undefined || day === undefined || year === "0000") return null;
  // A year that is not known may have been a leap year.
  const date = new Date(`${year ?? "2000"}-${month}-${day}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.getUTCDate() === Number(day) ? value : null;
}

/** BCP 47, in canonical case. */
export function language(value: string): string | null {
  try {
    return Intl.getCanonicalLocales(value)[0] ?? null;
  } catch {
    return null;
  }
}

const zones = new Map<string, string | null>();

/** An IANA time zone, as the platform spells it. */
export function timezone(value: string): string | null {
  const known = zones.get(value);
  if (known !== undefined) return known;
  const zone = zoneOf(value);
  if (zones.size < 1_000) zones.set(value, zone);
  return zone;
}

function zoneOf(value: string): string | null {
  if (!/^[A-Za-z]/.test(value)) return null;
  try {
    return Intl.DateTimeFormat("en", { timeZone: value }).resolvedOptions().timeZone;
  } catch {
    return null;
  }
}

/** http or https, as the URL standard writes it: there a letter can be nine, so the length is judged again. */
export function webUrl(value: string): string | null {
  const parsed = URL.parse(value.trim());
  return parsed && ["http:", "https:"].includes(parsed.protocol) && parsed.hostname.includes(".") && parsed.href.length <= MAX_URL ? parsed.href : null;
}
export const MAX_URL = 2_000;

/** Folded for sorting: case and accents don't matter. */
export const sortKey = (value: string | null): string =>
  startOf((value ?? "").normalize("NFKD").replaceAll(/\p{M}+/gu, "").toLowerCase().trim(), 100);

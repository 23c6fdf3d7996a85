// Exports for address books: Google Contacts and Outlook.com, with their exact headers.
import type { Document } from "../../../contacts/schema";
import { countryName } from "../values/countries";
import { usDate, type Address } from "./cells";
import { atLeast } from "./bounds";
import { ANY, type Cell, type Exported, type Preset } from "./preset";

type Phone = Document["phones"][number];

const numbered = (count: number, cells: (n: number) => readonly Cell[]): readonly Cell[] => Array.from({ length: count }, (_, n) => cells(n)).flat();
const empty = (headers: string): readonly Cell[] => headers.split(",").map((header): Cell => [header, () => ""]);

/** Google's own form: a `*` marks the default one. */
const starred = (item: { label: string | null; primary: boolean } | undefined): string => (item === undefined ? "" : item.primary ? `* ${item.label ?? ""}` : (item.label ?? ""));
const lines = (address: Address): string =>
  [address.line1, address.line2, [address.postal_code, address.city].filter(Boolean).join(" "), address.region, address.country === null ? null : countryName(address.country)].filter(Boolean).join("\n");

const googleAddress = (n: number): readonly Cell[] => {
  const part = (header: string, value: (address: Address) => string | null): Cell => [`Address ${n + 1} - ${header}`, ({ addresses }) => (addresses[n] ? (value(addresses[n]) ?? "") : "")];
  return [
    part("Label", ({ label }) => label), part("Formatted", lines), part("Street", ({ line1 }) => line1), part("City", ({ city }) => city), part("PO Box", () => ""), part("Region", ({ region }) => region),
    part("Postal Code", ({ postal_code }) => postal_code), part("Country", ({ country }) => (country === null ? "" : countryName(country))), part("Extended Address", ({ line2 }) => line2),
  ];
};

export const google: Preset = {
  name: "google", reader: "people", only_marketable: false,
  columns: (given, fields) => {
    const bounds = atLeast(given, 1);
    const custom = Array.from(fields);
    return [
      ["First Name", ({ first_name }) => first_name ?? ""], ...empty("Middle Name"), ["Last Name", ({ last_name }) => last_name ?? ""], ...empty("Phonetic First Name,Phonetic Middle Name,Phonetic Last Name,Name Prefix,Name Suffix,Nickname,File As"),
      ["Organization Name", ({ company }) => company ?? ""], ["Organization Title", ({ job_title }) => job_title ?? ""], ...empty("Organization Department"), ["Birthday", ({ birthday }) => birthday ?? ""], ...empty("Notes,Photo"),
      ["Labels", ({ tags }) => [...tags, "* myContacts"].join(" ::: ")],
      ...numbered(Math.max(bounds.emails, 2), (n) => [[`E-mail ${n + 1} - Label`, ({ emails }) => starred(emails[n])], [`E-mail ${n + 1} - Value`, ({ emails }) => emails[n]?.value ?? ""]]),
      ...numbered(bounds.phones, (n) => [[`Phone ${n + 1} - Label`, ({ phones }) => starred(phones[n])], [`Phone ${n + 1} - Value`, ({ phones }) => phones[n]?.value ?? ""]]),
      ...numbered(bounds.addresses, googleAddress),
      ...numbered(bounds.urls, (n) => [[`Website ${n + 1} - Label`, ({ urls }) => urls[n]?.label ?? ""], [`Website ${n + 1} - Value`, ({ urls }) => urls[n]?.value ?? ""]]),
      ...empty("Event 1 - Label,Event 1 - Value"),
      ...numbered(Math.max(custom.length, 1), (n) => customField(n, custom[n])),
    ];
  },
  holds: ({ emails, phones, addresses, urls }) => ({ company: 1, job_title: 1, birthday: 1, emails: Math.max(emails, 2), phones: Math.max(phones, 1), addresses: Math.max(addresses, 1), urls: Math.max(urls, 1), tags: ANY, custom: ANY }),
};

function customField(n: number, field: readonly [key: string, { readonly label: string }] | undefined): readonly Cell[] {
  const value = ({ custom }: Exported): string => {
    const own = field ? custom[field[0]] : undefined;
    return own === undefined ? "" : Array.isArray(own) ? own.join(", ") : typeof own === "string" ? own : JSON.stringify(own);
  };
  return [[`Custom Field ${n + 1} - Label`, (contact) => (value(contact) === "" ? "" : (field?.[1].label ?? ""))], [`Custom Field ${n + 1} - Value`, value]];
}

/** Its columns for phones, by the labels that go there, the first that fits; what is labelled otherwise takes what is left of the last. */
const PHONES: readonly (readonly [header: string, labels: RegExp])[] = [
  ["Home Phone", /^(?:home|private|personal|casa)$/i], ["Home Phone 2", /^(?:home|private|personal|casa)$/i], ["Business Phone", /^(?:work|business|office)$/i], ["Business Phone 2", /^(?:work|business|office)$/i],
  ["Mobile Phone", /mobile|cell|handy|m[oó]vil/i], ["Car Phone", /^car$/i], ["Other Phone", /^(?:other|)$/i], ["Primary Phone", /^(?:main|primary|)$/i], ["Pager", /pager/i], ["Business Fax", /^(?:(?:work|business) fax|fax)$/i], ["Home Fax", /home fax/i], ["Other Fax", /fax/i],
  ["Company Main Phone", /^company/i], ["Callback", /callback/i], ["Radio Phone", /radio/i], ["Telex", /telex/i], ["TTY/TDD Phone", /tty/i],
];
const SPARE = ["Mobile Phone", "Other Phone", "Primary Phone"];

/** Which phone stands in which column. */
function placed(phones: readonly Phone[]): ReadonlyMap<string, string> {
  const known = places.get(phones);
  if (known !== undefined) return known;
  const at = new Map<string, string>();
  const homeless = phones.filter(({ label, value }) => {
    const free = PHONES.find(([header, labels]) => !at.has(header) && labels.test(label ?? ""));
    if (free) at.set(free[0], value);
    return free === undefined;
  });
  for (const { value } of homeless) {
    const free = SPARE.find((header) => !at.has(header));
    if (free !== undefined) at.set(free, value);
  }
  places.set(phones, at);
  return at;
}
/** Each of the columns asks. */
const places = new WeakMap<readonly Phone[], ReadonlyMap<string, string>>();

export const phonesPlaced = (phones: readonly Phone[]): number => placed(phones).size;

const PLACES = [["Business", /^(?:work|business|office)$/i], ["Home", /^(?:home|private|personal|casa)$/i], ["Other", /^/]] as const;

/** Work and home go where they belong; the first of the rest is Other, further ones take what is free. */
function addressFor(addresses: readonly Address[], place: string): Address | undefined {
  const at = new Map<string, Address>();
  for (const address of addresses) {
    const free = PLACES.find(([name, labels]) => !at.has(name) && labels.test(address.label ?? "")) ?? PLACES.find(([name]) => !at.has(name));
    if (free) at.set(free[0], address);
  }
  return at.get(place);
}

const outlookAddress = (place: string): readonly Cell[] => {
  const part = (header: string, value: (address: Address) => string | null): Cell => [`${place} ${header}`, ({ addresses }) => {
    const address = addressFor(addresses, place);
    return address ? (value(address) ?? "") : "";
  }];
  return [
    part("Street", ({ line1, line2 }) => [line1, line2].filter(Boolean).join("\n")), part("City", ({ city }) => city), part("State", ({ region }) => region), part("Postal Code", ({ postal_code }) => postal_code),
    part("Country/Region", ({ country }) => (country === null ? "" : countryName(country))),
  ];
};

const personal = ({ urls }: Exported): string => urls.find(({ label }) => /^(?:home|personal|private)$/i.test(label ?? ""))?.value ?? "";

const OUTLOOK: readonly Cell[] = [
  ["First Name", ({ first_name }) => first_name ?? ""], ...empty("Middle Name"), ["Last Name", ({ last_name }) => last_name ?? ""], ...empty("Title,Suffix,Nickname,Given Yomi,Surname Yomi"),
  ["E-mail Address", ({ emails }) => emails[0]?.value ?? ""], ["E-mail 2 Address", ({ emails }) => emails[1]?.value ?? ""], ["E-mail 3 Address", ({ emails }) => emails[2]?.value ?? ""],
  ...PHONES.map(([header]): Cell => [header, ({ phones }) => placed(phones).get(header) ?? ""]), ...empty("IMAddress"), ["Job Title", ({ job_title }) => job_title ?? ""], ...empty("Department"), ["Company", ({ company }) => company ?? ""],
  ...empty("Office Location,Manager's Name,Assistant's Name,Assistant's Phone,Company Yomi"), ...PLACES.flatMap(([place]) => outlookAddress(place)), ["Personal Web Page", personal], ...empty("Spouse,Schools,Hobby,Location"),
  ["Web Page", (contact) => contact.urls.find(({ value }) => value !== personal(contact))?.value ?? ""], ["Birthday", ({ birthday }) => usDate(birthday) ?? ""], ...empty("Anniversary,Notes"),
];
export const outlook: Preset = {
  name: "outlook", reader: "people", only_marketable: false,
  // Not one of its 57, but its import knows it.
  columns: ({ tags }) => (tags ? [...OUTLOOK, ["Categories", (contact) => contact.tags.map((tag) => tag.replaceAll(";", ",")).join(";")]] : OUTLOOK),
  holds: () => ({ company: 1, job_title: 1, birthday: 1, emails: 3, phones: ANY, addresses: 3, urls: 2, tags: ANY }),
};

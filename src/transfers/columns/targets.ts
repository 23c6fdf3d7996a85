// What a column can be mapped to: a closed list of dotted names, the same ones that filters, matches and the generic
// export use. A name that is none of them is null.

export type Kind = "emails" | "phones" | "urls";
export type ItemPart = "value" | "label" | "primary" | "raw";
export type AddressPart = "label" | "line1" | "line2" | "city" | "region" | "postal_code" | "country" | "text";
export type Separator = "," | ";" | "|" | " ::: ";
export type Scalar = "company" | "job_title" | "birthday" | "language" | "timezone";
export type NamePart = "first_name" | "middle_name" | "last_name" | "full_name";

export type Target =
  | { readonly to: "id" }
  | { readonly to: "name"; readonly part: NamePart }
  | { readonly to: "scalar"; readonly member: Scalar }
  | { readonly to: "birthday"; readonly part: "year" | "month" | "day" }
  | { readonly to: "item"; readonly kind: Kind; readonly group: string; readonly part: ItemPart }
  | { readonly to: "address"; readonly group: string; readonly part: AddressPart }
  | { readonly to: "tags"; readonly separator: Separator | null }
  | { readonly to: "external_id"; readonly system: string }
  | { readonly to: "custom"; readonly key: string }
  | { readonly to: "consent"; readonly channel: string; readonly topic: string }
  | { readonly to: "opt_out"; readonly channel: string | null; readonly topic: string };

/** As the documentation lists them. `<group>`: a number, or a word that becomes the label; left out, the column stands alone. */
export const TARGETS: readonly (readonly [name: string, meaning: string])[] = [
  ["id", "the id that the contact has here; the row is of that contact"],
  ["first_name", "the first name"],
  ["middle_name", "added to the first name"],
  ["last_name", "the last name"],
  ["full_name", "split into first and last name, where the row has neither"],
  ["company", "the company"],
  ["job_title", "the job title"],
  ["email, email.<group>", "an e-mail address, or several (`;` `,` ` ::: ` or a line each); each such column adds its own"],
  ["email.<group>.label, .primary", "of the addresses of that group: their label; whether the first is the primary one"],
  ["phone, phone.<group>", "a phone number, or several (`;` ` ::: ` ` / ` or a line each)"],
  ["phone.<group>.label, .primary, .raw", "of the numbers of that group: the same, and the form in which the number was given"],
  ["url, url.<group>", "a web address, or several (` ::: ` or a line each); without a scheme it gets `https://`"],
  ["url.<group>.label", "of the addresses of that group: their label"],
  ["address.<group>.line1, .line2, .city, .region, .postal_code, .country, .label", "a part of the address of that group; several columns to `line2` are joined; a country may be a name"],
  ["address.<group>.text", "an address in one cell; used where the group's other columns are empty"],
  ["birthday", "a date, the year may be missing"],
  ["birthday.year, birthday.month, birthday.day", "its parts"],
  ["language", "a language tag or the name of a language"],
  ["timezone", "an IANA time zone"],
  ["tags", "tags, separated by whichever comes first of: line break, ` ::: `, `;`, `,`, `|`; one in double quotes is kept whole"],
  ["tags.comma, tags.semicolon, tags.pipe, tags.colons", "tags, separated by just that"],
  ["external_id.<system>", "the id in another system"],
  ["custom.<key>", "a custom field, by its type"],
  ["consent.<channel>.<topic>", "a state in words; only a restriction counts"],
  ["opt_out.<channel>.<topic>, opt_out", "whatever says yes (a time or a reason too) is `unsubscribed`; alone: of e-mail, sms, phone and whatsapp, topic `marketing`"],
];

const KINDS: Readonly<Record<string, Kind>> = { email: "emails", phone: "phones", url: "urls" };
const ITEM_PARTS: Readonly<Record<Kind, readonly ItemPart[]>> = { emails: ["value", "label", "primary"], phones: ["value", "label", "primary", "raw"], urls: ["value", "label"] };
const ADDRESS_PARTS: readonly AddressPart[] = ["label", "line1", "line2", "city", "region", "postal_code", "country", "text"];
const NAME_PARTS: readonly NamePart[] = ["first_name", "middle_name", "last_name", "full_name"];
const SCALARS: readonly Scalar[] = ["company", "job_title", "birthday", "language", "timezone"];
const BIRTHDAY_PARTS = ["year", "month", "day"] as const;
export const SEPARATORS: Readonly<Record<string, Separator>> = { comma: ",", semicolon: ";", pipe: "|", colons: " ::: " };

const SYSTEM = /^(?!__proto__$)[a-z0-9_]{1,50}$/;
const NAME = /^[a-z][a-z0-9_]{0,49}$/;
const GROUP = /^[^.]{1,50}$/;

const among = <T extends string>(all: readonly T[], one: string | undefined): T | undefined => all.find((known) => known === one);

export function targetOf(text: string): Target | null {
  const [head = "", ...rest] = text.split(".");
  const [first, second] = rest;
  const kind = Object.hasOwn(KINDS, head) ? KINDS[head] : undefined;
  if (kind !== undefined) return itemTarget(kind, rest);
  if (head === "address") return addressTarget(rest);
  if (head === "custom") return rest.length === 1 && first !== undefined && NAME.test(first) ? { to: "custom", key: first } : null;
  if (head === "external_id") return rest.length === 1 && first !== undefined && SYSTEM.test(first) ? { to: "external_id", system: first } : null;
  if (head === "consent" || head === "opt_out") {
    if (head === "opt_out" && rest.length === 0) return { to: head, channel: null, topic: "marketing" };
    return rest.length === 2 && first !== undefined && second !== undefined && NAME.test(first) && NAME.test(second) ? { to: head, channel: first, topic: second } : null;
  }
  if (rest.length === 1) return qualified(head, first);
  return rest.length === 0 ? plain(head) : null;
}

function itemTarget(kind: Kind, rest: readonly string[]): Target | null {
  const parts = ITEM_PARTS[kind];
  const [first = "", second] = rest;
  if (rest.length === 2) {
    const part = among(parts, second);
    return part !== undefined && GROUP.test(first) ? { to: "item", kind, group: first, part } : null;
  }
  if (rest.length > 2) return null;
  const part = among(parts, first);
  if (rest.length === 0 || part !== undefined) return { to: "item", kind, group: "", part: part ?? "value" };
  return GROUP.test(first) ? { to: "item", kind, group: first, part: "value" } : null;
}

function addressTarget(rest: readonly string[]): Target | null {
  const part = among(ADDRESS_PARTS, rest.at(-1));
  const group = rest.length === 2 ? (rest[0] ?? "") : "";
  return part !== undefined && rest.length <= 2 && (rest.length === 1 || GROUP.test(group)) ? { to: "address", group, part } : null;
}

function qualified(head: string, rest: string | undefined): Target | null {
  const part = among(BIRTHDAY_PARTS, rest);
  if (head === "birthday" && part !== undefined) return { to: "birthday", part };
  const separator = head === "tags" && rest !== undefined && Object.hasOwn(SEPARATORS, rest) ? SEPARATORS[rest] : undefined;
  return separator === undefined ? null : { to: "tags", separator };
}

function plain(head: string): Target | null {
  const [part, member] = [among(NAME_PARTS, head), among(SCALARS, head)];
  if (part !== undefined) return { to: "name", part };
  if (member !== undefined) return { to: "scalar", member };
  return head === "id" ? { to: "id" } : head === "tags" ? { to: "tags", separator: null } : null;
}

/** Takes one column and no more. */
export const isSingle = (target: Target): boolean => {
  if (target.to === "item") return target.part !== "value";
  if (target.to === "address") return target.part !== "line2";
  return !(target.to === "tags" || target.to === "consent" || target.to === "opt_out" || (target.to === "name" && target.part === "middle_name"));
};

/** The number of a group that has one: its items have no label by it. */
export const isNumber = (group: string): boolean => /^\d{1,3}$/.test(group);

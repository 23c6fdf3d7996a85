// What two contacts have in common that are likely one: each likeness is a text that both have, and why it tells. Pure.
import { emailKey } from "../platform/normalize";
import type { Folded } from "./indexes";
import type { Document } from "./schema";

export type Reason = "same_phone" | "similar_email" | "name_and_postal_code" | "name_and_birthday" | "name_and_company";

/** How likely one such likeness alone makes two contacts the same; several add up as independent hints. */
export const WEIGHTS: Readonly<Record<Reason, number>> = { same_phone: 0.6, similar_email: 0.85, name_and_postal_code: 0.8, name_and_birthday: 0.9, name_and_company: 0.7 };

/** Likenesses of a contact, each with its reason. */
export function likenessesOf(doc: Document, { company, postal_codes = [], ...texts }: Folded): ReadonlyMap<string, Reason> {
  const found = new Map<string, Reason>();
  const name = nameOf(texts);
  for (const { value } of doc.phones) found.set(`p:${value}`, "same_phone");
  for (const { value } of doc.emails) {
    const plain = plainEmail(value);
    if (plain !== null) found.set(`e:${plain}`, "similar_email");
  }
  if (name === null) return found;
  for (const code of postal_codes) found.set(`z:${name}:${code.replaceAll(" ", "")}`, "name_and_postal_code");
  if (doc.birthday !== null) found.set(`b:${name}:${doc.birthday.slice(-5)}`, "name_and_birthday");
  if (company) found.set(`c:${name}:${company}`, "name_and_company");
  return found;
}

/** The first of the given names in its full form, and the last name; null without both. */
function nameOf({ first_name, last_name }: Folded): string | null {
  const [given = ""] = (first_name ?? "").split(" ");
  if (given === "" || !last_name) return null;
  return `${NICKNAMES.get(given) ?? given} ${last_name.replaceAll(/[^\p{L}\p{N}]+/gu, "")}`;
}

/** Without dots and tags: a hint, never an identity. */
function plainEmail(value: string): string | null {
  const [local = "", domain = ""] = (emailKey(value) ?? "").split("@");
  const plain = local.replace(/\+.*$/, "").replaceAll(/[.]/g, "");
  return plain.length < 3 ? null : `${plain}@${domain}`;
}

/** Short forms by the name that they stand for, folded. */
const SHORT: Readonly<Record<string, string>> = {
  alexander: "alex sasha alec", alexandra: "sandra", andrew: "andy drew", anthony: "tony", antonio: "toni tonio", barbara: "barb babs", benjamin: "ben benny", catherine: "cathy kate katie kathy katherine kathryn",
  charles: "charlie chuck", christine: "chris chrissy christina", christopher: "kit", daniel: "dan danny", david: "dave", deborah: "debbie deb", donald: "don", dorothy: "dot dottie", edward: "ed eddie ted",
  elizabeth: "liz lizzy beth betty eliza bess", francisco: "paco pancho curro", frances: "fran", francis: "frank", frederick: "fred freddy", gerald: "gerry", gregory: "greg", guadalupe: "lupe", ignacio: "nacho",
  isabel: "isa", jacob: "jake", james: "jim jimmy jamie", jennifer: "jen jenny", jesus: "chus", john: "jack johnny", jonathan: "jon", jose: "pepe", joseph: "joe joey", joshua: "josh", juan: "juanjo", judith: "judy",
  katharina: "kathi", kenneth: "ken kenny", lawrence: "larry", leonard: "leo lenny", manuel: "manolo manu", margaret: "maggie meg peggy margie", maria: "mari", matthew: "matt", michael: "mike mick micky michi", nicholas: "nick",
  patricia: "pat patty tricia patri", patrick: "paddy", peter: "pete", philip: "phil", raymond: "ray", rebecca: "becky", richard: "rick dick richie", robert: "rob bob bobby robbie", ronald: "ron", samuel: "sam sammy",
  stephen: "steve steven", susan: "sue susie", teresa: "terry tess tere", theodore: "theo", thomas: "tom tommy", timothy: "tim", victoria: "vicky", vincent: "vince", walter: "walt", wilhelm: "willi", william: "will bill billy liam",
};
const NICKNAMES: ReadonlyMap<string, string> = new Map(Object.entries(SHORT).flatMap(([name, short]) => short.split(" ").map((one): [string, string] => [one, name])));

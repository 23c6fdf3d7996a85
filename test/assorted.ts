// Contacts of all kinds: every member and every type of custom field, in many scripts, with ties, gaps and long texts.
import { apply, emptyDocument } from "../src/contacts/patch";
import type { Document } from "../src/contacts/schema";
import type { FilterType } from "../src/fields/operators";
import { registryOf } from "../src/fields/registry";
import { newId } from "../src/platform/id";
import { databases } from "../src/platform/sql";
import { env } from "cloudflare:workers";
import { plantAll } from "./fixture";
import type { Client, Json, World } from "./world";

/** One field or more of every type; some without an index, some unique. */
export const CUSTOM = [
  { key: "nick", type: "text" }, { key: "plain", type: "text", filterable: false }, { key: "code", type: "text", unique: true },
  { key: "note", type: "long_text" }, { key: "essay", type: "long_text" },
  { key: "seats", type: "integer" }, { key: "serial", type: "integer", unique: true }, { key: "score", type: "number" }, { key: "hidden", type: "number", filterable: false },
  { key: "vip", type: "boolean" }, { key: "since", type: "date" }, { key: "seen", type: "datetime" },
  { key: "tier", type: "select", options: ["gold", "Silver", "b.1"].map((key) => ({ key, label: key })) },
  { key: "likes", type: "multi_select", options: ["tea", "wine", "Bier"].map((key) => ({ key, label: key })) },
  { key: "mail", type: "email" }, { key: "mail2", type: "email", unique: true }, { key: "mobile", type: "phone" }, { key: "site", type: "url" },
] as const;
export const TYPES: Readonly<Record<string, FilterType>> = Object.fromEntries(CUSTOM.map(({ key, type }) => [`custom.${key}`, type]));

export const TEXTS = [
  "Ana", "ANA", "Ána", "Núñez", "nunez", "Ana Núñez", "ana  nunez-øster", "Straße", "STRASSE & Söhne", "李小龙", "小龙", "ﬃ", "office", "e\u0301clair", "ÉCLAIR", "x\ue000y\ue001z", "xyz",
  "👩‍👩‍👧 Müller", "عربى نص", "Ωmega", "ὨΜΈΓΑ", "100%", "a_b", "a%b", "O'Neil", '"quoted" OR x*', "NEAR(a b)", "Li", "L", "Łódź", "ij", "𝒜lpha", "alpha", `${"long ".repeat(25)}end`, `${"long ".repeat(25)}END two`,
  `${"y".repeat(99)}😀😀 tail`, `${"y".repeat(99)}😁 tail`, "ab\u{10ffff}zed", "ab", "12-34", "600 111",
];
const DOMAINS = ["acme.example", "münchen.example", "xn--mnchen-3ya.example", "Sub.Acme.example"];
const PHONES = ["+34600111222", "600 111 223", "+34 611 11 12 22", "+49 30 901820", "(91) 123-45-67", "+12025550123"];
const URLS = ["https://Example.com", "https://example.com/Ñandú", "http://example.org/a?b=c%20d", "https://münchen.example/"];
const CITIES = ["Madrid", "MADRID", "Málaga", "北京", "z".repeat(120), "San José"];
const DAY = 86_400_000;

/** A sequence of its own for each seed (mulberry32). */
export function random(seed: number) {
  let state = seed;
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
  const below = (n: number): number => Math.floor(next() * n);
  const one = <T>(from: readonly T[]): T => {
    const picked = from[below(from.length)];
    if (picked === undefined) throw new Error("nothing to pick from");
    return picked;
  };
  const some = <T>(from: readonly T[], most: number): T[] => [...new Set(Array.from({ length: below(most + 1) }, () => one(from)))];
  const maybe = <T>(make: () => T): T | null => (next() < 0.5 ? make() : null);
  return { next, below, one, some, maybe };
}
type Random = ReturnType<typeof random>;

const day = (now: number, ago: number): string => new Date(now - ago * DAY).toISOString().slice(0, 10);
/** Half a day off every whole number of days, so that no second decides. */
const moment = (now: number, ago: number): string => new Date(now - ago * DAY + DAY / 2).toISOString().replace(/Z$/, ago % 2 === 0 ? "Z" : "+00:00");

/** What is sent as a value of a field, in one of the ways that people write it; unique ones get an `i`. */
export const SENT: Readonly<Record<string, (r: Random, i: number, now: number) => Json>> = {
  "custom.nick": ({ one }) => one(TEXTS), "custom.plain": ({ one }) => one(TEXTS), "custom.code": ({ one }, i) => `${one(["Ä", "b", "C d"])}${i}`,
  "custom.note": ({ one }) => `${one(TEXTS)} ${one(TEXTS)} ${one(TEXTS)}`, "custom.essay": ({ one }) => `${"essay ".repeat(20)}${one(TEXTS)}`,
  "custom.seats": ({ one }) => one([-5, 0, 1, 2, 3, 10, 100, 9_007_199_254_740_991, -9_007_199_254_740_991]), "custom.serial": (_, i) => i,
  "custom.score": ({ one }) => one([-1.5, 0, 0.1, 0.2, 2, 3.75, 1e21, 1e-7]), "custom.hidden": ({ one }) => one([1, 2.5, 3]),
  "custom.vip": ({ one }) => one([true, false]), "custom.since": ({ below }, _, now) => day(now, one7(below(12))), "custom.seen": ({ below }, _, now) => moment(now, one7(below(12))),
  "custom.tier": ({ one }) => one(["gold", "Silver", "b.1"]), "custom.likes": ({ some }) => some(["tea", "wine", "Bier"], 3),
  "custom.mail": ({ one }) => `${one(["Ana", "ana", "núñez", "o'neil"])}@${one(DOMAINS)}`, "custom.mail2": ({ one }, i) => `${one(["Eva", "núñez"])}${i}@${one(DOMAINS)}`,
  "custom.mobile": ({ one }) => one(PHONES), "custom.site": ({ one }) => one(URLS),
  first_name: ({ one }) => one(TEXTS), last_name: ({ one }) => one(TEXTS), company: ({ one }) => one(TEXTS), job_title: ({ one }) => one(TEXTS),
  emails: ({ one, below }) => `${one(["Ana", "núñez", "li.x+1"])}${below(200)}@${one(DOMAINS)}`, "emails.state": ({ one }) => one(["unknown", "bounced", "deliverable"]),
  phones: ({ one }) => one(PHONES), external_ids: ({ one, below }) => `${one(["crm", "erp", "1x"])}:${one(["a", "A", "é:ü", "b c"])}${below(100)}`,
  "external_ids.crm": ({ one, below }) => `${one(["a", "A", "é:ü", "b c"])}${below(100)}`,
  "addresses.city": ({ one }) => one(CITIES), "addresses.region": ({ one }) => one(CITIES), "addresses.postal_code": ({ one }) => one(["28013", "SW1A 1AA", "0"]), "addresses.country": ({ one }) => one(["ES", "DE", "FR"]),
  birthday: ({ one }) => one(["1980-05-09", "1980-05-10", "2001-02-03", "--05-09", "--12-31"]), language: ({ one }) => one(["es", "en-US", "de"]), timezone: ({ one }) => one(["Europe/Madrid", "America/New_York"]),
  urls: ({ one }) => one(URLS), tags: ({ one }) => one(["vip", "ÑU", "a b", "x:y", "rare", "日本"]), lists: ({ one }) => one(["lst_a", "lst_b", "lst_c"]),
  "source.type": ({ one }) => one(["api", "import"]), "consent.email.marketing": ({ one }) => one(["granted", "denied"]), "consent.sms.news": ({ one }) => one(["granted", "denied"]),
  created_at: ({ below }, _, now) => moment(now, one7(below(12))), updated_at: ({ below }, _, now) => moment(now, one7(below(12))),
  status: ({ one }) => one(["active", "archived", "gone"]), id: () => newId("contact", 0),
};
/** 1, 8, 15 … days: durations that are asked for lie between. */
function one7(n: number): number {
  return n * 7 + 1;
}

/** Fields of the above that no index has. */
export const UNINDEXED: ReadonlySet<string> = new Set(["urls", "status", ...CUSTOM.filter((one) => one.type === "long_text" || ("filterable" in one && !one.filterable)).map(({ key }) => `custom.${key}`)]);

/** Makes the fields and plants `count` contacts in the key's space; what GET answers of them, in the order of creation. */
export async function assorted(w: World, key: Client, count: number, seed: number): Promise<Json[]> {
  const space = await w.space();
  for (const field of CUSTOM) {
    const made = await key.post("/v1/fields", field);
    if (made.status !== 201) throw new Error(made.text);
  }
  const { fields } = await registryOf({ db: databases(env), space }, true);
  const [r, now] = [random(seed), Date.now()];
  const of = (field: string, i: number): Json => SENT[field]?.(r, i, now);
  const seeds = Array.from({ length: count }, (_, i) => {
    const custom = Object.fromEntries(CUSTOM.flatMap(({ key: name }) => (r.next() < 0.5 ? [[name, of(`custom.${name}`, i)]] : [])));
    const doc: Document = apply(
      emptyDocument({ type: of("source.type", i) }),
      {
        first_name: r.maybe(() => of("first_name", i)), last_name: r.maybe(() => of("last_name", i)), company: r.maybe(() => of("company", i)), job_title: r.maybe(() => of("job_title", i)),
        emails: r.some([`Ana${i}@${r.one(DOMAINS)}`, `núñez${i}@${r.one(DOMAINS)}`, `li.x+1${i}@x.example`], 3), phones: [...new Set(r.some(PHONES, 2))],
        external_ids: { z: String(i), ...Object.fromEntries(r.some(["crm", "erp", "1x"], 3).map((system) => [system, `${r.one(["a", "A", "é:ü", "b c"])}${i}`])) },
        addresses: r.some([0, 1], 2).map(() => ({ city: r.maybe(() => of("addresses.city", i)), region: r.maybe(() => of("addresses.region", i)), postal_code: r.maybe(() => of("addresses.postal_code", i)), country: r.maybe(() => of("addresses.country", i)) })),
        birthday: r.maybe(() => of("birthday", i)), language: r.maybe(() => of("language", i)), timezone: r.maybe(() => of("timezone", i)), urls: r.some(URLS, 2), tags: r.some(["VIP", "Ñu", "a b", "x:y", "rare", "日本"], 4), custom,
      },
      { country: "ES", fields, isNew: true },
    );
    const [created, updated] = [Date.parse(of("created_at", i)), Date.parse(of("updated_at", i))];
    return {
      id: newId("contact", now), created, updated, archived: r.next() < 0.15,
      doc: { ...doc, emails: doc.emails.map((one) => ({ ...one, state: r.one(["unknown", "bounced", "deliverable"] as const) })), lists: r.some(["lst_a", "lst_b", "lst_c"], 2), consent: r.maybe(() => ({ email: { marketing: r.one(["granted", "denied"]) }, ...r.maybe(() => ({ sms: { news: "granted" } })) })) ?? {} },
    };
  });
  // As in life: who came later was created later.
  const created = seeds.map((one) => one.created).toSorted((a, b) => a - b);
  await plantAll(space, seeds.map((one, i) => ({ ...one, created: created[i] ?? one.created })));
  const all: Json[] = [];
  for (let cursor: string | null = ""; cursor !== null; ) {
    const { body }: { body: Json } = await key.get(`/v1/contacts?status=active&status=archived&limit=200${cursor && `&cursor=${cursor}`}`);
    all.push(...body.data);
    cursor = body.page.next_cursor;
  }
  if (all.length !== count) throw new Error(`${all.length} of ${count} contacts`);
  return all;
}

// What goes out comes back: contacts exported, taken into an empty space, and the same there, in every format that loses nothing.
import { expect, it } from "vitest";
import { CUSTOM, SENT, TEXTS, random } from "./assorted";
import { exported, imported } from "./transferring";
import { times, world, type Json } from "./world";

const HOSTILE = ["=1+1", "'=x", "@cmd", "-5", "+34 600", "a;b,c|d", 'say "hi"', "two\nlines", "tab\there", "back\\slash", "a ::: b", "* myContacts", "  edges  ", "👩‍👩‍👧", "עברית", "e\u0301", "x".repeat(255), "{json}", "<b>", "null", "0", "true", "---", "BEGIN:VCARD", "END:VCARD"];
const WORDS = [...TEXTS, ...HOSTILE].map((text) => text.slice(0, 255).toWellFormed());

function person(r: ReturnType<typeof random>, i: number): Json {
  const word = (): string => r.one(WORDS);
  const value = (field: string): Json => SENT[field]?.(r, i, Date.UTC(2026, 0, 1));
  const custom = Object.fromEntries(CUSTOM.filter(() => r.next() < 0.4).map(({ key }) => [key, value(`custom.${key}`)]));
  return {
    first_name: word(), last_name: r.maybe(word), company: r.maybe(word), job_title: r.maybe(word),
    emails: times(r.below(3), (n) => ({ value: `p${i}.${n}@acme.example`, label: r.maybe(() => r.one(["work", "home", "a;b", "ü"])), primary: n === 0 })),
    phones: times(r.below(3), (n) => ({ value: `+3460011${String(i).padStart(3, "0")}${n}`, label: r.maybe(() => r.one(["mobile", "x y"])), primary: n === 0 })),
    addresses: times(r.below(3), () => ({ label: r.maybe(() => r.one(["home", "work"])), line1: word(), line2: r.maybe(word), city: r.maybe(word), region: r.maybe(word), postal_code: "28013", country: r.one(["ES", "DE"]) })),
    urls: times(r.below(3), (n) => ({ value: `https://example.com/${n}`, label: r.maybe(() => "blog") })),
    birthday: r.maybe(() => value("birthday")), language: r.maybe(() => "es"), timezone: r.maybe(() => "Europe/Madrid"),
    external_ids: r.next() < 0.5 ? { crm: `id ${i}` } : {}, tags: r.some(["vip", "a,b", "c;d", "ñu", '"q"', "x | y"], 3), custom,
  };
}

/** All that a file carries of a contact. */
const carried = (contact: Json): Json => ({ ...Object.fromEntries(CARRIED.map((field) => [field, contact[field]])), emails: contact.emails.map((email: Json) => ({ ...email, state: "unknown" })) });
const CARRIED = ["status", "external_ids", "first_name", "last_name", "company", "job_title", "phones", "addresses", "birthday", "language", "timezone", "urls", "custom", "tags"];

it.each(["csv", "ndjson", "json", "vcard3", "vcard4"])("200 the same contacts from %s", async (format) => {
  const w = await world();
  const agency = await w.key({ kind: "agency" });
  const [here, there] = w.locations.map((location) => agency.with({ "ConnectKit-Location": location }));
  if (!here || !there) throw new Error("no locations");
  for (const field of CUSTOM) for (const by of [here, there]) await by.post("/v1/fields", field);
  const r = random(7);
  for (const i of times(60, (n) => n)) {
    const { status, body } = await here.post("/v1/contacts", person(r, i));
    expect([status, body]).toEqual([201, body]);
  }
  const { text, export: made } = await exported(here, { format });
  expect(made.result).toMatchObject({ rows: 60, warnings: [] });
  const end = await imported(there, text, { match_on: ["email"], mode: "create" });
  expect([end.counts, (await there.get(`/v1/imports/${end.id}/errors`)).body.data]).toEqual([{ rows: 60, created: 60, updated: 0, unchanged: 0, skipped: 0, failed: 0, unprocessed: 0 }, []]);
  const [before, after] = [(await here.get("/v1/contacts?limit=200")).body.data, (await there.get("/v1/contacts?limit=200")).body.data];
  expect(after.map(carried)).toEqual(before.map(carried));
});

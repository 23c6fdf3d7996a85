// Random filters on random contacts find what a loop over them finds, in the same order, page by page.
import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import type { Condition } from "../src/contacts/search/filter";
import { SORTS } from "../src/contacts/search/plan";
import { assorted, random, SENT, TEXTS, TYPES, UNINDEXED } from "./assorted";
import { keyOf, matches, operatorsOf, order, partOf, rangeOf, typeOf, type Search } from "./evaluator";
import { times, world, type Client, type Json } from "./world";

const CASES = env.SIZE === "full" ? 10_000 : 750;
const CONTACTS = 160;
const SEED = 20_261_124;

let key: Client;
let contacts: Json[];

beforeAll(async () => {
  const w = await world();
  key = await w.key();
  contacts = await assorted(w, key, CONTACTS, SEED);
});

type Random = ReturnType<typeof random>;
const FIELDS = Object.keys(SENT);
const MULTIPLE = ["in", "not_in", "has_any", "has_all", "has_none"];
const PARTS = ["contains", "not_contains", "starts_with", "ends_with"];

/** Of a text some characters in a row. */
function piece(r: Random, text: string): string {
  const chars = Array.from(text);
  const from = r.below(chars.length);
  return chars.slice(from, from + 3 + r.below(6)).join("");
}

function condition(r: Random): Condition {
  const field = r.one(FIELDS);
  const op = r.one(operatorsOf(field, TYPES));
  const sent = (): Json => (field === "id" ? r.one(contacts).id : [SENT[field]?.(r, r.below(CONTACTS), Date.now())].flat()[0] ?? "tea");
  const ranged = (): Json => {
    const value = sent();
    return typeof value === "string" && value.startsWith("--") ? "1980-05-09" : value;
  };
  if (op === "exists" || op === "not_exists") return { field, op };
  if (op === "within_last" || op === "before_last") return { field, op, value: r.one(["30d", "5d", "3w", "80d", "240h"]) };
  if (MULTIPLE.includes(op)) return { field, op, value: times(1 + r.below(r.one([1, 3, 20])), sent) };
  if (op === "between") return { field, op, value: [ranged(), ranged()] };
  if (["gt", "gte", "lt", "lte"].includes(op)) return { field, op, value: typeOf(field, TYPES) === "integer" && r.next() < 0.3 ? String(r.below(5)) : ranged() };
  if (!PARTS.includes(op)) return { field, op, value: sent() };
  const [whole, type] = [String(sent()), typeOf(field, TYPES)];
  const part = piece(r, whole);
  return { field, op, value: Array.from(partOf(type, part)).length < 3 ? (partOf(type, whole).length < 3 ? "ana" : whole) : part };
}

function search(r: Random): Search & { sort?: (typeof SORTS)[number] } {
  const words = (): string => times(1 + r.below(2), () => (r.next() < 0.5 ? piece(r, r.one(TEXTS)) : r.one(["a", "nu", "60", "+34 6", "(91)", "ana", "李", "acme", "x"]))).join(" ");
  return {
    ...(r.next() < 0.9 ? { filter: { any: times(1 + r.below(r.one([1, 1, 3])), () => ({ all: times(1 + r.below(r.one([1, 2, 3])), () => condition(r)) })) } } : {}),
    ...(r.next() < 0.25 ? { query: words() } : {}),
    ...(r.next() < 0.4 ? { sort: r.one(SORTS) } : {}),
  };
}

/** What is to be found, in the order that the documentation promises. */
function expected({ sort, ...sought }: ReturnType<typeof search>, now: number): string[] {
  const by = sort?.replace("-", "") ?? rangeOf(sought, UNINDEXED);
  const rows = contacts.map((contact, i) => ({ contact, i })).filter(({ contact }) => matches(contact, sought, TYPES, now));
  const sorted = rows.map((row) => ({ ...row, by: keyOf(row.contact, by) })).toSorted((a, b) => order(a.by, b.by) || a.i - b.i);
  return (sort?.startsWith("-") ? sorted.toReversed() : sorted).map(({ contact }) => contact.id);
}

async function walked(body: object, limit: number): Promise<{ ids: string[]; count: Json }> {
  const ids: string[] = [];
  let count: Json = null;
  for (let cursor: string | null = null, first = true; first || cursor !== null; first = false) {
    const answer = await key.post("/v1/contacts/search", { ...body, fields: ["id"], limit, cursor, count: "exact" });
    if (answer.status !== 200) throw new Error(`${answer.status} ${answer.text}`);
    if (first) ({ count } = answer.body);
    ids.push(...answer.body.data.map(({ id }: Json) => id));
    cursor = answer.body.page.next_cursor;
  }
  return { ids, count };
}

/** Null: found as it should be; else what was not. */
async function told(seed: number): Promise<object | null> {
  const r = random(seed);
  const [sought, limit, now] = [search(r), r.next() < 0.85 ? 200 : 3 + r.below(50), Date.now()];
  const found = await walked(sought, limit).catch((error: unknown) => ({ ids: [String(error)], count: null }));
  const ids = expected(sought, now);
  if (JSON.stringify(found) === JSON.stringify({ ids, count: { value: ids.length, relation: "eq" } })) return null;
  return { seed, sought, limit, extra: found.ids.filter((id) => !ids.includes(id)), lost: ids.filter((id) => !found.ids.includes(id)), count: found.count, expected: ids.length };
}

describe("random filters", () => {
  const [CHUNK, AT_ONCE] = [250, 25];
  for (const chunk of times(CASES / CHUNK, (i) => i * CHUNK)) {
    it(`find what a loop finds: ${chunk + 1} to ${chunk + CHUNK}`, async () => {
      for (let i = 0; i < CHUNK; i += AT_ONCE) {
        const wrong = await Promise.all(times(AT_ONCE, (one) => told(SEED + chunk + i + one)));
        expect(wrong.filter((one) => one !== null).map((one) => JSON.stringify(one))).toEqual([]);
      }
    });
  }
});

// What is asked of a space as it grows: lists and searches that an index leads, and those that are checked on the way,
// each against one read by id in the same space.
import type { Call } from "./load";
import type { Server } from "./server";
import { byEmailOf, getOf, listOf, reading, searching } from "./routes";
import type { Place } from "./world";

export interface Question {
  readonly name: string;
  readonly of: () => Call;
  /** p50 as a multiple of the read by id, at most. */
  readonly atMost: number;
}

const INDEXED = 2;
const CHECKED = 8;
const FAR = 1_000;
const PAGE = 50;

const one = (field: string, op: string, value: unknown) => ({ field, op, value });
const where = (...all: unknown[]) => ({ filter: { any: [{ all }] } });

/** What `fill` plants: the tag `rare` in 1 %, `common` in 60 %, `seats` of 0 to 9,999, `Quixote` in 0.1 %, `Acme` in the rest. */
export async function questionsOf(server: Server, place: Place): Promise<Question[]> {
  const far = await farOf(server, place);
  const asked = (name: string, atMost: number, body: object): Question => ({ name, atMost, of: searching(place, body) });
  return [
    { name: "get", atMost: 1.2, of: getOf(place) },
    { name: "list 50, page 1", atMost: INDEXED, of: listOf(place) },
    { name: `list 50, page ${far.page.toLocaleString("en")}`, atMost: INDEXED, of: reading(place, () => `/v1/contacts?limit=${PAGE}&cursor=${far.cursor}`) },
    { name: "e-mail", atMost: INDEXED, of: byEmailOf(place) },
    asked("tag, rare", INDEXED, where(one("tags", "has_any", ["rare"]))),
    asked("tag, common", INDEXED, where(one("tags", "has_any", ["common"]))),
    asked("two tags, either", INDEXED, where(one("tags", "has_any", ["rare", "common"]))),
    asked("custom eq", INDEXED, where(one("custom.seats", "eq", 77))),
    asked("custom range", INDEXED, where(one("custom.seats", "between", [100, 199]))),
    asked("tag common and custom eq", INDEXED, where(one("tags", "has_any", ["common"]), one("custom.seats", "eq", 77))),
    asked("tag common and custom range", CHECKED, where(one("tags", "has_any", ["common"]), one("custom.seats", "between", [100, 199]))),
    asked("query, 2 letters, rare", CHECKED, { query: "qu" }),
    asked("query, 2 letters, common", CHECKED, { query: "an" }),
    asked("query, two words", CHECKED, { query: "ana quix" }),
    asked("contains, rare word", CHECKED, where(one("company", "contains", "quixote"))),
    asked("contains, common word", CHECKED, where(one("company", "contains", "acme"))),
    asked("contains, absent word", CHECKED, where(one("company", "contains", "zebra"))),
    asked("count of a rare tag", CHECKED, { ...where(one("tags", "has_any", ["rare"])), limit: 1, count: "exact" }),
    asked("count of a common tag", CHECKED, { ...where(one("tags", "has_any", ["common"])), limit: 1, count: "exact" }),
  ];
}

/** The cursor of page 1,000, or of the last one where there are fewer. */
async function farOf(server: Server, { key }: Place): Promise<{ page: number; cursor: string }> {
  const far = { page: 1, cursor: "" };
  for (; far.page < FAR; far.page += 1) {
    const path = `/v1/contacts?limit=${PAGE}&fields=id${far.cursor && `&cursor=${far.cursor}`}`;
    const { page } = await server.ask<{ page: { next_cursor: string | null } }>(path, { headers: { Authorization: `Bearer ${key}` } });
    if (page.next_cursor === null) break;
    far.cursor = page.next_cursor;
  }
  return far;
}

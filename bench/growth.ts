// Growth: the same question to a large space and to a small one, with nine more beside them that hold the same
// words, tags and values; and each question against one read by id in its own space.
import type { Sample } from "./fill";
import { warm } from "./calls";
import { inTurns, type Compared } from "./measure";
import { questionsOf } from "./questions";
import type { Server } from "./server";
import type { Place } from "./world";

export interface Size {
  /** Contacts in the large space; as many, at most 100,000, in each of those beside it. */
  readonly rows: number;
  readonly rounds: number;
  readonly sliceMs: number;
}

const SMALL = 1_000;
const NEIGHBOURS = 9;
const BESIDE = 100_000;
/** Rows per request to the worker. */
const PORTION = 20_000;

export interface Growth {
  readonly rows: number;
  /** Ours: the large space; floor: the small one. */
  readonly small: readonly Compared[];
  /** Floor: one read by id in the large space. */
  readonly get: readonly (Compared & { readonly atMost: number; readonly rowsRead: number })[];
}

export async function growth(server: Server, { rows, rounds, sliceMs }: Size): Promise<Growth> {
  const started = performance.now();
  const small = await settled(server, SMALL);
  // The large one in the midst of its neighbours: its rows are neither the first pages nor the last.
  const beside = Math.min(rows, BESIDE);
  for (let i = 0; i < NEIGHBOURS - 4; i += 1) await settled(server, beside);
  const large = await settled(server, rows);
  for (let i = 0; i < 4; i += 1) await settled(server, beside);
  const total = NEIGHBOURS * beside + rows + SMALL;
  console.log(`\n${total.toLocaleString("en")} contacts in ${((performance.now() - started) / 1_000).toFixed(0)} s`);
  const [mine, theirs] = [await questionsOf(server, large), await questionsOf(server, small)];
  const get = mine[0]?.of;
  if (!get) throw new Error("no read by id");
  const grown = mine.slice(0, COMPARED).map(({ name, of }, i) => ({ name, ours: of, floor: theirs[i]?.of ?? of }));
  const bySize = await inTurns(server, grown, { connections: 1, rounds, sliceMs });
  const byId = await inTurns(server, mine.map(({ name, of }) => ({ name, ours: of, floor: get })), { connections: 1, rounds, sliceMs });
  const read: number[] = [];
  for (const { of } of mine) read.push((await warm(server, of)).rows);
  return { rows, small: bySize, get: byId.map((one, i) => ({ ...one, atMost: mine[i]?.atMost ?? 0, rowsRead: read[i] ?? 0 })) };
}

/** Of the questions the first ones, which cost the same in a space of any size. */
const COMPARED = 4;

async function settled(server: Server, rows: number): Promise<Place> {
  const place = await server.ask<Place>("/bench/settle", { method: "POST" });
  const sample: Sample = { ids: [], emails: [] };
  for (let from = 0; from < rows; from += PORTION) {
    const body = JSON.stringify({ space: place.space, from, count: Math.min(PORTION, rows - from) });
    const { ids, emails } = await server.ask<Sample>("/bench/fill", { method: "POST", body });
    sample.ids.push(...ids);
    sample.emails.push(...emails);
  }
  return { ...place, ...sample };
}

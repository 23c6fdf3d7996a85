// Growth: the same question to a large space and to a small one, with nine more large ones beside them.
import type { Sample } from "./fill";
import { inTurns, type Compared } from "./measure";
import { byEmailOf, getOf, listOf } from "./routes";
import type { Server } from "./server";
import type { Place } from "./world";

export interface Size {
  /** Contacts in the large space, and in each of those beside it. */
  readonly rows: number;
  readonly rounds: number;
  readonly sliceMs: number;
}

const SMALL = 1_000;
const NEIGHBOURS = 9;
/** Rows per request to the worker. */
const PORTION = 20_000;

/** Ours: the large space; floor: the small one. */
export async function growth(server: Server, { rows, rounds, sliceMs }: Size): Promise<Compared[]> {
  const started = performance.now();
  const small = await settled(server, SMALL);
  // The large one in the midst of its neighbours: its rows are neither the first pages nor the last.
  for (let i = 0; i < NEIGHBOURS - 4; i += 1) await settled(server, rows);
  const large = await settled(server, rows);
  for (let i = 0; i < 4; i += 1) await settled(server, rows);
  const total = (NEIGHBOURS + 1) * rows + SMALL;
  console.log(`\n${total.toLocaleString("en")} contacts in ${((performance.now() - started) / 1_000).toFixed(0)} s`);
  const questions = [
    { name: "get", of: getOf },
    { name: "list 50", of: listOf },
    { name: "filter by e-mail", of: byEmailOf },
  ];
  const routes = questions.map(({ name, of }) => ({ name, ours: of(large), floor: of(small) }));
  return inTurns(server, routes, { connections: 1, rounds, sliceMs });
}

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

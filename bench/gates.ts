// What must hold, as tables: a figure, its bound, and what it aims at beyond that.
import { BATCH } from "./batch";
import type { Counted } from "./calls";
import type { Compared } from "./measure";
import type { Growth } from "./growth";
import type { Imported } from "./imports";
import { median } from "./load";
import type { Startup } from "./startup";

export interface Gate {
  readonly name: string;
  readonly value: string;
  readonly bound: string;
  readonly passed: boolean;
}

/** At 1 connection: p50 as a multiple of the floor's. */
const P50: Readonly<Record<string, { readonly atMost: number; readonly aim: number }>> = {
  get: { atMost: 1.35, aim: 1.2 },
  "list 50": { atMost: 1.25, aim: 1.1 },
  create: { atMost: 1.45, aim: 1.3 },
  patch: { atMost: 1.45, aim: 1.3 },
  ping: { atMost: 0.6, aim: 0.6 },
};
/** At 16 connections: requests per second as a part of the floor's. */
const PER_SECOND = 0.65;
const GROWTH = 1.2;
const GZIP_KB = 750;
const STARTUP = 5;
const BATCHED = 0.1;
const IMPORTED = 0.4;

const atMost = (name: string, value: number, bound: number, aim = bound): Gate => ({
  name,
  value: value.toFixed(2),
  bound: `≤ ${bound}${aim < bound ? ` (aim ${aim})` : ""}`,
  passed: value <= bound,
});
const atLeast = (name: string, value: number, bound: number): Gate => ({ name, value: value.toFixed(2), bound: `≥ ${bound}`, passed: value >= bound });

export const gates = {
  ratios: (one: readonly Compared[], sixteen: readonly Compared[]): Gate[] => [
    ...one.flatMap(({ name, x }) => {
      const gate = P50[name];
      return gate ? [atMost(`${name}: p50 × floor`, x.p50, gate.atMost, gate.aim)] : [];
    }),
    ...sixteen.map(({ name, x }) => atLeast(`${name}: req/s at 16 × floor`, x.perSecond, PER_SECOND)),
  ],

  /** Ping shares another route's floor, so its work is not that. */
  calls: (counted: readonly Counted[]): Gate[] =>
    counted
      .filter(({ ours }) => ours.d1.length > 0)
      .map(({ name, same }) => ({ name: `${name}: D1 statements as the floor's`, value: same ? "same" : "other", bound: "same", passed: same })),

  /** Per operation, as a part of the same operation alone. */
  batch: ({ name, x }: Compared): Gate[] => [
    { name: `${name}: p50 of one × alone`, value: (x.p50 / BATCH).toFixed(3), bound: `≤ ${BATCHED}`, passed: x.p50 / BATCH <= BATCHED },
    ...(Number.isNaN(x.cpu) ? [] : [{ name: `${name}: CPU of one × alone`, value: (x.cpu / BATCH).toFixed(3), bound: `≤ ${BATCHED}`, passed: x.cpu / BATCH <= BATCHED }]),
  ],

  growth: ({ rows, small, get }: Growth): Gate[] => [
    ...small.map(({ name, x }) => atMost(`${name}: p50 large × small space`, x.p50, GROWTH)),
    ...get.map(({ name, x, atMost: bound }) => atMost(`${name}: p50 × get, ${rows.toLocaleString("en")} contacts`, x.p50, bound)),
  ],

  /** The median of the rounds' own ratios. */
  imports: (rounds: readonly Imported[]): Gate => atLeast("import: rows/s × bare inserts", median(rounds.map(({ ours, floor }) => ours / floor)), IMPORTED),

  startup: ({ gzipBytes, ours, bare }: Startup): Gate[] => [
    atMost("bundle, KB gzipped", gzipBytes / 1_000, GZIP_KB),
    ...(ours === null || bare === null ? [] : [atMost("start-up CPU × bare Hono", ours / bare, STARTUP)]),
  ],
};

// Two sides in turns: A B, B A, A B …, so that whatever else the machine does falls on both. What is told is the
// median of the rounds, and of ratios the median of each round's own.
import { load, median, type Call, type Load, type Slice } from "./load";
import type { Route } from "./routes";
import type { Server } from "./server";

export interface Plan {
  readonly connections: number;
  readonly rounds: number;
  readonly sliceMs: number;
}

/** Some thousand requests: what the compiler sees of a Worker that has served for more than a moment. */
const WARM_UP: Load = { connections: 16, ms: 3_000 };

/** The medians of one route; `x`: ours as a multiple of the floor. */
export interface Compared {
  readonly name: string;
  readonly ours: Slice;
  readonly floor: Slice;
  readonly x: Slice;
}

interface Side {
  readonly next: () => Call;
  readonly slices: Slice[];
}

/** Routes that share a floor share its slices. */
export async function inTurns({ url }: Pick<Server, "url">, routes: readonly Route[], { connections, rounds, sliceMs }: Plan): Promise<Compared[]> {
  const sides = new Map<() => Call, Side>();
  for (const next of routes.flatMap(({ ours, floor }) => [ours, floor])) sides.set(next, { next, slices: [] });
  const sliceOf = async ({ next }: Side, ms: number): Promise<Slice> => load(url, next, { connections, ms } satisfies Load);
  for (const { next } of sides.values()) await load(url, next, WARM_UP);
  for (let round = 0; round < rounds; round += 1) {
    const order = [...sides.values()];
    for (const side of round % 2 === 0 ? order : order.toReversed()) side.slices.push(await sliceOf(side, sliceMs));
  }
  return routes.map(({ name, ours, floor }) => compare(name, sides.get(ours)?.slices ?? [], sides.get(floor)?.slices ?? []));
}

function compare(name: string, ours: readonly Slice[], floor: readonly Slice[]): Compared {
  const ratios = ours.map((one, i) => ({
    p50: one.p50 / (floor[i]?.p50 ?? Number.NaN),
    perSecond: one.perSecond / (floor[i]?.perSecond ?? Number.NaN),
    cpu: one.cpu / (floor[i]?.cpu ?? Number.NaN),
  }));
  return { name, ours: medians(ours), floor: medians(floor), x: medians(ratios) };
}

const medians = (slices: readonly Slice[]): Slice => ({
  p50: median(slices.map(({ p50 }) => p50)),
  perSecond: median(slices.map(({ perSecond }) => perSecond)),
  cpu: median(slices.map(({ cpu }) => cpu)),
});

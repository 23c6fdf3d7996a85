// What a warm request asks of its bindings, counted on both sides: a floor that does other D1 work than the product
// would make every ratio meaningless, so the statements themselves are compared.
import type { Calls } from "./count";
import type { Call } from "./load";
import type { Route } from "./routes";
import type { Server } from "./server";

export interface Counted {
  readonly name: string;
  readonly ours: Calls;
  readonly floor: Calls;
  /** Whether both send D1 the same statements in the same round trips. */
  readonly same: boolean;
}

export async function callsOf(server: Server, routes: readonly Route[]): Promise<Counted[]> {
  const counted: Counted[] = [];
  for (const { name, ours, floor } of routes) {
    const [mine, theirs] = [await warm(server, ours), await warm(server, floor)];
    counted.push({ name, ours: mine, floor: theirs, same: JSON.stringify(mine.d1) === JSON.stringify(theirs.d1) });
  }
  return counted;
}

const WARM = 3;

/** What the third of some calls asks: the first ones fill caches. */
export async function warm(server: Server, next: () => Call): Promise<Calls> {
  for (let i = 1; ; i += 1) {
    const { path, ...init } = next();
    const calls = await server.ask<Calls>(`/bench/counted${path}`, init);
    if (calls.status > 299) throw new Error(`${init.method} ${path}: ${calls.status}`);
    if (i === WARM) return calls;
  }
}

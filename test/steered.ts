// A clock that the test steers, and upkeep at its times.
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, vi } from "vitest";
import { routes } from "../src/routes";
import { run } from "../src/upkeep/upkeep";
import { times } from "./world";

/** Each test of the file begins at `start` (ms); answers upkeep at times from there on, twice at once. */
export function steered(start: number): (...at: readonly number[]) => Promise<void> {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["Date"] });
    vi.setSystemTime(start);
  });
  afterEach(() => {
    vi.useRealTimers();
  });
  return async (...at) => {
    for (const one of at) {
      vi.setSystemTime(start + one);
      await Promise.all(times(2, async () => {
        await run("* * * * *", start + one, env, routes);
        await run("7 * * * *", start + one, env, routes);
      }));
    }
  };
}

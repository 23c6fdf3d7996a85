import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { firstPace, paced, TARGET_MS, type Pace } from "../src/jobs/pace";

/** What comes of slices whose items take `perItem` ms each. */
const after = (slices: number, perItem: number, readMs: (i: number) => number = () => 1, most = 500): Pace => {
  let pace = firstPace(most);
  for (let i = 0; i < slices; i += 1) pace = paced(pace, most, { limit: pace.limit, sliceMs: Math.round(pace.limit * perItem), readMs: readMs(i) });
  return pace;
};

describe("the pace of a job", () => {
  it.each([0.05, 0.3, 1, 4, 15])("at %s ms an item it comes to slices of 10 to 20 ms, or as near as one item allows", (perItem) => {
    const { limit } = after(20, perItem);
    expect(limit * perItem).toBeLessThanOrEqual(TARGET_MS);
    expect(limit * perItem >= TARGET_MS / 2 - perItem || limit === 500).toBe(true);
  });

  it("rests longer while the database answers half as fast, up to a second, and less again afterwards", () => {
    const busy = after(20, 0.3, (i) => (i < 5 ? 4 : 20));
    expect(busy.restMs).toBe(1_000);
    expect(after(32, 0.3, (i) => (i < 5 || i >= 20 ? 4 : 20)).restMs).toBe(1);
  });

  it("a database that is far away is not a busy one", () => {
    expect(after(20, 0.3, () => 40).restMs).toBe(1);
  });

  it("whatever happens: 1 to `most` items, a rest of 1 ms to 1 s", () => {
    const seen = fc.record({ sliceMs: fc.nat(60_000), readMs: fc.nat(60_000), halved: fc.nat(6) });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 500 }), fc.array(seen, { maxLength: 50 }), (most, history) => {
        let pace = firstPace(most);
        for (const { sliceMs, readMs, halved } of history) {
          pace = paced(pace, most, { limit: Math.max(1, pace.limit >> halved), sliceMs, readMs });
          expect(pace.limit).toBeGreaterThanOrEqual(1);
          expect(pace.limit).toBeLessThanOrEqual(most);
          expect(pace.restMs).toBeGreaterThanOrEqual(1);
          expect(pace.restMs).toBeLessThanOrEqual(1_000);
        }
      }),
    );
  });
});

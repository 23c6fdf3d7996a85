// The walk along likenesses: a group that stands where a page stops looking is told by the next one.
import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { readShared } from "../src/contacts/duplicates/store";
import { databases } from "../src/platform/sql";
import { times, world } from "./world";

it("each group once and whole, wherever a page ends", async () => {
  const w = await world();
  const key = await w.key();
  for (const i of times(24, (n) => n)) await key.post("/v1/contacts", { first_name: `P${i}`, phones: [`60011122${Math.floor(i / 3)}`] });
  const reader = { db: databases(env), space: await w.space() };
  const walked = async (looked: number, limit: number) => {
    const found: [string, number][] = [];
    for (let after: string | null = ""; after !== null; ) {
      const { shared, end }: Awaited<ReturnType<typeof readShared>> = await readShared(reader, after, looked, limit);
      found.push(...shared.map(({ value, n }): [string, number] => [value, n]));
      after = shared.length === limit ? (shared.at(-1)?.value ?? null) : end;
    }
    return found;
  };
  const all = times(8, (i): [string, number] => [`p:+3460011122${i}`, 3]);
  for (const looked of times(9, (i) => 4 + i)) for (const limit of [1, 2, 50]) expect([looked, limit, await walked(looked, limit)]).toEqual([looked, limit, all]);
});

// What gates have in memory, written as they write it themselves when a key goes quiet.
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect } from "vitest";
import type { Client } from "./world";

const gateOf = (key: Client) => env.GATE.getByName(key.id);

/** Waits until the key's gate has been told of so many calls, then has it write them to the log. */
export async function written(key: Client, calls: number): Promise<void> {
  await expect.poll(() => runInDurableObject(gateOf(key), (gate) => Reflect.get(gate, "spool").rows.length)).toBe(calls);
  await runInDurableObject(gateOf(key), async (gate) => {
    Reflect.set(gate, "clock", Date.now() + 60_000);
    await gate.alarm();
  });
}

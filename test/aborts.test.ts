import { runInDurableObject } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { expect, it, vi } from "vitest";
import { world } from "./world";

it("a client that goes in the middle of its body is no fault of ours: 408 in the log, nothing written", async () => {
  const w = await world();
  const key = await w.key();
  const faults = vi.spyOn(console, "error");
  const going = new AbortController();
  const body = new ReadableStream({ start: (stream) => stream.enqueue(new TextEncoder().encode('{"first_name":')) });
  const answer = exports.default.fetch(new Request(key.request("POST", "/v1/contacts", { body }), { signal: going.signal }));
  await scheduler.wait(100);
  going.abort();
  await expect(answer).rejects.toThrow(/abort/i);
  const told = () => runInDurableObject(env.GATE.getByName(key.id), (gate) => Reflect.get(Reflect.get(gate, "spool"), "rows"));
  await expect.poll(told).toMatchObject([{ operation: "contacts.create", status: 408, code: "body_timeout" }]);
  expect(faults).not.toHaveBeenCalled();
  faults.mockRestore();
  expect(await w.events()).toEqual([]);
});

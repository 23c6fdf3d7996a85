import { expect, it } from "vitest";
import { counted, front } from "./front";
import { tally, times, world, type Client } from "./world";

it("a flood that was refused reaches neither gate nor database: not by reads, not by locations to look up", async () => {
  const w = await world();
  const limits = { hour: 1, second: 1, burst: 1 };
  const [key, agency] = [await w.key({ limits }), await w.key({ kind: "agency", limits })];
  const floods: [Client, (by: Client) => ReturnType<Client["get"]>][] = [
    [key, (by) => by.get("/v1/contacts")],
    [agency, (by) => by.post("/v1/contacts", {}, { headers: { "ConnectKit-Location": "loc_01kqz3v9c5f1nazrk2d4f7h8jm" } })],
  ];
  for (const [client, call] of floods) {
    const { bindings, calls, reset } = counted();
    const by = client.through(front(bindings));
    for (const expected of [200, 429]) expect((await by.get("/v1/ping")).status).toBe(expected);
    reset();
    expect(tally(await Promise.all(times(100, () => call(by))))).toEqual({ 429: 100 });
    expect(calls).toEqual({ d1: 0, gate: 0, kvReads: 0, kvWrites: 0 });
  }
});

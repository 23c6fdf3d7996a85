// Clients that change the same contacts at once, each by its own way: no update is lost, and the log tells all of them.
import { describe, expect, it } from "vitest";
import { isGapless, times, world, type Json } from "./world";

describe("no lost update", () => {
  it("clients with ETags, with batches and if_version, and with plain patches: each answered change is in the end result", async () => {
    const w = await world();
    const key = await w.key();
    await key.post("/v1/fields", { key: "n", type: "integer", default: 0 });
    const ids: string[] = (await Promise.all(times(3, (i) => key.post("/v1/contacts", { first_name: `C${i}` })))).map(({ body }) => body.id);
    /** What each client was told that it did: counted up by reading and writing, or a tag of its own. */
    const added = new Map<string, number>(ids.map((id) => [id, 0]));
    const tags = new Map<string, string[]>(ids.map((id) => [id, []]));
    const counted = (id: string): void => void added.set(id, (added.get(id) ?? 0) + 1);

    async function withEtags(round: number): Promise<void> {
      const id = ids[round % ids.length] ?? "";
      const { body, headers } = await key.get(`/v1/contacts/${id}`);
      const { status } = await key.patch(`/v1/contacts/${id}`, { custom: { n: body.custom.n + 1 } }, { headers: { "If-Match": headers.get("ETag") ?? "" } });
      if (status === 200) counted(id);
      else expect(status).toBe(412);
    }
    async function withBatches(): Promise<void> {
      const read: Json[] = await Promise.all(ids.map(async (id) => (await key.get(`/v1/contacts/${id}`)).body));
      const { body } = await key.post("/v1/contacts/batch", { operations: read.map(({ id, version, custom }) => ({ op: "update", id, if_version: version, data: { custom: { n: custom.n + 1 } } })) });
      for (const [i, result] of body.results.entries()) {
        if (result.status === 200) counted(ids[i] ?? "");
        else expect(result).toMatchObject({ status: 412, retryable: true });
      }
    }
    async function plainly(client: number, round: number): Promise<void> {
      const tag = `t${client}-${round}`;
      const id = ids[(client + round) % ids.length] ?? "";
      const { status } = await key.post("/v1/contacts/batch", { operations: [{ op: "tag", id, data: { tags: [tag] } }] });
      if (status === 200) tags.get(id)?.push(tag);
    }
    const clients = [
      ...times(3, () => async () => { for (const round of times(12, (i) => i)) await withEtags(round); }),
      ...times(2, () => async () => { for (const _ of times(8, (i) => i)) await withBatches(); }),
      ...times(3, (client) => async () => { for (const round of times(10, (i) => i)) await plainly(client, round); }),
    ];
    await Promise.all(clients.map((client) => client()));

    const events = await w.events();
    expect(isGapless(events)).toBe(true);
    for (const id of ids) {
      const { body } = await key.get(`/v1/contacts/${id}`);
      expect(body.custom.n).toBe(added.get(id));
      expect(body.tags.toSorted()).toEqual(tags.get(id)?.toSorted());
      const versions = events.filter(({ subject }) => subject === id).map(({ version }) => version);
      expect(versions).toEqual(times(body.version, (i) => i + 1));
      expect(body.version).toBe(1 + (added.get(id) ?? 0) + (tags.get(id)?.length ?? 0));
    }
    expect([...added.values()].reduce((sum, n) => sum + n, 0)).toBeGreaterThan(5);
  });
});

// What was written is found by the next call, however it is looked for; what it was before is not.
import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { world, type Client, type Json } from "./world";

const ROUNDS = env.SIZE === "full" ? 1_000 : 20;

const found = async (key: Client, body: unknown): Promise<string[]> => (await key.post("/v1/contacts/search", body)).body.data.map(({ id }: Json) => id);
const by = (field: string, op: string, value: unknown) => ({ filter: { any: [{ all: [{ field, op, value }] }] } });

/** Every way to a contact that has this number. */
const waysTo = (n: number): readonly object[] => [
  { query: `wort${n}x` }, { query: `ünique${n}y` }, { query: `mail${n}@` }, by("tags", "has_any", [`Tag ${n}`]), by("custom.code", "eq", `CODE-${n}`), by("custom.seats", "eq", n), by("custom.seats", "between", [n, n]),
  by("emails", "eq", `MAIL${n}@x.example`), by("emails", "starts_with", `mail${n}@`), by("company", "contains", `wort${n}x`), by("job_title", "starts_with", `chief ${n}z`), by("external_ids", "eq", `crm:${n}`), by("addresses.city", "eq", `Ville ${n}`),
];
const contactOf = (n: number) => ({
  last_name: `Ünique${n}y`, company: `Das Wort${n}x GmbH`, job_title: `Chief ${n}z`, emails: [`Mail${n}@x.example`], tags: [`tag ${n}`], external_ids: { crm: String(n) }, addresses: [{ city: `Ville ${n}` }], custom: { code: `code-${n}`, seats: n },
});

it(`200 each of ${ROUNDS} contacts (1,000 with CI) is found by what it has now, never by what it had, nor when it is archived`, async () => {
  const w = await world();
  const key = await w.key();
  // A key of its own reads: another gate, the same isolate's memory of fields and tags.
  const reader = await w.key({ scopes: ["contacts:read"] });
  for (const field of [{ key: "code", type: "text", unique: true }, { key: "seats", type: "integer" }]) expect((await key.post("/v1/fields", field)).status).toBe(201);
  const all = async (n: number): Promise<string[][]> => Promise.all(waysTo(n).map((way) => found(reader, way)));
  for (let i = 0; i < ROUNDS; i += 1) {
    const [old, now] = [1_000_000 + i, 2_000_000 + i];
    const { body } = await key.post("/v1/contacts", contactOf(old));
    expect([i, await all(old)]).toEqual([i, waysTo(old).map(() => [body.id])]);
    if (i % 4 === 0) {
      expect((await key.patch(`/v1/contacts/${body.id}`, contactOf(now))).status).toBe(200);
      expect([i, await all(old), await all(now)]).toEqual([i, waysTo(old).map(() => []), waysTo(now).map(() => [body.id])]);
    }
    if (i % 8 === 0) {
      await key.delete(`/v1/contacts/${body.id}`);
      expect([i, await all(now)]).toEqual([i, waysTo(now).map(() => [])]);
    }
  }
}, 240_000);

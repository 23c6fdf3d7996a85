// All that is at rest, as somebody reads it who has a copy: every row of every database, KV, every file, the storage of every object.
import { createHash } from "node:crypto";
import { listDurableObjectIds, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import * as z from "zod";

export interface Cell {
  /** `DB.keys.name` */
  readonly where: string;
  readonly text: string;
}

export async function everything(): Promise<Cell[]> {
  const databases = { DB: env.DB, DATA: env.DATA, LOG: env.LOG };
  const rows = await Promise.all(Object.entries(databases).map(([name, database]) => rowsOf(name, database)));
  const objects = [await storageOf("GATE", env.GATE), await storageOf("GUARD", env.GUARD)];
  return [...rows, ...objects, await valuesOf(env.KEY_CACHE), await filesOf(env.FILES)].flat();
}

const named = z.array(z.object({ name: z.string() }));

async function rowsOf(database: string, d1: D1Database): Promise<Cell[]> {
  const { results } = await d1.prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_cf%' ESCAPE '\\'").all();
  const tables = await Promise.all(
    named.parse(results).map(async ({ name }) => (await d1.prepare(`SELECT * FROM "${name}"`).all()).results.flatMap((row) => Object.entries(row).map(([column, value]) => ({ where: `${database}.${name}.${column}`, text: String(value) })))),
  );
  return tables.flat();
}

async function valuesOf(kv: KVNamespace): Promise<Cell[]> {
  const { keys, list_complete: complete } = await kv.list();
  if (!complete) throw new Error("more than one page");
  return Promise.all(keys.map(async (key) => ({ where: "KEY_CACHE", text: `${JSON.stringify(key)} ${await kv.get(key.name)}` })));
}

async function filesOf(bucket: R2Bucket): Promise<Cell[]> {
  const { objects, truncated } = await bucket.list();
  if (truncated) throw new Error("more than one page");
  return Promise.all(objects.map(async ({ key }) => ({ where: `FILES.${key.split("/")[0]}`, text: `${key} ${(await (await bucket.get(key))?.text()) ?? ""}` })));
}

async function storageOf<T extends Rpc.DurableObjectBranded>(name: string, objects: DurableObjectNamespace<T>): Promise<Cell[]> {
  const cells: Cell[] = [];
  for (const id of await listDurableObjectIds(objects)) {
    const stored = await runInDurableObject(objects.get(id), async (_, { storage }) => [...(await storage.list())]);
    cells.push(...stored.map(([key, value]) => ({ where: `${name}.${key}`, text: JSON.stringify(value) })));
  }
  return cells;
}

/** What a secret could stand as without being changed: by itself, encoded in whatever stands around it, hashed with nothing else. */
export function formsOf(secret: string): string[] {
  const bytes = Buffer.from(secret);
  const hashes = ["sha256", "sha1", "sha512", "md5"].map((algorithm) => createHash(algorithm).update(bytes).digest());
  const encoded = [bytes, ...hashes].flatMap((one) => [one.toString("hex"), one.toString("hex").toUpperCase(), ...base64sOf(one)]);
  return [secret, encodeURIComponent(secret), ...encoded];
}

/** As it would be in the middle of a longer text: at each of the three places in a group, without the characters that its neighbours share. */
function base64sOf(bytes: Buffer): string[] {
  return [0, 1, 2].flatMap((before) => {
    const text = Buffer.concat([Buffer.alloc(before), bytes]).toString("base64").replaceAll("=", "");
    const inner = text.slice(Math.ceil((before * 4) / 3), (bytes.length + before) % 3 === 0 ? undefined : -1);
    return [inner, inner.replaceAll("+", "-").replaceAll("/", "_")];
  });
}

/** Where any of the secrets stands in any form, as `what it is: where`. */
export function found(secrets: ReadonlyMap<string, string>, cells: readonly Cell[]): string[] {
  const sought = [...secrets].map(([secret, what]) => ({ what, forms: [...new Set(formsOf(secret))] }));
  return [...new Set(cells.flatMap(({ where, text }) => sought.filter(({ forms }) => forms.some((form) => text.includes(form))).map(({ what }) => `${what}: ${where}`)))];
}

// The server that is measured: workerd on a direct socket, with the bindings of wrangler.toml and no proxy before it.
import { randomBytes } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { unstable_splitSqlQuery } from "wrangler";
import { config } from "./config";
import { bundleWorker, start } from "./tools";
import type { World } from "./world";

const NAME = "bench";

export interface Server extends AsyncDisposable {
  readonly url: URL;
  /** The organization that the measures run in. */
  found(): Promise<World>;
  /** What a bench-only path of the worker answers. */
  ask<T>(path: string, init?: RequestInit): Promise<T>;
}

export async function startServer(): Promise<Server> {
  const miniflare = await start({
    name: NAME,
    modules: true,
    script: await bundleWorker("bench/worker.ts"),
    compatibilityDate: config.compatibility_date,
    compatibilityFlags: config.compatibility_flags,
    d1Databases: Object.fromEntries(config.d1_databases.map(({ binding }) => [binding, binding])),
    kvNamespaces: config.kv_namespaces.map(({ binding }) => binding),
    durableObjects: Object.fromEntries(config.durable_objects.bindings.map(({ name, class_name: className }) => [name, { className, useSQLite: true }])),
    r2Buckets: config.r2_buckets.map(({ binding }) => binding),
    ratelimits: Object.fromEntries(config.ratelimits.map(({ name, namespace_id, simple }) => [name, { namespace_id, simple }])),
    bindings: { ...config.vars, LOG_LEVEL: "error", GATE_REGION: "", KEY_PEPPER: randomBytes(32).toString("base64url") },
    unsafeDirectSockets: [{ host: "127.0.0.1", port: 0 }],
  });
  for (const { binding, migrations_dir: folder } of config.d1_databases) {
    await migrate(await miniflare.getD1Database(binding, NAME), folder);
  }
  const url = await miniflare.unsafeGetDirectURL(NAME);

  async function ask<T>(at: string, init?: RequestInit): Promise<T> {
    const answer = await fetch(new URL(at, url), init);
    if (!answer.ok) throw new Error(`${at}: ${answer.status} ${await answer.text()}`);
    const told: T = JSON.parse(await answer.text());
    return told;
  }
  return { url, ask, found: () => ask<World>("/bench/found", { method: "POST" }), [Symbol.asyncDispose]: () => miniflare.dispose() };
}

async function migrate(database: D1Database, folder: string): Promise<void> {
  for (const file of readdirSync(folder).toSorted()) {
    const statements = unstable_splitSqlQuery(readFileSync(path.join(folder, file), "utf8"));
    await database.batch(statements.map((sql) => database.prepare(sql)));
  }
}

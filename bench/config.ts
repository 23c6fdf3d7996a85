// wrangler.toml as wrangler reads it: the bench runs under the bindings that a deploy has.
import { unstable_readConfig } from "wrangler";

interface Config {
  readonly compatibility_date: string;
  readonly compatibility_flags: readonly string[];
  readonly vars: Readonly<Record<string, string>>;
  readonly d1_databases: readonly { readonly binding: string; readonly migrations_dir: string }[];
  readonly kv_namespaces: readonly { readonly binding: string }[];
  readonly durable_objects: { readonly bindings: readonly { readonly name: string; readonly class_name: string }[] };
  readonly r2_buckets: readonly { readonly binding: string }[];
  readonly ratelimits: readonly { readonly name: string; readonly namespace_id: string; readonly simple: unknown }[];
}

export const config: Config = unstable_readConfig({ config: "wrangler.toml" }, { hideWarnings: true });

// The tools that wrangler brings, at wrangler's own versions: another package's copy may be of another age.
import { createRequire } from "node:module";
import path from "node:path";

const fromRoot = createRequire(path.resolve("package.json"));
const fromWrangler = createRequire(fromRoot.resolve("wrangler/package.json"));

/** What the bench needs of Miniflare. */
interface Miniflare {
  readonly ready: Promise<URL>;
  unsafeGetDirectURL(worker: string): Promise<URL>;
  getD1Database(binding: string, worker: string): Promise<D1Database>;
  dispose(): Promise<void>;
}
interface MiniflareModule {
  readonly Miniflare: new (options: unknown) => Miniflare;
  convertV4MiniflareOptions(options: unknown): unknown;
}

interface EsbuildModule {
  build(options: unknown): Promise<{ readonly outputFiles: readonly { readonly text: string }[] }>;
}

const miniflare: MiniflareModule = fromWrangler("miniflare");
const esbuild: EsbuildModule = fromWrangler("esbuild");
const workerd: { readonly default: string } = fromWrangler("workerd");

/** The path of the runtime. */
export const runtime = workerd.default;
/** The path of wrangler's script. */
export const wrangler = path.join(path.dirname(fromRoot.resolve("wrangler/package.json")), "bin", "wrangler.js");

/** A running Miniflare with these options of its version 4. */
export async function start(options: unknown): Promise<Miniflare> {
  const started = new miniflare.Miniflare(miniflare.convertV4MiniflareOptions(options));
  await started.ready;
  return started;
}

/** A Worker as one minified module, as a deploy would make it. */
export async function bundleWorker(entry: string): Promise<string> {
  const { outputFiles } = await esbuild.build({
    entryPoints: [entry],
    bundle: true,
    write: false,
    minify: true,
    format: "esm",
    target: "es2024",
    conditions: ["workerd", "worker", "browser"],
    external: ["cloudflare:*", "node:*"],
    logLevel: "error",
  });
  return outputFiles[0]?.text ?? "";
}

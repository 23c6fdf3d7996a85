// Bundles a TypeScript program of ours for Node, with the esbuild that wrangler brings.
import { createRequire } from "node:module";
import path from "node:path";
import { root } from "./node.mjs";

/** Writes `.wrangler/tmp/<name>.mjs` and answers its path. */
export async function bundle(entry) {
  const require = createRequire(createRequire(path.join(root, "package.json")).resolve("wrangler/package.json"));
  const { build } = require("esbuild");
  const outfile = path.join(root, ".wrangler", "tmp", `${path.basename(entry, ".ts")}.mjs`);
  await build({
    entryPoints: [path.join(root, entry)],
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node22",
    packages: "external",
    sourcemap: "inline",
    logLevel: "error",
  });
  return outfile;
}

// `npm run deploy [-- --dry-run]`: the reference's script, remote migrations by binding name, then the Worker.
import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { fileURLToPath } from "node:url";
import { install } from "./install.mjs";
import { output, root, run, tool } from "./node.mjs";

const LIMIT_KB = 750;

/** Bundles as a deployment would, without an account. Answers the bundle's gzipped size in KB. */
export async function dryRun() {
  const folder = path.join(root, "dist", "worker");
  mkdirSync(folder, { recursive: true });
  await output([tool("wrangler"), "deploy", "--dry-run", "--outdir", folder], { env: { ...process.env, WRANGLER_SEND_METRICS: "false" } });
  const code = readdirSync(folder).filter((file) => file.endsWith(".js"));
  return code.reduce((sum, file) => sum + gzipSync(readFileSync(path.join(folder, file)), { level: 9 }).length, 0) / 1_024;
}

/** The dry run as a check: what it found, or a failure. */
export async function checkBundle() {
  const size = await dryRun();
  if (size > LIMIT_KB) throw new Error(`the bundle is ${size.toFixed(0)} KB gzipped (at most ${LIMIT_KB})`);
  return `${size.toFixed(0)} KB gzipped (at most ${LIMIT_KB})`;
}

async function deploy() {
  install();
  const { fetchReference } = await import("./reference.mjs");
  const { DATABASES } = await import("./migrate.mjs");
  fetchReference();
  if (process.argv.includes("--dry-run")) {
    console.log(await checkBundle());
    return;
  }
  for (const binding of Object.keys(DATABASES)) {
    const code = await run([tool("wrangler"), "d1", "migrations", "apply", binding, "--remote"]);
    if (code !== 0) process.exit(code);
  }
  process.exit(await run([tool("wrangler"), "deploy"]));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await deploy();

// Browser tests against `npm run dev` on a port and data of its own, in the Chromium of the system: `CHROMIUM` names another.
// Where the `jose` command is missing, what it opens is left out (with CI=true that is a failure).
import { spawnSync } from "node:child_process";
import { defineConfig } from "@playwright/test";

// Set once, by the process that starts the workers: they read this file too, and inherit the port.
process.env["E2E_PORT"] ??= freePort();
const baseURL = `http://127.0.0.1:${process.env["E2E_PORT"]}`;

export default defineConfig({
  testDir: ".",
  testIgnore: process.env["CI"] || spawnSync("jose", ["alg"]).status === 0 ? [] : ["hand-over.spec.ts"],
  fullyParallel: true,
  workers: 2,
  timeout: 60_000,
  // The reference draws the whole document at once, on whatever machine this is.
  expect: { timeout: 30_000 },
  reporter: "list",
  outputDir: "../../.wrangler/e2e",
  use: {
    baseURL,
    launchOptions: {
      executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium",
      args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run", "--disable-quic"],
    },
  },
  webServer: {
    command: `npm run dev -- --port ${process.env["E2E_PORT"]} --state .wrangler/e2e-home --fresh`,
    url: `${baseURL}/health`,
    timeout: 180_000,
    gracefulShutdown: { signal: "SIGTERM", timeout: 5_000 },
  },
});

function freePort(): string {
  const program = "const s = require('net').createServer().listen(0, '127.0.0.1', () => { console.log(s.address().port); s.close(); })";
  return spawnSync(process.execPath, ["-e", program], { encoding: "utf8" }).stdout.trim();
}

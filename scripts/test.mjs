// `npm test [-- <vitest arguments>]`: everything that needs no browser, and the browser tests where there is a Chromium
// (with CI=true a missing one is a failure). Each step says its name; the last line counts.
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { install } from "./install.mjs";
import { output, root, run, tool } from "./node.mjs";

install();
const { fetchReference } = await import("./reference.mjs");
const { checkBundle } = await import("./deploy.mjs");

const only = process.argv.slice(2);
const total = { passed: 0, failed: 0 };

async function step(name, work) {
  console.log(`\n▶ ${name}`);
  const started = Date.now();
  try {
    const { passed = 1, failed = 0, note = "" } = (await work()) ?? {};
    total.passed += passed;
    total.failed += failed;
    console.log(`${failed === 0 ? "✔" : "✘"} ${name} (${((Date.now() - started) / 1_000).toFixed(1)} s)${note && `: ${note}`}`);
  } catch (error) {
    total.failed += 1;
    console.log(`✘ ${name}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** A test runner whose JSON report says how many passed and failed. */
async function runner(args, countIn) {
  const file = path.join(root, "dist", "report.json");
  mkdirSync(path.dirname(file), { recursive: true });
  rmSync(file, { force: true });
  const code = await run(args(file), { env: { ...process.env, WRANGLER_SEND_METRICS: "false", PLAYWRIGHT_JSON_OUTPUT_FILE: file } });
  if (!existsSync(file)) throw new Error(`no report (exit code ${code})`);
  const counts = countIn(JSON.parse(readFileSync(file, "utf8")));
  // A runner that fails without a failed test (an error outside of tests) has failed all the same.
  return { ...counts, failed: code !== 0 && counts.failed === 0 ? 1 : counts.failed };
}

const vitest = (args) =>
  runner(
    (file) => [tool("vitest"), "run", "--reporter=default", "--reporter=json", `--outputFile.json=${file}`, ...args],
    ({ numPassedTests, numFailedTests }) => ({ passed: numPassedTests, failed: numFailedTests }),
  );

const browser = () =>
  runner(
    () => [tool("@playwright/test", "playwright"), "test", "--config", "test/e2e/playwright.config.ts", "--reporter=list,json"],
    ({ stats }) => ({ passed: stats.expected, failed: stats.unexpected + stats.flaky }),
  );

if (only.length > 0) {
  await step("tests", () => vitest(only));
} else {
  await step("the reference's files", () => fetchReference());
  await step("types", async () => void (await output([tool("typescript", "tsc"), "--noEmit"])));
  await step("lint", async () => void (await output([tool("oxlint"), "--type-aware"])));
  await step("bundle, as a deployment would make it", async () => ({ note: await checkBundle() }));
  await step("the OpenAPI document", async () => ({ note: (await output([path.join(root, "scripts", "check-openapi.mjs")])).trim() }));
  await step("tests on workerd", () => vitest([]));
  if (process.env.CI || existsSync(process.env.CHROMIUM ?? "/usr/bin/chromium")) await step("tests in a browser", browser);
}

console.log(`\n${total.passed} passed, ${total.failed} failed`);
process.exit(total.failed === 0 ? 0 : 1);

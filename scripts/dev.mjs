// `npm run dev [-- --port N] [-- --fresh] [-- --state DIR]`: installs, makes secrets, migrates, seeds, serves. A second
// start keeps the data and does only what is missing. `--state`: another place for data and demo.json.
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { install } from "./install.mjs";
import { node, output, root, tool } from "./node.mjs";

const args = process.argv.slice(2);
const option = (name, otherwise) => (args.includes(name) ? (args[args.indexOf(name) + 1] ?? otherwise) : otherwise);
const port = Number(option("--port", 8787));
const home = path.resolve(root, option("--state", ".wrangler"));
const state = path.join(home, "state");
const demoFile = path.join(home, "demo.json");
const base = `http://127.0.0.1:${port}`;

const lockFile = path.join(home, "dev.lock");
await claimState();
install();
const { makeSecrets } = await import("./secrets.mjs");
const { fetchReference } = await import("./reference.mjs");
const { migrate } = await import("./migrate.mjs");
const { bundle } = await import("./bundle.mjs");

if (args.includes("--fresh")) {
  rmSync(state, { recursive: true, force: true });
  rmSync(demoFile, { force: true });
}
makeSecrets();
fetchReference();
await migrate(state);
const isNew = !existsSync(demoFile);
if (isNew) {
  console.log("Seeding a demo …");
  await output([await bundle("scripts/seed.ts"), state, demoFile, base], { env: { ...process.env, WRANGLER_SEND_METRICS: "false" } });
}
const demo = { ...JSON.parse(readFileSync(demoFile, "utf8")), base };
writeFileSync(demoFile, `${JSON.stringify(demo, null, 2)}\n`, { mode: 0o600 });

const server = spawn(node(), [tool("wrangler"), "dev", "--port", String(port), "--ip", "127.0.0.1", "--persist-to", state, "--show-interactive-dev-session=false"], {
  cwd: root,
  stdio: "inherit",
  env: { ...process.env, WRANGLER_SEND_METRICS: "false" },
});
server.on("exit", (code) => process.exit(code ?? 0));
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => server.kill(signal));

for (;;) {
  const answer = await fetch(`${base}/health`).catch(() => null);
  await answer?.arrayBuffer();
  if (answer?.ok) break;
  await new Promise((resolve) => setTimeout(resolve, 200));
}
if (isNew) {
  console.log(`\nKeys of the demo organization, shown once (they stay in ${path.relative(root, demoFile)}):`);
  for (const [name, key] of Object.entries(demo.keys)) console.log(`  ${name.padEnd(17)} ${key}`);
  console.log(`\nIts members, and the owner of a vendor with an integration in the catalogue, who can sign in:`);
  for (const { email, password } of [...Object.values(demo.sign_ins), demo.vendor.sign_in]) console.log(`  ${email.padEnd(24)} ${password}`);
}
console.log(`
ConnectKit Edge answers at ${base}   reference: ${base}/docs
${isNew ? `\n  curl -s "${base}/v1/contacts?limit=2" -H "Authorization: Bearer ${demo.keys.location_live}"\n` : `  Keys and sign-ins: ${path.relative(root, demoFile)}\n`}`);

// The platform's cron does not run locally, so its two beats come from here: the first one at once, for jobs that a server
// that was killed left behind.
beat("* * * * *");
setInterval(() => {
  beat("* * * * *");
  if (new Date().getMinutes() === 7) beat("7 * * * *");
}, 60_000);

/** Two servers on one state would each believe to be the only one: what one revokes the other lets pass. */
async function claimState() {
  const { pid, base: other } = existsSync(lockFile) ? JSON.parse(readFileSync(lockFile, "utf8")) : {};
  const answers = other && (await fetch(`${other}/health`).then((answer) => answer.ok, () => false));
  if (answers) {
    console.error(`Another server (process ${pid}) uses this state, at ${other}. Stop it, or take another state: npm run dev -- --state DIR`);
    process.exit(1);
  }
  mkdirSync(home, { recursive: true });
  writeFileSync(lockFile, JSON.stringify({ pid: process.pid, base }));
  process.on("exit", () => rmSync(lockFile, { force: true }));
}

function beat(cron) {
  fetch(`${base}/cdn-cgi/local/scheduled?cron=${encodeURIComponent(cron).replaceAll("%20", "+")}`, { signal: AbortSignal.timeout(60_000) }).then(
    (answer) => answer.arrayBuffer(),
    () => undefined,
  );
}

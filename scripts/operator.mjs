// `npm run operator -- organization org_… [--plan enterprise --hour 20000 --second 100 --burst 1000 --inflight 50 --keys 500]
// [--grant-api | --withdraw-api] [--no-contract] --local | --remote [--dry-run] [--state DIR]`, `-- key key_… [--hour …] …`:
// what only the operator may change, with its event, in one transaction; the sweep makes it effective within a minute.
import path from "node:path";
import { parseArgs } from "node:util";
import { install } from "./install.mjs";
import { output, root, tool } from "./node.mjs";

const text = { type: "string" };
const flag = { type: "boolean" };
const PLACE = { local: flag, remote: flag, "dry-run": flag, state: text };
const WANTED = { plan: text, hour: text, second: text, burst: text, inflight: text, keys: text, "grant-api": flag, "withdraw-api": flag, "no-contract": flag };

try {
  await operate();
} catch (error) {
  console.error(error.issues?.map(({ path: at, message }) => `${at.join(".")}: ${message}`).join("\n") ?? error.message);
  process.exit(1);
}

async function operate() {
  const { values, positionals } = parseArgs({ options: { ...PLACE, ...WANTED }, allowPositionals: true });
  const { local, remote, "dry-run": dryRun, state = ".wrangler", ...wanted } = values;
  const [of, id, ...more] = positionals;
  if (more.length > 0 || Boolean(local) === Boolean(remote)) throw new Error("Say what (`organization org_…` or `key key_…`) and where: --local or --remote.");
  install();
  const { bundle } = await import("./bundle.mjs");
  const { command, reading, operation } = await import(await bundle("scripts/operator-sql.ts"));
  const asked = command.parse({ of, id, ...wanted });
  const where = remote ? ["--remote", "--yes"] : ["--local", "--persist-to", path.resolve(root, state, "state")];
  const [row] = await execute(where, reading(asked));
  if (!row) throw new Error(`There is no ${of} ${id} here.`);
  const found = operation(asked, row, Date.now());
  if (!found) return console.log("Nothing to change.");
  for (const [name, { from, to }] of Object.entries(found.changes)) console.log(`${name}: ${JSON.stringify(from)} → ${JSON.stringify(to)}`);
  const sql = found.statements.join(";\n");
  if (dryRun) return console.log(`\n${sql};`);
  await execute(where, sql);
  console.log("Done. It is effective at the next sweep, within a minute.");
}

/** The rows that the last statement answers; several statements are one transaction. */
async function execute(where, sql) {
  const env = { ...process.env, WRANGLER_SEND_METRICS: "false" };
  const said = await output([tool("wrangler"), "d1", "execute", "DB", ...where, "--json", "--command", sql], { env });
  return JSON.parse(said.slice(said.indexOf("["))).at(-1).results;
}

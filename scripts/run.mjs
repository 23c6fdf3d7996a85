// Runs a tool that npm installed, under a Node that it works with: `node scripts/run.mjs vitest run`.
import { run, tool } from "./node.mjs";

const [name, ...args] = process.argv.slice(2);
const PACKAGES = { tsc: "typescript" };
process.exit(await run([tool(PACKAGES[name] ?? name, name), ...args]));

// `npm run bench [-- --rounds N --slice MS --rows N,N --routes get,ping --imports ROWS --no-growth --no-startup]`: installs what is
// missing, then measures the product against its floor. Exit code 1: a gate failed.
import { install } from "./install.mjs";
import { run } from "./node.mjs";

install();
const { bundle } = await import("./bundle.mjs");
const program = await bundle("bench/run.ts");
process.exit(await run([program, ...process.argv.slice(2)], { env: { ...process.env, WRANGLER_SEND_METRICS: "false" } }));

// The bench: the product against its floor, both in one worker on one set of databases, measured in turns; then the
// gates. Every figure is a ratio of two things measured in the same run, so it holds on any machine.
import { parseArgs } from "node:util";
import { batches } from "./batch";
import { callsOf } from "./calls";
import { gates, type Gate } from "./gates";
import { growth } from "./growth";
import { imports } from "./imports";
import { inTurns } from "./measure";
import { printCalls, printGates, printGrowth, printImports, printRatios, printStartup } from "./report";
import { routesOf } from "./routes";
import { startServer } from "./server";
import { checkedByWrangler, measureStartup } from "./startup";

const { values } = parseArgs({
  allowNegative: true,
  options: {
    rounds: { type: "string", default: "7" },
    slice: { type: "string", default: "800" },
    rows: { type: "string", default: "100000" },
    routes: { type: "string" },
    batch: { type: "boolean", default: true },
    growth: { type: "boolean", default: true },
    startup: { type: "boolean", default: true },
    imports: { type: "string" },
  },
});
const [rounds, sliceMs] = [Number(values.rounds), Number(values.slice)];
const sizes = values.growth ? values.rows.split(",").map(Number) : [];
const results: Gate[] = [];
const IMPORT_ROUNDS = 3;

await using server = await startServer();
const world = await server.found();

const wanted = values.routes?.split(",");
const routes = routesOf(world).filter(({ name }) => wanted?.includes(name) ?? true);
const calls = await callsOf(server, routes);
const one = await inTurns(server, routes, { connections: 1, rounds, sliceMs });
const sixteen = await inTurns(server, routes, { connections: 16, rounds, sliceMs });
printRatios("1 connection", one);
printRatios("16 connections", sixteen);
printCalls(calls);
results.push(...gates.calls(calls), ...gates.ratios(one, sixteen));

if (values.batch) {
  const batch = await batches(server, world, rounds, sliceMs);
  printRatios("a batch, and one of its operations alone", [batch]);
  results.push(...gates.batch(batch));
}
for (const rows of sizes) {
  const grown = await growth(server, { rows, rounds, sliceMs: sliceMs / 2 });
  printGrowth(grown);
  results.push(...gates.growth(grown));
}
if (values.imports !== undefined) {
  const all = [];
  for (let round = 0; round < IMPORT_ROUNDS; round += 1) all.push(await imports(server, Number(values.imports), round));
  printImports(all);
  results.push(gates.imports(all));
}
if (values.startup) {
  const startup = await measureStartup();
  printStartup(startup);
  console.log(`wrangler check startup: ${checkedByWrangler().join("; ")}`);
  results.push(...gates.startup(startup));
}

printGates(results);
process.exitCode = results.every(({ passed }) => passed) ? 0 : 1;

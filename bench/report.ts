// What the bench prints: plain tables, one row per route.
import type { Counted } from "./calls";
import type { Gate } from "./gates";
import type { Growth } from "./growth";
import type { Imported } from "./imports";
import type { Compared } from "./measure";
import type { Startup } from "./startup";

function table(title: string, head: readonly string[], rows: readonly (readonly string[])[]): void {
  const all = [head, ...rows];
  const widths = head.map((_, i) => Math.max(...all.map((row) => (row[i] ?? "").length)));
  const line = (row: readonly string[]): string => row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join("  ");
  console.log([`\n${title}`, line(head), widths.map((width) => "-".repeat(width)).join("  "), ...rows.map(line)].join("\n"));
}

const whole = (value: number): string => (Number.isNaN(value) ? "–" : String(Math.round(value)));
const times = (value: number): string => (Number.isNaN(value) ? "–" : value.toFixed(2));

const HEAD = ["p50 µs", "floor", "×", "req/s", "floor", "×", "CPU µs/req", "floor", "×"];
const cells = ({ ours, floor, x }: Compared): string[] => [
  whole(ours.p50), whole(floor.p50), times(x.p50),
  whole(ours.perSecond), whole(floor.perSecond), times(x.perSecond),
  whole(ours.cpu), whole(floor.cpu), times(x.cpu),
];

export const printRatios = (title: string, compared: readonly Compared[]): void =>
  table(title, ["route", ...HEAD], compared.map((one) => [one.name, ...cells(one)]));

export function printGrowth({ rows, small, get }: Growth): void {
  table(
    "growth, 1 connection",
    ["question", "p50 µs large", "small", "×"],
    small.map(({ name, ours, floor, x }) => [name, whole(ours.p50), whole(floor.p50), times(x.p50)]),
  );
  table(
    `questions to ${rows.toLocaleString("en")} contacts, 1 connection`,
    ["question", "p50 µs", "get", "×", "rows read"],
    get.map(({ name, ours, floor, x, rowsRead }) => [name, whole(ours.p50), whole(floor.p50), times(x.p50), String(rowsRead)]),
  );
}

export const printImports = (rounds: readonly Imported[]): void =>
  table("an import, and its rows as bare statements", ["rows", "slices", "rows/s", "floor", "×"], rounds.map(({ rows, slices, ours, floor }) => [rows.toLocaleString("en"), String(slices), whole(ours), whole(floor), times(ours / floor)]));

export const printCalls = (counted: readonly Counted[]): void =>
  table(
    "calls per warm request (D1: round trips/statements)",
    ["route", "D1", "floor's D1", "gate", "KV"],
    counted.map(({ name, ours, floor }) => [name, trips(ours.d1), trips(floor.d1), ours.gate.join("+") || "–", String(ours.kv.length)]),
  );
const trips = (d1: readonly (readonly string[])[]): string => `${d1.length}/${d1.flat().length}`;

export function printStartup({ bytes, gzipBytes, ours, bare }: Startup): void {
  const cpu = ours === null || bare === null ? "" : `; start-up CPU ${ours.toFixed(0)} ms, bare Hono ${bare.toFixed(0)} ms`;
  console.log(`\nbundle ${(bytes / 1_000).toFixed(0)} KB, ${(gzipBytes / 1_000).toFixed(0)} KB gzipped${cpu}`);
}

export const printGates = (gates: readonly Gate[]): void =>
  table("gates", ["", "value", "bound", ""], gates.map(({ name, value, bound, passed }) => [name, value, bound, passed ? "PASS" : "FAIL"]));

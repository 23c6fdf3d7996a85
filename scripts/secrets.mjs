// Makes .dev.vars with random secrets, and adds those that it lacks; one that stands there is never touched: what exists
// depends on it.
import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { root } from "./node.mjs";

const random = () => randomBytes(32).toString("base64url");
const WANTED = { KEY_PEPPER: random, AUTH_SECRET: random, ENVIRONMENT: () => "development" };

export function makeSecrets(file = path.join(root, ".dev.vars")) {
  const before = existsSync(file) ? readFileSync(file, "utf8") : "";
  const missing = Object.entries(WANTED).filter(([name]) => !new RegExp(`^\\s*${name}\\s*=`, "m").test(before));
  if (missing.length === 0) return;
  const start = before === "" || before.endsWith("\n") ? before : `${before}\n`;
  writeFileSync(file, start + missing.map(([name, make]) => `${name}=${make()}\n`).join(""), { mode: 0o600 });
  console.log(`${before === "" ? "Made .dev.vars with random secrets" : `Added to .dev.vars: ${missing.map(([name]) => name).join(", ")}`}.`);
}

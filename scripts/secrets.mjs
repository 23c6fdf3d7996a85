// Makes .dev.vars with random secrets where there is none; one that exists is never touched: its keys depend on it.
import { randomBytes } from "node:crypto";
import { existsSync, writeFileSync } from "node:fs";
import path from "node:path";
import { root } from "./node.mjs";

export function makeSecrets() {
  const file = path.join(root, ".dev.vars");
  if (existsSync(file)) return;
  writeFileSync(file, `KEY_PEPPER=${randomBytes(32).toString("base64url")}\nENVIRONMENT=development\n`, { mode: 0o600 });
  console.log("Made .dev.vars with random secrets.");
}

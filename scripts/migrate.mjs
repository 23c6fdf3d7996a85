// Applies the migrations of the three local databases, when there are any that they have not seen.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { output, root, tool } from "./node.mjs";

export const DATABASES = { DB: "control", DATA: "data", LOG: "log" };

export async function migrate(state) {
  const hash = createHash("sha256");
  for (const folder of Object.values(DATABASES)) {
    const at = path.join(root, "migrations", folder);
    for (const file of readdirSync(at).sort()) hash.update(file).update(readFileSync(path.join(at, file)));
  }
  const wanted = hash.digest("hex");
  const stamp = path.join(state, "migrated");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return;
  console.log("Applying migrations …");
  for (const binding of Object.keys(DATABASES)) {
    await output([tool("wrangler"), "d1", "migrations", "apply", binding, "--local", "--persist-to", state], {
      env: { ...process.env, CI: "true", WRANGLER_SEND_METRICS: "false" },
    });
  }
  mkdirSync(state, { recursive: true });
  writeFileSync(stamp, wanted);
}

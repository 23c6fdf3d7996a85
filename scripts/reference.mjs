// Brings the reference's one script into public/: from the package's own archive, whose hash is pinned here, because
// installing the package would install 287 MB for this one file.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, renameSync, copyFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { root } from "./node.mjs";

const PACKAGE = "@scalar/api-reference@1.72.1";
const ARCHIVE_SHA512 = "XpEJ0rfc/cXbCrR+iC4kK0o/WwX2dTtGQbT049OlPKAHD6IMIFdTeGz2r+M27P2EDWKyUITRm/NzlP8z2pw/Ow==";
const FILE = "package/dist/browser/standalone.js";

export function fetchReference() {
  const target = path.join(root, "public", "reference", "scalar.js");
  if (existsSync(target)) return;
  console.log(`Fetching ${PACKAGE} for the reference page …`);
  const folder = mkdtempSync(path.join(tmpdir(), "scalar-"));
  try {
    const options = { cwd: folder, encoding: "utf8", shell: process.platform === "win32", stdio: ["ignore", "pipe", "inherit"] };
    const [{ filename }] = JSON.parse(execFileSync("npm", ["pack", PACKAGE, "--json", "--ignore-scripts", "--loglevel=error"], options));
    const archive = path.join(folder, filename);
    const sum = createHash("sha512").update(readFileSync(archive)).digest("base64");
    if (sum !== ARCHIVE_SHA512) throw new Error(`${PACKAGE} is not the archive that was reviewed (sha512 ${sum})`);
    execFileSync("tar", ["-xzf", filename, FILE], { cwd: folder });
    copyFileSync(path.join(folder, FILE), `${target}.part`);
    renameSync(`${target}.part`, target);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) fetchReference();

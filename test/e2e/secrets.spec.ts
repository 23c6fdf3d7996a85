// The secrets of a development server: made where they lack, left as they are where they stand.
import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { promisify } from "node:util";
import { expect, test } from "@playwright/test";

const make = (file: string) => promisify(execFile)(process.execPath, ["--input-type=module", "-e", `import { makeSecrets } from "./scripts/secrets.mjs"; makeSecrets(${JSON.stringify(file)});`]);

test("all where there is no file", async () => {
  const file = test.info().outputPath("dev.vars");
  await make(file);
  expect(readFileSync(file, "utf8")).toMatch(/^KEY_PEPPER=[\w-]{43}\nAUTH_SECRET=[\w-]{43}\nENVIRONMENT=development\n$/);
});

test("what a file lacks is added, and nothing else touched", async () => {
  const file = test.info().outputPath("dev.vars");
  const before = "# mine\nKEY_PEPPER=kept\nENVIRONMENT=here\nOTHER=1";
  writeFileSync(file, before);
  await make(file);
  const after = readFileSync(file, "utf8");
  expect(after.replace(/\nAUTH_SECRET=[\w-]{43}\n$/, "")).toBe(before);
  await make(file);
  expect(readFileSync(file, "utf8")).toBe(after);
});

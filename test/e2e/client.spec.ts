// A client generated from the document calls the API, and every answer is as the document says.
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "@playwright/test";

test("a generated client reads what the document promises", async ({ baseURL }) => {
  const { stdout } = await promisify(execFile)(process.execPath, ["scripts/check-client.mjs", String(baseURL), ".wrangler/e2e-home/demo.json"]);
  expect(stdout).toMatch(/^\d+ passed, 0 failed$/m);
});

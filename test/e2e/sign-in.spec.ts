// The calls of docs/sign-in.md work as they stand there.
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { promisify } from "node:util";
import { expect, test } from "@playwright/test";

test("what the guide tells to type does what it says", async ({ baseURL }) => {
  const guide = readFileSync("docs/sign-in.md", "utf8");
  const script = [...guide.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, block]) => block).join("\n");
  // An address of its own, so that no guard counts runs together; a file of its own for the cookies.
  const part = (): string => Math.floor(Math.random() * 65_536).toString(16);
  const here = script
    .replaceAll("http://127.0.0.1:8787", String(baseURL))
    .replaceAll("/tmp/ana.cookies", test.info().outputPath("cookies"))
    .replaceAll("curl -s", `curl -s -H "CF-Connecting-IP: 2001:db8:${part()}:${part()}::1"`);
  const { stdout } = await promisify(execFile)("bash", ["-euc", here]);
  const [signedUp, signedOut, signedIn, session, sessions, revoked, ...more] = stdout.trim().split("\n").map((line): unknown => JSON.parse(line));
  const user = { email: expect.stringMatching(/^ana-/), name: "Ana" };
  expect([signedUp, signedOut, signedIn, session]).toMatchObject([{ user }, { success: true }, { user }, { user, session: { id: expect.stringMatching(/^ses_/) } }]);
  expect([sessions, revoked, more]).toMatchObject([[{ current: true }], { status: true }, []]);
});

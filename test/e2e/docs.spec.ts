// The reference, in a browser: every operation is there, from our own files, and a key can be tried safely.
// Scalar's own markup is not put before axe: unnamed buttons and low contrast there are not ours to mend.
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { expect, test, type Page } from "@playwright/test";
import * as z from "zod";
import { watch } from "./watch";

const documentShape = z.object({
  paths: z.record(z.string(), z.record(z.string(), z.object({ tags: z.tuple([z.string()]), summary: z.string() }))),
});
const demoShape = z.object({ keys: z.object({ location_sandbox: z.string(), location_live: z.string() }) });
const problemShape = z.object({ code: z.string() });

const keys = () => demoShape.parse(JSON.parse(readFileSync(".wrangler/e2e-home/demo.json", "utf8"))).keys;

/** The operations, by the part of the address at which the reference shows them. */
async function operations(page: Page) {
  const { paths } = documentShape.parse(await (await page.request.get("/openapi.json")).json());
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { tags, summary }]) => ({ at: `tag/${tags[0].toLowerCase()}/${method.toUpperCase()}${path}`, summary })),
  );
}

// The page draws what comes into view and keeps it, each operation slower than the one before: two halves, side by side.
for (const half of [0, 1]) {
  test(`shows every operation, and asks no other host: half ${half + 1} of 2`, async ({ page, baseURL }) => {
    test.setTimeout(240_000);
    const complaints = watch(page, baseURL);
    await page.goto("/docs");
    // Only then does it hear of another place in the address.
    await expect(page.getByRole("heading", { name: "ConnectKit Edge" })).toBeVisible();
    const all = await operations(page);
    expect(all.length).toBeGreaterThan(20);
    const middle = Math.ceil(all.length / 2);
    for (const { at, summary } of all.slice(half * middle, (half + 1) * middle)) {
      const heading = page.locator(`section[id$="/${at}"]`).getByRole("heading", { name: summary });
      if (!(await heading.isVisible())) await page.goto(`/docs#${at}`);
      await expect(heading).toBeVisible();
    }
    expect(complaints).toEqual([]);
  });
}

async function tryPing(page: Page, key: string) {
  await page.goto("/docs#tag/keys/GET/v1/ping");
  await page.getByRole("button", { name: "Test Request (get /v1/ping)" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByPlaceholder("Token").fill(key);
  const [answer] = await Promise.all([
    page.waitForResponse((response) => response.url().endsWith("/v1/ping")),
    dialog.getByRole("button", { name: "Send Request" }).click(),
  ]);
  return { dialog, answer };
}

test("200 when a sandbox key is tried", async ({ page, baseURL }) => {
  const complaints = watch(page, baseURL);
  const { dialog, answer } = await tryPing(page, keys().location_sandbox);
  expect(answer.status()).toBe(200);
  await expect(dialog.getByText('"environment": "sandbox"')).toBeVisible();
  expect(complaints).toEqual([]);
});

test("403 key_in_browser when a live key is tried, and the page can read why", async ({ page }) => {
  const { dialog, answer } = await tryPing(page, keys().location_live);
  expect(answer.status()).toBe(403);
  expect(problemShape.parse(await answer.json()).code).toBe("key_in_browser");
  await expect(dialog.getByText('"code": "key_in_browser"')).toBeVisible();
});

test("a page of another origin can read both answers", async ({ page, baseURL }) => {
  const elsewhere = createServer((_, response) => response.setHeader("Content-Type", "text/html").end("<!doctype html>")).listen(0, "127.0.0.1");
  await once(elsewhere, "listening");
  const address = elsewhere.address();
  await page.goto(`http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`);
  const ask = (key: string) =>
    page.evaluate(async ({ url, bearer }) => (await fetch(url, { headers: { Authorization: `Bearer ${bearer}` } })).status, { url: `${baseURL}/v1/ping`, bearer: key });
  expect(await ask(keys().location_sandbox)).toBe(200);
  expect(await ask(keys().location_live)).toBe(403);
  elsewhere.close();
});

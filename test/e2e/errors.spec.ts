// The pages of the errors, in a browser: every code of the document has one, with cause, cure and example.
import { AxeBuilder } from "@axe-core/playwright";
import { expect, test } from "@playwright/test";
import { watch } from "./watch";

test("every code that an operation may answer is listed", async ({ page, baseURL }) => {
  const complaints = watch(page, baseURL);
  const document = await (await page.request.get("/openapi.json")).text();
  const codes = [...new Set([...document.matchAll(/"code":"([a-z0-9_]+)","detail"/g)].map(([, code]) => code))];
  expect(codes.length).toBeGreaterThan(40);
  await page.goto("/errors");
  expect(await page.locator("td a").allTextContents()).toEqual(expect.arrayContaining([...codes, "invalid_credentials"]));
  expect(complaints).toEqual([]);
});

test("every code's page tells cause, cure and an example", async ({ page, baseURL }) => {
  test.slow();
  const complaints = watch(page, baseURL);
  await page.goto("/errors");
  for (const code of await page.locator("td a").allTextContents()) {
    await page.goto(`/errors/${code}`);
    for (const heading of ["Why", "What to do"]) await expect(page.locator(`h2:text-is("${heading}") + p`)).toHaveText(/\w+ .*\w/);
    await expect(page.locator("pre")).toContainText(`"code": "${code}"`);
    await expect(page.locator("li").first()).toHaveText(/^(GET|POST|PUT|PATCH|DELETE) \//);
  }
  expect(complaints).toEqual([]);
});

test("an operation that answers it is one click away", async ({ page }) => {
  await page.goto("/errors/version_mismatch");
  await page.getByRole("link", { name: "PATCH /v1/contacts/{id}", exact: true }).click();
  await expect(page.getByRole("heading", { name: "Change a contact" })).toBeInViewport();
});

for (const colorScheme of ["light", "dark"] as const) {
  test.describe(`in ${colorScheme}`, () => {
    test.use({ colorScheme });
    for (const path of ["/errors", "/errors/rate_limited"]) {
      test(`${path} has no accessibility violation`, async ({ page }) => {
        await page.goto(path);
        expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
      });
    }
  });
}

test("fits a phone", async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 800 });
  for (const path of ["/errors", "/errors/idempotency_key_reused"]) {
    await page.goto(path);
    expect((await page.locator("main").boundingBox())?.width).toBeLessThanOrEqual(390);
    expect(await page.locator("table, pre").evaluateAll((elements) => elements.every(({ scrollWidth }) => scrollWidth <= 390))).toBe(true);
  }
});

// What a page must not do, gathered while it is open: complain, or ask another host.
import type { Page } from "@playwright/test";

export function watch(page: Page, origin = ""): readonly string[] {
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("request", (request) => {
    const url = new URL(request.url());
    if (url.origin !== origin && url.protocol !== "data:" && !url.href.startsWith(`blob:${origin}/`)) complaints.push(`asks ${url.href}`);
  });
  return complaints;
}

// What every refusal must be, and what it must leave as it was.
import { expect } from "vitest";
import type { Answer, Client, World } from "./world";

/** A 4xx problem document that tells nothing from inside. */
export function isProblem({ status, headers, body, text }: Answer): void {
  expect([status >= 400 && status < 500, status, text.slice(0, 300)]).toEqual([true, status, expect.anything()]);
  expect(headers.get("Content-Type")).toBe("application/problem+json");
  expect(headers.get("Access-Control-Allow-Origin")).toBe("*");
  expect(body).toMatchObject({
    type: expect.stringMatching(/^https:\/\//), title: expect.any(String), status, code: expect.any(String), detail: expect.any(String), request_id: headers.get("Request-Id"),
  });
  expect(text).not.toMatch(/SQLITE|D1_ERROR|at \w+ \(|"ck_(live|test)_/);
}

/** All that an agency key sees and that was logged, as one text; last use is no change. */
export async function stored(w: World, key: Client): Promise<string> {
  const read = await Promise.all(["/v1/contacts?status=active&status=archived", "/v1/keys", "/v1/organization", "/v1/locations", "/v1/members"].map((path) => key.get(path)));
  const seen = read.map(({ body }) => JSON.stringify(body.data ?? body).replaceAll(/"(last_used_\w+|inactive_delete_at)":[^,]*/g, ""));
  return JSON.stringify([seen, await w.events(), await w.events("control")]);
}

import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { world } from "./world";

it("200 and unchanged when a GET's body comes back, whatever state its addresses are in", async () => {
  const w = await world();
  const key = await w.key();
  const { body: made } = await key.post("/v1/contacts", { emails: ["a@x.example", "b@x.example"], phones: ["600 111 222"] });
  await env.DATA.prepare(`UPDATE contacts SET doc = json_set(doc, '$.emails[1].state', 'bounced') WHERE id = ?`).bind(made.id).run();
  const { body } = await key.get(`/v1/contacts/${made.id}`);
  expect(body.emails[1].state).toBe("bounced");
  for (const arrays of ["add", "replace"]) expect(await key.put(`/v1/contacts?match=email&arrays=${arrays}`, body)).toMatchObject({ status: 200, body: { version: 1 } });
  const states = { emails: [{ value: "b@x.example", state: "deliverable" }] };
  expect(await key.put("/v1/contacts?match=email", states)).toMatchObject({ status: 422, body: { errors: [{ pointer: "/emails/0/state", code: "read_only" }] } });
  expect(await w.events()).toHaveLength(1);
});

it("422 with every fault at once, of the value to match by and of the others", async () => {
  const key = await (await world()).key();
  const { status, body } = await key.put("/v1/contacts?match=email", { emails: ["nobody"], birthday: "soon", urls: ["ftp://x"], custom: { a: 1 } });
  expect([status, body.errors.map(({ pointer }: { pointer: string }) => pointer)]).toEqual([422, ["/emails/0", "/birthday", "/urls/0", "/custom/a"]]);
});

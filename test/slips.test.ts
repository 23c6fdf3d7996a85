import { expect, it } from "vitest";
import { world } from "./world";

it("400 for a slip in dry_run says what was meant, where there is a dry run", async () => {
  const w = await world();
  const key = await w.key();
  expect((await key.post("/v1/contacts?dryrun=true", { first_name: "Ana" })).body.errors).toEqual([
    { parameter: "dryrun", code: "unknown_parameter", message: "unknown; did you mean `dry_run`?" },
  ]);
  expect((await key.get("/v1/contacts?dryrun=true")).body.errors).toMatchObject([{ message: "unknown" }]);
  expect(await w.events()).toEqual([]);
});

it("422 for a time that RFC 3339 can't tell", async () => {
  const key = await (await world()).key();
  const make = (expires_at: string) => key.post("/v1/keys?dry_run=true", { name: "x", kind: "location", scopes: ["contacts:read"], expires_at });
  expect((await make("9999-12-31T23:59:59.999Z")).body.expires_at).toBe("9999-12-31T23:59:59.999Z");
  expect(await make("9999-12-31T23:59:59-01:00")).toMatchObject({ status: 422, body: { errors: [{ pointer: "/expires_at" }] } });
});

import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { routes } from "../src/routes";
import { run } from "../src/upkeep/upkeep";
import { front, unreachable } from "./front";
import { world } from "./world";

it("503 as long as a gate does not know, also to the retry that If-Match would refuse; then its replay", async () => {
  const w = await world();
  const [owner, key] = [await w.key({ kind: "agency", role: "owner" }), await w.key()];
  expect((await key.get("/v1/ping")).status).toBe(200);
  const pause = (by = owner) =>
    by.patch(`/v1/keys/${key.id}`, { status: "paused" }, { headers: { "If-Match": '"1"', "Idempotency-Key": "pause" } });
  const cutOff = owner.through(front(unreachable(new Set([key.id]))));
  for (const attempt of [1, 2, 3]) expect([attempt, (await pause(cutOff)).body.code]).toEqual([attempt, "not_yet_effective"]);
  expect((await key.get("/v1/ping")).status).toBe(200);
  await run("* * * * *", Date.now(), env, routes);
  const replay = await pause();
  expect([replay.status, replay.body.status, replay.headers.get("Idempotent-Replayed")]).toEqual([200, "paused", "true"]);
  expect((await key.get("/v1/ping")).body.code).toBe("key_paused");
});

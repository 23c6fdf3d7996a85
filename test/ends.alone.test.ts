// Ends that were agreed, on a steered clock: fixed ones, and those of old secrets.
import { env } from "cloudflare:workers";
import { describe, expect, it, vi } from "vitest";
import { DAY, HOUR, MINUTE } from "../src/platform/clock";
import { steered } from "./steered";
import { world, type Json, type World } from "./world";

const START = Date.UTC(2028, 0, 1);
const upkeep = steered(START);
const of = async (w: World, key: string): Promise<Json[]> =>
  (await w.events("control")).filter(({ subject, type }) => subject === key && type !== "key.created").map(({ type, data }) => [type, data?.days_left ?? null]);

describe("a fixed end", () => {
  it("is announced 7 days and 1 day before, once each; then the key is expired, refused to the millisecond", async () => {
    const w = await world();
    const key = await w.key({ expiresAt: START + 30 * DAY });
    await upkeep(22 * DAY, 23 * DAY, 23 * DAY + HOUR, 28 * DAY, 29 * DAY, 29 * DAY + HOUR);
    expect(await of(w, key.id)).toEqual([["key.expiring", 7], ["key.expiring", 1]]);
    vi.setSystemTime(START + 30 * DAY - 1);
    expect((await key.get("/v1/ping")).status).toBe(200);
    vi.setSystemTime(START + 30 * DAY);
    expect((await key.get("/v1/ping")).body.code).toBe("key_expired");
    await upkeep(30 * DAY, 30 * DAY + MINUTE);
    expect(await of(w, key.id)).toEqual([["key.expiring", 7], ["key.expiring", 1], ["key.expired", null]]);
    expect((await key.get("/v1/ping")).body.code).toBe("key_expired");
  });

  it("that comes late is told of once, with the nearest notice", async () => {
    const w = await world();
    const key = await w.key({ expiresAt: START + 30 * DAY });
    await upkeep(29 * DAY + 12 * HOUR, 29 * DAY + 13 * HOUR, 31 * DAY);
    expect(await of(w, key.id)).toEqual([["key.expiring", 1], ["key.expired", null]]);
  });
});

describe("an old secret", () => {
  const rotated = async (scopes = ["contacts:read"]) => {
    const w = await world();
    const key = await w.key({ scopes });
    await key.get("/v1/ping");
    const { body } = await (await w.key({ kind: "agency", role: "owner" })).post(`/v1/keys/${key.id}/rotate`, { overlap: "P7D" });
    return { w, key, next: key.as(body.secret) };
  };

  it("that is still used a day before its end is told of, once; then it is retired", async () => {
    const { w, key, next } = await rotated();
    await upkeep(5 * DAY);
    vi.setSystemTime(START + 6 * DAY - 2 * HOUR);
    await key.get("/v1/ping");
    await expect.poll(() => env.DB.prepare("SELECT max(last_used_at) AS at FROM key_secrets WHERE key_id = ? AND state = 'previous'").bind(key.id).first("at")).toBe(START + 6 * DAY - 2 * HOUR);
    await upkeep(6 * DAY, 6 * DAY + HOUR, 7 * DAY - MINUTE);
    expect((await of(w, key.id)).map(([type]) => type)).toEqual(["key.rotated", "key.secret_retiring"]);
    vi.setSystemTime(START + 7 * DAY);
    expect([(await key.get("/v1/ping")).body.code, (await next.get("/v1/ping")).status]).toEqual(["secret_retired", 200]);
    await upkeep(7 * DAY, 7 * DAY + MINUTE);
    expect((await of(w, key.id)).map(([type]) => type)).toEqual(["key.rotated", "key.secret_retiring", "key.rotation_finished"]);
    expect((await next.get("/v1/me")).body.secrets).toHaveLength(1);
  });

  it("that nobody uses any more is retired without a word", async () => {
    const { w, key } = await rotated();
    await upkeep(5 * DAY, 6 * DAY, 6 * DAY + 5 * HOUR, 7 * DAY);
    expect((await of(w, key.id)).map(([type]) => type)).toEqual(["key.rotated", "key.rotation_finished"]);
  });
});

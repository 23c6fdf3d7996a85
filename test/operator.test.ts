import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { command, operation, reading, type Command } from "../scripts/operator-sql";
import { routes } from "../src/routes";
import { run } from "../src/upkeep/upkeep";
import { isGapless, times, world, type World } from "./world";

/** As the operator's command does it. */
async function operate(wanted: Command, between: () => Promise<unknown> = async () => {}) {
  const row = await env.DB.prepare(reading(wanted)).first();
  const found = operation(wanted, row, Date.now());
  await between();
  if (found) await env.DB.batch(found.statements.map((sql) => env.DB.prepare(sql)));
  return found;
}
const sweep = () => run("* * * * *", Date.now(), env, routes);
const of = (w: World, more: object) => command.parse({ of: "organization", id: w.org, ...more });

const policy = (hour: number, second: number, burst: number, inflight: number) =>
  `"hour";q=${hour};w=3600, "burst";q=${burst};w=${Math.ceil(burst / second)}, "inflight";q=${inflight};qu="concurrent-requests"`;

describe("the operator", () => {
  it("makes an enterprise of a plan: after the sweep the next answer says so, what was used stays used, the log has no gap", async () => {
    const w = await world({ plan: "professional" });
    const key = await w.key({ kind: "agency", role: "owner" });
    await Promise.all(times(20, () => key.get("/v1/ping")));
    expect((await key.get("/v1/ping")).headers.get("RateLimit-Policy")).toBe(policy(5_000, 25, 250, 20));
    const found = await operate(of(w, { plan: "enterprise", hour: "20000", second: "100", burst: "1000", inflight: "50", keys: "500" }));
    expect(found?.changes).toMatchObject({ plan: { from: "professional", to: "enterprise" }, limits: { from: null } });
    await sweep();
    const { headers } = await key.get("/v1/ping");
    const [, left] = /"hour";r=(\d+)/.exec(headers.get("RateLimit") ?? "") ?? [];
    expect(headers.get("RateLimit-Policy")).toBe(policy(20_000, 100, 1_000, 50));
    // 22 used; no more flows back than in the second or so that this takes.
    expect([Number(left) >= 19_978, Number(left) <= 19_990]).toEqual([true, true]);
    expect((await key.get("/v1/organization")).body).toMatchObject({ plan: "enterprise", version: 2, limits: { keys: 500 } });
    const log = await w.events("control");
    expect(isGapless(log)).toBe(true);
    expect(log.at(-1)).toMatchObject({ type: "organization.updated", subject: w.org, version: 2, actor: '{"type":"system","id":"operator"}' });
    expect(await operate(of(w, { plan: "enterprise", hour: "20000" }))).toBeNull();
    expect((await key.patch("/v1/organization", { plan: "professional" })).body.limits).toEqual({ hour: 5_000, second: 25, burst: 250, inflight: 20, keys: 250 });
  });

  it("gives one key a contract of its own, and takes it back", async () => {
    const w = await world({ plan: "standard" });
    const [key, other] = [await w.key(), await w.key()];
    await operate(command.parse({ of: "key", id: key.id, hour: "7000", inflight: "9" }));
    await sweep();
    expect((await key.get("/v1/ping")).headers.get("RateLimit-Policy")).toBe(policy(7_000, 5, 50, 9));
    expect((await other.get("/v1/ping")).headers.get("RateLimit-Policy")).toBe(policy(1_000, 5, 50, 5));
    expect((await w.events("control")).at(-1)).toMatchObject({ type: "key.updated", subject: key.id, version: 2, changes: { contract: { from: null, to: { hour: 7_000, inflight: 9 } } } });
    await operate(command.parse({ of: "key", id: key.id, "no-contract": true }));
    await sweep();
    expect((await key.get("/v1/ping")).headers.get("RateLimit-Policy")).toBe(policy(1_000, 5, 50, 5));
    expect(isGapless(await w.events("control"))).toBe(true);
  });

  it("grants the API on the standard plan; withdrawn, it is off", async () => {
    const w = await world({ plan: "standard" });
    const by = await w.session("owner");
    const key = await w.key();
    await operate(of(w, { "withdraw-api": true }));
    await sweep();
    expect((await key.get("/v1/ping")).body.code).toBe("api_disabled");
    expect((await by.patch("/v1/organization", { api_enabled: true })).body.code).toBe("api_not_in_plan");
    await operate(of(w, { "grant-api": true }));
    expect((await by.patch("/v1/organization", { api_enabled: true })).status).toBe(200);
    expect((await key.get("/v1/ping")).status).toBe(200);
  });

  it("changes nothing where somebody else did meanwhile, and takes no nonsense", async () => {
    const w = await world({ plan: "standard" });
    const by = await w.session("owner");
    const meanwhile = () => by.patch("/v1/organization", { name: "It's; Acme?" });
    await expect(operate(of(w, { plan: "enterprise" }), meanwhile)).rejects.toThrow("guard_failed");
    expect((await by.get("/v1/organization")).body).toMatchObject({ plan: "standard", name: "It's; Acme?", version: 2 });
    await operate(of(w, { plan: "professional" }));
    await expect(operate(of(w, { hour: "9" }))).rejects.toThrow("enterprise plan only");
    expect(isGapless(await w.events("control"))).toBe(true);
    const key = await w.key();
    await by.delete(`/v1/keys/${key.id}`);
    await expect(operate(command.parse({ of: "key", id: key.id, hour: "1" }))).rejects.toThrow("ended");
    const wrong = [{ of: "organization", id: key.id }, { of: "key", id: key.id, plan: "standard" }, { of: "organization", id: w.org, hour: "0" }, { of: "organization", id: w.org, hour: "1e3" }];
    for (const one of wrong) expect([one, command.safeParse(one).success]).toEqual([one, false]);
  });
});

// Notices: who is told what, once, and what each has read of it.
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { databases } from "../src/platform/sql";
import { now } from "../src/platform/clock";
import type { Endpoint } from "../src/platform/endpoint";
import { routes } from "../src/routes";
import { tellDeprecatedUse } from "../src/upkeep/deprecated";
import { written } from "./spooled";
import { tally, times, world, type Client, type Json } from "./world";

const told = async (by: Client, query = ""): Promise<Json[]> => (await by.get(`/v1/notifications${query}`)).body.data;

describe("a notice", () => {
  it("is read by each for themselves; unread and open ones can be asked for; members see their own only", async () => {
    const w = await world();
    const [owner, admin, member, viewer] = [await w.session("owner"), await w.session("admin"), await w.session("member"), await w.session("viewer")];
    const { id } = (await member.post("/v1/access-requests", { custom: { name: "Sync", reason: "Nightly", scopes: ["contacts:read"] } })).body;
    const [[forOwner], [forAdmin]] = [await told(owner), await told(admin)];
    expect(forOwner).toMatchObject({ type: "access_request.created", title: "“Sync”: a live key is asked for", detail: "Nightly", link: `/v1/access-requests/${id}`, read_at: null, closed_at: null });
    expect([await told(member), await told(viewer)]).toEqual([[], []]);
    expect((await owner.post(`/v1/notifications/${forOwner.id}/read`)).body.read_at).not.toBe(null);
    expect([(await told(owner, "?unread=true")).length, (await told(admin, "?unread=true")).length, forAdmin.id]).toEqual([0, 1, forOwner.id]);
    expect((await viewer.post(`/v1/notifications/${forOwner.id}/read`)).status).toBe(404);
    await admin.post(`/v1/access-requests/${id}/deny`, { reason: "No" });
    expect([(await told(admin, "?open=true")).length, (await told(admin))[0].closed_at]).toEqual([0, expect.any(String)]);
    expect((await told(member)).map(({ type }) => type)).toEqual(["access_request.denied"]);
    expect((await told(owner)).map(({ type }) => type)).toEqual(["access_request.created"]);
    const other = await (await world()).session("owner");
    expect((await other.post(`/v1/notifications/${forOwner.id}/read`)).status).toBe(404);
  });

  it("pages through all of them, newest first, nothing twice", async () => {
    const w = await world();
    const [owner, member] = [await w.session("owner"), await w.session("member")];
    for (let i = 0; i < 7; i += 1) await member.post("/v1/access-requests", { custom: { name: `Sync ${i}`, reason: "x", scopes: ["contacts:read"] } });
    const seen: string[] = [];
    let cursor: string | null = "";
    while (cursor !== null) {
      const { body }: Json = await owner.get(`/v1/notifications?limit=3${cursor && `&cursor=${cursor}`}`);
      seen.push(...body.data.map(({ title }: Json) => title));
      cursor = body.page.next_cursor;
    }
    expect(seen).toEqual(times(7, (i) => `“Sync ${6 - i}”: a live key is asked for`));
  });
});

describe("a key near its hour's limit", () => {
  it("is told of at 80 % and when it is used up, once each, however many requests follow", async () => {
    const w = await world();
    const key = await w.key({ limits: { hour: 50, second: 1, burst: 50, inflight: 100 } });
    for (let i = 0; i < 39; i += 1) await key.get("/v1/ping");
    const near = async () => (await w.events("control")).filter(({ type }) => type === "key.limit_near").map(({ data }) => data.percent);
    expect(await near()).toEqual([]);
    for (let i = 0; i < 5; i += 1) await key.get("/v1/ping");
    await expect.poll(near).toEqual([80]);
    expect(tally(await Promise.all(times(60, () => key.get("/v1/ping"))))[429]).toBeGreaterThan(50);
    await expect.poll(near).toEqual([80, 100]);
    const owner = await w.session("owner");
    expect((await told(owner)).map(({ severity, detail }) => [severity, detail.includes("50 requests an hour")])).toEqual([["warning", true], ["info", true]]);
  });

  it("sessions pass their member's gate and tell nobody", async () => {
    const w = await world();
    const owner = await w.session("owner");
    const answer = await owner.get("/v1/keys");
    expect(answer.headers.get("RateLimit-Policy")).toBe('"hour";q=90000;w=3600, "burst";q=250;w=10, "inflight";q=20;qu="concurrent-requests"');
    const [first, second] = [await owner.get("/v1/keys"), await owner.get("/v1/keys")].map(({ headers }) => Number(/"hour";r=(\d+)/.exec(headers.get("RateLimit") ?? "")?.[1]));
    expect((second ?? 0) - (first ?? 0)).toBeLessThanOrEqual(0);
  });
});

describe("what is deprecated", () => {
  it("is told to the admins of every key that still calls it, once a month", async () => {
    const w = await world();
    const [caller, other] = [await w.key(), await w.key()];
    await caller.get("/v1/me");
    await caller.get("/v1/ping");
    await other.get("/v1/ping");
    await Promise.all([written(caller, 2), written(other, 1)]);
    const aging: Endpoint[] = routes.map((endpoint) => (endpoint.facts.id === "me" ? { ...endpoint, facts: { ...endpoint.facts, deprecated: { at: "2026-11-01", link: "/docs" } } } : endpoint));
    for (let i = 0; i < 3; i += 1) await tellDeprecatedUse(databases(env), aging, now());
    const events = (await w.events("control")).filter(({ type }) => type === "key.deprecated_use");
    expect(events.map(({ subject, data }) => [subject, data.operations])).toEqual([[caller.id, ["me"]]]);
    expect(await tellDeprecatedUse(databases(env), routes, now())).toBe(0);
  });
});

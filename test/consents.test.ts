import { describe, expect, it } from "vitest";
import { env } from "cloudflare:workers";
import * as fc from "fast-check";
import { effective, STATES, type Mark } from "../src/consents/effective";
import { tally, times, world, type Client, type Json, type World } from "./world";

const ana = { first_name: "Ana", emails: ["ana@acme.com"] };
const ago = (minutes: number): string => new Date(Date.now() - minutes * 60_000).toISOString();
const marketing = (state: string, more: object = {}) => ({ channel: "email", topic: "marketing", state, ...more });

async function contact(by: Client): Promise<{ path: string; id: string; consent: () => Promise<Json>; say: (state: string, more?: object) => Promise<{ status: number; body: Json }> }> {
  const { body } = await by.post("/v1/contacts", ana);
  const path = `/v1/contacts/${body.id}`;
  return {
    path, id: body.id,
    consent: async () => (await by.get(path)).body.consent,
    say: (state, more) => by.post(`${path}/consents`, marketing(state, more)),
  };
}
const rows = async (w: World): Promise<number> => (await env.DATA.prepare("SELECT count(*) AS n FROM consents WHERE space_id = ?").bind((await w.space()).id).first<number>("n")) ?? 0;

describe("record", () => {
  it("201: the entry, what holds, the contact's new version and one event, in one", async () => {
    const w = await world();
    const by = await w.key();
    const { path, id } = await contact(by);
    const at = ago(5);
    const { status, body } = await by.post(`${path}/consents`, marketing("subscribed", { legal_basis: "CONSENT_WITH_NOTICE", source: "form", proof: "https://acme.com/forms/17", at }));
    expect([status, body]).toEqual([201, {
      id: expect.stringMatching(/^cst_/), channel: "email", topic: "marketing", state: "subscribed", legal_basis: "consent_with_notice", source: "form", proof: "https://acme.com/forms/17",
      at, recorded_at: expect.any(String), actor: { type: "key", id: by.id, last4: by.secret?.slice(-4) }, effective: "subscribed",
    }]);
    expect((await by.get(path)).body).toMatchObject({ version: 2, consent: { email: { marketing: "subscribed" } } });
    expect((await w.events()).slice(1)).toMatchObject([{
      type: "contact.consent_changed", subject: id, version: 2, changes: { consent: { from: {}, to: { email: { marketing: "subscribed" } } } },
      data: { entries: [{ consent: body.id, channel: "email", topic: "marketing", state: "subscribed", legal_basis: "consent_with_notice", source: "form", at }] },
    }]);
    expect(JSON.stringify(await w.events())).not.toContain("forms/17");
    const found = await by.post("/v1/contacts/search", { filter: { any: [{ all: [{ field: "consent.email.marketing", op: "eq", value: "subscribed" }] }] } });
    expect(found.body.data).toMatchObject([{ id }]);
  });

  it("201 without a new version where nothing else holds: the entry stays, and an event tells of it", async () => {
    const w = await world();
    const by = await w.key();
    const { path, say, id } = await contact(by);
    await say("unsubscribed");
    const again = await say("subscribed", { at: ago(60) });
    expect(again).toMatchObject({ status: 201, body: { state: "subscribed", effective: "unsubscribed" } });
    expect((await by.get(path)).body).toMatchObject({ version: 2, consent: { email: { marketing: "unsubscribed" } } });
    expect((await w.events()).at(-1)).toMatchObject({ type: "consent.recorded", subject: id, version: 2, data: { entries: [{ consent: again.body.id }] } });
    expect((await by.get(`${path}/consents`)).body.data.map(({ state }: Json) => state)).toEqual(["unsubscribed", "subscribed"]);
  });

  it("the latest by its time holds, whatever the order of writing; of one time the most restrictive", async () => {
    const by = await (await world()).key();
    const { say, consent } = await contact(by);
    await say("subscribed", { at: ago(10) });
    await say("unsubscribed", { at: ago(20) });
    expect(await consent()).toEqual({ email: { marketing: "subscribed" } });
    const at = ago(1);
    await say("unsubscribed", { at });
    await say("subscribed", { at });
    expect(await consent()).toEqual({ email: { marketing: "unsubscribed" } });
  });

  it.each(["import", "merge"])("%s restricts and never raises, also when what it can't raise is told of later", async (source) => {
    const by = await (await world()).key();
    const { say, consent } = await contact(by);
    await say("subscribed", { source });
    expect(await consent()).toEqual({ email: { marketing: "subscribed" } });
    await say("unsubscribed", { at: ago(10) });
    expect(await consent()).toEqual({ email: { marketing: "unsubscribed" } });
    for (const state of ["subscribed", "pending", "never"]) expect((await say(state, { source })).body.effective).toBe("unsubscribed");
    expect((await say("subscribed")).body.effective).toBe("subscribed");
    expect((await say("unsubscribed", { source })).body.effective).toBe("unsubscribed");
  });

  it("an import that tells of another topic leaves the mark of an unsubscription on the address; the person takes it off", async () => {
    const w = await world();
    const by = await w.key();
    const { path, say } = await contact(by);
    const state = async (): Promise<string> => (await by.get(path)).body.emails[0].state;
    await by.post("/v1/engagement", { items: [{ type: "email.unsubscribed", topic: "news", email: "ana@acme.com", at: ago(5), dedupe_id: "1" }] });
    for (const source of ["import", "merge"]) await say("subscribed", { topic: `by_${source}`, source });
    expect(await state()).toBe("unsubscribed");
    await say("subscribed", { topic: "news" });
    expect(await state()).toBe("unknown");
  });

  it("a withdrawal counts on an archived contact too, and channels and topics stand apart", async () => {
    const by = await (await world()).key();
    const { path, say, consent } = await contact(by);
    await say("subscribed");
    await by.post(`${path}/consents`, { channel: "sms", topic: "constructor", state: "never" });
    await by.delete(path);
    expect((await say("unsubscribed")).body.effective).toBe("unsubscribed");
    expect(await consent()).toEqual({ email: { marketing: "unsubscribed" }, sms: { constructor: "never" } });
    expect((await by.post(`${path}/restore`)).body.consent).toEqual(await consent());
  });

  it("422 for a time to come, a name that is none, a basis that is none, a hundred and first topic; nothing is written", async () => {
    const w = await world();
    const by = await w.key();
    const { path, say } = await contact(by);
    expect(await say("subscribed", { at: new Date(Date.now() + 60_000).toISOString() })).toMatchObject({ status: 422, body: { errors: [{ pointer: "/at", code: "in_the_future" }] } });
    const wrong = await by.post(`${path}/consents`, { channel: "E-Mail", topic: "", state: "yes", legal_basis: "because" });
    expect(wrong.body.errors.map(({ pointer }: Json) => pointer)).toEqual(["/channel", "/topic", "/state", "/legal_basis"]);
    expect(await w.events()).toHaveLength(1);
    for (let i = 0; i < 100; i += 1) await by.post(`${path}/consents`, { channel: "email", topic: `t${i}`, state: "subscribed" });
    expect(await say("subscribed")).toMatchObject({ status: 422, body: { errors: [{ pointer: "/topic", code: "too_many" }] } });
  });

  it("422 for consent in a patch; dry_run answers the same and writes nothing", async () => {
    const w = await world();
    const by = await w.key();
    const { path, consent } = await contact(by);
    expect((await by.patch(path, { consent: { email: { marketing: "subscribed" } } })).body.errors).toMatchObject([{ pointer: "/consent", code: "read_only" }]);
    expect(await by.post(`${path}/consents?dry_run=true`, marketing("subscribed"))).toMatchObject({ status: 201, body: { effective: "subscribed" } });
    expect([await consent(), await rows(w), (await w.events()).length]).toEqual([{}, 0, 1]);
  });

  it("412 when the contact changed since", async () => {
    const by = await (await world()).key();
    const { path } = await contact(by);
    await by.patch(path, { first_name: "Eva" });
    expect(await by.post(`${path}/consents`, marketing("subscribed"), { headers: { "If-Match": '"1"' } })).toMatchObject({ status: 412, body: { current_version: 2 } });
  });
});

describe("who may", () => {
  it("403 without consents:write, 404 for another tenant's; consents:write alone reads nothing of the contact", async () => {
    const [w, other] = [await world(), await world()];
    const { path } = await contact(await w.key());
    const strict = await w.key({ scopes: ["consents:write"] });
    expect((await strict.post(`${path}/consents`, marketing("unsubscribed"))).status).toBe(201);
    expect(await strict.get(`${path}/consents`)).toMatchObject({ status: 403, body: { required: "contacts:read" } });
    expect(await (await w.key({ scopes: ["contacts:read", "contacts:write"] })).post(`${path}/consents`, marketing("subscribed"))).toMatchObject({ status: 403, body: { required: "consents:write" } });
    for (const stranger of [await other.key(), await w.key({ environment: "sandbox" }), await w.key({ locations: [w.locations[1]] })]) {
      expect((await stranger.get(`${path}/consents`)).status).toBe(404);
      expect((await stranger.post(`${path}/consents`, marketing("subscribed"))).status).toBe(404);
    }
  });
});

describe("the ledger", () => {
  it("is paged newest first by channel and topic, and goes with its contact", async () => {
    const w = await world();
    const by = await w.key();
    const { path, say } = await contact(by);
    for (let i = 0; i < 7; i += 1) await say(STATES[i % 4] ?? "never", { at: ago(i) });
    await by.post(`${path}/consents`, { channel: "sms", topic: "marketing", state: "pending" });
    const seen: string[] = [];
    for (let cursor = ""; ; ) {
      const { body } = await by.get(`${path}/consents?limit=3&channel=email${cursor}`);
      seen.push(...body.data.map(({ at }: Json) => at));
      if (body.page.next_cursor === null) break;
      cursor = `&cursor=${body.page.next_cursor}`;
    }
    expect(seen).toEqual(seen.toSorted().toReversed());
    expect(seen).toHaveLength(7);
    const { body } = await by.get(`${path}/consents?limit=1`);
    expect((await by.get(`${path}/consents?channel=email&cursor=${body.page.next_cursor}`)).body.code).toBe("cursor_mismatch");
    expect(await rows(w)).toBe(8);
    await by.delete(`${path}?permanent=true`);
    expect(await rows(w)).toBe(0);
  });

  it("20 at once: each is kept, and what holds is what the ledger says", async () => {
    const w = await world();
    const by = await w.key();
    const { path, consent } = await contact(by);
    const answers = await Promise.all(times(20, (i) => by.post(`${path}/consents`, marketing(STATES[i % 4] ?? "never", { at: ago(40 - i), source: i % 3 === 0 ? "import" : "form" }))));
    const kept: Json[] = (await by.get(`${path}/consents`)).body.data;
    expect(kept.length).toBe(tally(answers)[201]);
    expect((tally(answers)[201] ?? 0) + (tally(answers)[503] ?? 0)).toBe(20);
    const marks = kept.map(({ state, source, at }): Mark => ({ state, passive: source === "import", at: Date.parse(at) }));
    expect(await consent()).toEqual({ email: { marketing: effective(marks) } });
    expect((await w.events()).filter(({ type }) => type !== "contact.created")).toHaveLength(kept.length);
  });
});

describe("effective", () => {
  const mark = fc.record({ passive: fc.boolean(), state: fc.constantFrom(...STATES), at: fc.integer({ min: 0, max: 5 }) });

  it("is the same in whatever order it was written, and by the last mark of each kind alone", () => {
    fc.assert(fc.property(fc.array(mark, { maxLength: 12 }), (marks) => {
      const holds = effective(marks);
      expect(effective(marks.toReversed())).toBe(holds);
      const last = [...Map.groupBy(marks, ({ passive, state }) => `${passive}${state}`).values()].map((same) => same.toSorted((a, b) => b.at - a.at)[0]).filter((one) => one !== undefined);
      expect(effective(last)).toBe(holds);
    }));
  });

  it("is never less restrictive for something passive", () => {
    fc.assert(fc.property(fc.array(mark, { minLength: 1, maxLength: 12 }), fc.constantFrom(...STATES), (marks, state) => {
      const before = effective(marks) ?? "subscribed";
      const after = effective([...marks, { passive: true, state, at: 9 }]) ?? "subscribed";
      expect(STATES.indexOf(after)).toBeGreaterThanOrEqual(STATES.indexOf(before));
    }));
  });
});

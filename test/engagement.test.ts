import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { emptyDocument } from "../src/contacts/patch";
import { newId } from "../src/platform/id";
import { plantAll } from "./fixture";
import { counted, front, recorded } from "./front";
import { times, world, type Client, type Json, type World } from "./world";

const AT = "2026-01-02T03:04:05.000Z";
let made = 0;
const item = (type: string, more: object = {}) => ({ type: `email.${type}`, email: "ana@acme.com", at: AT, dedupe_id: `d${(made += 1)}`, ...more });
const send = (by: Client, ...items: object[]) => by.post("/v1/engagement", { items });
const statuses = ({ body }: { body: Json }): string[] => body.data.map(({ status }: Json) => status);
const ana = async (by: Client, more: object = {}): Promise<string> => `/v1/contacts/${(await by.post("/v1/contacts", { emails: ["Ana@Acme.com", "ana@home.example"], ...more })).body.id}`;
const kept = async (w: World): Promise<Json[]> => (await env.DATA.prepare("SELECT * FROM engagements WHERE space_id = ? ORDER BY id").bind((await w.space()).id).all()).results;

describe("record", () => {
  it("200 with one result per item, in order; one event per contact, without the address", async () => {
    const w = await world();
    const by = await w.key();
    const path = await ana(by);
    const id = path.split("/").at(-1);
    const twice = item("opened");
    const { status, body } = await send(by, item("delivered", { campaign: "Spring" }), twice, twice, item("opened", { email: "nobody@acme.com" }), item("read"), { hat: 1 }, item("bounced"), item("clicked", { bounce: "hard" }));
    expect([status, body.data.map((one: Json) => [one.status, one.contact, one.errors?.map(({ pointer, code }: Json) => [pointer, code])])]).toEqual([200, [
      ["recorded", id, undefined], ["recorded", id, undefined], ["duplicate", null, undefined], ["no_contact", null, undefined],
      ["invalid", null, [["/type", "invalid_value"]]], ["invalid", null, expect.arrayContaining([["/hat", "unknown_field"], ["/email", "required"]])],
      ["invalid", null, [["/bounce", "required"]]], ["invalid", null, [["/bounce", "not_a_bounce"]]],
    ]]);
    expect(await kept(w)).toHaveLength(2);
    expect((await by.get(path)).body.version).toBe(2);
    const events = (await w.events()).slice(2);
    expect(events).toMatchObject([{ type: "engagement.recorded", subject: id, version: 2, data: { items: [{ type: "email.delivered", campaign: "Spring", at: AT }, { type: "email.opened", campaign: null }] } }]);
    expect(JSON.stringify(events)).not.toContain("acme.com");
    expect(statuses(await send(by, twice))).toEqual(["duplicate"]);
    expect(await w.events()).toHaveLength(3);
  });

  it("a delivery marks an address of which nothing is known, once; it mends none; without contacts:write it is only recorded", async () => {
    const w = await world();
    const [by, watcher] = [await w.key(), await w.key({ scopes: ["activities:write", "contacts:read"] })];
    const path = await ana(by);
    const states = async (): Promise<Json> => (await by.get(path)).body.emails.map(({ state }: Json) => state);
    expect([statuses(await send(watcher, item("delivered"))), await states()]).toEqual([["recorded"], ["unknown", "unknown"]]);
    expect([statuses(await send(by, item("delivered"), item("delivered"))), await states()]).toEqual([["recorded", "recorded"], ["deliverable", "unknown"]]);
    await send(by, item("bounced", { bounce: "hard", email: "ana@home.example" }));
    await send(by, item("delivered", { email: "ana@home.example" }), item("delivered"));
    expect([await states(), (await by.get(path)).body.version]).toEqual([["deliverable", "bounced"], 3]);
    expect((await w.events()).map(({ type, changes }) => [type, changes?.emails?.to[0].state]).filter(([type]) => type === "contact.updated")).toEqual([["contact.updated", "deliverable"], ["contact.updated", "deliverable"]]);
  });

  it("a hard bounce marks its address, a soft one nothing", async () => {
    const w = await world();
    const by = await w.key();
    const path = await ana(by);
    await send(by, item("bounced", { bounce: "soft" }));
    expect((await by.get(path)).body.version).toBe(1);
    await send(by, item("bounced", { bounce: "hard" }), item("bounced", { bounce: "hard" }));
    expect((await by.get(path)).body).toMatchObject({ version: 2, consent: {}, emails: [{ state: "bounced" }, { state: "unknown" }] });
    expect((await w.events()).slice(2)).toMatchObject([{ type: "contact.updated", version: 2 }, { type: "engagement.recorded", version: 2 }]);
    expect((await by.post("/v1/contacts/search", { filter: { any: [{ all: [{ field: "emails.state", op: "has_any", value: ["bounced"] }] }] } })).body.data).toHaveLength(1);
  });

  it("a complaint withdraws all e-mail topics, an unsubscription its own; one version and one event for all of them, each in the ledger", async () => {
    const w = await world();
    const by = await w.key();
    const path = await ana(by);
    for (const topic of ["marketing", "news"]) await by.post(`${path}/consents`, { channel: "email", topic, state: "subscribed", at: "2026-01-01T00:00:00Z" });
    await by.post(`${path}/consents`, { channel: "sms", topic: "marketing", state: "subscribed" });
    await send(by, item("unsubscribed", { topic: "news" }));
    expect((await by.get(path)).body).toMatchObject({ version: 5, consent: { email: { marketing: "subscribed", news: "unsubscribed" } }, emails: [{ state: "unsubscribed" }, { state: "unknown" }] });
    await send(by, item("unsubscribed", { topic: "offers" }), item("complained", { campaign: "Spring" }), item("bounced", { bounce: "hard", email: "ana@home.example" }));
    expect((await by.get(path)).body).toMatchObject({
      version: 6, emails: [{ state: "complained" }, { state: "bounced" }],
      consent: { email: { marketing: "unsubscribed", news: "unsubscribed", offers: "unsubscribed" }, sms: { marketing: "subscribed" } },
    });
    expect((await w.events()).slice(-2)).toMatchObject([{ type: "contact.consent_changed", version: 6, data: { entries: [{ topic: "offers" }, { topic: "marketing" }, { topic: "news" }] } }, { type: "engagement.recorded", version: 6 }]);
    const ledger = (await by.get(`${path}/consents?topic=marketing&channel=email`)).body.data;
    expect(ledger).toMatchObject([{ state: "unsubscribed", source: "engagement", proof: "email.complained: Spring", at: AT }, { state: "subscribed" }]);
  });

  it("an unsubscription that is older than a subscription changes nothing; subscribing again takes the mark off", async () => {
    const by = await (await world()).key();
    const path = await ana(by);
    const subscribe = () => by.post(`${path}/consents`, { channel: "email", topic: "marketing", state: "subscribed" });
    await subscribe();
    expect(statuses(await send(by, item("unsubscribed")))).toEqual(["recorded"]);
    expect((await by.get(path)).body).toMatchObject({ version: 2, consent: { email: { marketing: "subscribed" } }, emails: [{ state: "unknown" }, {}] });
    await send(by, item("unsubscribed", { at: new Date().toISOString() }));
    expect((await by.get(path)).body).toMatchObject({ consent: { email: { marketing: "unsubscribed" } }, emails: [{ state: "unsubscribed" }, {}] });
    await new Promise((resolve) => setTimeout(resolve, 5));
    await subscribe();
    expect((await by.get(path)).body).toMatchObject({ consent: { email: { marketing: "subscribed" } }, emails: [{ state: "unknown" }, {}] });
  });

  it("an archived contact's withdrawal counts when it comes back; a live one of the same address goes before it", async () => {
    const by = await (await world()).key();
    const path = await ana(by);
    await by.delete(path);
    expect(statuses(await send(by, item("unsubscribed")))).toEqual(["recorded"]);
    expect((await by.post(`${path}/restore`)).body.consent).toEqual({ email: { marketing: "unsubscribed" } });
    await by.delete(path);
    const other = await ana(by);
    expect((await send(by, item("opened"))).body.data[0].contact).toBe(other.split("/").at(-1));
  });

  it("machine openings are marked: by the flag, or by Apple's user agent", async () => {
    const w = await world();
    const by = await w.key();
    await ana(by);
    await send(by, item("opened", { machine_open: true }), item("opened", { user_agent: "Mozilla/5.0" }), item("opened", { user_agent: "Mozilla/5.0 (Windows NT 10.0)" }), item("opened", { user_agent: "Mozilla/5.0", machine_open: false }), item("clicked", { user_agent: "Mozilla/5.0" }));
    expect((await kept(w)).map(({ machine }) => machine).toSorted()).toEqual([0, 0, 0, 1, 1]);
  });

  it("a time a little ahead counts as now, one far ahead is invalid; 422 for none and for 1,001; dry_run writes nothing", async () => {
    const w = await world();
    const by = await w.key();
    await ana(by);
    const ahead = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString();
    expect(statuses(await send(by, item("opened", { at: ahead(2) }), item("opened", { at: ahead(10) })))).toEqual(["recorded", "invalid"]);
    expect([(await send(by)).status, (await send(by, ...times(1_001, () => item("opened")))).status]).toEqual([422, 422]);
    const before = await w.events();
    expect(statuses(await by.post("/v1/engagement?dry_run=true", { items: [item("complained")] }))).toEqual(["recorded"]);
    expect([await w.events(), (await kept(w)).length]).toEqual([before, 1]);
  });
});

describe("who may", () => {
  it("403 without contacts:read; what would change a contact fails alone without its scope; another tenant's contact is none", async () => {
    const [w, other] = [await world(), await world()];
    const path = await ana(await w.key());
    expect(await send(await w.key({ scopes: ["activities:write"] }), item("opened"))).toMatchObject({ status: 403, body: { required: "contacts:read" } });
    const narrow = await w.key({ scopes: ["activities:write", "contacts:read"] });
    const { body } = await send(narrow, item("opened"), item("bounced", { bounce: "hard" }), item("complained"), item("bounced", { bounce: "soft" }));
    expect(body.data.map(({ status, errors }: Json) => [status, errors?.[0].code])).toEqual([["recorded", undefined], ["invalid", "insufficient_scope"], ["invalid", "insufficient_scope"], ["recorded", undefined]]);
    const unconsenting = await w.key({ scopes: ["activities:write", "contacts:read", "contacts:write"] });
    expect(statuses(await send(unconsenting, item("unsubscribed"), item("bounced", { bounce: "hard" })))).toEqual(["invalid", "recorded"]);
    expect((await (await w.key()).get(path)).body.consent).toEqual({});
    expect(statuses(await send(await other.key(), item("complained")))).toEqual(["no_contact"]);
  });
});

describe("races and size", () => {
  it("20 times the same items at once: each is recorded once, the contact changes once", async () => {
    const w = await world();
    const by = await w.key();
    const path = await ana(by);
    const items = [item("opened"), item("complained"), item("unsubscribed", { topic: "news" })];
    const answers = await Promise.all(times(20, () => send(by, ...items)));
    expect(answers.flatMap(statuses).filter((status) => status === "recorded")).toHaveLength(3);
    expect([(await kept(w)).length, (await by.get(path)).body.version]).toEqual([3, 2]);
  });

  it("changes of the contact meanwhile are not lost", async () => {
    const w = await world();
    const by = await w.key();
    const path = await ana(by);
    const [patches, sent] = await Promise.all([Promise.all(times(6, (i) => by.patch(path, { external_ids: { [`crm_${i}`]: "1" } }))), Promise.all(times(3, (i) => send(by, item("unsubscribed", { topic: `t${i}` }))))]);
    const { body } = await by.get(path);
    expect(Object.keys(body.external_ids)).toHaveLength(patches.filter(({ status }) => status === 200).length);
    expect(Object.keys(body.consent.email ?? {})).toHaveLength(sent.filter(({ status }) => status === 200).length);
  });

  it("1,000 items that change 1,000 contacts: as many round trips as 10, and statements that don't grow with them", async () => {
    const w = await world();
    const key = await w.key();
    const now = Date.now();
    await plantAll(await w.space(), times(1_010, (i) => ({
      id: newId("contact", now), created: now, updated: now, archived: false,
      doc: { ...emptyDocument({ type: "api" }), emails: [{ value: `p${i}@x.example`, label: null, primary: true, state: "unknown" as const }] },
    })));
    const cost = async (from: number, count: number) => {
      const [calls, statements] = [counted(), recorded()];
      const items = (offset: number) => times(count, (i) => item("complained", { email: `p${from + offset + i}@x.example` }));
      const half = Math.floor(count / 2);
      const through = [front(calls.bindings), front(statements.bindings)] as const;
      await key.through(through[0]).get("/v1/ping");
      calls.reset();
      expect(statuses(await send(key.through(through[0]), ...items(0).slice(0, half)))).toEqual(times(half, () => "recorded"));
      expect(statuses(await send(key.through(through[1]), ...items(half).slice(0, half)))).toEqual(times(half, () => "recorded"));
      await Promise.all(through.map((one) => one.settled()));
      return { d1: calls.calls.d1, statements: statements.ran.length };
    };
    const [few, many] = [await cost(0, 10), await cost(10, 1_000)];
    expect(many.d1).toBe(few.d1);
    expect(many.d1).toBeLessThanOrEqual(4);
    expect(many.statements).toBeLessThanOrEqual(few.statements + 5);
    const all = await key.post("/v1/engagement", { items: times(1_000, (i) => item("clicked", { email: `p${i}@x.example` })) });
    expect(all.body.data.filter(({ status }: Json) => status === "recorded")).toHaveLength(1_000);
  });
});

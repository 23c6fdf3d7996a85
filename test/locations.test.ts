import { describe, expect, it } from "vitest";
import { times, world, type Client } from "./world";

const phoneOf = async (by: Client): Promise<string> => (await by.post("/v1/contacts", { phones: ["030 901820"] })).body.phones?.[0]?.value;

describe("locations", () => {
  it("are made with two spaces of their own, which an agency key reaches at once", async () => {
    const w = await world();
    const by = await w.session("admin");
    const agency = await w.key({ kind: "agency" });
    const { status, body, headers } = await by.post("/v1/locations", { name: "Paris", default_country: "fr" });
    expect([status, body.default_country, body.version, headers.get("Location")]).toEqual([201, "FR", 1, `/v1/locations/${body.id}`]);
    const at = agency.with({ "ConnectKit-Location": body.id });
    expect((await at.post("/v1/contacts", { phones: ["01 42 68 53 00"] })).body.phones[0].value).toBe("+33142685300");
    expect((await (await w.key()).get("/v1/contacts")).body.data).toEqual([]);
    expect((await w.events("control")).find(({ type, subject }) => type === "location.created" && subject === body.id)?.changes).toEqual({
      name: { from: null, to: "Paris" }, default_country: { from: null, to: "FR" },
    });
  });

  it("another country is how keys and sessions read numbers at once, with all caches warm", async () => {
    const w = await world();
    const [by, key, agency] = [await w.session("owner"), await w.key(), await w.key({ kind: "agency" })];
    const path = `/v1/locations/${w.locations[0]}`;
    const callers = [key, agency, by].map((one) => one.with({ "ConnectKit-Location": w.locations[0] }));
    for (const one of callers) expect(await phoneOf(one)).toBeUndefined();
    expect((await by.patch(path, { default_country: "DE" }, { headers: { "If-Match": '"1"' } })).body).toMatchObject({ default_country: "DE", version: 2 });
    for (const one of callers) expect(await phoneOf(one)).toBe("+4930901820");
    expect((await by.patch(path, { default_country: "FR" }, { headers: { "If-Match": '"1"' } })).status).toBe(412);
  });

  it("of a location key are its own, of a narrowed key those; neither changes any, nor does a sandbox key", async () => {
    const w = await world();
    const [here, there] = w.locations;
    const ids = async (by: Client) => (await by.get("/v1/locations")).body.data.map(({ id }: { id: string }) => id);
    const [own, narrowed, sandbox] = [await w.key(), await w.key({ kind: "agency", locations: [there] }), await w.key({ kind: "agency", environment: "sandbox" })];
    expect([await ids(own), await ids(narrowed), await ids(sandbox)]).toEqual([[here], [there], [here, there].toSorted()]);
    expect([(await own.get(`/v1/locations/${there}`)).status, (await narrowed.get(`/v1/locations/${here}`)).status]).toEqual([404, 404]);
    for (const [by, code] of [[own, "narrowed_key"], [narrowed, "narrowed_key"], [sandbox, "sandbox_key"]] as const) {
      expect((await by.patch(`/v1/locations/${here}`, { name: "x" })).body.code).toBe(code);
      expect((await by.post("/v1/locations", { name: "x", default_country: "ES" })).body.code).toBe(code);
    }
  });

  it("422 for a country that is none, an id that is another; nothing for the same", async () => {
    const w = await world();
    const by = await w.key({ kind: "agency" });
    const path = `/v1/locations/${w.locations[0]}`;
    for (const default_country of ["XX", "Spain", "", "🇪🇸"]) {
      expect((await by.patch(path, { default_country })).body.errors).toMatchObject([{ pointer: "/default_country", code: "invalid_country" }]);
    }
    expect((await by.patch(path, { id: w.locations[1] })).body.errors).toMatchObject([{ pointer: "/id", code: "read_only" }]);
    const { body } = await by.get(path);
    expect((await by.patch(path, body)).body).toEqual(body);
    expect((await w.events("control")).filter(({ type }) => type === "location.updated")).toEqual([]);
  });

  it("come by pages", async () => {
    const w = await world();
    const by = await w.key({ kind: "agency" });
    await Promise.all(times(3, (i) => by.post("/v1/locations", { name: `${i}`, default_country: "ES" })));
    const first = (await by.get("/v1/locations?limit=3")).body;
    const second = (await by.get(`/v1/locations?limit=3&cursor=${first.page.next_cursor}`)).body;
    expect([first.data.length, second.data.length, second.page.next_cursor]).toEqual([3, 2, null]);
  });
});

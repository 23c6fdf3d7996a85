import { describe, expect, it } from "vitest";
import { tally, times, world } from "./world";

describe("somebody who signed in", () => {
  it("founds an organization and owns it: standard, the API off", async () => {
    const w = await world();
    const { by, user, email } = await w.person("Ana");
    const { status, body } = await by.post("/v1/organizations", { name: "Acme" });
    expect([status, body]).toMatchObject([201, { name: "Acme", plan: "standard", api_enabled: false }]);
    const [membership] = (await by.get("/v1/memberships")).body.data;
    expect(membership).toEqual({ organization: { id: body.id, name: "Acme" }, member: { id: expect.stringMatching(/^mem_/), role: "owner" } });
    expect((await by.get("/v1/organization")).body).toEqual(body);
    const session = (await by.get("/v1/session", { headers: { "ConnectKit-Environment": "sandbox" } })).body;
    expect(session).toMatchObject({ user: { id: user, email, name: "Ana" }, ...membership, environment: "sandbox", remaining: { burst: { quota: 250 }, inflight: { quota: 20 } } });
    expect((await by.get(`/v1/members/${membership.member.id}`)).body).toMatchObject({ email, user, role: "owner", status: "active", two_factor: false });
    expect((await by.patch("/v1/organization", { api_enabled: true })).body.code).toBe("api_not_in_plan");
    expect((await by.patch("/v1/organization", { plan: "enterprise" })).body.code).toBe("owner_only");
    expect((await by.patch("/v1/organization", { plan: "professional" })).status).toBe(200);
  });

  it("400 organization_required as a member of several, each of which can be named", async () => {
    const w = await world();
    const { by } = await w.person();
    for (const name of ["One", "Two"]) await by.post("/v1/organizations", { name });
    expect((await by.get("/v1/organization")).body.code).toBe("organization_required");
    const { data } = (await by.get("/v1/memberships")).body;
    const [one, two] = data.map(({ organization }: { organization: { id: string } }) => organization.id);
    for (const id of [one, two]) expect((await by.get("/v1/organization", { headers: { "ConnectKit-Organization": id } })).body.id).toBe(id);
    const { page } = (await by.get("/v1/memberships?limit=1")).body;
    expect((await by.get(`/v1/memberships?limit=1&cursor=${page.next_cursor}`)).body).toMatchObject({ data: [data[1]], page: { next_cursor: null } });
  });

  it("409 over ten that one person owns, however many come at once; a retry is the same one", async () => {
    const w = await world();
    const { by } = await w.person();
    const found = (key: string) => by.post("/v1/organizations", { name: "X" }, { headers: { "Idempotency-Key": key } });
    const [first, again] = [await found("a"), await found("a")];
    expect([again.body.id, again.headers.get("Idempotent-Replayed")]).toEqual([first.body.id, "true"]);
    const answers = await Promise.all(times(14, (i) => found(`b${i}`)));
    expect(tally(answers)).toEqual({ 201: 9, 409: 5 });
    expect(answers.find(({ status }) => status === 409)?.body).toMatchObject({ code: "too_many_organizations", limit: 10 });
    expect((await by.get("/v1/memberships")).body.data).toHaveLength(10);
  });
});

// Members: who may make, change and remove whom, and what holds at the next request.
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { routes } from "../src/routes";
import { run } from "../src/upkeep/upkeep";
import { altered, front, unreachable } from "./front";
import { isGapless, tally, times, world, type Client, type World } from "./world";

const owner = (w: World) => w.key({ kind: "agency", role: "owner" });
const invite = (by: Client, email: string, role = "member") => by.post("/v1/members", { email, name: "Eva", role });
const accept = (by: Client, token: string) => by.post(`/v1/invitations/${token}/accept`);
const remove = (by: Client, id: string, to?: string) => by.delete(`/v1/members/${id}${to === undefined ? "" : `?transfer_to=${to}`}`);
const last = async (w: World) => (await w.events("control")).at(-1);

/** Somebody who has joined by an invitation. */
async function joined(w: World, role: string) {
  const somebody = await w.person();
  const { body } = await invite(await owner(w), somebody.email, role);
  expect((await accept(somebody.by, body.invitation.token)).status).toBe(200);
  return { ...somebody, id: body.id, token: body.invitation.token };
}

/** The same client, whose first transaction waits until something else has happened. */
function interrupted(by: Client, happen: () => Promise<unknown>): Client {
  let pending: (() => Promise<unknown>) | null = happen;
  const DB = altered(env.DB, {
    batch: async <T>(statements: D1PreparedStatement[]) => {
      const first = pending;
      pending = null;
      await first?.();
      return env.DB.batch<T>(statements);
    },
  });
  return by.through(front({ ...env, DB }));
}

const rejoin = (w: World, id: string) => env.DB.prepare("UPDATE members SET removed_at = NULL WHERE org_id = ? AND id = ?").bind(w.org, id).run();

describe("inviting", () => {
  it("201 with a link that works once, for the invited address alone; the log holds no token", async () => {
    const w = await world();
    const [by, eva, other] = [await w.session("admin"), await w.person(), await w.person()];
    const { status, body, headers } = await invite(by, eva.email.toUpperCase());
    expect(body).toMatchObject({ email: eva.email, role: "member", status: "invited", user: null, keys: 0, version: 1 });
    expect([status, headers.get("Location"), body.invitation.url]).toEqual([201, `/v1/members/${body.id}`, `https://connectkit.test/invitation#${body.invitation.token}`]);
    expect(Date.parse(body.invitation.expires_at) - Date.now()).toBeGreaterThan(6.9 * 86_400_000);
    const { token } = body.invitation;
    expect(await accept(other.by, token)).toMatchObject({ status: 403, body: { code: "wrong_person" } });
    expect((await accept(w.anonymous, token)).body.code).toBe("not_signed_in");
    expect((await accept(eva.by, token)).body).toEqual({ organization: { id: w.org, name: "World" }, member: { id: body.id, role: "member" } });
    expect((await last(w))?.actor).toBe(JSON.stringify({ type: "member", id: body.id }));
    expect((await last(w))?.changes).toEqual({ status: { from: "invited", to: "active" }, user: { from: null, to: eva.user } });
    for (const who of [eva, other]) expect(await accept(who.by, token)).toMatchObject({ status: 410, body: { code: "invitation_used" } });
    expect((await by.get(`/v1/members/${body.id}`)).body).toMatchObject({ status: "active", user: eva.user, version: 2 });
    expect((await eva.by.get("/v1/session")).body).toMatchObject({ user: { id: eva.user }, member: { id: body.id, role: "member" } });
    const log = JSON.stringify(await w.events("control"));
    const { results } = await env.DB.prepare("SELECT invite_digest FROM members WHERE id = ?").bind(body.id).all();
    expect([log.includes(token), log.includes(String(results[0]?.["invite_digest"])), JSON.stringify(results).includes(token)]).toEqual([false, false, false]);
    expect((await w.events("control")).slice(-2).map(({ type }) => type)).toEqual(["member.invited", "member.joined"]);
  });

  it("404 for a token that is none or another's, 410 for an expired one", async () => {
    const w = await world();
    const eva = await w.person();
    const { body } = await invite(await owner(w), eva.email);
    const { token } = body.invitation;
    for (const wrong of ["x", token.slice(0, -1), token.replace("cki_", "ckc_"), "cki_00000000000000000000000000000000000000000000000000"]) expect((await accept(eva.by, wrong)).status).toBe(404);
    await env.DB.prepare("UPDATE members SET invite_expires_at = ? WHERE id = ?").bind(Date.now() - 1, body.id).run();
    expect(await accept(eva.by, token)).toMatchObject({ status: 410, body: { code: "invitation_expired" } });
  });

  it("anew: a newer link voids the older, the same row; 409 who has joined", async () => {
    const w = await world();
    const [by, eva] = [await owner(w), await w.person()];
    const first = (await invite(by, eva.email)).body;
    const second = (await invite(by, eva.email, "viewer")).body;
    const third = await by.post(`/v1/members/${first.id}/invite`);
    expect([second.id, second.role, third.status, third.body.id, third.body.version]).toEqual([first.id, "viewer", 200, first.id, 3]);
    for (const { token } of [first.invitation, second.invitation]) expect((await accept(eva.by, token)).status).toBe(404);
    expect((await accept(eva.by, third.body.invitation.token)).body.member.role).toBe("viewer");
    expect(await invite(by, eva.email)).toMatchObject({ status: 409, body: { code: "member_exists", existing_id: first.id } });
    expect((await by.post(`/v1/members/${first.id}/invite`)).body.code).toBe("member_exists");
  });

  it("a replay withholds the link; of 10 who accept at once one joins", async () => {
    const w = await world();
    const [by, eva] = [await owner(w), await w.person()];
    const send = () => by.post("/v1/members", { email: eva.email, name: "Eva", role: "member" }, { headers: { "Idempotency-Key": "eva" } });
    const { body } = await send();
    expect((await send()).body).toMatchObject({ id: body.id, invitation: null, secret_withheld: true });
    const answers = await Promise.all(times(10, () => accept(eva.by, body.invitation.token)));
    expect(tally(answers)).toEqual({ 200: 1, 410: 9 });
    expect((await w.events("control")).filter(({ type }) => type === "member.joined")).toHaveLength(1);
    expect(isGapless(await w.events("control"))).toBe(true);
  });

  it("403 with a sandbox key, a key of some locations, without org:write, and above one's own role", async () => {
    const w = await world();
    const refused = async (by: Client, code: string, role = "viewer") => expect((await invite(by, "eva@acme.example", role)).body.code).toBe(code);
    await refused(await w.key({ kind: "agency", environment: "sandbox" }), "sandbox_key");
    await refused(await w.key(), "narrowed_key");
    await refused(await w.key({ kind: "agency", locations: [w.locations[0]] }), "narrowed_key");
    await refused(await w.session("member"), "insufficient_scope");
    await refused(await w.session("admin"), "role_above_own", "owner");
    await refused(await w.key({ kind: "agency" }), "role_above_own", "owner");
    const { body } = await invite(await owner(w), "eva@acme.example", "owner");
    // Whoever gets the link can become an owner.
    expect((await (await w.session("admin")).post(`/v1/members/${body.id}/invite`)).body.code).toBe("role_above_own");
    await refused(await w.session("admin"), "role_above_own");
  });

  it.each([[{ email: "no address", name: "E", role: "viewer" }, "/email"], [{ email: "e@x.example", name: " ", role: "viewer" }, "/name"], [{ email: "e@x.example", name: "E", role: "root" }, "/role"]])("422 %j", async (body, pointer) => {
    expect((await (await owner(await world())).post("/v1/members", body)).body.errors).toMatchObject([{ pointer }]);
  });
});

describe("another role", () => {
  it("is what the keys and the session may at once, both ways", async () => {
    const w = await world();
    const [by, key, session] = [await w.session("owner"), await w.key({ role: "member" }), (await w.session("member")).with({ "ConnectKit-Location": w.locations[0] })];
    const may = async () => [(await key.post("/v1/contacts", { first_name: "A" })).status, (await session.post("/v1/contacts", { first_name: "A" })).status];
    expect(await may()).toEqual([201, 201]);
    const { status, body } = await by.patch(`/v1/members/${w.members.member}`, { role: "viewer" });
    expect([status, body.role, body.keys]).toEqual([200, "viewer", 1]);
    expect(await may()).toEqual([403, 403]);
    await by.patch(`/v1/members/${w.members.member}`, { role: "admin", name: "Ada" });
    expect(await may()).toEqual([201, 201]);
    expect(await last(w)).toMatchObject({ type: "member.updated", subject: w.members.member, changes: { role: { from: "viewer", to: "admin" }, name: { from: "member", to: "Ada" } } });
  });

  it("503 while a gate does not know, then its replay", async () => {
    const w = await world();
    const [by, key] = [await owner(w), await w.key({ role: "member" })];
    await key.get("/v1/ping");
    const cutOff = by.through(front(unreachable(new Set([key.id]))));
    const demote = (who: Client) => who.patch(`/v1/members/${w.members.member}`, { role: "viewer" }, { headers: { "Idempotency-Key": "d", "If-Match": '"1"' } });
    expect((await demote(cutOff)).body).toMatchObject({ code: "not_yet_effective", waiting: 1 });
    await run("* * * * *", Date.now(), env, routes);
    expect((await demote(by)).headers.get("Idempotent-Replayed")).toBe("true");
    expect((await key.post("/v1/contacts", { first_name: "A" })).status).toBe(403);
  });

  it("403 above one's own: an admin neither makes nor touches an owner", async () => {
    const w = await world();
    for (const by of [await w.session("admin"), await w.key({ kind: "agency" })]) {
      expect((await by.patch(`/v1/members/${w.members.viewer}`, { role: "owner" })).body).toMatchObject({ code: "role_above_own", role: "owner" });
      expect((await by.patch(`/v1/members/${w.members.owner}`, { role: "viewer" })).body.code).toBe("role_above_own");
      expect((await remove(by, w.members.owner)).body.code).toBe("role_above_own");
      const { body } = await by.get(`/v1/members/${w.members.owner}`);
      expect((await by.patch(`/v1/members/${w.members.owner}`, body)).status).toBe(200);
    }
    expect((await (await w.session("owner")).patch(`/v1/members/${w.members.viewer}`, { role: "owner" })).status).toBe(200);
  });

  it("412 for another version, 422 for an address, nothing for the same", async () => {
    const w = await world();
    const by = await owner(w);
    const path = `/v1/members/${w.members.viewer}`;
    const before = (await w.events("control")).length;
    expect((await by.patch(path, { role: "member" }, { headers: { "If-Match": '"2"' } })).status).toBe(412);
    expect((await by.patch(path, { email: "other@acme.example" })).body.errors).toMatchObject([{ pointer: "/email", code: "read_only" }]);
    const read = await by.get(path);
    expect((await by.get(path, { headers: { "If-None-Match": read.headers.get("ETag") ?? "" } })).status).toBe(304);
    expect((await by.patch(path, read.body, { headers: { "If-Match": read.headers.get("ETag") ?? "" } })).status).toBe(200);
    await w.key({ role: "viewer" });
    expect((await by.get(path, { headers: { "If-None-Match": read.headers.get("ETag") ?? "" } })).body).toMatchObject({ keys: 1, version: 1 });
    expect((await w.events("control")).length).toBe(before + 1);
  });
});

describe("the last owner", () => {
  it("409 to demote, to remove or to leave; an invited owner does not count", async () => {
    const w = await world();
    const by = await w.session("owner");
    const id = w.members.owner;
    await invite(by, "eva@acme.example", "owner");
    expect(await by.patch(`/v1/members/${id}`, { role: "admin" })).toMatchObject({ status: 409, body: { code: "last_owner" } });
    expect((await remove(by, id)).body.code).toBe("last_owner");
    const second = await joined(w, "owner");
    expect((await remove(second.by, id, second.id)).status).toBe(200);
    expect((await remove(second.by, second.id)).body.code).toBe("member_has_keys");
  });

  it("stays when two owners demote or remove each other at once", async () => {
    for (const act of [(by: Client, id: string) => by.patch(`/v1/members/${id}`, { role: "viewer" }), (by: Client, id: string) => remove(by, id)]) {
      const w = await world();
      const [one, other] = [await w.session("owner"), await joined(w, "owner")];
      for (const key of (await one.get(`/v1/keys?owner=${w.members.owner}`)).body.data) await one.delete(`/v1/keys/${key.id}`);
      const answers = await Promise.all([act(one, other.id), act(other.by, w.members.owner)]);
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
      const { results } = await env.DB.prepare("SELECT id FROM members WHERE org_id = ? AND role = 'owner' AND removed_at IS NULL").bind(w.org).all();
      expect(results).toHaveLength(1);
    }
  });
});

describe("who goes", () => {
  it("is refused at the next request, is found no more, and can be invited anew as the same row", async () => {
    const w = await world();
    const [by, eva] = [await w.session("admin"), await joined(w, "member")];
    expect((await eva.by.get("/v1/organization")).status).toBe(200);
    expect((await remove(by, eva.id)).body).toMatchObject({ id: eva.id, transferred_to: null, transferred_keys: 0 });
    expect((await eva.by.get("/v1/organization")).body.code).toBe("no_membership");
    expect((await eva.by.with({ "ConnectKit-Organization": w.org }).get("/v1/organization")).status).toBe(404);
    expect((await eva.by.get("/v1/memberships")).body.data).toEqual([]);
    for (const answer of [await by.get(`/v1/members/${eva.id}`), await remove(by, eva.id), await by.post(`/v1/members/${eva.id}/invite`), await accept(eva.by, eva.token)]) expect(answer.status).toBe(404);
    expect((await by.get("/v1/members")).body.data.map(({ id }: { id: string }) => id)).not.toContain(eva.id);
    expect(await last(w)).toMatchObject({ type: "member.removed", subject: eva.id, changes: { status: { from: "active", to: "removed" } } });
    expect((await by.post("/v1/keys", { name: "x", kind: "agency", scopes: ["contacts:read"], owner: eva.id })).status).toBe(422);
    const again = (await invite(by, eva.email, "viewer")).body;
    expect([again.id, again.status]).toEqual([eva.id, "invited"]);
    expect((await accept(eva.by, again.invitation.token)).body.member).toEqual({ id: eva.id, role: "viewer" });
  });

  it("409 with keys, listing them; with an heir they move at once, each with its event", async () => {
    const w = await world();
    const by = await w.session("admin");
    const eva = await joined(w, "member");
    const keys = await Promise.all(times(3, () => w.key({ role: "member", scopes: ["contacts:*"] })));
    await by.patch(`/v1/members/${w.members.member}`, { name: "x" });
    const refused = await remove(by, w.members.member);
    expect([refused.status, refused.body.code, refused.body.count, refused.body.keys.map(({ id }: { id: string }) => id)]).toEqual([409, "member_has_keys", 3, keys.map(({ id }) => id).toSorted()]);
    expect(refused.text).not.toMatch(/secret|digest/);
    await by.patch(`/v1/members/${eva.id}`, { role: "viewer" });
    for (const key of keys) expect((await key.post("/v1/contacts", { first_name: "A" })).status).toBe(201);
    const dry = await by.delete(`/v1/members/${w.members.member}?transfer_to=${eva.id}&dry_run=true`);
    expect([dry.body.transferred_keys, (await by.get(`/v1/members/${w.members.member}`)).status]).toEqual([3, 200]);
    expect((await remove(by, w.members.member, eva.id)).body).toMatchObject({ transferred_to: eva.id, transferred_keys: 3 });
    for (const key of keys) {
      expect((await key.post("/v1/contacts", { first_name: "A" })).body.code).toBe("insufficient_scope");
      expect((await by.get(`/v1/keys/${key.id}`)).body.owner).toEqual({ id: eva.id, role: "viewer" });
    }
    const log = await w.events("control");
    expect(log.slice(-3).map(({ type, changes }) => [type, changes])).toEqual(times(3, () => ["key.updated", { owner: { from: w.members.member, to: eva.id } }]));
    expect(isGapless(log)).toBe(true);
    for (const { subject, version } of log.slice(-3)) expect((await by.get(`/v1/keys/${subject}`)).body.version).toBe(version);
  });

  it("400 for an heir who is nobody, oneself or has not joined; 403 for one above the caller", async () => {
    const w = await world();
    const by = await w.session("admin");
    await w.session("owner");
    await w.key({ role: "member" });
    const invited = (await invite(by, "eva@acme.example")).body.id;
    for (const to of [invited, w.members.member, (await world()).members.admin]) {
      expect((await remove(by, w.members.member, to)).body).toMatchObject({ status: 400, code: "invalid_parameter", errors: [{ parameter: "transfer_to", code: "unknown_member" }] });
    }
    expect((await remove(by, w.members.member, w.members.owner)).body.code).toBe("role_above_own");
    expect((await remove(by, w.members.member, w.members.admin)).status).toBe(200);
  });

  it("may go by themselves whatever their role, nobody else without org:write", async () => {
    const w = await world();
    const [viewer, key] = [await w.session("viewer"), await w.key({ kind: "agency", role: "viewer" })];
    expect((await remove(viewer, w.members.member)).body.code).toBe("insufficient_scope");
    expect((await remove(key, w.members.viewer)).body.code).toBe("insufficient_scope");
    const owning = await owner(w);
    await owning.delete(`/v1/keys/${key.id}`);
    expect((await remove(viewer, w.members.viewer)).status).toBe(200);
    expect((await viewer.get("/v1/organization")).status).toBe(404);
  });

  it("leaves no key behind that was made, or given to them, in the same moment", async () => {
    const w = await world();
    const [by, ada, other] = [await owner(w), w.members.admin, await w.key({ kind: "agency", role: "viewer", scopes: ["contacts:read"] })];
    await w.session("owner");
    const make = (who: Client) => who.post("/v1/keys", { name: "x", kind: "agency", scopes: ["contacts:read"], owner: ada });
    const give = (who: Client) => who.patch(`/v1/keys/${other.id}`, { owner: ada });
    for (const gain of [make, give]) {
      const refused = await remove(interrupted(by, () => gain(by)), ada);
      expect(refused.body).toMatchObject({ code: "member_has_keys", count: 1 });
      expect((await remove(by, ada, w.members.owner)).body.transferred_keys).toBe(1);
      await rejoin(w, ada);
      expect(await gain(interrupted(by, () => remove(by, ada)))).toMatchObject({ status: 422, body: { errors: [{ pointer: "/owner", code: "unknown_member" }] } });
      await rejoin(w, ada);
    }
    const heir = await joined(w, "member");
    await make(by);
    expect((await remove(interrupted(by, () => remove(by, heir.id)), ada, heir.id)).body.code).toBe("invalid_parameter");
    expect(isGapless(await w.events("control"))).toBe(true);
  });

  it("500 keys move in one moment; with 501 nobody goes", async () => {
    const w = await world();
    const by = await w.session("owner");
    const sample = await w.key({ role: "member" });
    const more = (count: number) =>
      env.DB.prepare(
        `INSERT INTO keys (id, org_id, name, kind, environment, location_id, scopes, status, owner_id, last4, created_at, created_by, updated_at)
          SELECT 'key_' || org_id || one.value, org_id, name, kind, environment, location_id, scopes, status, owner_id, last4, created_at, created_by, updated_at
          FROM keys, json_each(?2) one WHERE keys.id = ?1`,
      ).bind(sample.id, JSON.stringify(times(count, (i) => i + 1))).run();
    await more(500);
    expect((await remove(by, w.members.member, w.members.owner)).body).toMatchObject({ code: "member_has_keys", count: 501 });
    await env.DB.prepare("DELETE FROM keys WHERE id = 'key_' || org_id || 500 AND org_id = ?").bind(w.org).run();
    expect((await remove(by, w.members.member, w.members.owner)).body).toMatchObject({ transferred_keys: 500 });
    expect(isGapless(await w.events("control"))).toBe(true);
    const { results } = await env.DB.prepare("SELECT * FROM gate_pushes WHERE org_id = ?").bind(w.org).all();
    expect(results).toEqual([]);
  });
});

describe("the list", () => {
  it("is by pages, by role and by status; another tenant's members are not in it", async () => {
    const w = await world();
    const [by, eva] = [await owner(w), await joined(w, "member")];
    const ids = async (query: string) => (await by.get(`/v1/members?${query}`)).body.data.map(({ id }: { id: string }) => id);
    const all = [...Object.values(w.members), eva.id];
    expect((await ids("")).toSorted()).toEqual(all.toSorted());
    expect(await ids("status=active")).toEqual([eva.id]);
    expect((await ids("role=member")).toSorted()).toEqual([w.members.member, eva.id].toSorted());
    const { page } = (await by.get("/v1/members?limit=3")).body;
    expect(await ids(`limit=3&cursor=${page.next_cursor}`)).toHaveLength(2);
    expect((await by.get(`/v1/members?limit=3&role=owner&cursor=${page.next_cursor}`)).body.code).toBe("cursor_mismatch");
  });
});

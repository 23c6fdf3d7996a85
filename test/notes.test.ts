import { describe, expect, it } from "vitest";
import { tally, times, world, type Client, type Json } from "./world";

const noted = async (by: Client, body = "Called."): Promise<{ contact: string; note: string; made: Json }> => {
  const contact = `/v1/contacts/${(await by.post("/v1/contacts", { first_name: "Ana" })).body.id}`;
  const { body: made } = await by.post(`${contact}/notes`, { body });
  return { contact, note: `/v1/notes/${made.id}`, made };
};

describe("notes", () => {
  it("201, 200, 200, 204: written, read, changed, deleted; the contact keeps its version, and no event holds a text", async () => {
    const w = await world();
    const by = await w.key();
    const { contact, note, made } = await noted(by, "Wants an offer.");
    const id = contact.split("/").at(-1);
    expect(made).toMatchObject({ contact: id, version: 1, body: "Wants an offer.", author: { type: "key", id: by.id } });
    expect((await by.get(note)).body).toEqual(made);
    const changed = await by.patch(note, { ...made, body: "Wants two offers." });
    expect([changed.status, changed.headers.get("ETag"), changed.body]).toEqual([200, '"2"', { ...made, version: 2, body: "Wants two offers.", updated_at: expect.any(String) }]);
    expect((await by.patch(note, { body: "Wants two offers." })).body.version).toBe(2);
    expect((await by.delete(note)).status).toBe(204);
    expect((await by.get(note)).status).toBe(404);
    expect((await by.get(contact)).body.version).toBe(1);
    const events = (await w.events()).slice(1);
    expect(events.map(({ type, subject, version, data }) => [type, subject, version, data])).toEqual([
      ["note.created", made.id, 1, { contact: id }], ["note.updated", made.id, 2, { contact: id }], ["note.deleted", made.id, 3, { contact: id }],
    ]);
    expect(JSON.stringify(events)).not.toContain("offer");
  });

  it("are listed newest first, page by page, of this contact only", async () => {
    const by = await (await world()).key();
    const { contact } = await noted(by, "0");
    await noted(by, "another's");
    for (let i = 1; i < 7; i += 1) await by.post(`${contact}/notes`, { body: `${i}` });
    const seen: string[] = [];
    for (let cursor = ""; ; ) {
      const { body } = await by.get(`${contact}/notes?limit=3${cursor}`);
      seen.push(...body.data.map((one: Json) => one.body));
      if (body.page.next_cursor === null) break;
      cursor = `&cursor=${body.page.next_cursor}`;
    }
    expect(seen.toSorted()).toEqual(times(7, String));
    expect(seen.at(-1)).toBe("0");
  });

  it("422 for an empty text, one too long, an author; 412 when it changed since; 410 and 404 where there is no contact", async () => {
    const by = await (await world()).key();
    const { contact, note } = await noted(by);
    for (const body of ["", "  ", "x".repeat(10_001)]) expect((await by.post(`${contact}/notes`, { body })).body.errors).toMatchObject([{ pointer: "/body" }]);
    expect((await by.post(`${contact}/notes`, { body: "x".repeat(10_000) })).status).toBe(201);
    expect((await by.patch(note, { author: { type: "key", id: "key_x" } })).body.errors).toMatchObject([{ pointer: "/author", code: "read_only" }]);
    await by.patch(note, { body: "Other." });
    expect(await by.patch(note, { body: "Late." }, { headers: { "If-Match": '"1"' } })).toMatchObject({ status: 412, body: { current_version: 2 } });
    expect((await by.delete(note, { headers: { "If-Match": '"1"' } })).status).toBe(412);
    await by.delete(`${contact}?permanent=true`);
    expect([(await by.post(`${contact}/notes`, { body: "x" })).status, (await by.get(note)).status, (await by.get(`${contact}/notes`)).status]).toEqual([404, 404, 404]);
  });

  it("404 for another tenant's, location's, environment's; 403 without the scope", async () => {
    const [w, other] = [await world(), await world()];
    const by = await w.key();
    const { contact, note } = await noted(by);
    for (const stranger of [await other.key(), await w.key({ locations: [w.locations[1]] }), await w.key({ environment: "sandbox" })]) {
      const answers = [await stranger.get(note), await stranger.patch(note, { body: "x" }), await stranger.delete(note), await stranger.get(`${contact}/notes`), await stranger.post(`${contact}/notes`, { body: "x" })];
      expect(tally(answers)).toEqual({ 404: 5 });
    }
    const reader = await w.key({ scopes: ["activities:read", "contacts:write"] });
    expect([(await reader.get(note)).status, (await reader.delete(note)).status, (await (await w.key({ scopes: ["contacts:read"] })).get(`${contact}/notes`)).status]).toEqual([200, 403, 403]);
    expect((await by.get(note)).body.version).toBe(1);
  });

  it("20 changes at once: one version and one event each, none lost", async () => {
    const w = await world();
    const by = await w.key();
    const { note } = await noted(by);
    const answers = await Promise.all(times(20, (i) => by.patch(note, { body: `Text ${i}` })));
    const applied = tally(answers)[200] ?? 0;
    expect(applied + (tally(answers)[503] ?? 0)).toBe(20);
    expect((await by.get(note)).body.version).toBe(1 + applied);
    expect((await w.events()).filter(({ type }) => type === "note.updated").map(({ version }) => version)).toEqual(times(applied, (i) => i + 2));
  });
});

// Exports: contacts out as files, each a picture of one moment.
import { describe, expect, it } from "vitest";
import { ORIGIN, world, type Client, type Json } from "./world";

async function done(by: Client, id: string): Promise<Json> {
  for (let i = 0; i < 400; i += 1) {
    const { body } = await by.get(`/v1/exports/${id}`);
    if (body.state !== "queued" && body.state !== "running") return body;
    await scheduler.wait(20);
  }
  throw new Error("not in time");
}

const PEOPLE = [
  { first_name: "Ana", last_name: "Núñez", emails: ["ana@acme.com"], phones: ["600 111 222"], tags: ["vip"] },
  { first_name: "=1+1", company: 'Quote "Co", Ltd.', emails: ["ben@acme.com"] },
  { first_name: "Eva" },
];

describe("an export", () => {
  it("202, then a file by key and by link, with its sum, its rows and the moment that it shows", async () => {
    const w = await world();
    const by = await w.key();
    for (const person of PEOPLE) await by.post("/v1/contacts", person);
    const { status, body } = await by.post("/v1/exports", { preset: "google" });
    expect([status, body.state]).toEqual([202, "queued"]);
    const end = await done(by, body.id);
    expect(end).toMatchObject({ state: "completed", progress: 1, result: { rows: 3 } });
    const file = await by.get(`/v1/exports/${body.id}/file`);
    expect(file.headers.get("Content-Type")).toBe("text/csv; charset=utf-8");
    const digest = [...new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(file.text)))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    expect([end.result.sha256, end.result.bytes]).toEqual([digest, new TextEncoder().encode(file.text).length]);
    expect(file.text).toContain("'=1+1");
    expect((await w.anonymous.get(end.result.url.slice(ORIGIN.length))).text).toBe(file.text);
    expect((await w.anonymous.get(`${end.result.url.slice(ORIGIN.length)}x`)).body.code).toBe("export_gone");
    expect((await (await (await world()).key()).get(`/v1/exports/${body.id}`)).status).toBe(404);
  });

  it("has the formats of address books and programs, and only who may be mailed for tools that send mail", async () => {
    const by = await (await world()).key();
    for (const person of PEOPLE) await by.post("/v1/contacts", person);
    const textOf = async (input: object): Promise<string> => (await by.get(`/v1/exports/${(await done(by, (await by.post("/v1/exports", input)).body.id)).id}/file`)).text;
    expect((await textOf({ format: "ndjson" })).trim().split("\n").map((line) => JSON.parse(line).first_name)).toEqual(["Ana", "=1+1", "Eva"]);
    expect(JSON.parse(await textOf({ format: "json", fields: ["id", "tags"] })).map(({ tags }: Json) => tags)).toEqual([["vip"], [], []]);
    expect((await textOf({ format: "vcard4" })).match(/BEGIN:VCARD/g)).toHaveLength(3);
    const mailchimp = (await textOf({ preset: "mailchimp", filter: { any: [{ all: [{ field: "first_name", op: "exists" }] }] } })).trim().split("\r\n");
    expect(mailchimp[0]).toBe("Email Address,First Name,Last Name,Address,Phone Number,Birthday,Tags");
    expect(mailchimp).toHaveLength(3);
    expect((await by.get("/v1/contacts.csv?preset=mailchimp&tag=vip")).text.trim().split("\r\n")).toEqual([mailchimp[0], mailchimp[1]]);
  });
});

import { describe, expect, it } from "vitest";
import { times, world } from "./world";

const fat = (char: string) => ({
  first_name: char.repeat(255), last_name: char.repeat(255), company: char.repeat(255), job_title: char.repeat(255),
  emails: times(50, (i) => ({ value: `a${i}@x.example`, label: char.repeat(50) })),
  phones: times(50, (i) => ({ value: `+346001112${String(i).padStart(2, "0")}`, raw: char.repeat(64), label: char.repeat(50) })),
  addresses: times(20, () => Object.fromEntries(["line1", "line2", "city", "region", "postal_code"].map((part) => [part, char.repeat(255)]))),
  external_ids: Object.fromEntries(times(50, (i) => [`crm_${i}`, char.repeat(255)])),
  urls: times(50, (i) => ({ value: `https://x.example/${i}/${"u".repeat(1_900)}`, label: char.repeat(50) })),
  tags: times(200, (i) => char.repeat(90) + i),
});

describe("the largest contact that can be sent is stored and changed", () => {
  it.each(["\u0001", '"', "中", "\ufdfa"])("201 and 200 with every field full of %j", async (char) => {
    const w = await world();
    const key = await w.key();
    const made = await key.post("/v1/contacts", fat(char));
    expect([made.status, made.body.errors]).toEqual([201, undefined]);
    const { first_name, addresses, external_ids, urls, tags } = fat(char === "\u0001" ? "\u0002" : "\u0001");
    const changed = await key.patch(`/v1/contacts/${made.body.id}`, { first_name, addresses, external_ids, urls: urls.map(({ label }, i) => ({ value: `https://y.example/${i}/${"v".repeat(1_900)}`, label })), tags });
    expect([changed.status, changed.body.errors]).toEqual([200, undefined]);
    expect((await w.events()).filter(({ type }) => type.startsWith("contact."))).toHaveLength(2);
  });

  it("422 for a URL that grows too long when it is percent-encoded", async () => {
    const w = await world();
    const answer = await (await w.key()).post("/v1/contacts", { first_name: "x", urls: ["https://x.example/a", `https://x.example/${"中".repeat(1_900)}`] });
    expect(answer).toMatchObject({ status: 422, body: { errors: [{ pointer: "/urls/1", code: "invalid_url" }] } });
    expect(await w.events()).toEqual([]);
  });
});

import { describe, expect, it } from "vitest";
import { times, world, type Client } from "./world";

async function walk(key: Client, path: string): Promise<string[]> {
  const ids: string[] = [];
  for (let cursor: string | null = ""; cursor !== null; ) {
    const { body }: Awaited<ReturnType<Client["get"]>> = await key.get(`${path}${cursor && `&cursor=${cursor}`}`);
    ids.push(...body.data.map(({ id }: { id: string }) => id));
    cursor = body.page.next_cursor;
  }
  return ids;
}

describe("a repeated filter", () => {
  it("lists a contact once that holds several of its values, in any order, on any page", async () => {
    const key = await (await world()).key();
    const made = await Promise.all(times(5, (i) => key.post("/v1/contacts", { emails: [`a${i}@x.example`, `b${i}@x.example`], phones: ["+34600111222", "+34600111223"] })));
    const all = made.map(({ body }) => body.id).toSorted();
    const emails = times(5, (i) => `email=a${i}%40x.example&email=b${i}%40x.example`).join("&");
    for (const filter of [emails, "phone=%2B34600111222&phone=%2B34600111223", `${emails}&phone=%2B34600111222&phone=%2B34600111223`]) {
      for (const sort of ["id", "-id", "updated_at", "-last_name"]) {
        for (const limit of [1, 2, 50]) {
          expect([filter, sort, limit, (await walk(key, `/v1/contacts?${filter}&sort=${sort}&limit=${limit}`)).toSorted()]).toEqual([filter, sort, limit, all]);
        }
      }
    }
  });
});

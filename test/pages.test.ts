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

/** A cursor with other keys than the server put in. */
function forged(cursor: string, keys: unknown): string {
  const [question] = JSON.parse(atob(cursor.replaceAll("-", "+").replaceAll("_", "/")));
  return btoa(JSON.stringify([question, keys])).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

describe("a cursor", () => {
  it("400 when its keys are of another type or number than the list's, never an end that is none", async () => {
    const w = await world();
    const key = await w.key();
    await w.key();
    for (const last_name of ["a", "b", "c"]) await key.post("/v1/contacts", { last_name });
    const wrong: Record<string, unknown[]> = {
      "/v1/contacts?sort=id": [["x"], [1, 2], [null], [[]], [], 1, "x", [true]],
      "/v1/contacts?sort=-updated_at": [["x", 1], [1], [1, "x"], [1, 2, 3]],
      "/v1/contacts?sort=last_name": [[1, 1], ["a"], ["a", "b"], ["a", 1, 1, 1, 1]],
      "/v1/keys?kind=location": [[1], ["a", "b"], [{}]],
    };
    for (const [path, tampered] of Object.entries(wrong)) {
      const cursor: string = (await key.get(`${path}&limit=1`)).body.page.next_cursor;
      for (const keys of tampered) {
        const answer = await key.get(`${path}&limit=1&cursor=${forged(cursor, keys)}`);
        expect([path, keys, answer.status, answer.body.errors]).toMatchObject([path, keys, 400, [{ parameter: "cursor", code: "malformed" }]]);
      }
    }
  });

  it("400 cursor_mismatch in another location: where one list ended, another has no place", async () => {
    const w = await world();
    const agency = await w.key({ kind: "agency" });
    const [here, there] = w.locations.map((location) => agency.with({ "ConnectKit-Location": location }));
    for (const first_name of ["a", "b"]) await here?.post("/v1/contacts", { first_name });
    const cursor = (await here?.get("/v1/contacts?limit=1"))?.body.page.next_cursor;
    expect((await here?.get(`/v1/contacts?limit=1&cursor=${cursor}`))?.body.data).toHaveLength(1);
    expect((await there?.get(`/v1/contacts?limit=1&cursor=${cursor}`))?.body.code).toBe("cursor_mismatch");
  });
});

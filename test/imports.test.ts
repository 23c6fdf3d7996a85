// Imports: a file in, its rows taken in as upserts are, each accounted for.
import { describe, expect, it } from "vitest";
import { world, type Client, type Json } from "./world";

const CSV = { headers: { "Content-Type": "text/csv" } };

/** The import, once it is in one of these states. */
export async function until(by: Client, id: string, states: readonly string[]): Promise<Json> {
  for (let i = 0; i < 400; i += 1) {
    const { body } = await by.get(`/v1/imports/${id}`);
    if (states.includes(body.state)) return body;
    await scheduler.wait(20);
  }
  throw new Error(`not ${states.join(" or ")} in time: ${JSON.stringify((await by.get(`/v1/imports/${id}`)).body)}`);
}
const ENDS = ["completed", "completed_with_errors", "failed", "canceled"];

async function uploaded(by: Client, text: string | Uint8Array, settings: object = {}): Promise<Json> {
  const { body } = await by.post("/v1/imports", settings);
  const answer = await by.put(`/v1/imports/${body.id}/file`, text, CSV);
  expect(answer.status).toBe(200);
  return answer.body;
}

const sumOf = (counts: Record<string, number>): number => Object.entries(counts).reduce((sum, [name, n]) => (name === "rows" ? sum : sum + n), 0);

const FILE = [
  "First Name,Last Name,Email,Mobile,Notes of ours",
  "Ana,Núñez,ana@acme.com,600 111 222,x",
  'Ben,"Smith, Jr.",ben@acme.com,,"two\nlines"',
  "Eva,Broken,eva@,,",
  "Ana,Nunez,ANA@acme.com,,",
].join("\r\n");

describe("an import", () => {
  it("200 with what the file is, 202 for its dry run and its start; each row is accounted for", async () => {
    const w = await world();
    const by = await w.key();
    const up = await uploaded(by, FILE, { tags: ["fair"] });
    expect(up).toMatchObject({ state: "ready", file: { format: "csv", encoding: "utf-8", delimiter: ",", rows: 4 }, counts: { rows: 4, unprocessed: 4 } });
    expect(up.mapping).toMatchObject({ "First Name": "first_name", "Last Name": "last_name", Email: "email" });

    expect((await by.post(`/v1/imports/${up.id}/validate`)).status).toBe(202);
    const tried = await until(by, up.id, ["validated"]);
    expect(tried.validation).toEqual({ rows: 4, created: 2, updated: 1, unchanged: 0, skipped: 0, failed: 1, unprocessed: 0 });
    expect((await by.get("/v1/contacts")).body.data).toEqual([]);

    const begun = await by.post(`/v1/imports/${up.id}/start`);
    expect([begun.status, begun.body.state, begun.headers.get("Location")]).toEqual([202, "running", `/v1/imports/${up.id}`]);
    const end = await until(by, up.id, ENDS);
    expect([end.state, end.progress, end.counts]).toEqual(["completed_with_errors", 1, tried.validation]);
    expect(sumOf(end.counts)).toBe(4);

    const { data } = (await by.get("/v1/contacts")).body;
    expect(data).toMatchObject([
      { first_name: "Ana", last_name: "Nunez", version: 2, phones: [{ value: "+34600111222" }], tags: ["fair"], source: { type: "import", import: up.id } },
      { first_name: "Ben", last_name: "Smith, Jr.", version: 1 },
    ]);
    const errors = (await by.get(`/v1/imports/${up.id}/errors`)).body.data;
    expect(errors).toEqual([{ row: 3, column: "Email", code: "invalid_email", value: "eva@", message: "not an e-mail address" }]);
    expect((await by.get(`/v1/imports/${up.id}/errors.csv`)).text).toBe('First Name,Last Name,Email,Mobile,Notes of ours,_row,_column,_code,_message\r\nEva,Broken,eva@,,,3,Email,invalid_email,not an e-mail address\r\n');
    const results = (await by.get(`/v1/imports/${up.id}/results.csv`)).text.split("\r\n");
    expect(results).toEqual(["row,action,reason,contact_id,version", `1,created,,${data[0].id},1`, `2,created,,${data[1].id},1`, "3,failed,,,", `4,updated,,${data[0].id},2`, ""]);
    const events = (await w.events()).filter(({ subject }) => subject === data[0].id);
    expect(events.map(({ type, version }) => [type, version])).toEqual([["contact.created", 1], ["contact.updated", 2]]);
  });

  it("is undone: whoever it made is archived, whoever it changed is as before, whoever was changed since is left alone", async () => {
    const by = await (await world()).key();
    const { body: ben } = await by.post("/v1/contacts", { first_name: "Benjamin", emails: ["ben@acme.com"] });
    const { body: eva } = await by.post("/v1/contacts", { first_name: "Eva", emails: ["eva@acme.com"] });
    const up = await uploaded(by, "First Name,Email\nAna,ana@acme.com\nBen,ben@acme.com\nEvita,eva@acme.com\nBenito,ben@acme.com\n");
    await by.post(`/v1/imports/${up.id}/start`);
    expect((await until(by, up.id, ENDS)).counts).toMatchObject({ created: 1, updated: 3 });
    await by.patch(`/v1/contacts/${eva.id}`, { company: "Acme" });
    expect((await by.post(`/v1/imports/${up.id}/undo`)).status).toBe(202);
    const end = await until(by, up.id, ["reverted"]);
    expect(end.reverted).toEqual({ reverted: 3, conflicts: 1, untouched: 0 });
    const read = async (id: string) => (await by.get(`/v1/contacts/${id}`)).body;
    expect(await read(ben.id)).toMatchObject({ first_name: "Benjamin", version: 4 });
    expect(await read(eva.id)).toMatchObject({ first_name: "Evita", company: "Acme" });
    expect((await by.get("/v1/contacts?email=ana@acme.com&status=archived&status=active")).body.data).toMatchObject([{ status: "archived" }]);
    expect((await by.get(`/v1/imports/${up.id}/errors`)).body.data).toMatchObject([{ row: 3, code: "changed_since", value: eva.id }]);
    expect((await by.post(`/v1/imports/${up.id}/undo`)).status).toBe(409);
  });
});

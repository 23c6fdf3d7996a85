// Imports: a file in, its rows taken in as upserts are, each accounted for.
import { describe, expect, it } from "vitest";
import { front } from "./front";
import { app, unnudged } from "./marking";
import { ENDS, imported, until, uploaded } from "./transferring";
import { times, world } from "./world";

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
    const tried = await until(by, `/v1/imports/${up.id}`, ["validated"]);
    expect(tried.validation).toEqual({ rows: 4, created: 2, updated: 1, unchanged: 0, skipped: 0, failed: 1, unprocessed: 0 });
    expect((await by.get("/v1/contacts")).body.data).toEqual([]);

    const begun = await by.post(`/v1/imports/${up.id}/start`);
    expect([begun.status, begun.body.state, begun.headers.get("Location")]).toEqual([202, "running", `/v1/imports/${up.id}`]);
    const end = await until(by, `/v1/imports/${up.id}`, ENDS);
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
    expect((await until(by, `/v1/imports/${up.id}`, ENDS)).counts).toMatchObject({ created: 1, updated: 3 });
    await by.patch(`/v1/contacts/${eva.id}`, { company: "Acme" });
    expect((await by.post(`/v1/imports/${up.id}/undo`)).status).toBe(202);
    const end = await until(by, `/v1/imports/${up.id}`, ["reverted"]);
    expect(end.reverted).toEqual({ reverted: 3, conflicts: 1, untouched: 0 });
    const read = async (id: string) => (await by.get(`/v1/contacts/${id}`)).body;
    expect(await read(ben.id)).toMatchObject({ first_name: "Benjamin", version: 4 });
    expect(await read(eva.id)).toMatchObject({ first_name: "Evita", company: "Acme" });
    expect((await by.get("/v1/contacts?email=ana@acme.com&status=archived&status=active")).body.data).toMatchObject([{ status: "archived" }]);
    expect((await by.get(`/v1/imports/${up.id}/errors`)).body.data).toMatchObject([{ row: 3, code: "changed_since", value: eva.id }]);
    expect((await by.post(`/v1/imports/${up.id}/undo`)).status).toBe(409);
  });
});

describe("settings", () => {
  it("create passes over who exists, update over who does not; each says why", async () => {
    const by = await (await world()).key();
    const { body: ana } = await by.post("/v1/contacts", { first_name: "Ana", emails: ["ana@acme.com"] });
    const file = "First Name,Email\nAnna,ana@acme.com\nBen,ben@acme.com\n";
    const updating = await imported(by, file, { mode: "update" });
    expect(updating.counts).toMatchObject({ updated: 1, skipped: 1, created: 0 });
    const creating = await imported(by, file, { mode: "create" });
    expect([creating.counts, creating.state]).toEqual([{ rows: 2, created: 1, updated: 0, unchanged: 0, skipped: 1, failed: 0, unprocessed: 0 }, "completed"]);
    expect((await by.get(`/v1/imports/${creating.id}/results.csv`)).text).toContain(`1,skipped,contact_exists,${ana.id},\r\n`);
    expect((await by.get(`/v1/imports/${updating.id}/results.csv`)).text).toContain("2,skipped,no_match,,\r\n");
    expect(creating.warnings).toMatchObject([{ code: "same_file", import_id: updating.id }]);
    expect((await imported(by, file)).counts).toMatchObject({ unchanged: 2 });
  });

  it("200 with columns mapped by hand; 422 for a column, a target or a field that there is not", async () => {
    const by = await (await world()).key();
    const up = await uploaded(by, "a,b,c\nAna,ana@acme.com,7\n");
    const path = `/v1/imports/${up.id}`;
    expect((await by.post(`${path}/start`)).status).toBe(202);
    const { id } = await uploaded(by, "a,b,c\nEva,eva@acme.com,7\n");
    for (const [mapping, code, at] of [[{ x: "email" }, "unknown_column", "/mapping/x"], [{ a: "mail" }, "unknown_target", "/mapping/a"], [{ c: "custom.seats" }, "unknown_field", "/mapping/c"]] as const) {
      expect((await by.patch(`/v1/imports/${id}`, { mapping })).body).toMatchObject({ status: 422, code: "mapping_invalid", errors: [{ pointer: at, code }] });
    }
    await by.post("/v1/fields", { key: "seats", type: "integer" });
    expect((await by.patch(`/v1/imports/${id}`, { mapping: { a: "first_name", b: "email", c: "custom.seats" }, tags: ["fair"] })).body).toMatchObject({ mapping: { c: "custom.seats" }, settings: { tags: ["fair"] } });
    await by.post(`/v1/imports/${id}/start`);
    await until(by, `/v1/imports/${id}`, ["completed"]);
    expect((await by.get("/v1/contacts?email=eva@acme.com")).body.data).toMatchObject([{ first_name: "Eva", custom: { seats: 7 }, tags: ["fair"] }]);
    expect((await by.patch(`/v1/imports/${id}`, { tags: [] })).body.code).toBe("import_state_conflict");
  });

  it("columns that nobody knows become custom fields, or are refused before the start", async () => {
    const by = await (await world()).key();
    const strict = await uploaded(by, "Email,Wine\nana@acme.com,red\n", { unknown_columns: "error" });
    expect((await by.post(`/v1/imports/${strict.id}/start`)).body).toMatchObject({ code: "mapping_invalid", errors: [{ pointer: "/mapping/Wine" }] });
    await imported(by, "Email,Wine\nana@acme.com,red\n", { unknown_columns: "custom_field" });
    expect((await by.get("/v1/contacts")).body.data).toMatchObject([{ custom: { wine: "red" } }]);
  });

  it("consent is never raised: unsubscribed counts, subscribed does not", async () => {
    const by = await (await world()).key();
    const { body: ana } = await by.post("/v1/contacts", { first_name: "Ana", emails: ["ana@acme.com"] });
    await by.post(`/v1/contacts/${ana.id}/consents`, { channel: "email", topic: "marketing", state: "unsubscribed", source: "form" });
    const file = "Email Address,First Name,Email Marketing Consent\nana@acme.com,Ana,Subscribed\nben@acme.com,Ben,Subscribed\neva@acme.com,Eva,Unsubscribed\n";
    expect((await imported(by, file)).counts).toMatchObject({ unchanged: 1, created: 2 });
    const { data } = (await by.get("/v1/contacts")).body;
    expect(data.map(({ consent }: { consent: object }) => consent)).toEqual([{ email: { marketing: "unsubscribed" } }, {}, { email: { marketing: "unsubscribed" } }]);
    expect((await by.get(`/v1/contacts/${data[2].id}/consents`)).body.data).toMatchObject([{ state: "unsubscribed", source: "import" }]);
  });

  it("202 all in one call, and a list to be in; a retry with the same key begins nothing anew", async () => {
    const by = await (await world()).key();
    const { body: list } = await by.post("/v1/lists", { name: "Fair" });
    const send = () => by.call("POST", `/v1/imports?start=true&tags=a&tags=b&list_id=${list.id}`, { body: "Email\nana@acme.com\n", headers: { "Content-Type": "text/csv", "Idempotency-Key": "once" } });
    const [first, again] = [await send(), await send()];
    expect([first.status, again.status, again.body.id, again.headers.get("Idempotent-Replayed")]).toEqual([202, 202, first.body.id, "true"]);
    await until(by, `/v1/imports/${first.body.id}`, ["completed"]);
    expect((await by.get("/v1/imports")).body.data).toHaveLength(1);
    expect((await by.get(`/v1/lists/${list.id}/contacts`)).body.data).toMatchObject([{ tags: ["a", "b"], lists: [list.id] }]);
  });
});

describe("orders", () => {
  const FIVE = `Email\n${times(5, (i) => `p${i}@acme.com`).join("\n")}\n`;

  it("200 paused, resumed and canceled; what was not reached is there to be fetched; 409 for what is not in its state", async () => {
    const by = await (await world()).key();
    const { id } = await uploaded(by, FIVE);
    const path = `/v1/imports/${id}`;
    expect((await by.post(`${path}/pause`)).body.code).toBe("import_state_conflict");
    await by.through(front(unnudged(), app)).post(`${path}/start`);
    expect((await by.post(`${path}/pause`)).body).toMatchObject({ state: "paused", counts: { rows: 5, unprocessed: 5 } });
    expect((await by.put(`${path}/file`, FIVE, { headers: { "Content-Type": "text/csv" } })).body.code).toBe("import_state_conflict");
    expect((await by.post(`${path}/cancel`)).body).toMatchObject({ state: "canceled", counts: { unprocessed: 5 } });
    expect((await by.get(`${path}/unprocessed.csv`)).text).toBe(FIVE.replaceAll("\n", "\r\n"));
    expect((await by.post(`${path}/start`)).body.code).toBe("import_state_conflict");
  });

  it("resumed it goes on to its end", async () => {
    const by = await (await world()).key();
    const { id } = await uploaded(by, FIVE);
    await by.through(front(unnudged(), app)).post(`/v1/imports/${id}/start`);
    await by.post(`/v1/imports/${id}/pause`);
    expect((await by.post(`/v1/imports/${id}/resume`)).body.state).toBe("running");
    expect((await until(by, `/v1/imports/${id}`, ENDS)).counts).toMatchObject({ created: 5, unprocessed: 0 });
  });
});

describe("files that are broken", () => {
  const bytes = (...parts: (number[] | string)[]): Uint8Array => new Uint8Array(parts.flatMap((part) => (typeof part === "string" ? [...new TextEncoder().encode(part)] : part)));
  const gzip = async (text: string): Promise<Uint8Array> => new Uint8Array(await new Response(new Blob([text]).stream().pipeThrough(new CompressionStream("gzip"))).arrayBuffer());

  it("422 with what is wrong, nothing half-done, and a good one is taken afterwards", async () => {
    const w = await world();
    const by = await w.key();
    const { id } = (await by.post("/v1/imports", {})).body;
    const packed = await gzip(`Email\n${"ana@acme.com\n".repeat(5_000)}`);
    const cases: [string, Uint8Array | string, string][] = [
      ["binary", bytes([0x50, 0x4b, 3, 4], "x".repeat(50)), "not_text"],
      ["cut off", packed.subarray(0, packed.length - 20), "truncated_file"],
      ["empty", "", "empty_file"],
      ["too many columns", `${times(50_000, (i) => `c${i}`).join(",")}\n`, "too_many_columns"],
      ["a quote without its end", `Email\n"ana@acme.com\n${"ben@acme.com\n".repeat(20_000)}`, "unclosed_quote"],
    ];
    for (const [what, file, reason] of cases) {
      const { status, body } = await by.put(`/v1/imports/${id}/file`, file, { headers: { "Content-Type": "application/octet-stream" } });
      expect([what, status, body.code, body.reason]).toEqual([what, 422, "file_unreadable", reason]);
      expect((await by.get(`/v1/imports/${id}`)).body).toMatchObject({ state: "awaiting_upload", file: null });
    }
    const good = await by.put(`/v1/imports/${id}/file`, packed, { headers: { "Content-Type": "application/gzip" } });
    expect(good.body).toMatchObject({ state: "ready", file: { gzip: true, rows: 5_000 } });
  });

  it("a header alone is no row; a line of 10 MB costs itself", async () => {
    const by = await (await world()).key();
    expect((await imported(by, "Email,First Name\n")).counts).toMatchObject({ rows: 0, created: 0, unprocessed: 0 });
    const end = await imported(by, `Email,First Name\nana@acme.com,Ana\n${"x".repeat(10_000_000)},Long\nben@acme.com,Ben\n`);
    expect(end.counts).toMatchObject({ rows: 3, created: 2, failed: 1 });
    expect((await by.get(`/v1/imports/${end.id}/errors`)).body.data).toMatchObject([{ row: 2, code: "record_too_large" }]);
  });
});

describe("files of other tools", () => {
  const LINKEDIN = `Notes:\n"When exporting your connection data, you may notice that some of the email addresses are missing."\n\nFirst Name,Last Name,URL,Email Address,Company,Position,Connected On\nAna,Núñez,https://www.linkedin.com/in/ana,ana@acme.com,Acme,CFO,09 May 2020\n`;
  const GOOGLE = "First Name,Last Name,Organization Name,Labels,E-mail 1 - Label,E-mail 1 - Value,Phone 1 - Label,Phone 1 - Value\nAna,Núñez,Acme,* myContacts ::: Fair,* Work,ana@acme.com,Mobile,600 111 222\n";
  const VCF = "BEGIN:VCARD\r\nVERSION:2.1\r\nN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:N=C3=BA=C3=B1ez;Ana;;;\r\nTEL;CELL:600111222\r\nEMAIL;INTERNET;PREF:ana@acme.com\r\nNOTE:met at the fair\r\nEND:VCARD\r\n";

  it.each([
    ["LinkedIn", LINKEDIN, "linkedin", { company: "Acme", job_title: "CFO" }],
    ["Google", GOOGLE, "google", { company: "Acme", tags: ["fair"], phones: [{ value: "+34600111222", raw: "600 111 222", label: "Mobile", primary: true }] }],
    ["vCard 2.1", VCF, null, { phones: [expect.objectContaining({ value: "+34600111222" })] }],
    ["NDJSON of a stranger", '{"firstname":"Ana","lastname":"Núñez","email":"ana@acme.com"}\n', null, {}],
    ["JSON as this API answers it", JSON.stringify({ data: [{ first_name: "Ana", last_name: "Núñez", emails: [{ value: "ana@acme.com", label: null, primary: true, state: "bounced" }], tags: ["vip"] }] }), null, { tags: ["vip"] }],
  ])("200 %s, with no question asked", async (_, file, preset, expected) => {
    const by = await (await world()).key();
    const up = await uploaded(by, file);
    expect(up.file.preset).toBe(preset);
    await by.post(`/v1/imports/${up.id}/start`);
    const end = await until(by, `/v1/imports/${up.id}`, ENDS);
    expect([end.counts, (await by.get(`/v1/imports/${up.id}/errors`)).body.data]).toEqual([expect.objectContaining({ rows: 1, created: 1 }), []]);
    expect((await by.get("/v1/contacts")).body.data).toMatchObject([{ first_name: "Ana", last_name: "Núñez", emails: [{ value: "ana@acme.com" }], ...expected }]);
  });
});

// A program of an integrator, over the generated client: what it reads is what the document promised.
import assert from "node:assert/strict";
import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { contactsArchive, contactsCreate, contactsGet, contactsList, contactsUpdate, openapi, ping } from "./sdk";
import { client } from "./sdk/client.gen";

const [baseUrl = "", key = ""] = process.argv.slice(2);
client.setConfig({ baseUrl, auth: ({ scheme }) => (scheme === "bearer" ? key : undefined) });

const { data: document } = await openapi({ throwOnError: true });
const ajv = addFormats.default(new Ajv2020({ strict: false }));
ajv.addSchema(document, "document");
const answers: string[] = [];
client.interceptors.response.use(async (response, _request, { method = "GET", url }) => {
  const type = response.headers.get("Content-Type");
  if (type === null) return response;
  const steps = ["paths", url, method.toLowerCase(), "responses", String(response.status), "content", type, "schema"];
  const pointer = steps.map((step) => encodeURIComponent(step.replaceAll("/", "~1"))).join("/");
  const validate = ajv.getSchema(`document#/${pointer}`);
  assert(validate, `${method} ${url} ${response.status} ${type} is not in the document`);
  assert(validate(await response.clone().json()), `${method} ${url} ${response.status}: ${ajv.errorsText(validate.errors)}`);
  answers.push(`${method} ${url} ${response.status}`);
  return response;
});

const { data: pong } = await ping({ throwOnError: true });
assert.equal(pong.environment, "sandbox");

const { data: page } = await contactsList({ query: { limit: 2, status: ["active", "archived"], sort: "-updated_at" }, throwOnError: true });
assert.equal(page.data.length, 2);
const { data: next } = await contactsList({ query: { limit: 2, status: ["active", "archived"], sort: "-updated_at", cursor: page.page.next_cursor ?? "" }, throwOnError: true });
assert.notEqual(next.data[0]?.id, page.data[0]?.id);

const value = `client-${Date.now()}@example.com`;
const body = { first_name: "Ana", emails: [{ value, label: "work" }], phones: ["+34 600 111 222"], external_ids: { [`run_${Date.now()}`]: "1" } };
await contactsCreate({ body, query: { dry_run: true }, throwOnError: true });
const { data: created, response } = await contactsCreate({ body, headers: { "Idempotency-Key": crypto.randomUUID() }, throwOnError: true });
assert.equal(response.headers.get("Location"), `/v1/contacts/${created.id}`);
assert.equal((await contactsCreate({ body })).error?.code, "contact_exists");

const { data: found } = await contactsList({ query: { email: ["nobody@example.com", value], fields: "id,emails" }, throwOnError: true });
assert.deepEqual(found.data, [{ id: created.id, emails: created.emails }]);

const path = { id: created.id };
const { data: read } = await contactsGet({ path, throwOnError: true });
const { data: changed } = await contactsUpdate({ path, body: { ...read, job_title: "CEO" }, headers: { "If-Match": '"1"' }, throwOnError: true });
assert.deepEqual([changed.job_title, changed.version], ["CEO", 2]);
const { data: tagged } = await contactsUpdate({ path, body: { tags: { add: ["board"] } }, throwOnError: true });
assert.deepEqual(tagged.tags, ["board"]);
assert.equal((await contactsUpdate({ path, body: {}, headers: { "If-Match": '"1"' } })).error?.code, "version_mismatch");

const { response: removal } = await contactsArchive({ path, query: { permanent: true }, throwOnError: true });
assert.equal(removal.status, 204);
assert.equal((await contactsGet({ path })).error?.code, "not_found");

console.log(`${answers.length} passed, 0 failed`);

// Checks the OpenAPI document: two independent linters, every example against its schema, and that nothing which an
// integrator needs is missing. `node scripts/check-openapi.mjs [http://127.0.0.1:8787]`: of that server, else of the source.
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { Validator } from "@seriousme/openapi-schema-validator";
import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { bundle } from "./bundle.mjs";
import { output, root, tool } from "./node.mjs";

let passed = 0;
const failures = [];
const check = (name, wrong) => (wrong ? failures.push(`${name}: ${wrong}`) : (passed += 1));

const [server] = process.argv.slice(2);
const text = server ? await (await fetch(new URL("/openapi.json", server))).text() : await output([await bundle("scripts/openapi.ts")]);
const document = JSON.parse(text);

check("redocly", await redocly());
const { valid, errors } = await new Validator().validate(structuredClone(document));
check("openapi-schema-validator", !valid && JSON.stringify(errors));

const ajv = addFormats(new Ajv2020({ strict: false, allErrors: true }));
ajv.addSchema(document, "document");
if (failures.length === 0) checkContents();

for (const failure of failures) console.error(failure);
console.log(`${passed} passed, ${failures.length} failed`);
process.exit(failures.length > 0 ? 1 : 0);

/** Warnings count as errors. */
async function redocly() {
  const file = path.join(root, ".wrangler", "tmp", "openapi.json");
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, text);
  const env = { ...process.env, REDOCLY_TELEMETRY: "off", REDOCLY_SUPPRESS_UPDATE_NOTICE: "true" };
  // The server is whichever one is asked: a local one is no slip.
  const args = ["lint", file, "--extends", "recommended-strict", "--skip-rule", "no-server-example.com", "--format", "stylish"];
  return output([tool("@redocly/cli", "redocly"), ...args], { env }).then(
    () => "",
    (error) => error.message,
  );
}

function checkContents() {
  for (const [route, operations] of Object.entries(document.paths)) {
    for (const [method, operation] of Object.entries(operations)) checkOperation(["paths", route, method], operation);
  }
  checkTimes(document.components.schemas, "components.schemas");
  checkParameters({
    limit: { type: "integer", minimum: 1, maximum: 200, default: 50 },
    email: { type: "array" },
    status: { type: "array" },
    fields: { type: "string" },
    updated_since: { type: "string", format: "date-time" },
  });
}

function checkOperation(at, operation) {
  const name = at.slice(1).join(" ");
  for (const member of ["operationId", "summary", "description", "tags", "security"]) check(`${name} ${member}`, !operation[member] && "missing");
  const statuses = Object.keys(operation.responses);
  // A gate stands before what tells its limits.
  const gated = Object.values(operation.responses).some(({ headers }) => headers?.RateLimit) ? ["429", "503"] : [];
  for (const status of ["400", "404", "405", "500", ...(operation.security?.length ? ["401", "403"] : []), ...gated]) {
    check(`${name} ${status}`, !statuses.includes(status) && "missing");
  }
  check(`${name} answers`, !statuses.some((status) => status.startsWith("2")) && "no success");
  for (const [i, parameter] of (operation.parameters ?? []).entries()) {
    check(`${name} ${parameter.name}`, !(parameter.description && parameter.schema.type) && "no description or type");
    check(`${name} ${parameter.name} example`, !parameter.required && parameter.schema.examples && "tools would send it, though it is optional");
    for (const example of parameter.schema.examples ?? []) checkExample(`${name} ${parameter.name}`, [...at, "parameters", i, "schema"], example);
  }
  if (operation.requestBody) checkMedia(`${name} body`, [...at, "requestBody"], operation.requestBody.content);
  for (const [status, { description, content }] of Object.entries(operation.responses)) {
    check(`${name} ${status} description`, !description && "missing");
    check(`${name} ${status} content`, !content && status !== "204" && status !== "304" && "missing");
    checkMedia(`${name} ${status}`, [...at, "responses", status], content ?? {});
  }
}

function checkMedia(name, at, content) {
  for (const [type, { schema, example, examples = {} }] of Object.entries(content)) {
    const all = [...(example === undefined ? [] : [example]), ...Object.values(examples).map(({ value }) => value)];
    check(`${name} ${type}`, !(schema && all.length > 0) && "no schema or example");
    for (const one of all) checkExample(name, [...at, "content", type, "schema"], one);
  }
}

function checkExample(name, at, example) {
  const pointer = at.map((step) => encodeURIComponent(String(step).replaceAll("~", "~0").replaceAll("/", "~1"))).join("/");
  const validate = ajv.getSchema(`document#/${pointer}`);
  check(`${name} example`, !validate?.(example) && `${JSON.stringify(example)} ${validate ? ajv.errorsText(validate.errors) : "has no schema"}`);
}

/** What is a time by its name says so by its format. */
function checkTimes(node, name) {
  if (typeof node !== "object" || node === null) return;
  for (const [key, value] of Object.entries(node)) {
    if (/^(time|.*_(at|since))$/.test(key) && value.type && !value.readOnly) check(`${name}.${key}`, value.format !== "date-time" && "no date-time");
    checkTimes(value, `${name}.${key}`);
  }
}

/** Query parameters that are read by a transformation are documented as what is sent. */
function checkParameters(wanted) {
  const parameters = document.paths["/v1/contacts"].get.parameters;
  for (const [name, members] of Object.entries(wanted)) {
    const { schema } = parameters.find((parameter) => parameter.name === name) ?? {};
    const wrong = Object.entries(members).filter(([member, value]) => schema?.[member] !== value);
    check(`contacts.list ${name}`, wrong.length > 0 && `not ${JSON.stringify(members)}`);
  }
}

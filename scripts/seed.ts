// A demo through the product's own verbs, the same every time (but for the secrets): an agency with two locations, a member
// of each role who can sign in, four keys, 50 live and 500 sandbox contacts; and a vendor with a sandbox key.
import { writeFileSync } from "node:fs";
import { fakerDE, fakerEN_GB, fakerES, fakerFR, type Faker } from "@faker-js/faker";
import { exportJWK, generateKeyPair } from "jose";
import { getPlatformProxy } from "wrangler";
import * as integrations from "../src/access/integrations";
import { integrationInput } from "../src/access/schema";
import * as contacts from "../src/contacts/contacts";
import type { Env } from "../src/env";
import * as keys from "../src/keys/issue";
import * as orgs from "../src/orgs/orgs";
import * as people from "../src/orgs/people";
import { systemCtx } from "../src/platform/commit";
import type { Space } from "../src/platform/context";
import { newId } from "../src/platform/id";
import { SCOPES } from "../src/platform/scopes";
import { databases } from "../src/platform/sql";
import { entropy } from "../src/platform/token";

const [state = "", file = "", base = ""] = process.argv.slice(2);
const MINUTE = 60_000;

const { env, dispose } = await getPlatformProxy<Env>({ persist: { path: `${state}/v3` } });
const now = Date.now();
const org = newId("organization", now);
const ctx = { ...systemCtx(org, now), env, db: databases(env), ifMatch: null, ifNoneMatch: null };

/** Somebody who can sign in; the password is in demo.json and nowhere else. */
async function signUp(email: string, name: string) {
  const password = entropy().slice(0, 20);
  return { signIn: { email, password }, facts: { email, name, user: await people.signUp(ctx, { email, name, password }) } };
}
const olivia = await signUp("olivia@harbour.example", "Olivia Owner");
const adam = await signUp("adam@harbour.example", "Adam Admin");
const mia = await signUp("mia@harbour.example", "Mia Member");
const vera = await signUp("vera@harbour.example", "Vera Viewer");

const { owner } = await orgs.found(ctx, { name: "Harbour Agency", plan: "professional", apiEnabled: true, owner: olivia.facts });
const admin = await orgs.addMember(ctx, { ...adam.facts, role: "admin" });
const member = await orgs.addMember(ctx, { ...mia.facts, role: "member" });
const viewer = await orgs.addMember(ctx, { ...vera.facts, role: "viewer" });
const madrid = await orgs.addLocation(ctx, { name: "Madrid", defaultCountry: "ES" });
const berlin = await orgs.addLocation(ctx, { name: "Berlin", defaultCountry: "DE" });

const issued = async (wanted: keys.Issue, by = ctx): Promise<{ id: string; secret: string }> => {
  const { body } = await keys.issue({ ...by, db: databases(env) }, wanted);
  if (!body || !("secret" in body) || body.secret === null) throw new Error("no secret");
  return { id: body.id, secret: body.secret };
};
const issue = async (wanted: keys.Issue): Promise<string> => (await issued(wanted)).secret;
const made = {
  agency_live: await issue({ name: "Agency", kind: "agency", environment: "live", locations: null, scopes: SCOPES, owner }),
  location_live: await issue({ name: "Madrid", kind: "location", environment: "live", locations: [madrid], scopes: ["contacts:*", "keys:read", "org:read"], owner: admin }),
  location_sandbox: await issue({ name: "Madrid sandbox", kind: "location", environment: "sandbox", locations: [madrid], scopes: SCOPES, owner: admin }),
  read_only: await issue({ name: "Dashboard", kind: "location", environment: "live", locations: [madrid], scopes: ["contacts:read"], owner: viewer }),
};

const tina = await signUp("tina@tidewater.example", "Tina Tide");
const vendorCtx = { ...ctx, org: newId("organization", now) };
const tidewater = await orgs.found(vendorCtx, { name: "Tidewater Mail", plan: "standard", apiEnabled: false, owner: tina.facts });
const workshop = await orgs.addLocation(vendorCtx, { name: "Workshop", defaultCountry: "GB" });
const sandboxKey = await issued(
  { name: "Tidewater sync", kind: "location", environment: "sandbox", locations: [workshop], scopes: ["contacts:read", "contacts:write"], owner: tidewater.owner },
  vendorCtx,
);
const pair = await generateKeyPair("ECDH-ES+A256KW", { crv: "P-256", extractable: true });
const { body: integration } = await integrations.register(
  { ...vendorCtx, db: databases(env) },
  integrationInput.parse({
    name: "Tidewater Mail",
    description: "Newsletters to your contacts.",
    homepage: "https://tidewater.example",
    sandbox_key: sandboxKey.id,
    public_jwk: await exportJWK(pair.publicKey),
  }),
);
if (!integration || !("id" in integration)) throw new Error("no integration");
const vendor = {
  organization: vendorCtx.org,
  location: workshop,
  owner: tidewater.owner,
  sign_in: tina.signIn,
  sandbox_key: sandboxKey.secret,
  integration: integration.id,
  private_jwk: await exportJWK(pair.privateKey),
};

type Country = { faker: Faker; phone: (digits: string) => string; language: string; timezone: string; country: string };
const spanish: Country = { faker: fakerES, phone: (digits) => `+34 61${digits.slice(1)}`, language: "es", timezone: "Europe/Madrid", country: "ES" };
const PEOPLE: readonly Country[] = [
  spanish,
  { faker: fakerDE, phone: (digits) => `+49 1511 ${digits.slice(1)}`, language: "de", timezone: "Europe/Berlin", country: "DE" },
  { faker: fakerFR, phone: (digits) => `+33 612${digits.slice(2)}`, language: "fr", timezone: "Europe/Paris", country: "FR" },
  { faker: fakerEN_GB, phone: (digits) => `+44 7400 ${digits.slice(0, 6)}`, language: "en-GB", timezone: "Europe/London", country: "GB" },
];
for (const { faker } of PEOPLE) faker.seed(20_261_120);

function person(i: number) {
  const { faker, phone, language, timezone, country } = PEOPLE[i % PEOPLE.length] ?? spanish;
  const [first, last] = [faker.person.firstName(), faker.person.lastName()];
  const slug = `${first}.${last}`.normalize("NFKD").replaceAll(/[^a-z.]/gi, "").toLowerCase();
  return {
    first_name: first,
    last_name: last,
    company: faker.company.name(),
    job_title: faker.person.jobTitle(),
    emails: [{ value: `${slug}${i}@example.com`, label: "work" }],
    phones: i % 3 === 0 ? [] : [{ value: phone(faker.string.numeric(8)), label: "mobile" }],
    addresses: [{ label: "work", line1: faker.location.streetAddress(), city: faker.location.city(), postal_code: faker.location.zipCode(), country }],
    language,
    timezone,
    external_ids: crmId(i),
    tags: i % 4 === 0 ? ["newsletter"] : [],
  };
}

async function fill(space: Space, from: number, count: number): Promise<void> {
  for (let i = from; i < from + count; i += 1) {
    await contacts.create({ ...ctx, db: databases(env), now: now - (from + count - i) * MINUTE, space }, person(i));
  }
}
const spaceOf = async (location: string, environment: Space["environment"]): Promise<Space> => {
  const space = await orgs.spaceOf(ctx, org, location, environment);
  if (!space) throw new Error("no such location");
  return space;
};
await fill(await spaceOf(madrid, "live"), 0, 30);
await fill(await spaceOf(berlin, "live"), 30, 20);
await fill(await spaceOf(madrid, "sandbox"), 50, 500);

const signIns = { owner: olivia.signIn, admin: adam.signIn, member: mia.signIn, viewer: vera.signIn };
const demo = { base, organization: org, locations: [madrid, berlin], members: { owner, admin, member, viewer }, sign_ins: signIns, keys: made, vendor };
writeFileSync(file, `${JSON.stringify(demo, null, 2)}\n`, { mode: 0o600 });
await dispose();

function crmId(i: number): Record<string, string> {
  return i % 5 === 0 ? { crm: String(1_000 + i) } : {};
}

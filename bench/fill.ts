// Contacts by the thousand: rows as the product writes them, straight into D1, set by set.
import { apply, emptyDocument } from "../src/contacts/patch";
import { identitiesOf } from "../src/contacts/store";
import { sortKey } from "../src/contacts/normalize";
import type { Env } from "../src/env";
import { newId } from "../src/platform/id";

export interface Fill {
  readonly space: number;
  /** Number of the first one; the same number gives the same e-mail address. */
  readonly from: number;
  readonly count: number;
}

/** Some of the contacts made, evenly spread. */
export interface Sample {
  readonly ids: string[];
  readonly emails: string[];
}

const SET = 2_000;
const SAMPLES = 500;
const SECOND = 1_000;

const template = apply(
  emptyDocument({ type: "import" }),
  {
    first_name: "Ana", last_name: "Núñez", company: "Acme", job_title: "CFO",
    emails: [{ value: "ana@example.com", label: "work" }], phones: ["+34 600 111 222"],
    addresses: [{ label: "work", line1: "Calle Mayor 1", city: "Madrid", postal_code: "28013", country: "ES" }],
    language: "es", timezone: "Europe/Madrid", tags: ["vip"],
  },
  "ES",
);

/** Each with an e-mail address and a phone of its own. */
export async function fill(env: Env, { space, from, count }: Fill): Promise<Sample> {
  const sample: Sample = { ids: [], emails: [] };
  const every = Math.max(1, Math.floor(count / SAMPLES));
  const start = Date.now() - (from + count) * SECOND;
  for (let i = from; i < from + count; i += SET) {
    const rows = Array.from({ length: Math.min(SET, from + count - i) }, (_, k) => person(i + k, start + (i + k) * SECOND));
    await env.DATA.batch([insertContacts(env, space, rows), insertIdentities(env, space, rows)]);
    for (const { number, id, email } of rows) {
      if ((number - from) % every > 0) continue;
      sample.ids.push(id);
      sample.emails.push(email);
    }
  }
  return sample;
}

interface Person {
  readonly number: number;
  readonly id: string;
  readonly email: string;
  readonly at: number;
  readonly row: readonly [id: string, doc: string, lastNameKey: string, at: number];
  readonly identities: readonly (readonly [id: string, kind: string, value: string])[];
}

function person(number: number, at: number): Person {
  const id = newId("contact", at);
  const email = emailOf(number);
  const phone = `+34600${String(number).padStart(6, "0")}`;
  const last = `Núñez ${number}`;
  const doc = {
    ...template,
    last_name: last,
    emails: template.emails.map((one) => ({ ...one, value: email })),
    phones: template.phones.map((one) => ({ ...one, value: phone, raw: phone })),
  };
  return {
    number, id, email, at,
    row: [id, JSON.stringify(doc), sortKey(last), at],
    identities: identitiesOf(doc).map(({ kind, value }) => [id, kind, value]),
  };
}

const emailOf = (number: number): string => `ana.nunez${number}@example.com`;

const insertContacts = (env: Env, space: number, rows: readonly Person[]) =>
  env.DATA.prepare(
    `INSERT INTO contacts (id, space_id, version, doc, last_name_key, created_at, updated_at)
      SELECT value ->> 0, ?1, 1, value ->> 1, value ->> 2, value ->> 3, value ->> 3 FROM json_each(?2)`,
  ).bind(space, JSON.stringify(rows.map(({ row }) => row)));

const insertIdentities = (env: Env, space: number, rows: readonly Person[]) =>
  env.DATA.prepare(
    `INSERT INTO contact_keys (space_id, kind, value, rid, live)
      SELECT ?1, value ->> 1, value ->> 2, (SELECT rid FROM contacts WHERE id = value ->> 0), 1 FROM json_each(?2)`,
  ).bind(space, JSON.stringify(rows.flatMap(({ identities }) => identities)));

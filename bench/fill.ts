// Contacts by the thousand: rows as the product writes them, straight into D1, set by set.
import { planChanges, type Change } from "../src/contacts/changes";
import { apply, emptyDocument } from "../src/contacts/patch";
import type { Env } from "../src/env";
import { registryOf } from "../src/fields/registry";
import type { Space } from "../src/platform/context";
import { newId } from "../src/platform/id";
import { databases } from "../src/platform/sql";

export interface Fill {
  readonly space: Space;
  /** Number of the first one; the same number gives the same e-mail address. */
  readonly from: number;
  readonly count: number;
}

/** Some of the contacts made, evenly spread. */
export interface Sample {
  readonly ids: string[];
  readonly emails: string[];
}

const SET = 500;
const SAMPLES = 500;
const SECOND = 1_000;

const template = apply(
  emptyDocument({ type: "import" }),
  {
    first_name: "Ana", last_name: "Núñez", company: "Acme", job_title: "CFO",
    emails: [{ value: "ana@example.com", label: "work" }], phones: ["+34 600 111 222"],
    addresses: [{ label: "work", line1: "Calle Mayor 1", city: "Madrid", postal_code: "28013", country: "ES" }],
    language: "es", timezone: "Europe/Madrid",
  },
  { country: "ES", fields: new Map(), isNew: true },
);

/** Each with an e-mail address and a phone of its own; every hundredth has a tag, six of ten another, one of a thousand another company. */
export async function fill(env: Env, { space, from, count }: Fill): Promise<Sample> {
  const sample: Sample = { ids: [], emails: [] };
  const every = Math.max(1, Math.floor(count / SAMPLES));
  const registry = await registryOf({ db: databases(env), space });
  const start = Date.now() - (from + count) * SECOND;
  for (let i = from; i < from + count; i += SET) {
    const people = Array.from({ length: Math.min(SET, from + count - i) }, (_, k) => person(i + k, start + (i + k) * SECOND));
    const { writes } = planChanges(space, registry, people.map(({ change }) => change));
    await env.DATA.batch(writes.map(({ sql, params }) => env.DATA.prepare(sql).bind(...params)));
    for (const { number, id, email } of people) {
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
  readonly change: Change;
}

function person(number: number, at: number): Person {
  const id = newId("contact", at);
  const email = `ana.nunez${number}@example.com`;
  const phone = `+34600${String(number).padStart(6, "0")}`;
  const doc = {
    ...template,
    last_name: `Núñez ${number}`,
    company: number % 1_000 === 7 ? "Quixote" : template.company,
    tags: [...(number % 100 === 3 ? ["rare"] : []), ...(number % 5 < 3 ? ["common"] : [])],
    custom: { seats: number % 10_000 },
    emails: template.emails.map((one) => ({ ...one, value: email })),
    phones: template.phones.map((one) => ({ ...one, value: phone, raw: phone })),
  };
  const row = { id, version: 1, doc: JSON.stringify(doc), created_at: at, updated_at: at, archived_at: null, merged_into: null };
  return { number, id, email, change: { before: null, after: { row, doc }, events: [] } };
}

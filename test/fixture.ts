// Many contacts at once, in the rows that the product writes, for tests of size.
import { env } from "cloudflare:workers";
import { planChanges } from "../src/contacts/changes";
import { emptyDocument } from "../src/contacts/patch";
import type { Document } from "../src/contacts/schema";
import { registryOf } from "../src/fields/registry";
import { newId } from "../src/platform/id";
import type { Space } from "../src/platform/context";
import { databases } from "../src/platform/sql";

export interface Planted {
  id: string;
  last: string;
  email: string;
  phone: string;
  created: number;
  updated: number;
  archived: boolean;
}

const LAST = ["Núñez", "Meyer", "Öztürk", "dupont", "Smith", "", "Ångström", "Zola", "Meyer"];

/** `count` contacts: every tenth archived, last names and times with many ties (`tied`: all of them), phones shared by ten. */
export async function plant(space: Space, count: number, tied = false): Promise<Planted[]> {
  const from = Date.UTC(2026, 0, 1);
  const planted = Array.from({ length: count }, (_, i): Planted => ({
    id: newId("contact", from + i), last: tied ? "Smith" : (LAST[i % LAST.length] ?? ""), email: `p${i}@s${space.id}.example`, phone: `+3461${String(Math.floor(i / 10)).padStart(7, "0")}`,
    created: tied ? from : from + Math.floor(i / 3) * 1_000, updated: tied ? from : from + ((i * 7_919) % count) * 500, archived: i % 10 === 9,
  }));
  await plantAll(space, planted.map((one) => ({
    ...one,
    doc: { ...emptyDocument({ type: "api" }), last_name: one.last || null, first_name: "P", emails: [{ value: one.email, label: null, primary: true, state: "unknown" }], phones: [{ value: one.phone, raw: one.phone, label: null, primary: true }] },
  })));
  return planted;
}

export interface Seed {
  id: string;
  doc: Document;
  created: number;
  updated: number;
  archived: boolean;
}

/** These contacts as they are, without events, in this order. */
export async function plantAll(space: Space, seeds: readonly Seed[]): Promise<void> {
  const registry = await registryOf({ db: databases(env), space }, true);
  for (let i = 0; i < seeds.length; i += 500) {
    const changes = seeds.slice(i, i + 500).map(({ id, doc, created, updated, archived }) => ({
      before: null, events: [], after: { doc, row: { id, version: 1, doc: JSON.stringify(doc), created_at: created, updated_at: updated, archived_at: archived ? updated : null, merged_into: null } },
    }));
    await env.DATA.batch(planChanges(space, registry, changes).writes.map(({ sql, params }) => env.DATA.prepare(sql).bind(...params)));
  }
}

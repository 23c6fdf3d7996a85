// Many contacts at once, in the rows that the product writes, for tests of size.
import { env } from "cloudflare:workers";
import { emptyDocument } from "../src/contacts/patch";
import { sortKey } from "../src/contacts/normalize";
import { newId } from "../src/platform/id";
import type { Space } from "../src/platform/context";

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
  for (let i = 0; i < planted.length; i += 1_000) {
    const rows = planted.slice(i, i + 1_000).map((one) => {
      const doc = { ...emptyDocument({ type: "api" }), last_name: one.last || null, first_name: "P", emails: [{ value: one.email, label: null, primary: true, state: "unknown" }], phones: [{ value: one.phone, raw: one.phone, label: null, primary: true }] };
      return [one.id, JSON.stringify(doc), sortKey(one.last), one.created, one.updated, one.archived ? one.updated : null, one.email, one.phone];
    });
    const json = JSON.stringify(rows);
    const keys = (kind: string, at: number) =>
      env.DATA.prepare(
        `INSERT INTO contact_keys (space_id, kind, value, rid, live) SELECT ?1, ?2, value ->> ${at}, (SELECT rid FROM contacts WHERE id = value ->> 0), (value ->> 5) IS NULL FROM json_each(?3)`,
      ).bind(space.id, kind, json);
    await env.DATA.batch([
      env.DATA.prepare(
        `INSERT INTO contacts (id, space_id, version, doc, last_name_key, created_at, updated_at, archived_at)
          SELECT value ->> 0, ?1, 1, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5 FROM json_each(?2)`,
      ).bind(space.id, json),
      keys("email", 6),
      keys("phone", 7),
    ]);
  }
  return planted;
}

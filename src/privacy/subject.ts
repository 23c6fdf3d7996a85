// Who a request is about, and all contacts that are of them: live, archived and merged ones.
import type { ContactRow } from "../contacts/store";
import { COLUMNS } from "../contacts/store";
import type { DataCtx, Space } from "../platform/context";
import { isId } from "../platform/id";
import { e164, emailKey } from "../platform/normalize";
import { invalid } from "../platform/problems";
import { hash, PlainSecret } from "../platform/secret";
import { data } from "../platform/sql";
import { subjectTooBroad, type AddressIn, type SubjectIn, type SubjectJson } from "./schema";

/** In the form that is compared. */
export type Subject = readonly [kind: "email" | "phone" | "contact_id", value: string];

export const MAX_CONTACTS = 100;
/** Merges of merges. */
const MAX_ROUNDS = 10;

/** Throws 422. */
export const subjectIn = (space: Space, sent: SubjectIn): Subject => ("contact_id" in sent ? ["contact_id", sent.contact_id] : addressIn(space, sent, "/subject"));

/** Throws 422. `at`: what it stands in. */
export function addressIn(space: Space, sent: AddressIn, at: string): readonly [kind: "email" | "phone", value: string] {
  const [kind, value] = "email" in sent ? (["email", emailKey(sent.email)] as const) : (["phone", e164(sent.phone, space.defaultCountry)] as const);
  if (value === null) throw invalid([{ pointer: `${at}/${kind}`, code: `invalid_${kind}`, message: kind === "email" ? "not an e-mail address" : "not a phone number" }]);
  return [kind, value];
}

export function subjectOf(stored: string | null): Subject | null {
  const parsed: unknown = stored === null ? null : JSON.parse(stored);
  if (!Array.isArray(parsed)) return null;
  const [kind, value]: unknown[] = parsed;
  return typeof value === "string" && (kind === "email" || kind === "phone" || kind === "contact_id") ? [kind, value] : null;
}

export function subjectJson(stored: string | null): SubjectJson | null {
  const subject = subjectOf(stored);
  if (subject === null) return null;
  const [kind, value] = subject;
  return kind === "email" ? { email: value } : kind === "phone" ? { phone: value } : { contact_id: value };
}

/** What recognises a subject of a space and does not tell it. */
export const digestOf = (pepper: string, space: Space, [kind, value]: Subject): string => hash(pepper, new PlainSecret(`subject:${space.id}:${kind}:${value}`));

/** Throws `subject_too_broad` (409). */
export async function contactsOf(ctx: Pick<DataCtx, "db" | "space">, subject: Subject | null): Promise<ContactRow[]> {
  if (subject === null) return [];
  const [kind, value] = subject;
  const where = kind === "contact_id" ? "id = ?2" : "rid IN (SELECT rid FROM contact_keys WHERE space_id = ?1 AND kind = ?3 AND value = ?2)";
  if (kind === "contact_id" && !isId("contact", value)) return [];
  const first = data(`SELECT ${COLUMNS} FROM contacts WHERE space_id = ?1 AND ${where} LIMIT ${MAX_CONTACTS + 1}`, ctx.space.id, value, ...(kind === "contact_id" ? [] : [kind]));
  const all = new Map((await ctx.db.data.all<ContactRow>(first)).map((row) => [row.id, row]));
  for (let round = 0; round < MAX_ROUNDS && all.size > 0 && all.size <= MAX_CONTACTS; round += 1) {
    const before = all.size;
    const targets = [...all.values()].flatMap(({ merged_into: target }) => target ?? []);
    const merged = await ctx.db.data.all<ContactRow>(
      data(
        `SELECT ${COLUMNS} FROM contacts WHERE id IN (SELECT value FROM json_each(?2)) AND space_id = ?1
          UNION ALL SELECT ${COLUMNS} FROM contacts INDEXED BY contacts_merged_into WHERE merged_into IN (SELECT value FROM json_each(?3)) AND space_id = ?1 LIMIT ${2 * MAX_CONTACTS + 1}`,
        ctx.space.id, JSON.stringify(targets), JSON.stringify([...all.keys()]),
      ),
    );
    for (const row of merged) all.set(row.id, row);
    if (all.size === before) break;
  }
  if (all.size > MAX_CONTACTS) throw subjectTooBroad("Over 100 contacts are meant.", { limit: MAX_CONTACTS });
  return [...all.values()];
}

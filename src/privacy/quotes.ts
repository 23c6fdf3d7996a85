// What other rows may quote of a person who is erased, as JSON strings, and where they do: whole strings alone, so that a
// name or number inside another text is no match, and nothing that somebody who stays holds too.
import type { Fields } from "../contacts/indexes";
import { identitiesOf, type Identity } from "../contacts/indexes";
import { documentOf } from "../contacts/render";
import type { ContactRow } from "../contacts/store";
import { ERASED, type Quote } from "../contacts/traces";
import type { DataCtx } from "../platform/context";
import { isId } from "../platform/id";
import { emailKey } from "../platform/normalize";
import { data, type Statement } from "../platform/sql";
import type { Forgotten } from "../transfers/forget";
import type { Subject } from "./subject";

/** Those of the identities that no other contact of the space has, live or archived. */
export async function freeIdentities(ctx: Pick<DataCtx, "db" | "space">, contacts: readonly ContactRow[], fields: Fields): Promise<Identity[]> {
  const all = contacts.flatMap((row) => identitiesOf(documentOf(row), fields));
  const held = await ctx.db.data.all<{ kind: string; value: string }>(
    data(
      `SELECT DISTINCT k.kind, k.value FROM json_each(?2) sought CROSS JOIN contact_keys k ON k.space_id = ?1 AND k.kind = sought.value ->> 0 AND k.value = sought.value ->> 1
        WHERE k.rid NOT IN (SELECT value FROM json_each(?3))`,
      ctx.space.id, JSON.stringify(all.map(({ kind, value }) => [kind, value])), JSON.stringify(contacts.map(({ rid }) => rid)),
    ),
  );
  const taken = new Set(held.map(({ kind, value }) => `${kind}:${value}`));
  return all.filter(({ kind, value }) => !taken.has(`${kind}:${value}`));
}

/** The texts to look for, in lower case as SQLite makes it. */
export function quotedOf(subject: Subject | null, contacts: readonly ContactRow[], free: readonly Identity[]): string[] {
  const isFree = new Set(free.map(({ kind, value }) => `${kind}:${value}`));
  const written = contacts.flatMap((row) => {
    const { emails, phones, external_ids: ids } = documentOf(row);
    return [
      ...emails.filter(({ value }) => isFree.has(`email:${emailKey(value) ?? value}`)).map(({ value }) => JSON.stringify(value)),
      ...phones.filter(({ value }) => isFree.has(`phone:${value}`)).flatMap(({ value, raw }) => [JSON.stringify(value), JSON.stringify(raw)]),
      ...Object.entries(ids).filter(([system, value]) => isFree.has(`external_id:${system}:${value}`)).map(([system, value]) => `${JSON.stringify(system)}:${JSON.stringify(value)}`),
    ];
  });
  const names = [...contacts.map(({ id }) => id), ...free.map(({ value }) => value), ...(subject ? [subject[1]] : [])].map((text) => JSON.stringify(text));
  return [...new Set([...names, ...written].map(asciiLower))];
}

/** An id that somebody else's text may have by chance is none to look for in files. */
const LONG = 8;

/** The same texts as files may have them, told apart: ids of contacts, numbers, and what is long enough to be no word of anybody's. */
export function writtenIn(quoted: readonly string[]): Forgotten {
  const texts = quoted.map((one): string => String(JSON.parse(one.slice(one.lastIndexOf(':"') + 1))));
  const isContact = (text: string): boolean => isId("contact", text);
  const isPhone = (text: string): boolean => /^\+\d{7,15}$/.test(text);
  return { contacts: texts.filter(isContact), phones: texts.filter(isPhone), texts: texts.filter((text) => !isContact(text) && !isPhone(text) && (text.includes("@") || text.length >= LONG)) };
}

const asciiLower = (text: string): string => text.replaceAll(/[A-Z]+/g, (letters) => letters.toLowerCase());

/** Whether a row quotes any of them: the JSON array of texts is bound as `param`. */
const quotes = (texts: readonly string[], param: string): string =>
  `EXISTS (SELECT 1 FROM json_each(${param}) quoted WHERE ${texts.map((text) => `instr(lower(coalesce(${text}, '')), quoted.value) > 0`).join(" OR ")})`;

export const countQuoting = ({ table, texts, within }: Quote, space: number, quoted: readonly string[]): Statement<"data"> =>
  data(`SELECT count(*) AS n FROM ${table} WHERE ${within} AND ${quotes(texts, "?2")}`, space, JSON.stringify(quoted));

export const scrubQuoting = ({ table, texts, within, set }: Quote, space: number, quoted: readonly string[]): Statement<"data"> =>
  data(`UPDATE ${table} SET ${set} WHERE ${within} AND ${quotes(texts, "?2")}`, space, JSON.stringify(quoted));

export interface Hit {
  seq: number;
  subject: string;
  /** A contact that is not there any more: deleted, so all that is told of it was this person's. */
  gone: number;
}

/** The events of a stretch of the log, of one space, that quote the person. */
export const hitsIn = (org: string, space: number, after: number, until: number, quoted: readonly string[]): Statement<"data"> =>
  data(
    `SELECT seq, subject, subject GLOB 'con_*' AND NOT EXISTS (SELECT 1 FROM contacts c WHERE c.id = events.subject) AS gone
      FROM events WHERE org_id = ?1 AND seq > ?2 AND seq <= ?3 AND space_id = ?4 AND ${quotes(["changes", "data"], "?5")}`,
    org, after, until, space, JSON.stringify(quoted),
  );

const TOLD = `type <> 'contact.erased' AND (changes IS NOT NULL OR data IS NOT ${ERASED})`;
const ofHits = `((org_id = ?1 AND seq IN (SELECT value FROM json_each(?2))) OR subject IN (SELECT value FROM json_each(?3))) AND space_id = ?4 AND ${TOLD}`;
const paramsOf = (org: string, space: number, hits: readonly Hit[]) =>
  [org, JSON.stringify(hits.map(({ seq }) => seq)), JSON.stringify([...new Set(hits.filter(({ gone }) => gone === 1).map(({ subject }) => subject))]), space] as const;

export const countHits = (org: string, space: number, hits: readonly Hit[]): Statement<"data"> => data(`SELECT count(*) AS n FROM events WHERE ${ofHits}`, ...paramsOf(org, space, hits));
export const scrubHits = (org: string, space: number, hits: readonly Hit[]): Statement<"data"> =>
  data(`UPDATE events SET changes = NULL, data = ${ERASED} WHERE ${ofHits}`, ...paramsOf(org, space, hits));

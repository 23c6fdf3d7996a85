// What is there of the contacts that rows may be of: in the space, and, for a dry run, by what its rows so far would have made.
import type { Kept } from "../../contacts/changes";
import { kept } from "../../contacts/contacts";
import type { Changed } from "../../contacts/drafts";
import { identitiesOf } from "../../contacts/indexes";
import { readChangeable, readHolders, type ContactRow, type Holder } from "../../contacts/store";
import { readSuppressed } from "../../contacts/suppressions";
import type { Registry } from "../../fields/registry";
import type { DataCtx, Space } from "../../platform/context";
import { data, inPieces, type Statement } from "../../platform/sql";
import { soughtOf, type Known, type Standing } from "./rows";

const MAX_HOLDERS = 20_000;
const MAX_CONTACTS = 1_000;

/** Thrown for more rows than one look can take: fewer at a time will do. */
class TooMany extends Error {}

/** Throws where the rows are of too many contacts for one slice, unless it is but one row. */
export async function standingOf(ctx: DataCtx, rows: readonly Known[], matchOn: readonly string[], dry: string | null): Promise<Standing> {
  const sought = rows.flatMap((row) => [...row.identities.filter(({ kind }) => kind !== "phone"), ...soughtOf(row, matchOn).flatMap(({ decisive }) => decisive)]);
  const identities = [...new Map(sought.map((one) => [`${one.kind}:${one.value}`, one])).values()];
  const held = identities.length === 0 ? [] : await readHolders(ctx, identities, MAX_HOLDERS);
  const drafted = dry === null ? NO_DRAFTS : await readDrafts(ctx, dry, identities, [...held.map(({ id }) => id), ...rows.flatMap(({ id }) => id ?? [])]);
  const holders = [...held.filter(({ id }) => !drafted.docs.has(id)), ...drafted.holders];
  // Who shares a phone comes last: of many only one who is found by something else can be meant.
  const ids = [...new Set([...rows.flatMap(({ id }) => id ?? []), ...[...holders.filter(({ kind }) => kind !== "phone"), ...holders].map(({ id }) => id)])];
  if (ids.length > MAX_CONTACTS && rows.length > 1) throw new TooMany(`${ids.length} contacts`);
  const there = ids.length === 0 ? { rows: [], restricted: new Set<string>() } : await readChangeable(ctx, ids.slice(0, MAX_CONTACTS));
  const contacts = new Map(there.rows.map((row): [string, Kept] => [row.id, kept(row)]));
  for (const [id, { doc, version }] of drafted.docs) contacts.set(id, kept({ ...(contacts.get(id)?.row ?? unborn(id)), doc, version }));
  return { holders, contacts, restricted: there.restricted, suppressed: await readSuppressed(ctx, reachable(rows)) };
}

const reachable = (rows: readonly Known[]) => [...new Map(rows.flatMap(({ identities }) => identities.filter(({ kind }) => kind !== "external_id")).map((one) => [`${one.kind}:${one.value}`, one])).values()];

const unborn = (id: string): ContactRow => ({ rid: 0, id, version: 0, doc: "", last_name_key: "", created_at: 0, updated_at: 0, archived_at: null, merged_into: null });

interface Drafts {
  readonly docs: ReadonlyMap<string, { readonly doc: string; readonly version: number }>;
  readonly holders: readonly Holder[];
}
const NO_DRAFTS: Drafts = { docs: new Map(), holders: [] };

async function readDrafts({ db, space }: DataCtx, job: string, identities: readonly { kind: string; value: string }[], named: readonly string[]): Promise<Drafts> {
  const holders = await db.data.all<Holder>(
    data(
      `SELECT k.contact_id AS id, k.kind, k.value FROM json_each(?1) AS sought
        CROSS JOIN import_draft_keys AS k ON k.job_id = ?2 AND k.kind = sought.value ->> 0 AND k.value = sought.value ->> 1 WHERE k.space_id = ?3 LIMIT ?4`,
      JSON.stringify(identities.map(({ kind, value }) => [kind, value])), job, space.id, MAX_HOLDERS,
    ),
  );
  const ids = [...new Set([...holders.map(({ id }) => id), ...named])];
  const docs = await db.data.all<{ id: string; doc: string; version: number }>(
    data(
      "SELECT d.contact_id AS id, d.doc, d.version FROM json_each(?1) AS one CROSS JOIN import_drafts AS d ON d.job_id = ?2 AND d.contact_id = one.value WHERE d.space_id = ?3 LIMIT ?4",
      JSON.stringify(ids), job, space.id, MAX_HOLDERS,
    ),
  );
  return { docs: new Map(docs.map(({ id, ...draft }) => [id, draft])), holders };
}

/** What a dry run remembers of changes that it does not make. */
export function keepDrafts(space: Space, job: string, registry: Registry, changes: readonly Changed[]): Statement<"data">[] {
  if (changes.length === 0) return [];
  const rows = changes.map(({ after }) => after);
  const keys = rows.flatMap(({ row, doc }) => identitiesOf(doc, registry.fields).map(({ kind, value }) => [kind, value, row.id]));
  return [
    data("DELETE FROM import_draft_keys INDEXED BY import_draft_keys_of_contact WHERE job_id = ? AND contact_id IN (SELECT value FROM json_each(?)) AND space_id = ?", job, JSON.stringify(rows.map(({ row }) => row.id)), space.id),
    ...inPieces(rows, ({ row }) => [row.id, row.version, row.doc]).map((json) =>
      data("INSERT OR REPLACE INTO import_drafts (job_id, space_id, contact_id, version, doc) SELECT ?1, ?2, value ->> 0, value ->> 1, value ->> 2 FROM json_each(?3)", job, space.id, json),
    ),
    ...inPieces(keys, (key) => key).map((json) =>
      data("INSERT OR IGNORE INTO import_draft_keys (job_id, space_id, kind, value, contact_id) SELECT ?1, ?2, value ->> 0, value ->> 1, value ->> 2 FROM json_each(?3)", job, space.id, json),
    ),
  ];
}

const FORGOTTEN = 2_000;

/** Forgets a part of what a dry run remembered. */
export const forgetDrafts = (job: string): Statement<"data">[] =>
  [
    "DELETE FROM import_draft_keys WHERE (job_id, kind, value, contact_id) IN (SELECT job_id, kind, value, contact_id FROM import_draft_keys WHERE job_id = ?1 LIMIT ?2)",
    "DELETE FROM import_drafts WHERE rowid IN (SELECT rowid FROM import_drafts WHERE job_id = ?1 LIMIT ?2)",
  ].map((sql) => data(sql, job, FORGOTTEN));

export const draftsLeft = async ({ db }: Pick<DataCtx, "db">, job: string): Promise<boolean> =>
  (await db.data.first(data("SELECT 1 AS one FROM import_drafts WHERE job_id = ?1 UNION ALL SELECT 1 FROM import_draft_keys WHERE job_id = ?1 LIMIT 1", job))) !== null;

/** Jobs in turn that left drafts and will not go on. */
export const readLeftBy = ({ db }: Pick<DataCtx, "db">): Promise<{ job: string } | null> =>
  db.data.first(
    data(
      `WITH RECURSIVE left_by(job) AS (SELECT min(job_id) FROM import_draft_keys UNION ALL SELECT (SELECT min(job_id) FROM import_draft_keys WHERE job_id > left_by.job) FROM left_by WHERE left_by.job IS NOT NULL LIMIT 200)
        SELECT job FROM left_by WHERE job IS NOT NULL AND NOT EXISTS (SELECT 1 FROM jobs WHERE id = job AND state IN ('queued', 'running', 'paused')) LIMIT 1`,
    ),
  );

// What a gate needs to know of its key, read from D1: the truth that it is a copy of.
import { control, type Database, type Statement } from "../platform/sql";
import { limitsOf, limitsOfKey, type Limits, type Plan } from "./plans";

export interface KeyFacts {
  readonly key: string;
  readonly org: string;
  readonly environment: string;
  readonly status: string;
  readonly epoch: number;
  readonly limits: Limits;
  readonly lastUsedAt: number | null;
}

interface Row {
  id: string;
  org_id: string;
  environment: string;
  status: string;
  epoch: number;
  limits: string | null;
  synchronous: number;
  last_used_at: number | null;
  plan: Plan;
  org_limits: string | null;
}

const COLUMNS = `k.id, k.org_id, k.environment, k.status, k.epoch, k.limits, k.synchronous, k.last_used_at, o.plan, o.limits AS org_limits`;

const factsOf = (row: Row): KeyFacts => ({
  key: row.id,
  org: row.org_id,
  environment: row.environment,
  status: row.status,
  epoch: row.epoch,
  limits: limitsOfKey(limitsOf(row.plan, row.org_limits), row.limits, row.synchronous === 1),
  lastUsedAt: row.last_used_at,
});

export async function readFacts(database: Database<"control">, key: string): Promise<KeyFacts | null> {
  const row = await database.first<Row>(control(`SELECT ${COLUMNS} FROM keys k JOIN organizations o ON o.id = k.org_id WHERE k.id = ?`, key));
  return row && factsOf(row);
}

const PUSHED = "FROM gate_pushes p JOIN keys k ON k.id = p.key_id JOIN organizations o ON o.id = k.org_id";

/** Facts of up to 500 keys of an organization (or, `null`, of any) whose gates wait to be told. */
export async function readPushes(database: Database<"control">, org: string | null): Promise<KeyFacts[]> {
  const rows = await database.all<Row>(
    org === null
      ? control(`SELECT ${COLUMNS} ${PUSHED} ORDER BY p.key_id LIMIT 500`)
      : control(`SELECT ${COLUMNS} ${PUSHED} WHERE p.org_id = ? LIMIT 500`, org),
  );
  return rows.map(factsOf);
}

/** Strikes off the pushes that these gates have taken in; one raised again meanwhile stays. */
export const acknowledge = (taken: readonly KeyFacts[]): Statement<"control"> =>
  control(
    "DELETE FROM gate_pushes WHERE (key_id, epoch) IN (SELECT value ->> 0, value ->> 1 FROM json_each(?))",
    JSON.stringify(taken.map(({ key, epoch }) => [key, epoch])),
  );

const AGAIN = "ON CONFLICT (key_id) DO UPDATE SET epoch = excluded.epoch, created_at = excluded.created_at";
const LIVING = "status IN ('unclaimed', 'active', 'paused')";

/** The statements that make a change of an organization true for all of its keys: part of the batch that makes it. */
export const raiseOrganization = (org: string, now: number): Statement<"control">[] => raise("org_id = ?2", org, now);
/** The same for one key, whatever its status became. */
export const raiseKey = (key: string, now: number): Statement<"control">[] => [
  control("UPDATE keys SET epoch = epoch + 1 WHERE id = ?", key),
  control(`INSERT INTO gate_pushes (key_id, org_id, epoch, created_at) SELECT id, org_id, epoch, ?1 FROM keys WHERE id = ?2 ${AGAIN}`, now, key),
];
/** The same for the keys that a member is responsible for. */
export const raiseOwner = (member: string, now: number): Statement<"control">[] => raise("owner_id = ?2", member, now);

const raise = (where: string, value: string, now: number): Statement<"control">[] => [
  // The version too: what such a change makes of a key is in its JSON (effective scopes, limits).
  control(`UPDATE keys SET epoch = epoch + 1, version = version + 1 WHERE ${where.replace("?2", "?1")} AND ${LIVING}`, value),
  control(`INSERT INTO gate_pushes (key_id, org_id, epoch, created_at) SELECT id, org_id, epoch, ?1 FROM keys WHERE ${where} AND ${LIVING} ${AGAIN}`, now, value),
];

export const touchKey = (key: string, at: number, from: string | null): Statement<"control"> =>
  control("UPDATE keys SET last_used_at = ?2, last_used_from = ?3 WHERE id = ?1 AND coalesce(last_used_at, 0) < ?2", key, at, from);

// What a gate needs to know of its key, read from D1: the truth that it is a copy of.
import { control, type Database, type Statement } from "../platform/sql";
import { isId } from "../platform/id";
import { limitsOf, limitsOfKey, OF_MEMBERS, type Limits, type Plan } from "./plans";

export interface KeyFacts {
  /** The id of the key, or of the member. */
  readonly key: string;
  readonly isKey: boolean;
  readonly org: string;
  readonly environment: string;
  /** Of a location key: where its refusals are counted. */
  readonly location?: string | null;
  readonly status: string;
  readonly epoch: number;
  readonly limits: Limits;
  /** How far the clock of its environment is ahead of the true time. */
  readonly aheadMs?: number;
}

interface Row {
  id: string;
  org_id: string;
  environment: string;
  location_id: string | null;
  status: string;
  epoch: number;
  limits: string | null;
  contract: string | null;
  synchronous: number;
  plan: Plan;
  org_limits: string | null;
  sandbox_ahead: number;
}

const COLUMNS = `k.id, k.org_id, k.environment, k.location_id, k.status, k.epoch, k.limits, k.contract, k.synchronous, o.plan, o.limits AS org_limits, o.sandbox_ahead`;

const factsOf = (row: Row): KeyFacts => ({
  key: row.id,
  isKey: true,
  org: row.org_id,
  environment: row.environment,
  location: row.location_id,
  status: row.status,
  epoch: row.epoch,
  limits: limitsOfKey(limitsOf(row.plan, row.org_limits), row.contract, row.limits, row.synchronous === 1),
  aheadMs: row.environment === "sandbox" ? row.sandbox_ahead : 0,
});

export async function readFacts(database: Database<"control">, key: string): Promise<KeyFacts | null> {
  if (isId("member", key)) return readMember(database, key);
  const row = await database.first<Row>(control(`SELECT ${COLUMNS} FROM keys k JOIN organizations o ON o.id = k.org_id WHERE k.id = ?`, key));
  return row && factsOf(row);
}

/** A member's gate: whether the session holds is asked of D1 on every request, so its epoch never changes. */
async function readMember(database: Database<"control">, member: string): Promise<KeyFacts | null> {
  const row = await database.first<{ org_id: string }>(control("SELECT org_id FROM members WHERE id = ?", member));
  return row && { key: member, isKey: false, environment: "live", org: row.org_id, status: "active", epoch: 1, limits: OF_MEMBERS };
}

/** CROSS: from the few that wait to their keys, never the other way round. */
const PUSHED = "FROM gate_pushes p CROSS JOIN keys k ON k.id = p.key_id CROSS JOIN organizations o ON o.id = k.org_id";

/** Gates to be told: of an organization, of these keys, or (null) all that wait. */
export type Waiting = { readonly org: string } | { readonly keys: readonly string[] } | null;

/** Facts of up to 500 keys whose gates wait to be told. */
export async function readPushes(database: Database<"control">, of: Waiting): Promise<KeyFacts[]> {
  const [where, value] =
    of === null ? ["?1 IS NULL", null] : "org" in of ? ["p.org_id = ?1", of.org] : ["p.key_id IN (SELECT value FROM json_each(?1))", JSON.stringify(of.keys)];
  const rows = await database.all<Row>(control(`SELECT ${COLUMNS} ${PUSHED} WHERE ${where} ORDER BY p.key_id LIMIT 500`, value));
  return rows.map(factsOf);
}

/** Strikes off the pushes that these gates have taken in; one raised again meanwhile stays. */
export const acknowledge = (taken: readonly KeyFacts[]): Statement<"control"> =>
  control(
    "DELETE FROM gate_pushes WHERE (key_id, epoch) IN (SELECT value ->> 0, value ->> 1 FROM json_each(?))",
    JSON.stringify(taken.map(({ key, epoch }) => [key, epoch])),
  );

const AGAIN = "ON CONFLICT (key_id) DO UPDATE SET epoch = excluded.epoch, created_at = excluded.created_at";
/** Keys that have not come to their end, those that wait to be claimed among them. */
export const LIVING = "status IN ('unclaimed', 'active', 'paused')";

/** The statements that make a change of an organization true for all of its keys: part of the batch that makes it. */
export const raiseOrganization = (org: string, now: number): Statement<"control">[] => raise("org_id = ?2", org, now);
/** The same for these keys, whatever their status became. */
export const raiseKeys = (keys: readonly string[], now: number): Statement<"control">[] => [
  control("UPDATE keys SET epoch = epoch + 1 WHERE id IN (SELECT value FROM json_each(?))", JSON.stringify(keys)),
  control(
    `INSERT INTO gate_pushes (key_id, org_id, epoch, created_at)
      SELECT id, org_id, epoch, ?1 FROM keys WHERE id IN (SELECT value FROM json_each(?2)) ${AGAIN}`,
    now,
    JSON.stringify(keys),
  ),
];
/** The same for the sandbox keys of an organization: their clock, which is none of their own members. */
export const raiseSandbox = (org: string, now: number): Statement<"control">[] => [
  control(`UPDATE keys SET epoch = epoch + 1 WHERE org_id = ? AND environment = 'sandbox' AND ${LIVING}`, org),
  control(
    `INSERT INTO gate_pushes (key_id, org_id, epoch, created_at)
      SELECT id, org_id, epoch, ?1 FROM keys WHERE org_id = ?2 AND environment = 'sandbox' AND ${LIVING} ${AGAIN}`,
    now,
    org,
  ),
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

export const touchSecrets = (used: readonly (readonly [digest: string, at: number])[]): Statement<"control"> =>
  control(
    `UPDATE key_secrets SET last_used_at = max(coalesce(last_used_at, 0), (SELECT value ->> 1 FROM json_each(?1) WHERE value ->> 0 = digest))
      WHERE digest IN (SELECT value ->> 0 FROM json_each(?1))`,
    JSON.stringify(used),
  );

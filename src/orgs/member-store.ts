// Members and what hangs on them: reads run, writes are returned.
import { LIVING } from "../limits/store";
import type { Guard } from "../platform/commit";
import { control, type Database, type Statement } from "../platform/sql";
import type { Role } from "./roles";

export interface MemberRow {
  id: string;
  org_id: string;
  email: string;
  name: string;
  role: Role;
  version: number;
  created_at: number;
  updated_at: number;
  user_id: string | null;
  invite_digest: string | null;
  invite_expires_at: number | null;
  removed_at: number | null;
}

/** A member with what their user, their keys and the other owners say of them. */
export interface FoundMemberRow extends MemberRow {
  two_factor: number | null;
  keys: number;
  /** Owners who would remain: who has joined is replaced only by who has. */
  other_owners: number;
}

const OTHER_OWNERS = `SELECT count(*) FROM members o WHERE o.org_id = m.org_id AND o.role = 'owner' AND o.removed_at IS NULL
  AND o.id <> m.id AND (o.user_id IS NOT NULL OR m.user_id IS NULL)`;
const FOUND = `SELECT m.*, u.two_factor_enabled AS two_factor, (SELECT count(*) FROM keys WHERE owner_id = m.id AND ${LIVING}) AS keys,
  (${OTHER_OWNERS}) AS other_owners FROM members m LEFT JOIN users u ON u.id = m.user_id`;

export const readMember = (database: Database<"control">, org: string, id: string): Promise<FoundMemberRow | null> =>
  database.first(control(`${FOUND} WHERE m.org_id = ? AND m.id = ? AND m.removed_at IS NULL`, org, id));

/** Also one who was removed. */
export const readByEmail = (database: Database<"control">, org: string, email: string): Promise<FoundMemberRow | null> =>
  database.first(control(`${FOUND} WHERE m.org_id = ? AND m.email = ?`, org, email));

export const readByInvite = (database: Database<"control">, digest: string): Promise<(FoundMemberRow & { organization: string }) | null> =>
  database.first(
    control(`SELECT f.*, o.name AS organization FROM (${FOUND} WHERE m.invite_digest = ? AND m.removed_at IS NULL) f JOIN organizations o ON o.id = f.org_id`, digest),
  );

export interface MemberFilter {
  readonly role?: Role | undefined;
  readonly status?: "invited" | "active" | undefined;
}

/** In the order of ids. */
export const listMembers = (database: Database<"control">, org: string, { role, status }: MemberFilter, after: string, limit: number): Promise<FoundMemberRow[]> =>
  database.all(
    control(
      `${FOUND} WHERE m.org_id = ?1 AND m.removed_at IS NULL AND m.id > ?2 AND (?3 IS NULL OR m.role = ?3)
        AND (?4 IS NULL OR (m.user_id IS NOT NULL) = (?4 = 'active')) ORDER BY m.id LIMIT ?5`,
      org, after, role ?? null, status ?? null, limit,
    ),
  );

export const insertMember = (row: MemberRow): Statement<"control"> =>
  control(
    `INSERT INTO members (id, org_id, email, name, role, version, created_at, updated_at, user_id, invite_digest, invite_expires_at)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    row.id, row.org_id, row.email, row.name, row.role, row.version, row.created_at, row.updated_at, row.user_id, row.invite_digest, row.invite_expires_at,
  );

export const updateMember = (row: MemberRow): Statement<"control"> =>
  control(
    `UPDATE members SET name = ?, role = ?, version = ?, updated_at = ?, user_id = ?, invite_digest = ?, invite_expires_at = ?, removed_at = ?
      WHERE org_id = ? AND id = ?`,
    row.name, row.role, row.version, row.updated_at, row.user_id, row.invite_digest, row.invite_expires_at, row.removed_at, row.org_id, row.id,
  );

/** Holds while the member is as it was read. */
export const unchanged = ({ id, version }: MemberRow): Guard<"control"> => ({ database: "control", sql: "SELECT version = ? FROM members WHERE id = ?", params: [version, id] });

/** Holds while another owner remains beside this one. */
export const ownerRemains = ({ id }: MemberRow): Guard<"control"> => ({ database: "control", sql: `SELECT (${OTHER_OWNERS}) > 0 FROM members m WHERE m.id = ?`, params: [id] });

/** What a hand-over of keys needs of each. */
export interface HeldKeyRow {
  id: string;
  name: string;
  last4: string;
  environment: "live" | "sandbox";
  location_id: string | null;
  status: string;
  version: number;
}

/** The living keys that a member is responsible for. */
export const heldKeys = (database: Database<"control">, member: string, limit: number): Promise<HeldKeyRow[]> =>
  database.all(control(`SELECT id, name, last4, environment, location_id, status, version FROM keys WHERE owner_id = ? AND ${LIVING} ORDER BY id LIMIT ?`, member, limit));

/** Holds while the member has these keys as they were read, and no other. */
export const holds = (member: string, keys: readonly HeldKeyRow[]): Guard<"control"> => ({
  database: "control",
  sql: `SELECT count(*) = ?2 AND sum(EXISTS (SELECT 1 FROM json_each(?3) one WHERE one.value ->> 0 = keys.id AND one.value ->> 1 = keys.version)) IS nullif(?2, 0)
    FROM keys WHERE owner_id = ?1 AND ${LIVING}`,
  params: [member, keys.length, JSON.stringify(keys.map(({ id, version }) => [id, version]))],
});

export const handOver = (keys: readonly HeldKeyRow[], to: string, now: number): Statement<"control"> =>
  control(
    "UPDATE keys SET owner_id = ?, version = version + 1, updated_at = ? WHERE id IN (SELECT value FROM json_each(?))",
    to, now, JSON.stringify(keys.map(({ id }) => id)),
  );

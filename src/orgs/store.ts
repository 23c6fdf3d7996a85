// Organizations and who belongs to them: reads run, writes are returned.
import type { Plan } from "../limits/plans";
import type { Guard } from "../platform/commit";
import { control, type Database, type Statement } from "../platform/sql";
import type { Role } from "./roles";

export interface OrganizationRow {
  id: string;
  name: string;
  plan: Plan;
  limits: string | null;
  api_enabled: number;
  api_granted: number;
  archived_retention_days: number | null;
  version: number;
  created_at: number;
  updated_at: number;
}

export const readOrganization = (database: Database<"control">, org: string): Promise<OrganizationRow | null> =>
  database.first<OrganizationRow>(control("SELECT * FROM organizations WHERE id = ?", org));

export const insertOrganization = (row: OrganizationRow): Statement<"control"> =>
  control(
    "INSERT INTO organizations (id, name, plan, limits, api_enabled, api_granted, archived_retention_days, version, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    row.id, row.name, row.plan, row.limits, row.api_enabled, row.api_granted, row.archived_retention_days, row.version, row.created_at, row.updated_at,
  );

export const updateOrganization = (row: OrganizationRow): Statement<"control"> =>
  control(
    "UPDATE organizations SET name = ?, plan = ?, api_enabled = ?, archived_retention_days = ?, version = ?, updated_at = ? WHERE id = ?",
    row.name, row.plan, row.api_enabled, row.archived_retention_days, row.version, row.updated_at, row.id,
  );

export interface MembershipRow {
  /** Of the member. */
  id: string;
  role: Role;
  org_id: string;
  organization: string;
  sandbox_ahead: number;
}

const MEMBERSHIPS = "SELECT m.id, m.role, m.org_id, o.name AS organization, o.sandbox_ahead FROM members m JOIN organizations o ON o.id = m.org_id WHERE m.user_id = ?1 AND m.removed_at IS NULL";

/** Where a user is a member: in one organization, or (`null`) in up to two of them. */
export const readMemberships = (database: Database<"control">, user: string, org: string | null): Promise<MembershipRow[]> =>
  database.all<MembershipRow>(control(`${MEMBERSHIPS} AND (?2 IS NULL OR m.org_id = ?2) LIMIT 2`, user, org));

/** In the order of the members' ids. */
export const listMemberships = (database: Database<"control">, user: string, after: string, limit: number): Promise<MembershipRow[]> =>
  database.all<MembershipRow>(control(`${MEMBERSHIPS} AND m.id > ?2 ORDER BY m.id LIMIT ?3`, user, after, limit));

const OWNED = "SELECT count(*) FROM members WHERE user_id = ?1 AND role = 'owner' AND removed_at IS NULL";

/** How many organizations a user owns. */
export const countOwned = async (database: Database<"control">, user: string): Promise<number> =>
  (await database.first<{ n: number }>(control(`SELECT (${OWNED}) AS n`, user)))?.n ?? 0;

/** Holds while that is below a limit. */
export const ownsFewerThan = (user: string, limit: number): Guard<"control"> => ({ database: "control", sql: `SELECT (${OWNED}) < ?2`, params: [user, limit] });

export interface SignedRow {
  /** Of the user. */
  id: string;
  email: string;
  name: string;
  role: Role;
  organization: string;
}

/** The user who signs in as a member, and what of. */
export const readSigned = (database: Database<"control">, member: string): Promise<SignedRow | null> =>
  database.first<SignedRow>(
    control(
      "SELECT u.id, u.email, u.name, m.role, o.name AS organization FROM members m JOIN users u ON u.id = m.user_id JOIN organizations o ON o.id = m.org_id WHERE m.id = ?",
      member,
    ),
  );

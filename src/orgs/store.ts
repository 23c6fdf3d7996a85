// Organizations, locations and members: reads run, writes are returned.
import type { Plan } from "../limits/plans";
import { control, type Database, type Statement } from "../platform/sql";
import type { Role } from "./roles";

export interface OrganizationRow {
  id: string;
  name: string;
  plan: Plan;
  limits: string | null;
  api_enabled: number;
  api_granted: number;
  version: number;
  created_at: number;
  updated_at: number;
}

export const readOrganization = (database: Database<"control">, org: string): Promise<OrganizationRow | null> =>
  database.first<OrganizationRow>(control("SELECT * FROM organizations WHERE id = ?", org));

export const insertOrganization = (row: OrganizationRow): Statement<"control"> =>
  control(
    "INSERT INTO organizations (id, name, plan, limits, api_enabled, api_granted, version, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
    row.id, row.name, row.plan, row.limits, row.api_enabled, row.api_granted, row.version, row.created_at, row.updated_at,
  );

export const updateOrganization = (row: OrganizationRow): Statement<"control"> =>
  control(
    "UPDATE organizations SET name = ?, plan = ?, api_enabled = ?, version = ?, updated_at = ? WHERE id = ?",
    row.name, row.plan, row.api_enabled, row.version, row.updated_at, row.id,
  );

export interface LocationRow {
  id: string;
  org_id: string;
  name: string;
  default_country: string;
  live_space: number;
  sandbox_space: number;
}

/** A location, with the next two space numbers taken in the same batch. */
export const insertLocation = (row: Omit<LocationRow, "live_space" | "sandbox_space">, now: number): Statement<"control">[] => [
  control("UPDATE space_numbers SET last = last + 2 WHERE only = 1"),
  control(
    `INSERT INTO locations (id, org_id, name, default_country, live_space, sandbox_space, created_at, updated_at)
      SELECT ?1, ?2, ?3, ?4, last - 1, last, ?5, ?5 FROM space_numbers WHERE only = 1`,
    row.id, row.org_id, row.name, row.default_country, now,
  ),
];

export const readLocation = (database: Database<"control">, org: string, id: string): Promise<LocationRow | null> =>
  database.first<LocationRow>(control("SELECT * FROM locations WHERE org_id = ? AND id = ?", org, id));

export interface MemberRow {
  id: string;
  org_id: string;
  email: string;
  name: string;
  role: Role;
}

export const insertMember = (row: MemberRow, now: number): Statement<"control"> =>
  control(
    "INSERT INTO members (id, org_id, email, name, role, created_at, updated_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6)",
    row.id, row.org_id, row.email, row.name, row.role, now,
  );

export const updateRole = (org: string, member: string, role: Role, now: number): Statement<"control"> =>
  control("UPDATE members SET role = ?, version = version + 1, updated_at = ? WHERE org_id = ? AND id = ?", role, now, org, member);

export const readMember = (database: Database<"control">, org: string, id: string): Promise<(MemberRow & { version: number }) | null> =>
  database.first(control("SELECT id, org_id, email, name, role, version FROM members WHERE org_id = ? AND id = ?", org, id));

export interface MembershipRow {
  member_id: string;
  role: Role;
  org_id: string;
  organization: string;
}

/** Where a user is a member: in one organization, or (`null`) in up to `limit` of them. */
export const readMemberships = (database: Database<"control">, user: string, org: string | null, limit: number): Promise<MembershipRow[]> =>
  database.all<MembershipRow>(
    control(
      `SELECT m.id AS member_id, m.role, m.org_id, o.name AS organization FROM members m JOIN organizations o ON o.id = m.org_id
        WHERE m.user_id = ?1 AND m.removed_at IS NULL ${org === null ? "" : "AND m.org_id = ?3"} ORDER BY m.org_id LIMIT ?2`,
      user, limit, ...(org === null ? [] : [org]),
    ),
  );

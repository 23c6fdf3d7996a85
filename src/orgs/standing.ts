// What a member may at this moment, by the database and no cache: for work that goes on after its request.
import { control, type Database } from "../platform/sql";
import type { Scope } from "../platform/scopes";
import { ROLE_SCOPES, type Role } from "./roles";

/** Nothing, for who was removed or never was one. */
export async function memberScopes(database: Database<"control">, org: string, member: string): Promise<readonly Scope[]> {
  const row = await database.first<{ role: Role }>(control("SELECT role FROM members WHERE org_id = ? AND id = ? AND removed_at IS NULL", org, member));
  return row ? ROLE_SCOPES[row.role] : [];
}

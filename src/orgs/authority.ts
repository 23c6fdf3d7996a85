// Who may change what belongs to the organization as a whole: no sandbox key, no key of some locations, and nobody what a
// higher role than their own has.
import type { OrgCtx } from "../platform/context";
import { roleAboveOwn } from "./member-problems";
import { reachesAll } from "./reach";
import { outranks, type Role } from "./roles";
import { narrowedKey, sandboxKey } from "./schema";

/** Throws `sandbox_key`, `narrowed_key` (403). A member is one whatever environment the console shows. */
export function checkWhole({ principal }: Pick<OrgCtx, "principal">): void {
  if (principal.key && principal.environment === "sandbox") throw sandboxKey("Sandbox keys can't change the organization.");
  if (!reachesAll(principal)) throw narrowedKey("This key does not reach all locations.");
}

/** Throws `role_above_own` (403) where one of these roles is above the caller's: of who is changed, or what is given. */
export function checkRank({ principal }: Pick<OrgCtx, "principal">, ...roles: readonly Role[]): void {
  const above = roles.find((role) => outranks(role, principal.owner.role));
  if (above) throw roleAboveOwn(`This needs the role ${above}.`, { role: above });
}

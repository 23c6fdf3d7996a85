// What a caller can give to a key: nothing that it has not got itself.
import { outranks, type Role } from "../orgs/roles";
import type { OrgCtx } from "../platform/context";
import { reaches, reachesAll } from "../orgs/reach";
import { notGrantable } from "./problems";
import { effectiveScopes, expand } from "./scopes";
import type { ListedKeyRow } from "./store";

/** Throws `not_grantable` (403) for scopes that the caller lacks, and from a key always for `keys:write`. */
export function checkScopes({ principal }: OrgCtx, scopes: readonly string[]): void {
  const lacking = expand(scopes).filter((scope) => (scope === "keys:write" && principal.key !== null) || !principal.effective.includes(scope));
  if (lacking.length > 0) throw notGrantable(`This caller can't give ${lacking.join(", ")}.`, { scopes: lacking });
}

/** Throws `not_grantable` (403) for locations beyond the caller's reach; null means all of them. */
export function checkLocations({ principal }: OrgCtx, locations: readonly string[] | null): void {
  const beyond = locations === null ? !reachesAll(principal) : !locations.every((one) => reaches(principal, one));
  if (beyond) throw notGrantable("This caller does not reach all of these locations.", { location_ids: locations });
}

/** What a role may beyond scopes would come with a member of a higher one. */
export function checkOwner({ principal }: OrgCtx, role: Role): void {
  if (outranks(role, principal.owner.role)) throw notGrantable(`This caller can't give the powers of an ${role}.`, { role });
}

/** The scopes that a change brings: new in the key's own, or woken by the role of another member. */
export function gained(before: ListedKeyRow, after: ListedKeyRow): string[] {
  const more = (of: (row: ListedKeyRow) => readonly string[]) => of(after).filter((scope) => !of(before).includes(scope));
  return [...more(({ scopes }) => expand(scopes.split(" "))), ...more(({ scopes, role }) => effectiveScopes(scopes.split(" "), role))];
}

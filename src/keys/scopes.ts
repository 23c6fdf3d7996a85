// Scopes of keys: what `x:*` stands for, and what is left after the role of the responsible member.
import { ROLE_SCOPES, type Role } from "../orgs/roles";
import { isScope, SCOPES, type Scope } from "../platform/scopes";

const RESOURCES = [...new Set(SCOPES.map((scope) => scope.split(":")[0]))];
/** What may be written in a key's scopes. */
export const GRANTABLE: readonly string[] = [...SCOPES, ...RESOURCES.map((resource) => `${resource}:*`)];

/** The scopes themselves: `contacts:*` is every scope of contacts; `keys:*` never is `keys:write`. */
export function expand(scopes: readonly string[]): Scope[] {
  const all = scopes.flatMap((scope): Scope[] => {
    if (isScope(scope)) return [scope];
    const resource = scope.endsWith(":*") ? scope.slice(0, -1) : null;
    return resource === null ? [] : SCOPES.filter((one) => one.startsWith(resource) && one !== "keys:write");
  });
  return SCOPES.filter((scope) => all.includes(scope));
}

/** A key's scopes, cut down to what the role of its responsible member allows now. */
export const effectiveScopes = (scopes: readonly string[], role: Role): Scope[] =>
  expand(scopes).filter((scope) => ROLE_SCOPES[role].includes(scope));

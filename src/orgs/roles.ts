// What each role allows its members, and so the keys that they are responsible for.
import { SCOPES, type Scope } from "../platform/scopes";

/** From the least to the most. */
export const ROLES = ["viewer", "member", "admin", "owner"] as const;
export type Role = (typeof ROLES)[number];

export const outranks = (one: string, other: string): boolean =>
  ROLES.findIndex((role) => role === one) > ROLES.findIndex((role) => role === other);

/** Who decides on requests, and is told what concerns the organization. */
export const isAdmin = (role: string): boolean => role === "admin" || role === "owner";

const VIEWER: readonly Scope[] = ["contacts:read", "activities:read", "usage:read", "reports:read", "events:read", "org:read"];
const MEMBER: readonly Scope[] = [
  ...VIEWER,
  "contacts:write", "tags:write", "lists:write", "activities:write", "consents:write", "imports:write",
];

/** The plan and the organization's deletion are the owner's beyond scopes: see `orgs.update`. */
export const ROLE_SCOPES: Record<Role, readonly Scope[]> = { viewer: VIEWER, member: MEMBER, admin: SCOPES, owner: SCOPES };

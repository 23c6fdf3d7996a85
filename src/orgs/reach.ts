// What a caller reaches: whether it may do what an operation demands, and the space that a call picks.
import type { Demand, Io } from "../platform/access";
import type { OrgCtx, Principal, Space } from "../platform/context";
import { isId } from "../platform/id";
import type { Problem } from "../platform/problem";
import { notFound } from "../platform/problems";
import { spaceOf } from "./location-store";
import { insufficientScope, keyRequired, locationRequired, sandboxOnly as ofSandbox, sessionRequired } from "./problems";

/** Why this caller may not do what is demanded, or null. */
export function unfit(principal: Principal, { by, sandboxOnly, scope }: Demand): Problem | null {
  if (by === "session" && principal.key) return sessionRequired("A key can't do this.");
  if (by === "key" && !principal.key) return keyRequired("A session can't do this.");
  if (sandboxOnly && principal.environment !== "sandbox") return ofSandbox("This is a caller of live data.");
  return scope === "any" ? null : missing(principal, scope);
}

/** Why this caller may not do what `scope` allows, or null. */
export function missing(principal: Principal, scope: string): Problem | null {
  if (principal.effective.includes(scope)) return null;
  const headers: Record<string, string> = principal.key ? { "WWW-Authenticate": `Bearer realm="connectkit", error="insufficient_scope", scope="${scope}"` } : {};
  return insufficientScope(`This needs \`${scope}\`.`, { required: scope, granted: principal.effective }, headers);
}

/** Whether a caller is not narrowed away from a location. */
export const reaches = (principal: Principal, location: string): boolean =>
  principal.space ? principal.space.location === location : principal.locations === null || principal.locations.includes(location);

/** Whether a caller reaches all locations, also those to come. */
export const reachesAll = (principal: Principal): boolean => principal.space === null && principal.locations === null;

/**
 * The locations that a caller sees of what belongs to the organization, null for all, or the one that it asks for. Throws
 * 404 for one out of its reach and for another tenant's.
 */
export async function locationsSeen(ctx: OrgCtx, asked: string | undefined): Promise<readonly string[] | null> {
  const { principal } = ctx;
  if (asked === undefined) return principal.space ? [principal.space.location] : principal.locations;
  const known = reaches(principal, asked) && (principal.space !== null || (await spaceOf(ctx, ctx.org, asked, principal.environment)) !== null);
  if (!known) throw notFound("No such location within the reach of this caller.");
  return [asked];
}

/** The space that `ConnectKit-Location` picks. Throws `location_required` (400), 404. */
export async function locate(principal: Principal, location: string | null, io: Io): Promise<Space> {
  if (principal.space) {
    if (location === null || location === principal.space.location) return principal.space;
    throw notFound("No such location within the reach of this key.");
  }
  if (location === null) throw locationRequired("Pick a location with `ConnectKit-Location`.");
  const space = isId("location", location) && reaches(principal, location) ? await spaceFor(principal, location, io) : null;
  if (!space) throw notFound("No such location within the reach of this caller.");
  return space;
}

/** The spaces that a caller has picked, as long as its principal lives: whatever changes them raises its epoch. */
const spaces = new WeakMap<Principal, Map<string, Space>>();

async function spaceFor(principal: Principal, location: string, io: Io): Promise<Space | null> {
  const picked = spaces.get(principal) ?? new Map<string, Space>();
  spaces.set(principal, picked);
  const cached = picked.get(location);
  if (cached) return cached;
  const space = await spaceOf(io, principal.organization, location, principal.environment);
  if (space) picked.set(location, space);
  return space;
}

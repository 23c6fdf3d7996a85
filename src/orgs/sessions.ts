// A member's session as a caller: who signed in, in which of their organizations, with what their role allows now. Read
// anew on every request, so that a sign-out, a removal or another role is true for the next one.
import { addressOf } from "../limits/address";
import { guard, stillRefused } from "../limits/guards";
import type { Io } from "../platform/access";
import type { Environment, MemberPrincipal, Person } from "../platform/context";
import { invalidHeader, notFound } from "../platform/problems";
import { isSameOrigin } from "../platform/origin";
import { bringsSession, personOf } from "./people";
import { foreignOrigin, noMembership, notSignedIn, organizationRequired } from "./problems";
import { ROLE_SCOPES } from "./roles";
import { isId } from "../platform/id";
import * as store from "./store";

export interface SessionCredential {
  readonly headers: Headers;
  readonly organization: string | null;
  readonly environment: Environment;
}

/** The session in a request, by its form alone; null: none. Throws 400, 403. */
export function sessionIn(request: Request, io: Io): SessionCredential | null {
  if (!bringsSession(request.headers)) return null;
  checkOrigin(request, io);
  const environment = request.headers.get("ConnectKit-Environment") ?? "live";
  if (environment !== "live" && environment !== "sandbox") {
    throw invalidHeader("`ConnectKit-Environment` can't be read.", { errors: [{ header: "ConnectKit-Environment", code: "malformed", message: "`live` or `sandbox`" }] });
  }
  return { headers: request.headers, organization: request.headers.get("ConnectKit-Organization"), environment };
}

/** Throws `foreign_origin` (403): a cookie comes along whoever made the browser send the request. */
function checkOrigin(request: Request, io: Pick<Io, "origin">): void {
  if (!isSameOrigin(request, io.origin)) throw foreignOrigin("A session counts only for requests of this server's own pages.");
}

/** Who signed in, whatever the organization. Throws 401, 403, 429, 503. */
export async function person(request: Request, io: Io): Promise<Person> {
  if (!bringsSession(request.headers)) throw notSignedIn("Nobody is signed in.");
  checkOrigin(request, io);
  const found = await signedIn(io, request.headers);
  await guard(io.env, "person", found.user);
  return found;
}

/** Whose session it is. Many that don't hold, from one address, are not looked up for a while. Throws 401, 429. */
async function signedIn(io: Io, headers: Headers): Promise<Person> {
  const address = addressOf(io.ip);
  stillRefused("session", address);
  const found = await personOf(io, headers);
  if (found) return found;
  await guard(io.env, "session", address);
  throw notSignedIn("The session has ended.");
}

/** The member that a session is in its organization. Throws 400, 401, 403, 404. */
export async function memberPrincipal({ headers, organization, environment }: SessionCredential, io: Io): Promise<MemberPrincipal> {
  const found = await signedIn(io, headers);
  if (organization !== null && !isId("organization", organization)) throw notFound("No such organization.");
  const [membership, another] = await store.readMemberships(io.db.control, found.user, organization);
  if (!membership || another) {
    // No gate stands before what ends here.
    await guard(io.env, "person", found.user);
    if (another) throw organizationRequired("You are a member of several organizations.");
    throw organization === null ? noMembership("You are no member of any organization.") : notFound("No such organization.");
  }
  return {
    id: membership.id,
    organization: membership.org_id,
    environment,
    space: null,
    locations: null,
    effective: ROLE_SCOPES[membership.role],
    owner: { id: membership.id, role: membership.role },
    epoch: 1,
    aheadMs: environment === "sandbox" ? membership.sandbox_ahead : 0,
    key: null,
  };
}

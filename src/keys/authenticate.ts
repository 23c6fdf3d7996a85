// Who calls. The credential is judged by its form without I/O; what the key *is* comes from the isolate, KV or D1;
// that it *may* is never cached: the gate is asked with the principal's epoch on every request.
import { spaceOf } from "../orgs/orgs";
import type { Access, Credential, Demand, Io } from "../platform/access";
import { SECOND } from "../platform/clock";
import type { Principal, Space } from "../platform/context";
import { isId } from "../platform/id";
import { memo } from "../platform/memo";
import type { Problem } from "../platform/problem";
import { notFound } from "../platform/problems";
import { hash, PlainSecret, type HashedSecret } from "../platform/secret";
import { isAllowed } from "./cidr";
import { ANYWHERE, isWellFormed } from "./format";
import * as known from "./principals";
import {
  ambiguousCredentials, apiDisabled, insufficientScope, ipNotAllowed, keyExpired, keyInBrowser, keyInUrl, keyPaused, locationRequired,
  malformedKey, missingKey, secretRetired, tooManyUnknownKeys,
} from "./problems";

export interface KeyCredential extends Credential {
  readonly digest: HashedSecret;
  /** The challenges that a 401 answers with. */
  readonly challenge: string;
}

type Authentication = Pick<Access<KeyCredential>, "credential" | "principal" | "refusal" | "locate">;

export const authentication: Authentication = {
  async credential(request, given, io) {
    // As it is read, not as it is written: `%5F` is an underscore too.
    if ([...given].some((parameter) => ANYWHERE.test(parameter.join()))) throw keyInUrl("A key stands in the query string.");
    const { texts, basic } = textsOf(request.headers);
    const challenge = challengeOf(basic);
    const headers = { "WWW-Authenticate": challenge };
    const [text] = texts;
    if (text === undefined) throw missingKey("This operation needs an API key.", {}, headers);
    if (texts.some((other) => other !== text)) throw ambiguousCredentials("The request bears two credentials that differ.");
    const digest = digestOf(io.env.KEY_PEPPER)(text);
    if (!digest) throw malformedKey("This is not a whole key.", {}, headers);
    return { digest, challenge };
  },

  async principal(credential, io, fresh) {
    const cached = fresh ? null : known.remembered(credential.digest);
    if (cached) return cached;
    if (isShut(io)) throw tooManyUnknownKeys("Too many keys that don't work came from this address.", {}, { "Retry-After": "10" });
    const found = await known.find(credential.digest, io, fresh);
    if ("principal" in found) return found.principal;
    await countUnknown(io);
    throw found.refusal("This key does not work.", {}, { "WWW-Authenticate": credential.challenge });
  },

  refusal,

  async locate(principal, location, io) {
    if (principal.space) {
      if (location === null || location === principal.space.location) return principal.space;
      throw notFound("No such location within the reach of this key.");
    }
    if (location === null) throw locationRequired("Pick a location with `ConnectKit-Location`.");
    const space = isId("location", location) && reaches(principal, location) ? await spaceFor(principal, location, io) : null;
    if (!space) throw notFound("No such location within the reach of this key.");
    return space;
  },
};

const MAX_DIGESTS = 5_000;

/**
 * The digest of what was presented, null for what is not a whole key. The isolate, which sees the keys in any case,
 * remembers those in use: to hash one costs as much as all the rest of authentication.
 */
const digestOf = memo(1, (pepper) =>
  memo(MAX_DIGESTS, (text: string): HashedSecret | null => (isWellFormed(text) ? hash(pepper, new PlainSecret(text)) : null)),
);

/** Whether an agency key is not narrowed away from a location. */
export const reaches = (principal: Principal, location: string): boolean =>
  principal.space ? principal.space.location === location : principal.locations === null || principal.locations.includes(location);

function refusal(principal: Principal, request: Request, demand: Demand, io: Io): Problem | null {
  const { secret, expiresAt, status, environment } = principal;
  const challenge = () => ({ "WWW-Authenticate": challengeOf(textsOf(request.headers).basic) });
  if (expiresAt !== null && expiresAt <= io.now) return keyExpired(`The key ••••${principal.key.last4} has expired.`, {}, challenge());
  if (secret.state === "previous" && secret.retiresAt !== null && secret.retiresAt <= io.now) {
    return secretRetired(`The key ••••${principal.key.last4} has a newer secret.`, {}, challenge());
  }
  if (environment === "live" && isFromBrowser(request)) return keyInBrowser("A live key was sent by a page in a browser.");
  if (status === "paused") return keyPaused(`The key ••••${principal.key.last4} is paused.`);
  if (environment === "live" && !principal.apiEnabled) return apiDisabled("The organization has its API switched off.");
  if (principal.allowedIps.length > 0 && !isAllowed(io.ip, principal.allowedIps)) return ipNotAllowed("This key does not work from this address.");
  const { scope } = demand;
  return scope === "any" ? null : missing(principal, scope);
}

/** Why this principal may not do what `scope` allows, or null. */
export function missing(principal: Principal, scope: string): Problem | null {
  if (principal.effective.includes(scope)) return null;
  const headers = { "WWW-Authenticate": `Bearer realm="connectkit", error="insufficient_scope", scope="${scope}"` };
  return insufficientScope(`This needs \`${scope}\`.`, { required: scope, granted: principal.effective }, headers);
}

/** Node's own fetch sends `Sec-Fetch-Mode`, so that alone tells nothing. */
const isFromBrowser = ({ headers }: Request): boolean =>
  headers.has("Origin") || headers.has("Sec-Fetch-Site") || headers.has("Sec-Fetch-Dest");

function textsOf(headers: Headers): { texts: string[]; basic: boolean } {
  const texts: string[] = [];
  const [, scheme = "", value = ""] = /^(\S+)(?:\s+(.*))?$/.exec(headers.get("Authorization")?.trim() ?? "") ?? [];
  const basic = scheme.toLowerCase() === "basic";
  if (scheme.toLowerCase() === "bearer") texts.push(value);
  else if (basic) texts.push(fromBasic(value));
  else if (headers.has("Authorization")) texts.push("");
  const bare = headers.get("X-API-Key")?.trim();
  if (bare !== undefined) texts.push(bare);
  return { texts, basic };
}

/** The key as password of any user name, or as user name of an empty password; a trailing `|0` or `|1` is a mode that means nothing here. */
function fromBasic(value: string): string {
  try {
    const decoded = atob(value);
    const colon = decoded.indexOf(":");
    const [user, password] = colon < 0 ? [decoded, ""] : [decoded.slice(0, colon), decoded.slice(colon + 1)];
    return (password || user).replace(/\|[01]$/, "");
  } catch {
    return "";
  }
}

const challengeOf = (basic: boolean): string => (basic ? 'Bearer realm="connectkit", Basic realm="connectkit", charset="UTF-8"' : 'Bearer realm="connectkit"');

/** The spaces that an agency key has picked, as long as its principal lives: whatever changes them raises its epoch. */
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

/** Addresses whose unknown keys are not looked up for a while: a flood must not reach the databases. */
const shut = new Map<string, number>();
const SHUT_MS = 10 * SECOND;
const MAX_SHUT = 10_000;

const isShut = ({ ip, now }: Io): boolean => (shut.get(ip ?? "") ?? 0) > now;

async function countUnknown({ env, ip, now }: Io): Promise<void> {
  const { success } = await env.FLOOD.limit({ key: ip ?? "" });
  if (success) return;
  if (shut.size >= MAX_SHUT) shut.clear();
  shut.set(ip ?? "", now + SHUT_MS);
}

// Which key calls. The credential is judged by its form without I/O; what the key *is* comes from the isolate, KV or D1;
// that it *may* is never cached: the gate is asked with the principal's epoch on every request.
import { unfit } from "../orgs/reach";
import type { Demand, Io } from "../platform/access";
import { rfc3339 } from "../platform/clock";
import type { KeyPrincipal } from "../platform/context";
import { memo } from "../platform/memo";
import type { Problem, ProblemThrower } from "../platform/problem";
import type { Given } from "../platform/query";
import { hash, PlainSecret, type HashedSecret } from "../platform/secret";
import { isAllowed } from "./cidr";
import { exposed, exposedIn } from "./exposure";
import { countUnknown, isShut } from "./floods";
import { ANYWHERE, isWellFormed } from "./format";
import * as known from "./principals";
import {
  ambiguousCredentials, apiDisabled, ipNotAllowed, keyExpired, keyInBrowser, keyInUrl, keyPaused, malformedKey, missingKey, secretRetired,
  tooManyUnknownKeys, unknownKey,
} from "./problems";

export interface KeyCredential {
  readonly digest: HashedSecret;
  /** The challenges that a 401 answers with. */
  readonly challenge: string;
}

/** The key in a request, by its form alone; null: none. Throws 400, 401. */
export function keyIn(request: Request, given: Given, io: Io): KeyCredential | null {
  // As it is read, not as it is written: `%5F` is an underscore too.
  const inUrl = [...given].map((parameter) => parameter.join()).filter((text) => ANYWHERE.test(text));
  if (inUrl.length > 0) {
    exposedIn(io, inUrl);
    throw keyInUrl("A key stands in the query string.");
  }
  const { texts, basic } = textsOf(request.headers);
  const [text] = texts;
  if (text === undefined) return null;
  const challenge = challengeOf(basic);
  if (texts.some((other) => other !== text)) throw ambiguousCredentials("The request bears two credentials that differ.");
  const digest = digestOf(io.env.KEY_PEPPER)(text);
  if (!digest) throw malformedKey("This is not a whole key.", {}, { "WWW-Authenticate": challenge });
  return { digest, challenge };
}

export const noKey = (): Problem => missingKey("This operation needs an API key.", {}, { "WWW-Authenticate": challengeOf(false) });

/** What the key is; `fresh`: from D1. Throws 401, 429. */
export async function keyPrincipal(credential: KeyCredential, io: Io, fresh: boolean): Promise<KeyPrincipal> {
  const cached = fresh ? null : known.remembered(credential.digest);
  if (cached && !lapsed(cached, io)) return cached;
  if (isShut(io)) throw tooManyUnknownKeys("Too many keys that don't work came from this address.", {}, { "Retry-After": "10" });
  const first = await known.find(credential.digest, io, fresh);
  // A cache may not know that the rotation was canceled: what it refuses is asked of D1.
  const found = "principal" in first && !fresh && lapsed(first.principal, io) ? await known.find(credential.digest, io, true) : first;
  const refused = "principal" in found ? lapsed(found.principal, io) : found.refusal;
  if ("principal" in found && !refused) return found.principal;
  await countUnknown(io);
  throw (refused ?? unknownKey)("This key does not work.", {}, { "WWW-Authenticate": credential.challenge });
}

/** What has come to its end by itself opens nothing: it takes no token and is no use of the key. */
function lapsed({ expiresAt, secret, aheadMs }: KeyPrincipal, io: Pick<Io, "now">): ProblemThrower | null {
  const now = io.now + aheadMs;
  if (expiresAt !== null && expiresAt <= now) return keyExpired;
  return secret.state === "previous" && secret.retiresAt !== null && secret.retiresAt <= now ? secretRetired : null;
}

/** What the answers to an old secret tell. */
export const retiring = ({ secret }: KeyPrincipal): Record<string, string> =>
  secret.state === "previous" && secret.retiresAt !== null ? { "ConnectKit-Secret-Retires": rfc3339(secret.retiresAt) } : {};

const MAX_DIGESTS = 5_000;

/**
 * The digest of what was presented, null for what is not a whole key. The isolate, which sees the keys in any case,
 * remembers those in use: to hash one costs as much as all the rest of authentication.
 */
const digestOf = memo(1, (pepper) =>
  memo(MAX_DIGESTS, (text: string): HashedSecret | null => (isWellFormed(text) ? hash(pepper, new PlainSecret(text)) : null)),
);

/** Why this key may not make this request, or null. */
export function keyRefusal(principal: KeyPrincipal, request: Request, demand: Demand, io: Io): Problem | null {
  const { status, environment } = principal;
  const ended = lapsed(principal, io);
  if (ended) return ended(`The key ••••${principal.key.last4} does not work any more.`, {}, { "WWW-Authenticate": challengeOf(textsOf(request.headers).basic) });
  if (environment === "live" && isFromBrowser(request)) {
    exposed(io, principal.key.id, "browser");
    return keyInBrowser("A live key was sent by a page in a browser.");
  }
  if (status === "paused") return keyPaused(`The key ••••${principal.key.last4} is paused.`);
  if (environment === "live" && !principal.apiEnabled) return apiDisabled("The organization has its API switched off.");
  if (principal.allowedIps.length > 0 && !isAllowed(io.ip, principal.allowedIps)) return ipNotAllowed("This key does not work from this address.");
  return unfit(principal, demand);
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

// Browsers in which the right password of an account was given before. They have a guard of their own, so that whoever
// guesses from many addresses locks out no owner who comes back. What the cookie holds signs nobody in.
import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import type { Io } from "../../platform/access";
import { DAY, SECOND } from "../../platform/clock";

const COOKIE = /(?:^|;\s*)(?:__Secure-)?connectkit\.known=([\w-]{22})\.([\w-]{43})(?:;|$)/;
const MAX_AGE_SECONDS = (365 * DAY) / SECOND;

/** The name of the browser, when it is known to this account; else null. */
export function knownTo(account: string, headers: Headers, { env }: Pick<Io, "env">): string | null {
  const [, name = "", proof = ""] = COOKIE.exec(headers.get("Cookie") ?? "") ?? [];
  if (name === "") return null;
  return timingSafeEqual(Buffer.from(proof), Buffer.from(proofOf(env.AUTH_SECRET, account, name))) ? name : null;
}

/** The line that makes a browser known to this account; by then AUTH_SECRET is known to be there. */
export function markKnown(account: string, { env, origin }: Pick<Io, "env" | "origin">): string {
  const name = randomBytes(16).toString("base64url");
  const secure = origin.startsWith("https:");
  const value = `${name}.${proofOf(env.AUTH_SECRET, account, name)}`;
  return `${secure ? "__Secure-" : ""}connectkit.known=${value}; Max-Age=${MAX_AGE_SECONDS}; Path=/api/auth; HttpOnly;${secure ? " Secure;" : ""} SameSite=Lax`;
}

const proofOf = (secret: string, account: string, name: string): string => createHmac("sha256", secret).update(`known:${name}:${account}`).digest("base64url");

// A link to a file that needs no key: it says which file and until when, under a signature.
import { createHmac, timingSafeEqual } from "node:crypto";
import { DAY } from "../../platform/clock";
import type { Env } from "../../env";

const LINK_MS = DAY;

/** The last part of a link to the file of an export, and its end (ms). */
export function signed({ KEY_PEPPER }: Pick<Env, "KEY_PEPPER">, id: string, now: number): { readonly token: string; readonly until: number } {
  const until = now + LINK_MS;
  const claim = `${id}.${until.toString(36)}`;
  return { token: `${claim}.${signatureOf(KEY_PEPPER, claim)}`, until };
}

/** The id of the export that a token is of; null: it is none of ours, or its time is over. */
export function verified({ KEY_PEPPER }: Pick<Env, "KEY_PEPPER">, token: string, now: number): string | null {
  const [id = "", until = "", signature = ""] = token.split(".");
  const [given, due] = [Buffer.from(signature), Buffer.from(signatureOf(KEY_PEPPER, `${id}.${until}`))];
  const isOurs = given.length === due.length && timingSafeEqual(given, due);
  return isOurs && Number.parseInt(until, 36) > now ? id : null;
}

const signatureOf = (pepper: string, claim: string): string => createHmac("sha256", pepper).update(`export link ${claim}`).digest("base64url");

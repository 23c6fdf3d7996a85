// The door to people: who a session cookie stands for. Nothing beyond it knows better-auth, and nothing of that is
// evaluated before somebody comes with a session.
import type { Io } from "../platform/access";
import type { Person } from "../platform/context";
import { control, type Database } from "../platform/sql";
import { cookiesFor, withOurs } from "./sign-in/cookies";
import { auth } from "./sign-in/loaded";
import { problemFor } from "./sign-in/problems";

const SESSION_COOKIE = /(?:^|;\s*)(?:__Secure-)?connectkit\.session_token=/;

/** Whether a request brings a session, by its form alone. */
export const bringsSession = (headers: Headers): boolean => SESSION_COOKIE.test(headers.get("Cookie") ?? "");

/**
 * Whose session the cookie is, or null. Sets nothing: a session is prolonged by `/api/auth/get-session` alone. A cookie
 * counts only where `isSameOrigin` holds; that is the caller's to ask.
 */
export async function personOf(io: Pick<Io, "env" | "db" | "origin" | "requestId">, headers: Headers): Promise<Person | null> {
  if (!bringsSession(headers)) return null;
  const { authOf } = await auth();
  const found = await authOf(io).api.getSession({ headers: withOurs(io.origin, headers), query: { disableRefresh: true } });
  if (!found) return null;
  const { session, user } = found;
  return { user: user.id, email: user.email, name: user.name, session: session.id };
}

/** Whose second factor a request is about: the signed in person's, or that of a sign-in which waits for it. */
export async function accountAsked(io: Pick<Io, "env" | "db" | "origin" | "requestId">, headers: Headers): Promise<string | null> {
  const person = await personOf(io, headers);
  if (person) return person.user;
  // Its signature is checked where it counts; here it only picks the account whose guard is asked.
  const pending = /^[\w-]+/.exec(cookiesFor(io.origin, headers.get("Cookie")).get("two_factor") ?? "")?.[0];
  if (!pending) return null;
  const { authOf } = await auth();
  const { internalAdapter } = await authOf(io).$context;
  return (await internalAdapter.findVerificationValue(pending))?.value ?? null;
}

export interface NewPerson {
  readonly email: string;
  readonly name: string;
  readonly password: string;
}

/** Makes a user with a password and answers its id; signs nobody in. Throws `email_taken` (409). */
export async function signUp(io: Pick<Io, "env" | "db" | "requestId">, { email, name, password }: NewPerson): Promise<string> {
  const { authOf, isAPIError } = await auth();
  try {
    const { user } = await authOf({ ...io, origin: "http://localhost" }).api.signUpEmail({ body: { email, name, password } });
    await revokeSessions(io, user.id);
    return user.id;
  } catch (error) {
    throw isAPIError(error) ? problemFor(error.statusCode, error.body?.code, error.body?.message) : error;
  }
}

interface SessionRow {
  readonly id: string;
  readonly ip_address: string | null;
  readonly user_agent: string | null;
  readonly created_at: number;
  readonly updated_at: number;
  readonly expires_at: number;
}

/** The sessions of a user that still count, the newest first. */
export const sessionsOf = ({ db }: Pick<Io, "db">, user: string, now: number): Promise<SessionRow[]> =>
  db.control.all<SessionRow>(
    control("SELECT id, ip_address, user_agent, created_at, updated_at, expires_at FROM sessions WHERE user_id = ? AND expires_at > ? ORDER BY id DESC", user, now),
  );

/** Ends sessions of a user: all of them, that one, or all but that one. The next request that comes with one has none. */
export async function revokeSessions({ db }: Pick<Io, "db">, user: string, which: { only?: string; but?: string } = {}): Promise<void> {
  await db.control.all(
    control("DELETE FROM sessions WHERE user_id = ?1 AND id = coalesce(?2, id) AND id IS NOT ?3", user, which.only ?? null, which.but ?? null),
  );
}

/** Deletes sessions, or what waits to be proven, whose time is over: at most `limit` rows. Answers how many. */
export async function purgeLapsed(database: Database<"control">, table: "sessions" | "verifications", now: number, limit: number): Promise<number> {
  return (await database.all(control(`DELETE FROM ${table} WHERE id IN (SELECT id FROM ${table} WHERE expires_at < ? LIMIT ?) RETURNING id`, now, limit))).length;
}

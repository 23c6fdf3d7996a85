// The list of what /api/auth answers: method, path, the members that a body may have (others are left out), refusals.
import * as z from "zod";
import type { Io } from "../platform/access";
import { rfc3339 } from "../platform/clock";
import type { ProblemThrower } from "../platform/problem";
import { COMMON, WITH_BODY } from "../platform/problems";
import { PASSWORD } from "./password";
import type { Person } from "../platform/context";
import { personOf,  revokeSessions,  sessionsOf } from "./people";
import * as problems from "./sign-in-problems";

export const PREFIX = "/api/auth";

export interface Operation {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly body: z.ZodType<object>;
  readonly problems: readonly ProblemThrower[];
  /** Ours; without it the operation is the library's of this path. */
  readonly run?: (io: Io, headers: Headers, body: object | undefined) => Promise<unknown>;
}

const nothing = z.object({});
const password = z.string().min(1).max(PASSWORD.max);
const newPassword = z.string().min(PASSWORD.min).max(PASSWORD.max);
const email = z.email().max(254);
const name = z.string().trim().min(1).max(200);
const code = z.string().trim().min(1).max(64);
const id = z.string().min(1).max(64);
const rememberMe = z.boolean().optional();

const get = (path: string, ...own: ProblemThrower[]): Operation => ({ method: "GET", path, body: nothing, problems: [...COMMON, problems.foreignOrigin, ...own] });
const post = (path: string, body: z.ZodType<object>, ...own: ProblemThrower[]): Operation => ({
  method: "POST", path, body, problems: [...COMMON, ...WITH_BODY, problems.foreignOrigin, problems.refused, ...own],
});

const { emailTaken, invalidCode, invalidCredentials, notSignedIn, passkeyRefused, secondFactorState, sessionNotFresh, signInExpired, wrongPassword } = problems;

export const OPERATIONS: readonly Operation[] = [
  post("/sign-up/email", z.object({ email, name, password: newPassword, rememberMe }), emailTaken),
  post("/sign-in/email", z.object({ email, password, rememberMe }), invalidCredentials),
  post("/sign-out", nothing),
  get("/get-session"),
  { ...get("/list-sessions", notSignedIn), run: (io, headers) => signedIn(io, headers, (person) => list(io, person)) },
  { ...post("/revoke-session", z.union([z.object({ id }), z.object({ token: id })]), notSignedIn), run: (io, headers, body) => signedIn(io, headers, (person) => revokeOne(io, person, body)) },
  { ...post("/revoke-sessions", nothing, notSignedIn), run: (io, headers) => signedIn(io, headers, (person) => revoke(io, person, {})) },
  { ...post("/revoke-other-sessions", nothing, notSignedIn), run: (io, headers) => signedIn(io, headers, (person) => revoke(io, person, { but: person.session })) },
  post("/change-password", z.object({ currentPassword: password, newPassword, revokeOtherSessions: z.boolean().default(true) }), notSignedIn, wrongPassword),
  post("/update-user", z.object({ name }), notSignedIn),
  post("/two-factor/enable", z.object({ password }), notSignedIn, wrongPassword, secondFactorState),
  post("/two-factor/disable", z.object({ password }), notSignedIn, wrongPassword),
  post("/two-factor/get-totp-uri", z.object({ password }), notSignedIn, wrongPassword, secondFactorState),
  post("/two-factor/verify-totp", z.object({ code }), invalidCode, signInExpired, secondFactorState),
  post("/two-factor/verify-backup-code", z.object({ code }), invalidCode, signInExpired, secondFactorState),
  post("/two-factor/generate-backup-codes", z.object({ password }), notSignedIn, wrongPassword, secondFactorState),
  get("/passkey/generate-register-options", notSignedIn, sessionNotFresh),
  post("/passkey/verify-registration", z.object({ response: z.looseObject({}), name: name.optional() }), notSignedIn, sessionNotFresh, passkeyRefused),
  get("/passkey/generate-authenticate-options"),
  post("/passkey/verify-authentication", z.object({ response: z.looseObject({ id: z.string() }) }), passkeyRefused),
  get("/passkey/list-user-passkeys", notSignedIn),
  post("/passkey/delete-passkey", z.object({ id }), notSignedIn),
  post("/passkey/update-passkey", z.object({ id, name }), notSignedIn),
];

async function signedIn<T>(io: Io, headers: Headers, work: (person: Person) => Promise<T>): Promise<T> {
  const person = await personOf(io, headers);
  if (!person) throw notSignedIn("Not signed in.");
  return work(person);
}

async function list(io: Io, { user, session }: Person) {
  return (await sessionsOf(io, user, io.now)).map(({ id: one, ip_address, user_agent, created_at, updated_at, expires_at }) => ({
    id: one, token: one, userId: user, current: one === session, ipAddress: ip_address, userAgent: user_agent,
    createdAt: rfc3339(created_at), updatedAt: rfc3339(updated_at), expiresAt: rfc3339(expires_at),
  }));
}

/** The library's client says `token` for what names a session. */
const named = z.union([z.object({ id }), z.object({ token: id }).transform(({ token }) => ({ id: token }))]);

const revokeOne = (io: Io, person: Person, body: object | undefined) => revoke(io, person, { only: named.parse(body).id });

async function revoke(io: Io, { user }: Person, which: { only?: string; but?: string }) {
  await revokeSessions(io, user, which);
  return { status: true };
}

// The list of what /api/auth answers: method, path, the members that a body may have (others are left out), what guards it,
// and its refusals. Without a `run` the operation is the library's of that path.
import * as z from "zod";
import { tooManyAttempts } from "../../limits/guards";
import type { Io } from "../../platform/access";
import type { ProblemThrower } from "../../platform/problem";
import { COMMON, unavailable, WITH_BODY } from "../../platform/problems";
import { checkBody, line } from "../../platform/validate";
import { PASSWORD } from "./password";
import * as guards from "./guards";
import * as own from "./own";
import * as problems from "./problems";

export const PREFIX = "/api/auth";

/** A request to an operation, as far as operations look at it. */
export interface Call {
  readonly io: Io;
  readonly headers: Headers;
}

interface Work<B> {
  /** Throws 429, before anything costly. */
  readonly guard?: (call: Call, body: B) => Promise<void>;
  readonly run?: (call: Call, body: B) => Promise<unknown>;
  /** A cookie beside the library's, once it has answered with success. */
  readonly cookie?: (call: Call, body: B) => string;
}

interface Accepted {
  readonly body: object;
  readonly guard: (call: Call) => Promise<void>;
  readonly run: ((call: Call) => Promise<unknown>) | null;
  readonly cookie: ((call: Call) => string) | null;
}

export interface Operation {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly problems: readonly ProblemThrower[];
  /** Checks a body. Throws 422. */
  accept(body: unknown): Accepted;
}

function operation<B extends object>(method: Operation["method"], path: string, schema: z.ZodType<B>, refusals: readonly ProblemThrower[], { guard, run, cookie }: Work<B>): Operation {
  const common = [...COMMON, ...(method === "POST" ? WITH_BODY : []), problems.foreignOrigin];
  return {
    method,
    path,
    problems: [...common, ...(guard ? [tooManyAttempts, unavailable] : []), ...(run ? [] : [problems.refused]), ...refusals],
    accept(sent) {
      const body = checkBody(schema, sent);
      return { body, guard: async (call) => guard?.(call, body), run: run ? (call) => run(call, body) : null, cookie: cookie ? (call) => cookie(call, body) : null };
    },
  };
}

const nothing = z.object({});
const get = (path: string, refusals: readonly ProblemThrower[] = [], work: Work<object> = {}) => operation("GET", path, nothing, refusals, work);
const post = <B extends object>(path: string, body: z.ZodType<B>, refusals: readonly ProblemThrower[] = [], work: Work<B> = {}) => operation("POST", path, body, refusals, work);

const password = z.string().min(1).max(PASSWORD.max);
const newPassword = z.string().min(PASSWORD.min).max(PASSWORD.max);
const email = z.email().max(254);
const name = line(200);
const code = z.string().trim().min(1).max(64);
const id = z.string().min(1).max(64);
const rememberMe = z.boolean().optional();
/** The library's client says `token` for what names a session. */
const session = z.union([z.object({ id }), z.object({ token: id }).transform(({ token }) => ({ id: token }))]);

const { emailTaken, invalidCode, invalidCredentials, notSignedIn, passkeyRefused, secondFactorState, sessionNotFresh, signInExpired, wrongPassword } = problems;
const withPassword = [notSignedIn, wrongPassword];
const withCode = [invalidCode, signInExpired, secondFactorState];
const again = { guard: guards.passwordAgain };
const mine = { guard: guards.own };
const ceremony = { guard: guards.passkey };

export const OPERATIONS: readonly Operation[] = [
  post("/sign-up/email", z.object({ email, name, password: newPassword, rememberMe }), [emailTaken], { guard: guards.signUp, cookie: guards.remember }),
  post("/sign-in/email", z.object({ email, password, rememberMe }), [invalidCredentials], { guard: guards.signIn, cookie: guards.remember }),
  post("/sign-out", nothing),
  get("/get-session", [], mine),
  get("/list-sessions", [notSignedIn], { run: own.list, ...mine }),
  post("/revoke-session", session, [notSignedIn], { run: own.revokeOne, ...mine }),
  post("/revoke-sessions", nothing, [notSignedIn], { run: own.revokeAll, ...mine }),
  post("/revoke-other-sessions", nothing, [notSignedIn], { run: own.revokeOthers, ...mine }),
  post("/change-password", z.object({ currentPassword: password, newPassword, revokeOtherSessions: z.boolean().default(true) }), withPassword, again),
  post("/update-user", z.object({ name }), [notSignedIn], mine),
  post("/two-factor/enable", z.object({ password }), [...withPassword, secondFactorState], again),
  post("/two-factor/disable", z.object({ password }), withPassword, again),
  post("/two-factor/get-totp-uri", z.object({ password }), [...withPassword, secondFactorState], again),
  post("/two-factor/verify-totp", z.object({ code }), withCode, { guard: guards.totp }),
  post("/two-factor/verify-backup-code", z.object({ code }), withCode, { guard: guards.secondFactor }),
  post("/two-factor/generate-backup-codes", z.object({ password }), [...withPassword, secondFactorState], again),
  get("/passkey/generate-register-options", [notSignedIn, sessionNotFresh], ceremony),
  post("/passkey/verify-registration", z.object({ response: z.looseObject({}), name: name.optional() }), [notSignedIn, sessionNotFresh, passkeyRefused], ceremony),
  get("/passkey/generate-authenticate-options", [], ceremony),
  post("/passkey/verify-authentication", z.object({ response: z.looseObject({ id: z.string() }) }), [passkeyRefused], ceremony),
  get("/passkey/list-user-passkeys", [notSignedIn], mine),
  post("/passkey/delete-passkey", z.object({ id }), [notSignedIn], { run: own.deletePasskey, ...mine }),
  post("/passkey/update-passkey", z.object({ id, name }), [notSignedIn], { run: own.renamePasskey, ...mine }),
];

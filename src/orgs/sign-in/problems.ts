// Why a sign-in, or a change of how one signs in, is refused; and which of the library's refusals is which of ours.
import { tooManyAttempts } from "../../limits/guards";
import { problem, type Problem, type ProblemThrower } from "../../platform/problem";
import { foreignOrigin, notSignedIn } from "../problems";
import { internal, notFound, validationFailed } from "../../platform/problems";

export const invalidCredentials = problem({
  code: "invalid_credentials",
  status: 401,
  title: "E-mail or password is wrong",
  cause: "There is no account with this e-mail address and this password. Which of the two is wrong is not told.",
  cure: "Check both.",
});

export const wrongPassword = problem({
  code: "wrong_password",
  status: 403,
  title: "The password is wrong",
  cause: "What concerns the sign-in itself takes the current password again, and this is not it.",
  cure: "Check the password.",
});

export const sessionNotFresh = problem({
  code: "session_not_fresh",
  status: 403,
  title: "The session is too old for this",
  cause: "A new passkey can be added within a day of signing in.",
  cure: "Sign in again.",
});

export const emailTaken = problem({
  code: "email_taken",
  status: 409,
  title: "The e-mail address is taken",
  cause: "There is an account with this e-mail address.",
  cure: "Sign in to it, or use another address.",
});

export const invalidCode = problem({
  code: "invalid_code",
  status: 401,
  title: "The code is wrong",
  cause: "The code of the second factor is not the current one, or the backup code was never valid or has been used.",
  cure: "Take the current code of the authenticator, or a backup code that has not been used.",
});

export const signInExpired = problem({
  code: "sign_in_expired",
  status: 401,
  title: "Sign in from the start",
  cause: "The second factor was asked for over ten minutes ago, took too many attempts, or its cookie is missing.",
  cure: "Begin again with e-mail and password.",
});

export const secondFactorState = problem({
  code: "second_factor_state",
  status: 409,
  title: "Not in this state of the second factor",
  cause: "The second factor is on already, or it is off where it must be on.",
  cure: "Read the session: `user.twoFactorEnabled` says which.",
});

export const passkeyRefused = problem({
  code: "passkey_refused",
  status: 401,
  title: "The passkey is refused",
  cause: "The passkey is unknown here, its challenge is over five minutes old or was used, or its holder was not verified.",
  cure: "Ask for new options and try again.",
});

export const refused = problem({
  code: "refused",
  status: 400,
  title: "Refused",
  cause: "The request was understood and can't be carried out as it is; `detail` says why.",
  cure: "Mend what `detail` names.",
});

const FROM_LIBRARY: Readonly<Record<string, ProblemThrower>> = {
  INVALID_EMAIL_OR_PASSWORD: invalidCredentials,
  UNAUTHORIZED: notSignedIn,
  SESSION_EXPIRED: notSignedIn,
  SESSION_REQUIRED: notSignedIn,
  SESSION_NOT_FRESH: sessionNotFresh,
  INVALID_ORIGIN: foreignOrigin,
  MISSING_OR_NULL_ORIGIN: foreignOrigin,
  CROSS_SITE_NAVIGATION_LOGIN_BLOCKED: foreignOrigin,
  INVALID_PASSWORD: wrongPassword,
  USER_ALREADY_EXISTS: emailTaken,
  USER_ALREADY_EXISTS_USE_ANOTHER_EMAIL: emailTaken,
  INVALID_CODE: invalidCode,
  INVALID_BACKUP_CODE: invalidCode,
  INVALID_TWO_FACTOR_COOKIE: signInExpired,
  TOO_MANY_ATTEMPTS_REQUEST_NEW_CODE: signInExpired,
  TOTP_NOT_ENABLED: secondFactorState,
  TOTP_ALREADY_ENABLED: secondFactorState,
  TWO_FACTOR_NOT_ENABLED: secondFactorState,
  BACKUP_CODES_NOT_ENABLED: secondFactorState,
  CHALLENGE_NOT_FOUND: passkeyRefused,
  AUTHENTICATION_FAILED: passkeyRefused,
  PASSKEY_NOT_FOUND: passkeyRefused,
  FAILED_TO_VERIFY_REGISTRATION: passkeyRefused,
  YOU_ARE_NOT_ALLOWED_TO_REGISTER_THIS_PASSKEY: passkeyRefused,
  INVALID_EMAIL: validationFailed,
  PASSWORD_TOO_SHORT: validationFailed,
  PASSWORD_TOO_LONG: validationFailed,
  VALIDATION_ERROR: validationFailed,
};

/** Ten wrong codes in a row lock a second factor for a quarter of an hour. */
const LOCK_SECONDS = 900;

/** Our problem for a refusal of the library. */
export function problemFor(status: number, code: string | undefined, message: string | undefined): Problem {
  if (status === 404) return notFound("No such resource.");
  if (status === 429) return tooManyAttempts(message ?? "Too many attempts.", {}, { "Retry-After": String(LOCK_SECONDS) });
  const known = FROM_LIBRARY[code ?? ""];
  if (known) return known(message ?? known.type.title);
  if (status >= 500) return internal("Something failed in here.");
  if (status === 401) return notSignedIn("Not signed in.");
  return refused(message ?? "Refused.");
}

export { foreignOrigin, notSignedIn };

// better-auth, made once per request from the bindings. The heavy part: only the door (`people.ts`) and the way in
// (`sign-in.ts`) load it, and only when somebody signs in or is signed in.
import { passkey } from "@better-auth/passkey";
import { APIError } from "better-auth/api";
import { betterAuth } from "better-auth/minimal";
import { twoFactor } from "better-auth/plugins/two-factor";
import type { Io } from "../../platform/access";
import { DAY, SECOND } from "../../platform/clock";
import { logFault } from "../../platform/log";
import { adapterOf } from "./adapter";
import { PASSWORD } from "./password";

const SESSION_MS = 7 * DAY;

export function authOf({ env, db, origin, requestId }: Pick<Io, "env" | "db" | "origin" | "requestId">) {
  const secret = env.AUTH_SECRET;
  if (!secret || secret.length < 32) throw new Error("AUTH_SECRET must have at least 32 characters");
  return betterAuth({
    appName: "ConnectKit Edge",
    baseURL: origin,
    basePath: "/api/auth",
    trustedOrigins: [origin],
    secret,
    database: adapterOf(db.control, secret),
    emailAndPassword: { enabled: true, minPasswordLength: PASSWORD.min, maxPasswordLength: PASSWORD.max },
    session: { expiresIn: SESSION_MS / SECOND, updateAge: DAY / SECOND },
    plugins: [
      twoFactor({ issuer: "ConnectKit Edge" }),
      passkey({
        rpID: new URL(origin).hostname,
        rpName: "ConnectKit Edge",
        origin,
        authenticatorSelection: { residentKey: "required", userVerification: "required" },
        // A passkey stands for both factors, so its holder must have been asked.
        authentication: {
          afterVerification: async ({ verification }) => {
            if (!verification.authenticationInfo.userVerified) throw new APIError("UNAUTHORIZED", { code: "AUTHENTICATION_FAILED", message: "Authentication failed" });
          },
        },
        advanced: { webAuthnChallengeCookie: "passkey_challenge" },
      }),
    ],
    advanced: {
      cookiePrefix: "connectkit",
      useSecureCookies: origin.startsWith("https:"),
      ipAddress: { ipAddressHeaders: ["cf-connecting-ip"] },
      disableOriginCheck: false,
    },
    // Ours counts for all isolates, before any hashing: limits/guard.ts.
    rateLimit: { enabled: false },
    telemetry: { enabled: false },
    logger: {
      level: "error",
      log(_level, message, ...details) {
        // A passkey that doesn't fit is a refusal, no fault.
        if (!message.startsWith("Failed to verify ")) logFault(details.find((one) => one instanceof Error) ?? new Error(message), requestId);
      },
    },
  });
}

export { isAPIError } from "better-auth/api";

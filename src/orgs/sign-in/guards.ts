// What each way of proving who one is takes from the guards, before anything is hashed or compared.
import { addressOf } from "../../limits/address";
import { guard } from "../../limits/guards";
import { knownTo, markKnown } from "./known-browsers";
import { accountAsked, personOf } from "../people";
import type { Call } from "./operations";
import { signInExpired } from "./problems";

/** By address first: who floods must not use up what an account is let try from elsewhere. */
export async function signIn({ io: { env, ip }, headers }: Call, { email }: { readonly email: string }): Promise<void> {
  const [address, account] = [addressOf(ip), email.toLowerCase()];
  const browser = knownTo(account, headers, { env });
  await guard(env, "signIn", address);
  await guard(env, "signInTo", `${address} ${account}`);
  if (browser === null) await guard(env, "account", account);
  else await guard(env, "knownBrowser", `${browser} ${account}`);
}

export const remember = ({ io }: Call, { email }: { readonly email: string }): string => markKnown(email.toLowerCase(), io);

export const signUp = ({ io: { env, ip } }: Call): Promise<void> => guard(env, "signUp", addressOf(ip));
export const passkey = ({ io: { env, ip } }: Call): Promise<void> => guard(env, "passkey", addressOf(ip));

/** A session that somebody else got hold of must not be a way to guess the password. */
export async function passwordAgain({ io, headers }: Call): Promise<void> {
  const person = await personOf(io, headers);
  if (person) await guard(io.env, "passwordAgain", person.user);
}

export const secondFactor = async (call: Call): Promise<void> => void (await asked(call));

export async function totp(call: Call, { code }: { readonly code: string }): Promise<void> {
  const account = await asked(call);
  await guard(call.io.env, "code", `${account} ${code}`);
}

/** Whose second factor it is. Throws `sign_in_expired` (401) where nobody can be named: then nothing would count the tries. */
async function asked({ io, headers }: Call): Promise<string> {
  const account = await accountAsked(io, headers);
  if (account === null) {
    await guard(io.env, "session", addressOf(io.ip));
    throw signInExpired("No sign-in waits for a second factor.");
  }
  await guard(io.env, "secondFactor", account);
  return account;
}

/** What somebody does with their own account; an ended session is asked about on its address's account. */
export async function own({ io, headers }: Call): Promise<void> {
  const person = await personOf(io, headers);
  await (person ? guard(io.env, "person", person.user) : guard(io.env, "session", addressOf(io.ip)));
}

// A person's own sessions, listed and ended by id: their tokens are known to their cookies alone.
import { rfc3339 } from "../platform/clock";
import type { Person } from "../platform/context";
import { personOf, revokeSessions, sessionsOf } from "./people";
import type { Call } from "./sign-in-operations";
import { notSignedIn } from "./sign-in-problems";

async function signedIn({ io, headers }: Call): Promise<Person> {
  const person = await personOf(io, headers);
  if (!person) throw notSignedIn("Not signed in.");
  return person;
}

export async function list(call: Call) {
  const { user, session } = await signedIn(call);
  // `token` is what the library's client names a session by.
  return (await sessionsOf(call.io, user, call.io.now)).map(({ id, ip_address, user_agent, created_at, updated_at, expires_at }) => ({
    id, token: id, userId: user, current: id === session, ipAddress: ip_address, userAgent: user_agent,
    createdAt: rfc3339(created_at), updatedAt: rfc3339(updated_at), expiresAt: rfc3339(expires_at),
  }));
}

export const revokeOne = (call: Call, { id }: { readonly id: string }) => revoke(call, () => ({ only: id }));
export const revokeOthers = (call: Call) => revoke(call, ({ session }) => ({ but: session }));
export const revokeAll = (call: Call) => revoke(call, () => ({}));

async function revoke(call: Call, which: (person: Person) => { only?: string; but?: string }) {
  const person = await signedIn(call);
  await revokeSessions(call.io, person.user, which(person));
  return { status: true };
}

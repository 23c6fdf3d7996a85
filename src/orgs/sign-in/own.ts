// A person's own sessions and passkeys, by id. Sessions, because their tokens are known to their cookies alone; passkeys,
// because somebody else's must look like none.
import { rfc3339 } from "../../platform/clock";
import type { Person } from "../../platform/context";
import { notFound } from "../../platform/problems";
import { control } from "../../platform/sql";
import { personOf, revokeSessions, sessionsOf } from "../people";
import type { Call } from "./operations";
import { notSignedIn } from "./problems";

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

export async function deletePasskey(call: Call, { id }: { readonly id: string }) {
  const { user } = await signedIn(call);
  const gone = await call.io.db.control.first(control("DELETE FROM passkeys WHERE id = ? AND user_id = ? RETURNING id", id, user));
  if (!gone) throw notFound("No such passkey.");
  return { status: true };
}

export async function renamePasskey(call: Call, { id, name }: { readonly id: string; readonly name: string }) {
  const { user } = await signedIn(call);
  const passkey = await call.io.db.control.first(control("UPDATE passkeys SET name = ? WHERE id = ? AND user_id = ? RETURNING id, name", name, id, user));
  if (!passkey) throw notFound("No such passkey.");
  return { passkey };
}

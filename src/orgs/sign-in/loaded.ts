// better-auth, evaluated when somebody first comes to sign in or with a session, and at hand from then on.
import type * as Auth from "./auth";

let loaded: typeof Auth | undefined;

/** The module itself is kept, not the promise of it: no request waits for what another one began. */
export async function auth(): Promise<typeof Auth> {
  loaded ??= await import("./auth");
  return loaded;
}

// Who calls: a key or, where none is sent, a member's session. One door for the pipeline.
import { memberPrincipal, person, sessionIn, type SessionCredential } from "../orgs/sessions";
import { notSignedIn } from "../orgs/problems";
import { locate, unfit } from "../orgs/reach";
import type { Access } from "../platform/access";
import { keyIn, keyPrincipal, keyRefusal, noKey, retiring, type KeyCredential } from "./authenticate";

type Callers = Pick<Access<KeyCredential | SessionCredential>, "credential" | "principal" | "person" | "refusal" | "told" | "locate">;

export const callers: Callers = {
  async credential(request, given, { by }, io) {
    const credential = keyIn(request, given, io) ?? sessionIn(request, io);
    if (!credential) throw by === "session" ? notSignedIn("Nobody is signed in.") : noKey();
    return credential;
  },
  principal: async (credential, io, fresh) => ("digest" in credential ? keyPrincipal(credential, io, fresh) : memberPrincipal(credential, io)),
  person,
  refusal: (principal, request, demand, io) => (principal.key ? keyRefusal(principal, request, demand, io) : unfit(principal, demand)),
  told: (principal) => (principal.key ? retiring(principal) : {}),
  locate,
};

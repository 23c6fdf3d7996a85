// The refusals of integrations, access requests and claims.
import { problem } from "../platform/problem";

export const vendorCannotRequest = problem({
  code: "vendor_cannot_request",
  status: 403,
  title: "A vendor can't ask for a key itself",
  cause: "The integration is of your own organization. A live key is asked for by a member of the organization whose data it opens.",
  cure: "Have a member of the client's organization ask for it.",
});
export const approverOnly = problem({
  code: "approver_only",
  status: 403,
  title: "Only an admin may decide",
  cause: "Access requests are decided by owners and admins, who then answer for the key.",
  cure: "Have an owner or an admin decide.",
  example: { role: "member" },
});
export const requestClosed = problem({
  code: "request_closed",
  status: 409,
  title: "The request is not in a state for this",
  cause: "A request is approved, denied or withdrawn while it is pending; its key is handed over anew once it was approved.",
  cure: "Read the request's `status`. Make a new request where this one was denied or withdrawn.",
  example: { request_status: "denied" },
});
export const sandboxKeyEnded = problem({
  code: "sandbox_key_ended",
  status: 409,
  title: "The sandbox key has ended",
  cause: "A live key gets exactly the scopes of the sandbox key that the integration was built on, and that key no longer works.",
  cure: "Have the vendor register another sandbox key (`PATCH /v1/integrations/{id}`), or deny the request.",
});
export const integrationRetired = problem({
  code: "integration_retired",
  status: 409,
  title: "The integration was retired",
  cause: "Its vendor took it out of the catalogue since it was asked for.",
  cure: "Deny the request.",
});
export const requestLimitReached = problem({
  code: "request_limit_reached",
  status: 409,
  title: "Too many requests are waiting",
  cause: "So many requests of this member, or of this organization, wait for a decision that no other one is taken.",
  cure: "Have an admin decide, or withdraw one.",
  example: { limit: 10 },
});
export const claimUsed = problem({
  code: "claim_used",
  status: 410,
  title: "The link was used",
  cause: "The secret was handed over with this link already. If that was not to you, somebody else has it.",
  cure: "Have an admin void the secret and make a new link: `POST /v1/access-requests/{id}/reissue`.",
});
export const claimLapsed = problem({
  code: "claim_lapsed",
  status: 410,
  title: "The link has lapsed",
  cause: "The link was not used within 72 hours, or its key has ended. One that was replaced is not known any more (404).",
  cure: "Have an admin make a new one: `POST /v1/access-requests/{id}/reissue`.",
});

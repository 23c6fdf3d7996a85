// The refusals of whoever calls: signed in or not, and what is within reach.
import { problem } from "../platform/problem";

export const insufficientScope = problem({
  code: "insufficient_scope",
  status: 403,
  title: "The caller may not do this",
  cause: "The operation demands a scope that the key has not got, or that the role of the member who is responsible for it, or who is signed in, does not allow now.",
  cure: "Have the scope `required` added to the key, use another one, or have an admin do it.",
  example: { required: "contacts:write", granted: ["contacts:read"] },
});
export const locationRequired = problem({
  code: "location_required",
  status: 400,
  title: "Which location?",
  cause: "An agency key and a member reach several locations; a call on a location's data must pick one.",
  cure: "Send `ConnectKit-Location: loc_…`.",
});
export const organizationRequired = problem({
  code: "organization_required",
  status: 400,
  title: "Which organization?",
  cause: "Who is signed in is a member of several organizations.",
  cure: "Send `ConnectKit-Organization: org_…`; `GET /v1/memberships` lists them.",
});
export const notSignedIn = problem({
  code: "not_signed_in",
  status: 401,
  title: "Not signed in",
  cause: "The operation is a person's, and the request bears no session that holds: none, an expired or an ended one.",
  cure: "Sign in at `/api/auth/sign-in/email`.",
});
export const noMembership = problem({
  code: "no_membership",
  status: 403,
  title: "No member of any organization",
  cause: "Who is signed in is a member of no organization.",
  cure: "Found one (`POST /v1/organizations`), or accept an invitation.",
});
export const foreignOrigin = problem({
  code: "foreign_origin",
  status: 403,
  title: "From another origin",
  cause: "A session counts only for requests of this server's own pages: one that changes something must say so with `Origin` or `Sec-Fetch-Site`.",
  cure: "Call from the same origin, or use a key.",
});
export const sessionRequired = problem({
  code: "session_required",
  status: 403,
  title: "Not with a key",
  cause: "The operation is a member's: somebody decides here, and no key can do that in their place.",
  cure: "Have a member sign in and do it.",
});
export const keyRequired = problem({
  code: "key_required",
  status: 403,
  title: "With a key only",
  cause: "The operation tells of the key that calls, and a session is none.",
  cure: "Call with a key. Who is signed in is told by `GET /v1/session`.",
});
export const sandboxOnly = problem({
  code: "sandbox_only",
  status: 403,
  title: "In the sandbox only",
  cause: "The operation makes up, deletes or puts forward what is in a sandbox. Nothing live can be treated so.",
  cure: "Call with a sandbox key (`ck_test_…`), or signed in with `ConnectKit-Environment: sandbox`.",
});

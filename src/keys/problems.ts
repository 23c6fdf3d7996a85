// The refusals of authentication and of keys.
import { problem } from "../platform/problem";

export const missingKey = problem({
  code: "missing_key",
  status: 401,
  title: "No key",
  cause: "The request bears no API key.",
  cure: "Send it as `Authorization: Bearer <key>`, as `Authorization: Basic` with the key as password, or as `X-API-Key: <key>`.",
});
export const malformedKey = problem({
  code: "malformed_key",
  status: 401,
  title: "Malformed key",
  cause: "What was sent is not a whole key: its form or its checksum is wrong. It was not looked up.",
  cure: "Copy the key again, all of it: it begins with `ck_live_` or `ck_test_` and ends with six characters of checksum.",
});
export const unknownKey = problem({
  code: "unknown_key",
  status: 401,
  title: "Unknown key",
  cause: "The key is well formed, but none of this server's.",
  cure: "Check that it belongs to this server and this environment.",
});
export const keyRevoked = problem({
  code: "key_revoked",
  status: 401,
  title: "The key was revoked",
  cause: "Somebody revoked this key. No request that arrived after that was let through.",
  cure: "Ask an admin of the organization for a new key.",
});
export const keyExpired = problem({
  code: "key_expired",
  status: 401,
  title: "The key has expired",
  cause: "The key had a fixed end, and it has passed.",
  cure: "Ask an admin of the organization for a new key.",
});
export const keyDeleted = problem({
  code: "key_deleted",
  status: 401,
  title: "The key was deleted",
  cause: "The key was unused for 90 days and was deleted.",
  cure: "Ask an admin of the organization for a new key.",
});
export const secretRetired = problem({
  code: "secret_retired",
  status: 401,
  title: "This secret was rotated out",
  cause: "The key lives on with a newer secret; the overlap in which this one worked too is over.",
  cure: "Use the key's current secret.",
});
export const keyPaused = problem({
  code: "key_paused",
  status: 403,
  title: "The key is paused",
  cause: "An admin paused this key.",
  cure: "Have it resumed: `PATCH /v1/keys/{id}` with `status: active`.",
});
export const apiDisabled = problem({
  code: "api_disabled",
  status: 403,
  title: "The API is disabled",
  cause: "The organization has its API switched off: no live key of it works. Sandbox keys do.",
  cure: "Have an admin enable it.",
});
export const ipNotAllowed = problem({
  code: "ip_not_allowed",
  status: 403,
  title: "Address not allowed",
  cause: "The key works from some addresses only, and this request comes from none of them.",
  cure: "Call from an allowed address, or have `allowed_ips` of the key changed.",
});
export const keyInUrl = problem({
  code: "key_in_url",
  status: 400,
  title: "A key in the URL",
  cause: "A key stands in the query string, where logs and histories keep it.",
  cure: "Send it in a header, and have it rotated: it counts as exposed.",
});
export const keyInBrowser = problem({
  code: "key_in_browser",
  status: 403,
  title: "A live key in a browser",
  cause: "The request was sent by a page in a browser (it bears `Origin`, `Sec-Fetch-Site` or `Sec-Fetch-Dest`), where anybody can read the key.",
  cure: "Call from a server, or use a sandbox key. Have this key rotated: it counts as exposed.",
});
export const ambiguousCredentials = problem({
  code: "ambiguous_credentials",
  status: 400,
  title: "Two keys at once",
  cause: "The request bears two credentials that differ.",
  cure: "Send one.",
});
export const tooManyUnknownKeys = problem({
  code: "too_many_unknown_keys",
  status: 429,
  title: "Too many keys that don't work",
  cause: "So many unknown or ended keys came from this address that others are not looked up for a moment.",
  cure: "Wait `Retry-After` seconds and send a key that works.",
});

/** What every operation that needs a key may answer. */
export const ON_AUTHENTICATION = [
  missingKey, malformedKey, unknownKey, keyRevoked, keyExpired, keyDeleted, secretRetired, keyPaused, apiDisabled, ipNotAllowed,
  keyInUrl, keyInBrowser, ambiguousCredentials, tooManyUnknownKeys,
];

export const keyLimitReached = problem({
  code: "key_limit_reached",
  status: 409,
  title: "No more keys in this plan",
  cause: "The organization has as many keys as its plan allows.",
  cure: "Revoke one that is not used, or change the plan.",
  example: { limit: 25 },
});
export const notGrantable = problem({
  code: "not_grantable",
  status: 403,
  title: "A key can't give what it has not got",
  cause: "The key to be made or changed would get a scope, an environment, a location or the role of a member that the calling key lacks; `keys:write` can't be given by a key at all.",
  cure: "Leave it out, or have an admin give it.",
  example: { scopes: ["contacts:delete"] },
});
export const keyEnded = problem({
  code: "key_ended",
  status: 409,
  title: "The key has ended",
  cause: "A revoked, expired or deleted key can't be changed.",
  cure: "Create a new key.",
  example: { key_status: "revoked" },
});
export const keyUnclaimed = problem({
  code: "key_unclaimed",
  status: 409,
  title: "The key is unclaimed",
  cause: "The key was approved, but its secret has not been claimed yet; until then it can only be revoked.",
  cure: "Claim it with the link of its access request, or have a new link made (`POST /v1/access-requests/{id}/reissue`).",
});
export const rotationInProgress = problem({
  code: "rotation_in_progress",
  status: 409,
  title: "A rotation is in progress",
  cause: "The key already has two secrets that work; a third one would cut the overlap of the first short.",
  cure: "Wait until the old secret retires, end it now (`…/rotate/finish`), or drop the new one (`…/rotate/cancel`).",
  example: { retires_at: "2026-11-27T17:53:00.000Z" },
});
export const noRotation = problem({
  code: "no_rotation",
  status: 409,
  title: "No rotation in progress",
  cause: "The key has one secret: nothing to cancel or to finish.",
  cure: "Read the key's `secrets`.",
});

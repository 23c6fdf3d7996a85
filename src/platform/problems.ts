// The problems that any operation can meet; each feature's own stand in its schema.
import { Problem, problem, type Fault } from "./problem";

export const notFound = problem({
  code: "not_found",
  status: 404,
  title: "Not found",
  cause: "No such path, or no such resource within the reach of this key. Another tenant's id, a malformed id and an id that never existed look the same.",
  cure: "Check the path and the id, and that the key reaches the location and the environment that the resource lives in.",
});

export const methodNotAllowed = problem({
  code: "method_not_allowed",
  status: 405,
  title: "Method not allowed",
  cause: "The path exists, but not with this method.",
  cure: "Use one of the methods of the `Allow` header.",
});

export const invalidParameter = problem({
  code: "invalid_parameter",
  status: 400,
  title: "Invalid parameter",
  cause: "A query parameter is unknown, malformed, or repeated where it may stand once.",
  cure: "`errors` names each one, with the nearest valid name where there is one.",
  example: { errors: [{ parameter: "limt", code: "unknown_parameter", message: "unknown; did you mean `limit`?" }] },
});

export const invalidHeader = problem({
  code: "invalid_header",
  status: 400,
  title: "Invalid header",
  cause: "A request header has a value that this operation can't read.",
  cure: "`errors` names the header and what it takes.",
  example: { errors: [{ header: "If-Match", code: "malformed", message: 'an entity tag such as "7"' }] },
});

export const invalidEncoding = problem({
  code: "invalid_encoding",
  status: 400,
  title: "Invalid encoding",
  cause: "The body is not valid UTF-8.",
  cure: "Send JSON in UTF-8 (RFC 8259).",
});

export const bodyTimeout = problem({
  code: "body_timeout",
  status: 408,
  title: "The body did not arrive in time",
  cause: "The request's body broke off, or was not complete after 30 seconds.",
  cure: "Send it again.",
});

export const tooLarge = problem({
  code: "too_large",
  status: 413,
  title: "Body too large",
  cause: "The body is larger than this operation takes (1 MB unless its description says otherwise).",
  cure: "Send less at once.",
  example: { limit_bytes: 1_000_000 },
});

export const unsupportedMediaType = problem({
  code: "unsupported_media_type",
  status: 415,
  title: "Unsupported media type",
  cause: "The body's Content-Type is not one that this operation understands.",
  cure: "Send one of those in `accepted`.",
  example: { accepted: ["application/json"] },
});

export const validationFailed = problem({
  code: "validation_failed",
  status: 422,
  title: "Validation failed",
  cause: "The body was read, but some of its values can't be taken. Nothing was written.",
  cure: "`errors` lists every fault at once, each with a JSON Pointer (RFC 6901) to its place.",
  example: { errors: [{ pointer: "/emails/0/value", code: "invalid_email", message: "not an e-mail address" }] },
});

export const malformedJson = problem({
  code: "malformed_json",
  status: 400,
  title: "Malformed JSON",
  cause: "The body is not JSON (RFC 8259), or nests deeper than 32 levels, or repeats a member's name.",
  cure: "`errors` names the place.",
  example: { errors: [{ pointer: "/emails", code: "duplicate_member", message: "this member stands twice" }] },
});

export const versionMismatch = problem({
  code: "version_mismatch",
  status: 412,
  title: "It changed since",
  cause: "`If-Match` names another version than the current one: somebody else changed it in between.",
  cure: "Read it again, apply the change to what you then see, and send that version.",
  example: { current_version: 8 },
});

export const preconditionFailed = problem({
  code: "precondition_failed",
  status: 412,
  title: "Precondition failed",
  cause: "`If-None-Match: *` asks for a new one where one exists, or `If-Match: *` for an existing one where there is none.",
  cure: "Leave the header out to create or update, whichever applies.",
});

export const idempotencyKeyReused = problem({
  code: "idempotency_key_reused",
  status: 422,
  title: "Idempotency key used for another request",
  cause: "This Idempotency-Key was sent before with another method, path, query, body or If-Match.",
  cure: "Use a new key for a new request; send the same request to have its answer replayed.",
});

export const busy = problem({
  code: "busy",
  status: 503,
  title: "Busy",
  cause: "Too many changes of the same resource at once; this one was not made.",
  cure: "Send it again after `Retry-After` seconds.",
});

export const unavailable = problem({
  code: "unavailable",
  status: 503,
  title: "Unavailable",
  cause: "A part that decides on this request could not be reached. Nothing was let through and nothing was written.",
  cure: "Send it again after `Retry-After` seconds.",
});

export const internal = problem({
  code: "internal",
  status: 500,
  title: "Internal fault",
  cause: "A fault of this server.",
  cure: "Send it again; if it stays, report it with its `request_id`.",
});

/** What is told of faults: a body of 1 MB can have a hundred thousand. */
const MAX_FAULTS = 1_000;

/** All faults of a body at once. */
export const invalid = (errors: readonly Fault[]): Problem =>
  validationFailed(errors.length === 1 ? "One value can't be taken." : `${errors.length} values can't be taken.`, { errors: errors.slice(0, MAX_FAULTS) });

/** What `judge` says; the faults of a part of the body that it refuses get the place of that part. */
export function within<T>(pointer: string, judge: () => T): T {
  try {
    return judge();
  } catch (error) {
    if (!(error instanceof Problem) || error.code !== validationFailed.type.code || !Array.isArray(error.extras["errors"])) throw error;
    throw invalid(error.extras["errors"].map((fault: Fault) => ({ ...fault, pointer: `${pointer}${fault.pointer ?? ""}` })));
  }
}

/** What every operation may answer beside its own. */
export const COMMON = [notFound, methodNotAllowed, invalidParameter, invalidHeader, internal];
export const WITH_BODY = [invalidEncoding, bodyTimeout, tooLarge, unsupportedMediaType, validationFailed, malformedJson];
export const ON_WRITE = [versionMismatch, preconditionFailed, idempotencyKeyReused, busy];

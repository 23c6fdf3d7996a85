// What is deprecated, and who has yet to move on.
import { keysSeen } from "../keys/keys";
import { DAY, rfc3339 } from "../platform/clock";
import type { OrgCtx } from "../platform/context";
import { startOf } from "../platform/deprecation";
import type { Endpoint, Reply } from "../platform/endpoint";
import type { DeprecationUse } from "./schema";
import { deprecatedUseOf } from "./usage";

const SINCE_MS = 30 * DAY;
/** Callers that are told of, of all operations. */
const MAX_CALLERS = 5_000;

export async function list(ctx: OrgCtx, endpoints: readonly Endpoint[]): Promise<Reply<{ data: DeprecationUse[] }>> {
  const deprecated = endpoints.flatMap(({ facts: { id, deprecated: of } }) => (of ? [{ id, ...of }] : []));
  if (deprecated.length === 0) return { status: 200, body: { data: [] } };
  const callers = await deprecatedUseOf(ctx.db, ctx.org, deprecated.map(({ id }) => id), ctx.now - SINCE_MS, MAX_CALLERS);
  const seen = await keysSeen(ctx, [...new Set(callers.map(({ key }) => key))]);
  const data = deprecated.map(({ id, at, sunset, link }) => ({
    operation: id,
    deprecated_at: rfc3339(startOf(at)),
    sunset_at: sunset ? rfc3339(startOf(sunset)) : null,
    link,
    keys: callers
      .filter(({ operation, key }) => operation === id && seen.has(key))
      .map(({ key, requests, lastHour }) => ({ id: key, requests, last_used_at: rfc3339(lastHour) })),
  }));
  return { status: 200, body: { data } };
}

// The connection test: works with every key that works, and closes the hand-over that it was made for.
import { tellOf } from "../keys/introspect";
import type { Ping } from "../keys/schema";
import type { OrgCtx } from "../platform/context";
import type { Reply } from "../platform/endpoint";
import { connect } from "./reissue";

export async function ping(ctx: OrgCtx): Promise<Reply<Ping>> {
  const { principal } = ctx;
  if (principal.key && principal.connecting !== null) await connect(ctx, principal.connecting);
  return tellOf(ctx);
}

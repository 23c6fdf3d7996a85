// The connection test: works with every key that works, and closes the hand-over that it was made for.
import { tellOf } from "../keys/introspect";
import type { Ping } from "../keys/schema";
import type { OrgCtx } from "../platform/context";
import type { Reply } from "../platform/endpoint";
import { connect } from "./reissue";

export async function ping(ctx: OrgCtx): Promise<Reply<Ping>> {
  const { principal } = ctx;
  if (principal.key && principal.connecting !== null) {
    // The connection works whether or not that can be written down now; the next test tries again.
    await connect(ctx, principal.connecting).catch((error: unknown) => ctx.defer(Promise.reject(error)));
  }
  return tellOf(ctx);
}

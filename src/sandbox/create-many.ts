// Many contacts in few transactions: those that are there already are counted, not refused.
import { planCreateMany } from "../contacts/contacts";
import type { ContactPatch } from "../contacts/schema";
import { commit, type Plan } from "../platform/commit";
import type { DataCtx } from "../platform/context";

/** Contacts of one transaction. */
const SLICE = 100;

export interface Made {
  readonly created: number;
  /** Somebody has one of their identifiers. */
  readonly skipped: number;
}

/** Each slice is tried without a look at what is there; where that is refused, those that are there are left out. */
export async function createMany(ctx: DataCtx, patches: readonly ContactPatch[]): Promise<Made> {
  let made = 0;
  for (let i = 0; i < patches.length; i += SLICE) {
    let created = 0;
    await commit({ ...ctx, idempotency: null }, ctx.db.data, async (attempt): Promise<Plan<"data", never>> => {
      const { created: planned, ...plan } = await planCreateMany(ctx, patches.slice(i, i + SLICE), attempt > 0);
      created = planned;
      return { reply: { status: 200 }, ...plan };
    });
    made += created;
  }
  return { created: made, skipped: patches.length - made };
}

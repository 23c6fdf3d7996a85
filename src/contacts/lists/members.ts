// Who is in a static list: put in and taken out by the hundred, in one transaction, each contact with its event.
import { registryOf } from "../../fields/registry";
import { find } from "../../lists/lists";
import { isThere } from "../../lists/store";
import { commit } from "../../platform/commit";
import type { SpaceCtx } from "../../platform/context";
import type { Reply } from "../../platform/endpoint";
import { listed } from "../bulk/bulk";
import { planChanges } from "../changes";
import { kept } from "../contacts";
import { readContacts } from "../store";

export interface Membership {
  readonly add?: readonly string[] | undefined;
  readonly remove?: readonly string[] | undefined;
}
export interface MembershipAnswer {
  readonly added: number;
  readonly removed: number;
  readonly unchanged: number;
  /** Ids that are of no contact of this space. */
  readonly not_found: string[];
}

/** Throws 404 for a list that there is not. */
export const change = (ctx: SpaceCtx, list: string, { add = [], remove = [] }: Membership): Promise<Reply<MembershipAnswer>> =>
  commit(ctx, ctx.db.data, async (attempt) => {
    await find(ctx, list);
    const ids = [...new Set([...add, ...remove])];
    const registry = await registryOf(ctx, attempt > 0);
    const rows = (await readContacts(ctx, ids)).filter((row) => row.merged_into === null);
    const adding = new Set(add);
    const changes = rows.flatMap((row) => listed(ctx, kept(row), list, adding.has(row.id)) ?? []);
    const known = new Set(rows.map(({ id }) => id));
    const added = changes.filter(({ after }) => adding.has(after.row.id)).length;
    const { guards, writes, events } = planChanges(ctx.space, registry, changes);
    return {
      reply: { status: 200, body: { added, removed: changes.length - added, unchanged: rows.length - changes.length, not_found: ids.filter((id) => !known.has(id)) } },
      guards: [isThere(ctx.space, list), ...guards],
      writes,
      events,
    };
  });

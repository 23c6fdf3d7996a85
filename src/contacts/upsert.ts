// Create or update by what the contact is found by: the same rules wherever contacts come in.
import { judged } from "../fields/registry";
import { commit } from "../platform/commit";
import type { DataCtx } from "../platform/context";
import type { Reply } from "../platform/endpoint";
import { invalidParameter, notFound, preconditionFailed } from "../platform/problems";
import { planCreate, planUpdate } from "./contacts";
import { chosen, soughtIn, unfitMatch, type MatchKey } from "./match";
import type { ArrayMode } from "./patch";
import type { Contact, ContactPatch } from "./schema";
import * as store from "./store";

/** Throws `match_conflict` (409) with `candidates`, `precondition_failed` (412), 422. */
export const upsert = (ctx: DataCtx, match: MatchKey, body: ContactPatch, arrays: ArrayMode): Promise<Reply<Contact>> =>
  commit(ctx, ctx.db.data, async (attempt) => {
    const found = await findMatch(ctx, match, body, attempt > 0);
    if (found === null) {
      if (ctx.ifMatch !== null) throw preconditionFailed("There is no such contact to update.");
      return planCreate(ctx, body, attempt > 0);
    }
    if (ctx.ifNoneMatch?.trim() === "*") throw preconditionFailed("Such a contact exists.", { existing_id: found.id });
    return planUpdate(ctx, found, body, arrays, attempt > 0);
  });

async function findMatch(ctx: DataCtx, match: MatchKey, body: ContactPatch, again: boolean): Promise<store.ContactRow | null> {
  const sought = await judged(ctx, again, (registry) => {
    const unfit = unfitMatch(registry, match);
    if (unfit) throw invalidParameter("Parameter `match` can't be taken.", { errors: [{ parameter: "match", ...unfit }] });
    return soughtIn(ctx, registry, match, body);
  });
  const id = chosen(sought, await store.readHolders(ctx, sought.identities));
  const row = id === null ? null : await store.readContact(ctx, id);
  if (id !== null && !row) throw notFound("No such contact.");
  return row;
}

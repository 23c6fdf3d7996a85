// Create or update by what the contact is found by: the same rules wherever contacts come in.
import { commit } from "../platform/commit";
import type { DataCtx } from "../platform/context";
import type { Reply } from "../platform/endpoint";
import { invalid, notFound, preconditionFailed } from "../platform/problems";
import { planCreate, planUpdate } from "./contacts";
import { apply, emptyDocument, type ArrayMode } from "./patch";
import { matchConflict, type Contact, type ContactPatch, type EmailIn } from "./schema";
import * as store from "./store";

/** `email`, `phone`, or `external_id.<name>`. */
export type MatchKey = { readonly kind: "email" | "phone" } | { readonly kind: "external_id"; readonly system: string };

/** Throws `match_conflict` (409) with `candidates`, `precondition_failed` (412), 422. */
export const upsert = (ctx: DataCtx, match: MatchKey, body: ContactPatch, arrays: ArrayMode): Promise<Reply<Contact>> =>
  commit(ctx, ctx.db.data, async (attempt) => {
    const found = await findMatch(ctx, match, body);
    if (found === null) {
      if (ctx.ifMatch !== null) throw preconditionFailed("There is no such contact to update.");
      return planCreate(ctx, body, attempt > 0 || ctx.dryRun);
    }
    if (ctx.ifNoneMatch?.trim() === "*") throw preconditionFailed("Such a contact exists.", { existing_id: found.id });
    return planUpdate(ctx, found, body, arrays, attempt > 0 || ctx.dryRun);
  });

async function findMatch(ctx: DataCtx, match: MatchKey, body: ContactPatch): Promise<store.ContactRow | null> {
  const identities = soughtIn(ctx, body);
  const decisive = identities.filter((one) => isDecisive(one, match));
  if (decisive.length === 0) {
    const pointer = match.kind === "external_id" ? `/external_ids/${match.system}` : `/${match.kind}s`;
    throw invalid([{ pointer, code: "match_value_missing", message: "the body must hold the value to match by" }]);
  }
  const holders = await store.readHolders(ctx, identities);
  const matching = holders.filter((holder) => decisive.some(({ kind, value }) => holder.kind === kind && holder.value === value));
  if (matching.length === 0) return null;
  // Phones may be shared, so one that nobody matches by decides nothing.
  const candidates = new Set(holders.filter((holder) => holder.kind !== "phone" || matching.includes(holder)).map(({ id }) => id));
  const [only] = candidates;
  if (only === undefined) return null;
  if (candidates.size > 1) throw matchConflict("The identifiers in the body point at different contacts.", { candidates: [...candidates] });
  const row = await store.readContact(ctx, only);
  if (!row) throw notFound("No such contact.");
  return row;
}

/** The identities in the body, in the form that is compared; all faults of the body are thrown. */
function soughtIn(ctx: DataCtx, body: ContactPatch): store.Identity[] {
  return store.identitiesOf(apply(emptyDocument({ type: "api" }), { ...body, first_name: "-", emails: stateless(body.emails) }, ctx.space.defaultCountry));
}

/** Without what only the contact that is found can say: whether a state that comes back is the stored one. */
function stateless(sent: ContactPatch["emails"]): ContactPatch["emails"] {
  const one = (item: EmailIn): EmailIn => (typeof item === "string" ? item : { ...item, state: undefined });
  if (!sent) return sent;
  return "length" in sent ? sent.map(one) : { add: sent.add?.map(one), remove: sent.remove?.map(one) };
}

function isDecisive({ kind, value }: store.Identity, match: MatchKey): boolean {
  return kind === match.kind && (match.kind !== "external_id" || value.startsWith(`${match.system}:`));
}

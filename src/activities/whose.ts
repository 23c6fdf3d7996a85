// Whom an interaction is with: the contact that its identifiers point at, or a new one. The same resolver as an upsert's.
import { born } from "../contacts/drafts";
import { planned, refuseTaken } from "../contacts/contacts";
import { identitiesOf } from "../contacts/indexes";
import { chosen, soughtIn, type MatchKey } from "../contacts/match";
import type { ContactPatch } from "../contacts/schema";
import * as contacts from "../contacts/store";
import { judged, registryOf, type Registry } from "../fields/registry";
import { missing } from "../orgs/reach";
import type { Guard } from "../platform/commit";
import type { SpaceCtx } from "../platform/context";
import type { EventDraft } from "../platform/events";
import { Problem } from "../platform/problem";
import { invalid } from "../platform/problems";
import type { Statement } from "../platform/sql";
import type { Person } from "./schema";
import { stillThere } from "./store";

export interface Whose {
  readonly contact: string;
  readonly guards: readonly Guard<"data">[];
  readonly writes: readonly Statement<"data">[];
  readonly events: readonly EventDraft[];
}

/** What makes the contact be there. Throws `match_conflict` (409), 403 where one would have to be made without `contacts:write`, 422. */
export async function whose(ctx: SpaceCtx, person: Person, again: boolean): Promise<Whose> {
  const body = patchOf(person);
  const sought = await judged(ctx, again, (registry) => within(() => soughtByAny(ctx, registry, body)));
  const id = chosen(sought, await contacts.readHolders(ctx, sought.identities));
  const found = id === null ? null : await contacts.readContact(ctx, id);
  if (found) return { contact: found.id, guards: [stillThere(ctx.space, [found.rid])], writes: [], events: [] };
  const refusal = missing(ctx.principal, "contacts:write");
  if (refusal) throw refusal;
  const made = await judged(ctx, again, (registry) => within(() => born(ctx, registry, body)));
  if (again || ctx.dryRun) await refuseTaken(ctx, identitiesOf(made.after.doc, (await registryOf(ctx)).fields), null);
  return { contact: made.after.row.id, ...(await planned(ctx, [made], again)) };
}

/** The short forms stand for arrays of one. Throws 422 for both forms at once. */
function patchOf({ email, phone, ...rest }: Person): ContactPatch {
  const twice = [...(email !== undefined && rest.emails ? ["email"] : []), ...(phone !== undefined && rest.phones ? ["phone"] : [])];
  if (twice.length > 0) throw invalid(twice.map((name) => ({ pointer: `/contact/${name}`, code: "given_twice", message: `\`${name}\` or \`${name}s\`, not both` })));
  return { ...rest, ...(email === undefined ? {} : { emails: [email] }), ...(phone === undefined ? {} : { phones: [phone] }) };
}

/** External ids and e-mail addresses decide; phones, which may be shared, only where there are neither. */
function soughtByAny(ctx: SpaceCtx, registry: Registry, body: ContactPatch) {
  const [system] = Object.entries(body.external_ids ?? {}).flatMap(([name, value]) => (value === null ? [] : [name]));
  const given = (sent: ContactPatch["emails"] | ContactPatch["phones"]): boolean => Boolean(sent && ("length" in sent ? sent.length > 0 : sent.add?.length));
  const match: MatchKey = system !== undefined ? { kind: "external_id", system } : given(body.emails) || !given(body.phones) ? { kind: "email" } : { kind: "phone" };
  const { identities } = soughtIn(ctx, registry, match, body);
  return { identities, decisive: match.kind === "phone" ? identities : identities.filter(({ kind }) => kind !== "phone") };
}

/** The faults of a contact that stands in a body as `contact`. */
function within<T>(judge: () => T): T {
  try {
    return judge();
  } catch (error) {
    if (!(error instanceof Problem) || !Array.isArray(error.extras["errors"])) throw error;
    throw invalid(error.extras["errors"].map(({ pointer = "", ...fault }) => ({ ...fault, pointer: `/contact${pointer}` })));
  }
}

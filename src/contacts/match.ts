// Which contact a body is of: by what it is to be matched by, and by whatever else in it points at one. Pure.
import type { Registry } from "../fields/registry";
import type { DataCtx } from "../platform/context";
import { invalid } from "../platform/problems";
import { identitiesOf, type Identity } from "./indexes";
import { apply, emptyDocument } from "./patch";
import { matchConflict, type ContactPatch, type EmailIn } from "./schema";
import type { Holder } from "./store";

/** `email`, `phone`, `external_id.<name>`, or `custom.<key>` of a unique field. */
export type MatchKey = { readonly kind: "email" | "phone" } | { readonly kind: "external_id"; readonly system: string } | { readonly kind: "custom"; readonly key: string };

export interface Sought {
  /** All that the body holds, in the form that is compared. */
  readonly identities: readonly Identity[];
  /** Those that decide. */
  readonly decisive: readonly Identity[];
}

/** The key of this name, or null. */
export function matchKeyOf(name: string): MatchKey | null {
  if (name === "email" || name === "phone") return { kind: name };
  const [, system] = /^external_id\.([a-z0-9_]{1,50})$/.exec(name) ?? [];
  if (system !== undefined) return { kind: "external_id", system };
  const [, key] = /^custom\.([a-z][a-z0-9_]{0,49})$/.exec(name) ?? [];
  return key === undefined ? null : { kind: "custom", key };
}

/** Why nothing can be matched by this, or null. */
export const unfitMatch = ({ fields }: Registry, match: MatchKey): { code: string; message: string } | null =>
  match.kind !== "custom" ? null : fields.get(match.key)?.frozen?.job ? { code: "field_converting", message: "its values are being converted" } : !fields.get(match.key)?.unique ? { code: "not_unique", message: "only a unique field can be matched by" } : null;

/** What to look for; `match` null: nothing decides. Throws 422 with all faults of the body, and where the value to match by is missing. */
export function soughtIn({ space }: Pick<DataCtx, "space">, { fields }: Registry, match: MatchKey | null, body: ContactPatch): Sought {
  const doc = apply(emptyDocument({ type: "api" }), { ...body, first_name: "-", emails: stateless(body.emails) }, { country: space.defaultCountry, fields, isNew: false, isSought: true });
  const identities = identitiesOf(doc, fields);
  if (match === null) return { identities, decisive: [] };
  const pointer = match.kind === "external_id" ? `/external_ids/${match.system}` : match.kind === "custom" ? `/custom/${match.key}` : `/${match.kind}s`;
  const prefix = match.kind === "external_id" ? `${match.system}:` : match.kind === "custom" ? `custom.${match.key}:` : "";
  const kind = match.kind === "custom" ? "external_id" : match.kind;
  const decisive = identities.filter((one) => one.kind === kind && one.value.startsWith(prefix));
  if (decisive.length === 0) throw invalid([{ pointer, code: "match_value_missing", message: "the body must hold the value to match by" }]);
  return { identities, decisive };
}

/** The contact that is meant, or null for a new one. Throws `match_conflict` (409) with `candidates`. */
export function chosen({ decisive }: Sought, holders: readonly Holder[]): string | null {
  const matching = holders.filter((holder) => decisive.some(({ kind, value }) => holder.kind === kind && holder.value === value));
  if (matching.length === 0) return null;
  // Phones may be shared, so one that nobody matches by decides nothing.
  const candidates = new Set(holders.filter((holder) => holder.kind !== "phone" || matching.includes(holder)).map(({ id }) => id));
  const [only = null] = candidates;
  if (candidates.size > 1) throw matchConflict("The identifiers in the body point at different contacts.", { candidates: [...candidates] });
  return only;
}

/** Without what only the contact that is found can say: whether a state that comes back is the stored one. */
function stateless(sent: ContactPatch["emails"]): ContactPatch["emails"] {
  const one = (item: EmailIn): EmailIn => (typeof item === "string" ? item : { ...item, state: undefined });
  if (!sent) return sent;
  return "length" in sent ? sent.map(one) : { add: sent.add?.map(one), remove: sent.remove?.map(one) };
}

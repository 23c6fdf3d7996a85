// Rows of a file, one after the other in memory, as if each were an upsert of its own: a later row of the same contact
// goes on with what an earlier one made of it. What fails, fails alone. Pure.
import type { Kept } from "../../contacts/changes";
import { born, patched, type Also, type Changed } from "../../contacts/drafts";
import { checkFrozen } from "../../contacts/frozen";
import { identitiesOf, type Identity } from "../../contacts/indexes";
import { chosen, matchKeyOf, soughtIn, type Sought } from "../../contacts/match";
import { contactExists, contactMerged, contactRestricted, type ContactPatch, type Document } from "../../contacts/schema";
import type { Holder } from "../../contacts/store";
import { gained, refuseSuppressed } from "../../contacts/suppressions";
import type { Registry } from "../../fields/registry";
import type { DataCtx } from "../../platform/context";
import { Problem } from "../../platform/problem";

/** A row that was read and mapped. */
export interface Incoming {
  readonly row: number;
  /** The contact that it names itself, if there is such a one; else it is found by what it holds. */
  readonly id: string | null;
  readonly data: ContactPatch;
  /** What it does beside its patch. */
  readonly also: Also;
}

export interface Rules {
  readonly mode: "create" | "update" | "upsert";
  readonly matchOn: readonly string[];
  readonly source: Document["source"];
}

/** What is there of the contacts that the rows may be of. */
export interface Standing {
  readonly holders: readonly Holder[];
  readonly contacts: ReadonlyMap<string, Kept>;
  readonly restricted: ReadonlySet<string>;
  /** Addresses and phones that nobody may have, as `kind:value`. */
  readonly suppressed: ReadonlySet<string>;
}

export type Outcome =
  | { readonly action: "created" | "updated" | "unchanged"; readonly contact: string; readonly version: number }
  | { readonly action: "skipped"; readonly contact: string | null; readonly code: "contact_exists" | "no_match" }
  | { readonly action: "failed"; readonly problem: Problem };

/** A row with all that it may be found by. */
export interface Known extends Incoming {
  readonly identities: readonly Identity[];
}

type RowCtx = Pick<DataCtx, "now" | "actor" | "space">;

/** Throws 422 with all faults of the row. */
export const known = (ctx: RowCtx, registry: Registry, incoming: Incoming): Known => ({ ...incoming, identities: soughtIn(ctx, registry, null, incoming.data).identities });

/** What decides, in turn, of what a row holds. */
export function soughtOf({ identities }: Known, matchOn: readonly string[]): Sought[] {
  return matchOn.flatMap((name): Sought[] => {
    const key = name === "external_id" ? null : matchKeyOf(name);
    const prefix = key?.kind === "external_id" ? `${key.system}:` : key?.kind === "custom" ? `custom.${key.key}:` : "";
    const kind = key === null || key.kind === "custom" ? "external_id" : key.kind;
    const decisive = identities.filter((one) => one.kind === kind && one.value.startsWith(prefix));
    return decisive.length === 0 ? [] : [{ identities, decisive }];
  });
}

export interface Decided {
  readonly changes: readonly Changed[];
  readonly outcomes: ReadonlyMap<number, Outcome>;
}

export function decided(ctx: RowCtx, registry: Registry, rows: readonly Known[], { mode, matchOn, source }: Rules, { holders, contacts, restricted, suppressed }: Standing): Decided {
  const byName = new Map<string, Set<string>>();
  const hold = (name: string, id: string): void => void byName.set(name, (byName.get(name) ?? new Set<string>()).add(id));
  for (const { kind, value, id } of holders) hold(`${kind}:${value}`, id);
  const changed = new Map<string, Changed>();
  const outcomes = new Map<number, Outcome>();

  const holdersOf = ({ identities }: Sought): Holder[] => identities.flatMap(({ kind, value }) => [...(byName.get(`${kind}:${value}`) ?? [])].map((id) => ({ id, kind, value })));
  const foundBy = (row: Known): string | null => soughtOf(row, matchOn).reduce<string | null>((found, sought) => found ?? chosen(sought, holdersOf(sought)), null);
  const names = (doc: Document): string[] => identitiesOf(doc, registry.fields).map(({ kind, value }) => `${kind}:${value}`);

  function decide(row: Known): Outcome {
    const id = row.id !== null && (changed.has(row.id) || contacts.has(row.id)) ? row.id : foundBy(row);
    if (id !== null && mode === "create") return { action: "skipped", contact: id, code: "contact_exists" };
    if (id === null && mode === "update") return { action: "skipped", contact: null, code: "no_match" };
    const before = id === null ? null : standing(id);
    if (before?.row.merged_into) throw contactMerged("The contact was merged into another one.", { merged_into: before.row.merged_into });
    const made = before === null ? born(ctx, registry, row.data, source, row.also) : patched(ctx, registry, before, row.data, "add", row.also);
    if (made === null) return { action: "unchanged", contact: before?.row.id ?? "", version: before?.row.version ?? 0 };
    const { row: after } = made.after;
    checkFrozen(registry.fields, made);
    refuseSuppressed(gained([made], registry.fields), suppressed);
    if (before !== null && restricted.has(after.id)) throw contactRestricted("A privacy request restricts what is done with the contact.");
    const has = names(made.after.doc);
    refuseTaken(has, after.id);
    for (const name of before ? names(before.doc) : []) byName.get(name)?.delete(after.id);
    for (const name of has) hold(name, after.id);
    changed.set(after.id, together(changed.get(after.id), made));
    return { action: before === null ? "created" : "updated", contact: after.id, version: after.version };
  }

  /** As the rows so far have left it. */
  function standing(id: string): Kept {
    const made = changed.get(id);
    const kept = contacts.get(id);
    if (made) return { doc: made.after.doc, row: { ...made.after.row, rid: kept?.row.rid ?? 0, last_name_key: "" } };
    if (!kept) throw new Error("a contact that was found and not read");
    return kept;
  }

  function refuseTaken(has: readonly string[], id: string): void {
    for (const name of has.filter((one) => !one.startsWith("phone:"))) {
      const owner = [...(byName.get(name) ?? [])].find((one) => one !== id);
      const [kind = "", ...value] = name.split(":");
      if (owner !== undefined) throw contactExists("Another live contact has one of its identifiers.", { existing_id: owner, matched_on: [{ kind, value: value.join(":") }] });
    }
  }

  for (const row of rows) outcomes.set(row.row, outcomeOf(() => decide(row)));
  return { changes: [...changed.values()], outcomes };
}

function outcomeOf(decide: () => Outcome): Outcome {
  try {
    return decide();
  } catch (error) {
    if (error instanceof Problem) return { action: "failed", problem: error };
    throw error;
  }
}

/** Two changes of one contact as one, each with its event. */
const together = (first: Changed | undefined, then: Changed): Changed =>
  first === undefined ? then : { before: first.before, after: then.after, events: [...first.events, ...then.events], labels: new Map([...first.labels, ...then.labels]) };

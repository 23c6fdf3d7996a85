// A filter compiled: per group and state what must hold, and the index along which its contacts are walked.
import type { Registry } from "../../fields/registry";
import type { DataCtx } from "../../platform/context";
import type { Fault, Problem } from "../../platform/problem";
import type { Term } from "../../platform/walk";
import { compile, type Asked, type Compiled, type Lead } from "./conditions";
import type { Questions } from "./filter";
import { textHolds, type Alternatives } from "./terms";

/** Merged contacts are archived ones, and nobody's to see. */
export const STATES = ["active", "archived", "merged"] as const;
export type State = (typeof STATES)[number];

/** Contacts of one state that fulfil one group. */
export interface Group {
  readonly state: State;
  /** All of it, as a condition of a contact `c`. */
  readonly holds: readonly Term[];
  /** What is left to be checked of what the lead finds. */
  readonly rest: readonly Term[];
  readonly lead: Lead | null;
}

export interface Sought {
  readonly filter: Questions | null;
  /** Words of a text search. */
  readonly terms: readonly Alternatives[];
  /** Merged ones like archived ones. */
  readonly merged?: boolean;
}

/** The groups, or all faults of the filter. `at`: the pointer of the filter. */
export function groupsOf({ filter, terms, merged = false }: Sought, asked: Asked, at = "/filter"): readonly Group[] | Fault[] {
  const faults: Fault[] = [];
  const groups = (filter?.any ?? [{ all: [] }]).map(({ all }, g) =>
    all.flatMap((condition, c): Compiled[] => {
      const compiled = compile(condition, asked, `${at}/any/${g}/all/${c}`);
      if (!Array.isArray(compiled)) return [compiled];
      faults.push(...compiled);
      return [];
    }),
  );
  return faults.length > 0 ? faults : groups.flatMap((conditions) => grouped(terms.length === 0 ? conditions : [...conditions, queried(terms)], merged));
}

/** Throws what `refused` makes of the filter's faults. */
export function groupsIn(ctx: DataCtx, { sought }: { readonly sought: Sought }, { fields, revision }: Registry, refused: (faults: readonly Fault[]) => Problem): { groups: readonly Group[]; revision: number } {
  const groups = groupsOf(sought, { fields, country: ctx.space.defaultCountry, now: ctx.now });
  if (isFaults(groups)) throw refused(groups);
  return { groups, revision };
}
const isFaults = (groups: readonly Group[] | Fault[]): groups is Fault[] => groups[0] !== undefined && "code" in groups[0];

const queried = (terms: readonly Alternatives[]): Compiled => ({ holds: textHolds(terms), lead: { by: "text", terms }, exact: false, weight: 5, states: null });

/** Active ones unless the group itself asks for a state. */
function grouped(conditions: readonly Compiled[], merged: boolean): Group[] {
  const stated = conditions.flatMap(({ states }) => (states === null ? [] : [states]));
  const asks = (state: "active" | "archived"): boolean => (stated.length === 0 ? state === "active" : stated.every((some) => some.includes(state)));
  const states = STATES.filter((state) => (state === "merged" ? merged && asks("archived") : asks(state)));
  const asked = conditions.filter(({ states: own }) => own === null);
  const holds = asked.map((one) => one.holds);
  const first = asked.filter(({ lead }) => lead !== null).toSorted((a, b) => b.weight - a.weight)[0];
  return states.map((state) => {
    const leading = first?.lead && (state === "active" || isTime(first.lead)) ? first : undefined;
    return { state, holds, rest: asked.filter((one) => !(one === leading && one.exact)).map((one) => one.holds), lead: leading?.lead ?? null };
  });
}

/** Archived contacts are in no index but those of their times. */
const isTime = ({ by }: Lead): boolean => by === "created_at" || by === "updated_at";

// How a search is walked: in which order, along which indexes, and whether its matches have to be sorted first.
import { STATES, type Group } from "./groups";
import { joined, type Arm, type Order } from "./walks";

export const SORTS = ["id", "-id", "updated_at", "-updated_at", "last_name", "-last_name"] as const;
export type Sort = (typeof SORTS)[number];

export interface SearchPlan {
  readonly arms: readonly Arm[];
  readonly order: Order;
  readonly descending: boolean;
  /** No index has this order for what leads: a bounded number of matches is sorted. */
  readonly sorted: boolean;
  /** The same contacts in the same order, for where there are too many to be sorted; null: then the sort is refused. */
  readonly otherwise: SearchPlan | null;
}

const COLUMN = { id: "rid", updated_at: "updated_at", last_name: "last_name_key" } as const;

/**
 * Without a sort a range that leads comes in the order of its values and a time in its own, where one index serves it all;
 * else contacts come in the order of their creation.
 */
export function planOf(groups: readonly Group[], sort: Sort | undefined): SearchPlan {
  const descending = sort?.startsWith("-") ?? false;
  const asked = sort === undefined ? null : COLUMN[sort === "id" || sort === "-id" ? "id" : sort.endsWith("updated_at") ? "updated_at" : "last_name"];
  const own = ownOrder(groups);
  // The order of creation is that of `created_at` as well, but for the length of a request.
  if (own !== null && (asked === null || asked === own || (asked === "rid" && own === "created_at"))) return { arms: groups.map(armOf), order: own, descending, sorted: false, otherwise: null };
  const order = asked ?? "rid";
  if (groups.every(({ lead }) => lead !== null && inCreation(lead.by)) && order === "rid") return { arms: groups.map(armOf), order, descending, sorted: false, otherwise: null };
  const through: SearchPlan = { arms: collapsed(groups, order), order, descending, sorted: false, otherwise: null };
  if (groups.length === 0 || groups.some(({ lead }) => lead === null)) return through;
  // Led by indexes of several orders: few matches are sorted, more are come upon soon by looking at all contacts.
  return { arms: groups.map(armOf), order, descending, sorted: true, otherwise: asked === null ? through : null };
}

/** In the order of creation, whatever leads. */
export const inCreationOrder = (groups: readonly Group[]): readonly Arm[] =>
  groups.every(({ lead }) => lead !== null && inCreation(lead.by)) ? groups.map(armOf) : collapsed(groups, "rid");

/** The order that all groups' leads have by themselves, other than that of creation. */
function ownOrder(groups: readonly Group[]): "value" | "created_at" | "updated_at" | null {
  const [first, ...others] = groups;
  if (!first?.lead) return null;
  const { by } = first.lead;
  if (by === "range") return others.length === 0 ? "value" : null;
  if (by !== "created_at" && by !== "updated_at") return null;
  return others.every(({ lead }) => lead === first.lead) ? by : null;
}

const inCreation = (by: string): boolean => by !== "range" && by !== "created_at" && by !== "updated_at";

const armOf = ({ state, lead, rest }: Group): Arm => ({ state, lead, rest });

/** Per state one walk along the index of the order, on which all that the groups ask is checked. */
function collapsed(groups: readonly Group[], order: Order): Arm[] {
  return STATES.flatMap((state): Arm[] => {
    const here = groups.filter((group) => group.state === state);
    if (here.length === 0) return [];
    const [only] = here;
    if (here.length === 1 && only) return [only.lead && inCreation(only.lead.by) && order === "rid" ? armOf(only) : { state, lead: null, rest: only.holds }];
    const some = here.map(({ holds }) => joined(holds));
    if (some.some(({ sql }) => sql === "true")) return [{ state, lead: null, rest: [] }];
    return [{ state, lead: null, rest: [{ sql: some.map(({ sql }) => `(${sql})`).join(" OR "), params: some.flatMap(({ params }) => params) }] }];
  });
}

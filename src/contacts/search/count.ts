// How many contacts a search finds: exactly where it can be told from a bounded look, else that there are at least as many.
import * as z from "zod";
import type { Statement } from "../../platform/sql";
import { countOf } from "./arms";
import type { Group } from "./groups";

export const count = z
  .strictObject({ value: z.int(), relation: z.enum(["eq", "gte"]).meta({ description: "`gte`: at least as many; counting ended there." }) })
  .meta({ id: "Count" });
export type Count = z.output<typeof count>;

export const MAX_COUNTED = 10_000;
/** Contacts that a call looks at where no index says which ones match. */
export const LOOKED_AT = 20_000;

/** One count per group; of what an earlier group has counted a later one counts nothing. */
export function countsOf(space: number, groups: readonly Group[], lookedAt = LOOKED_AT): Statement<"data">[] {
  const looked = Math.floor(lookedAt / Math.max(1, groups.length));
  const most = Math.max(MAX_COUNTED, lookedAt === LOOKED_AT ? 0 : lookedAt) + 1;
  return groups.map((group, i) => {
    const earlier = groups.slice(0, i).filter(({ state }) => state === group.state);
    const rest = [...group.rest, ...earlier.map(({ holds }) => ({ sql: `NOT (${holds.map(({ sql }) => `(${sql})`).join(" AND ") || "true"})`, params: holds.flatMap(({ params }) => params) }))];
    return group.state === "active" && group.lead === null && rest.length === 0 ? whole(space) : countOf({ state: group.state, lead: group.lead, rest }, { space }, looked, most);
  });
}

/** All live ones of a space: it keeps count of them. */
const whole = (space: number): Statement<"data"> => ({
  database: "data",
  sql: "SELECT coalesce((SELECT live FROM spaces WHERE space_id = ?), 0) AS n, 0 AS open",
  params: [space],
});

/** What the statements of `countsOf` answered, as one count. */
export function counted(results: readonly (readonly object[])[], most = MAX_COUNTED): Count {
  const value = results.reduce((sum, [row]) => sum + numberIn(row, "n"), 0);
  const open = results.some(([row]) => numberIn(row, "open") !== 0);
  return { value: open ? Math.min(value, most * results.length) : value, relation: open ? "gte" : "eq" };
}

function numberIn(row: object | undefined, name: string): number {
  const value: unknown = row === undefined ? 0 : Reflect.get(row, name);
  return typeof value === "number" ? value : 0;
}

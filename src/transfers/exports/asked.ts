// What an export was asked for, as it is kept: whatever names the contacts has become a filter.
import * as z from "zod";
import type { Registry } from "../../fields/registry";
import { find as findList } from "../../lists/lists";
import { filtersOf } from "../../contacts/segments/filters";
import { filter, type Filter, type Questions } from "../../contacts/search/filter";
import { groupsOf, type Group } from "../../contacts/search/groups";
import type { DataCtx } from "../../platform/context";
import { invalid } from "../../platform/problems";
import { exportInput, type ExportInput } from "./schema";

export const asked = z.object({ ...exportInput.shape, filter: filter.nullable(), /** What `within_last` counts back from. */ now: z.int() });
export type Asked = z.output<typeof asked>;

const MAX_VALUES = 500;

/** Throws 400 for a segment, 404 for a list that there is not. */
export async function resolved(ctx: DataCtx, { filter: given, segment_id: segment, list_id: list, ids, ...rest }: ExportInput): Promise<Asked> {
  if (list !== undefined) await findList(ctx, list);
  const [ofSegment = null] = segment === undefined ? [] : await filtersOf(ctx, [segment]);
  const ofList: Filter | null = list === undefined ? null : { any: [{ all: [{ field: "lists", op: "has_any", value: [list] }] }] };
  const ofIds: Filter | null = ids === undefined ? null : { any: portions(ids).map((value) => ({ all: [{ field: "id", op: "in", value: [...value] }] })) };
  return { ...rest, filter: given ?? ofSegment ?? ofList ?? ofIds, now: ctx.now };
}

const portions = (ids: readonly string[]): (readonly string[])[] => Array.from({ length: Math.ceil(ids.length / MAX_VALUES) }, (_, i) => ids.slice(i * MAX_VALUES, (i + 1) * MAX_VALUES));

/** Throws 422 where the filter can't be, or no longer. */
export function groupsIn({ space }: Pick<DataCtx, "space">, { filter: sought, now }: { readonly filter: Questions | null; readonly now: number }, { fields }: Registry): readonly Group[] {
  const groups = groupsOf({ filter: sought, terms: [] }, { fields, country: space.defaultCountry, now });
  if (isGroups(groups)) return groups;
  throw invalid(groups.flatMap((one) => ("code" in one ? [one] : [])));
}
const isGroups = (groups: readonly Group[] | readonly object[]): groups is readonly Group[] => groups.every((group) => "holds" in group);

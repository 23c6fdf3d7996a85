// The filters of segments, for whoever lists contacts by them.
import type { DataCtx } from "../../platform/context";
import { invalidParameter } from "../../platform/problems";
import type { Filter } from "../search/filter";
import { readFilters } from "./store";

const MAX_SEGMENTS = 3;

/** Throws `invalid_parameter` (400) for a segment that there is not, and for too many. */
export async function filtersOf(ctx: DataCtx, ids: readonly string[]): Promise<readonly Filter[]> {
  const refused = (code: string, message: string) => invalidParameter("Parameter `segment` can't be taken.", { errors: [{ parameter: "segment", code, message }] });
  const wanted = [...new Set(ids)];
  if (wanted.length > MAX_SEGMENTS) throw refused("too_many", `at most ${MAX_SEGMENTS} segments`);
  const rows = await readFilters(ctx, wanted);
  if (rows.length < wanted.length) throw refused("not_found", "no such segment");
  return rows.map(({ filter }): Filter => JSON.parse(filter));
}

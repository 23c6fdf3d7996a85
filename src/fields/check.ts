// Whether what contacts have keeps a rule: all of a space's contacts, slice by slice.
import type { DataCtx } from "../platform/context";
import { sameJson } from "../platform/json";
import { compile } from "./registry";
import type { Definition } from "./schema";
import * as store from "./store";
import { readValue } from "./values";

const SLICE = 5_000;
/** Slices that one call reads: two million contacts. */
const MAX_SLICES = 400;
const EXAMPLES = 10;

export interface Breakers {
  readonly count: number;
  /** Ids of some. */
  readonly examples: string[];
}

/** Whether something that was allowed no longer is. */
export function tightens(was: Definition, now: Definition): boolean {
  if (now.required && !was.required) return true;
  if ((["min", "max", "pattern"] as const).some((rule) => now[rule] !== null && !sameJson(was[rule], now[rule]))) return true;
  return (was.options ?? []).some(({ key }) => !now.options?.some((one) => one.key === key));
}

/** The contacts that the rules would refuse as they are. */
export async function breakersOf(ctx: DataCtx, key: string, definition: Definition): Promise<Breakers> {
  // What is no longer offered may stay.
  const options = definition.options?.map((one) => ({ ...one, archived: false })) ?? null;
  const fits = definition.pattern === null ? undefined : ((await compile(definition.pattern)) ?? undefined);
  const rules = { ...definition, options, fits };
  const breaks = (value: string | null): boolean =>
    value === null || value === "null" ? definition.required : "code" in readValue(rules, JSON.parse(value), ctx.space.defaultCountry);
  const found: string[] = [];
  let count = 0;
  for (let after = 0, i = 0; i < MAX_SLICES; i += 1) {
    const rows = await store.readValues(ctx, key, after, SLICE);
    for (const { id, value } of rows) {
      if (!breaks(value)) continue;
      count += 1;
      if (found.length < EXAMPLES) found.push(id);
    }
    if (rows.length < SLICE) break;
    after = rows.at(-1)?.rid ?? after;
  }
  return { count, examples: found };
}

// Whether what contacts have keeps a rule: all of a space's contacts, slice by slice.
import type { DataCtx } from "../platform/context";
import { sameJson } from "../platform/json";
import { lenient } from "./conversion";
import { compile } from "./registry";
import type { Definition } from "./schema";
import * as store from "./store";
import { readValue } from "./values";

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
  const fits = definition.pattern === null ? undefined : ((await compile(definition.pattern)) ?? undefined);
  const rules = { ...lenient(definition), fits };
  const breaks = (value: string | null): boolean =>
    value === null || value === "null" ? definition.required : "code" in readValue(rules, JSON.parse(value), ctx.space.defaultCountry);
  const found: string[] = [];
  let count = 0;
  await eachValue(ctx, key, ({ id, value }) => {
    if (!breaks(value)) return;
    count += 1;
    if (found.length < EXAMPLES) found.push(id);
  });
  return { count, examples: found };
}

const SLICE = 5_000;
/** Slices that one walk reads: two million contacts. */
const MAX_SLICES = 400;

/** Every contact of the space with its value of a field, in the order of creation, until `look` answers false. */
export async function eachValue(ctx: DataCtx, key: string, look: (held: store.Held) => boolean | void): Promise<void> {
  for (let after = 0, i = 0; i < MAX_SLICES; i += 1) {
    const rows = await store.readValues(ctx, key, after, SLICE);
    for (const row of rows) if (look(row) === false) return;
    if (rows.length < SLICE) return;
    after = rows.at(-1)?.rid ?? after;
  }
}

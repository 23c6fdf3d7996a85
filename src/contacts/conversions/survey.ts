// What a conversion would do to the values that contacts have, counted without changing anything.
import { eachValue } from "../../fields/check";
import { converted, type Passage } from "../../fields/conversion";
import type { FieldSurvey } from "../../fields/conversion-schema";
import type { DataCtx } from "../../platform/context";
import { sameJson } from "../../platform/json";
import { uniqueValue } from "../indexes";

const EXAMPLES = 10;

export interface Surveyed {
  readonly key: string;
  readonly passage: Passage;
  readonly unique: boolean;
  readonly onFailure: "refuse" | "clear";
}

export async function survey(ctx: DataCtx, { key, passage, unique, onFailure }: Surveyed): Promise<FieldSurvey> {
  const counts = { values: 0, unchanged: 0, converted: 0, failing: 0 };
  const examples: FieldSurvey["examples"] = [];
  const marks: number[] = [];
  const read = (value: string | null) => (value === null || value === "null" ? null : converted(passage, JSON.parse(value), ctx.space.defaultCountry));
  await eachValue(ctx, key, ({ id, live, value }) => {
    const result = read(value);
    if (result === null) return;
    counts.values += 1;
    if ("value" in result) {
      counts[sameJson(result.value, JSON.parse(value ?? "null")) ? "unchanged" : "converted"] += 1;
      if (unique && live) marks.push(markOf(uniqueValue(key, result.value)));
      return;
    }
    counts.failing += 1;
    if (examples.length < EXAMPLES) examples.push({ contact_id: id, code: result.code, message: result.message });
  });
  const double = repeated(marks);
  const refused = double.count > 0 || (onFailure === "refuse" && counts.failing > 0);
  if (double.count > 0) {
    await eachValue(ctx, key, ({ id, live, value }) => {
      const result = live ? read(value) : null;
      if (result && "value" in result && double.marks.has(markOf(uniqueValue(key, result.value)))) examples.push({ contact_id: id, code: "duplicate_value", message: "another contact has the same value" });
      return examples.length < 2 * EXAMPLES;
    });
  }
  return { ...counts, duplicates: double.count, examples, refused };
}

/** Marks of the values that stand more than once, and how many stand so. */
function repeated(marks: readonly number[]): { readonly count: number; readonly marks: ReadonlySet<number> } {
  const sorted = Float64Array.from(marks).toSorted();
  let count = 0;
  const found = new Set<number>();
  for (const [i, mark] of sorted.entries()) {
    if (mark !== sorted[i - 1] && mark !== sorted[i + 1]) continue;
    count += 1;
    if (found.size < EXAMPLES) found.add(mark);
  }
  return { count, marks: found };
}

/** 53 bits for a text (cyrb53), so that millions of values fit in memory: two of a million differ all but surely. */
function markOf(text: string): number {
  let [a, b] = [0xdeadbeef, 0x41c6ce57];
  for (let i = 0; i < text.length; i += 1) {
    const unit = text.charCodeAt(i);
    a = Math.imul(a ^ unit, 2654435761);
    b = Math.imul(b ^ unit, 1597334677);
  }
  a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909);
  b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909);
  return 4294967296 * (2097151 & b) + (a >>> 0);
}

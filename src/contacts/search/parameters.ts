// The parameters of a list as the filter that they stand for: within one OR, across them AND.
import { rfc3339 } from "../../platform/clock";
import type { Condition, Question, Questions } from "./filter";

export interface Parameters {
  readonly email?: readonly string[] | undefined;
  readonly phone?: readonly string[] | undefined;
  readonly external_id?: readonly string[] | undefined;
  readonly tag?: readonly string[] | undefined;
  readonly list?: readonly string[] | undefined;
  readonly status?: readonly ("active" | "archived")[] | undefined;
  readonly updated_since?: number | undefined;
  readonly created_since?: number | undefined;
  /** `custom.<key>`. */
  readonly [custom: string]: unknown;
}

/** Null: none. */
export function conditionsOf({ email, phone, external_id, tag, list, status, updated_since, created_since, ...custom }: Parameters): Questions | null {
  const one = (field: string, op: Condition["op"], values: readonly string[] | undefined): Condition[] => (values === undefined ? [] : [{ field, op, value: [...values].toSorted() }]);
  const since = (field: string, ms: number | undefined): Condition[] => (ms === undefined ? [] : [{ field, op: "gte", value: rfc3339(ms) }]);
  const all: Question[] = [
    ...one("emails", "in", email),
    ...one("external_ids", "in", external_id),
    ...one("phones", "in", phone),
    ...one("tags", "has_any", tag),
    ...one("lists", "has_any", list),
    ...one("status", "in", status === undefined ? undefined : [...new Set(status)]),
    ...since("updated_at", updated_since),
    ...since("created_at", created_since),
    ...Object.entries(custom).flatMap(([field, values]) => one(field, "in", Array.isArray(values) ? values.map(String) : undefined).map((asked) => ({ ...asked, oneOf: true as const }))),
  ];
  return all.length === 0 ? null : { any: [{ all }] };
}

/** What fulfils a list's own conditions, which come first in each group, and one of these filters. */
export function within(own: Questions | null, filters: readonly Questions[]): Questions {
  const conditions = own?.any[0]?.all ?? [];
  return { any: filters.flatMap(({ any }) => any.map(({ all }) => ({ all: [...conditions, ...all] }))) };
}

/** The parameter whose condition a fault's pointer leads to. */
export const parameterAt = (filter: Questions | null, pointer = ""): string => filter?.any[0]?.all[Number(/\/all\/(\d+)/.exec(pointer)?.[1])]?.field ?? "";

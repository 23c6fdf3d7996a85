// The query of a request: as zod takes it, and by name for the log.
import type { Endpoint } from "./endpoint";
import { invalidParameter } from "./problems";

/** The parameters as they were given: a string each, or an array where one is repeated. */
export type Given = ReadonlyMap<string, string | readonly string[]>;

export function givenIn(url: URL): Given {
  const given = new Map<string, string | readonly string[]>();
  if (url.search === "") return given;
  for (const [name, value] of url.searchParams) {
    const before = given.get(name);
    given.set(name, before === undefined ? value : typeof before === "string" ? [before, value] : [...before, value]);
  }
  return given;
}

export interface Query {
  readonly values: Readonly<Record<string, string | readonly string[]>>;
  /** `dry_run` is the pipeline's own. */
  readonly dryRun: boolean;
}

/** Throws `invalid_parameter` for a `dry_run` that is neither `true` nor `false`. */
export function queryOf(given: Given, { facts }: Endpoint): Query {
  const dryRun = facts.dryRun ? given.get("dry_run") : undefined;
  if (dryRun !== undefined && dryRun !== "true" && dryRun !== "false") {
    throw invalidParameter("Parameter `dry_run` can't be taken.", { errors: [{ parameter: "dry_run", code: "malformed", message: "`true` or `false`, once" }] });
  }
  const own = [...given].filter(([name]) => !(facts.dryRun && name === "dry_run"));
  return { values: Object.fromEntries(own), dryRun: dryRun === "true" };
}

/** The parameters of a call by name, of those that there are: what else stands in a query can be anything, a secret too. */
export const namesIn = (given: Given, { parameters }: Endpoint): string[] => (given.size === 0 ? [] : parameters.filter((name) => given.has(name)));

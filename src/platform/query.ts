// The query of a request: as zod takes it, and by name for the log.
import { parametersOf, type Endpoint } from "./endpoint";
import { invalidParameter } from "./problems";

export interface Query {
  /** A string, or an array where the parameter is repeated. */
  readonly values: Readonly<Record<string, string | string[]>>;
  /** `dry_run` is the pipeline's own. */
  readonly dryRun: boolean;
}

/** Throws `invalid_parameter` for a `dry_run` that is neither `true` nor `false`. */
export function queryOf(url: URL, endpoint: Endpoint): Query {
  if (url.search === "") return { values: {}, dryRun: false };
  const given = new URLSearchParams(url.searchParams);
  const dryRun = endpoint.facts.dryRun ? given.getAll("dry_run") : [];
  if (endpoint.facts.dryRun) given.delete("dry_run");
  if (dryRun.length > 1 || !["true", "false", undefined].includes(dryRun[0])) {
    throw invalidParameter("Parameter `dry_run` can't be taken.", { errors: [{ parameter: "dry_run", code: "malformed", message: "`true` or `false`, once" }] });
  }
  const entries = [...new Set(given.keys())].map((name): [string, string | string[]] => {
    const all = given.getAll(name);
    return [name, all.length === 1 ? (all[0] ?? "") : all];
  });
  return { values: Object.fromEntries(entries), dryRun: dryRun[0] === "true" };
}

/** The parameters of a call by name, of those that there are: what else stands in a query can be anything, a secret too. */
export const namesIn = (url: URL, endpoint: Endpoint): string[] =>
  url.search === "" ? [] : parametersOf(endpoint).filter((name) => url.searchParams.has(name));

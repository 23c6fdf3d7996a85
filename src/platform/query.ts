// The query of a request: as zod takes it, and by name for the log.
import type { Endpoint } from "./endpoint";
import { invalidParameter } from "./problems";

/** The parameters as they were given: a string each, or an array where one is repeated. */
export type Given = ReadonlyMap<string, string | readonly string[]>;

export function givenIn(search: string): Given {
  const given = new Map<string, string | readonly string[]>();
  if (search === "") return given;
  for (const [name, value] of new URLSearchParams(search)) {
    const before = given.get(name);
    given.set(name, before === undefined ? value : typeof before === "string" ? [before, value] : [...before, value]);
  }
  return given;
}

/** A request's URL in its parts. The runtime has normalised it, so it is cut, not parsed: every request would pay for that. */
export interface Address {
  /** `https://host` */
  readonly origin: string;
  readonly pathname: string;
  /** With its `?`, or empty. */
  readonly search: string;
}

export function addressOf(url: string): Address {
  const path = url.indexOf("/", url.indexOf("//") + 2);
  const query = url.indexOf("?", path);
  return { origin: url.slice(0, path), pathname: query < 0 ? url.slice(path) : url.slice(path, query), search: query < 0 ? "" : url.slice(query) };
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

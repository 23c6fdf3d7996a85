// What is to go away says so with every answer, refusals too (RFC 9745, RFC 8594, RFC 8288): one field of an endpoint
// drives the headers, the document, the changelog and the list of who still calls it.
import { SECOND } from "./clock";
import type { Endpoint } from "./endpoint";

/** A day, UTC: `2026-11-20`. */
export type Day = `${number}-${number}-${number}`;

export interface Deprecation {
  readonly at: Day;
  /** From then on it may be gone; not before `at`. */
  readonly sunset?: Day;
  /** Path of the page that explains it. */
  readonly link: `/${string}`;
  /** Id of the operation that takes its place. */
  readonly successor?: string;
}

/** The start of a day in ms. */
export const startOf = (day: Day): number => Date.parse(`${day}T00:00:00.000Z`);

/** Adds to an answer what it says of its operation. */
export type Mark = (response: Response, origin: string, params: Readonly<Record<string, string>>) => Response;

/** How the answers of this endpoint are marked; null where there is nothing to say. */
export function markOf({ facts: { deprecated } }: Endpoint, endpoints: readonly Endpoint[]): Mark | null {
  if (!deprecated) return null;
  const { at, sunset, link, successor } = deprecated;
  const next = endpoints.find(({ facts }) => facts.id === successor)?.facts.path;
  return (response, origin, params) => {
    const { headers } = response;
    headers.set("Deprecation", `@${startOf(at) / SECOND}`);
    headers.append("Link", `<${origin}${link}>; rel="deprecation"; type="text/html"`);
    if (sunset) {
      headers.set("Sunset", new Date(startOf(sunset)).toUTCString());
      headers.append("Link", `<${origin}${link}>; rel="sunset"; type="text/html"`);
    }
    const target = next === undefined ? null : expanded(next, params);
    if (target !== null) headers.append("Link", `<${origin}${target}>; rel="successor-version"`);
    return response;
  };
}

/** The successor's path with what this call gave; null where it needs more than that. */
function expanded(path: string, params: Readonly<Record<string, string>>): string | null {
  const names = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? "");
  if (names.some((name) => params[name] === undefined)) return null;
  return path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(params[name] ?? ""));
}

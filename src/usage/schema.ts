// Usage on the wire, and the filters that it shares with the activity log.
import * as z from "zod";
import { idPattern } from "../platform/id";
import { time } from "../platform/validate";

export const DIMENSIONS = ["key", "operation", "status", "location"] as const;
export type Dimension = (typeof DIMENSIONS)[number];

export const INTERVALS = ["hour", "day"] as const;
export type Interval = (typeof INTERVALS)[number];

const quantile = z.int().nullable();

export const usage = z
  .strictObject({
    time: time.meta({ description: "Start of the hour or day, UTC." }),
    key: z.string().optional().meta({ description: "Who called; `by=key`." }),
    operation: z.string().optional().meta({ description: "`by=operation`." }),
    status: z.int().optional().meta({ description: "`by=status`." }),
    location: z.string().nullable().optional().meta({ description: "`by=location`; null where the call concerned none." }),
    requests: z.int().meta({ description: "All of them." }),
    refused: z.int().meta({ description: "Over a limit: 429." }),
    errors: z.int().meta({ description: "Answered 400 or above, without those refused." }),
    p50_ms: quantile.meta({ description: "Half of the answers took no longer: an estimate within its histogram's bucket. Null: nothing was measured." }),
    p95_ms: quantile.meta({ description: "19 of 20 answers took no longer." }),
  })
  .meta({ id: "Usage" });
export type Usage = z.output<typeof usage>;

/** One status, or a class of them. */
export interface StatusRange {
  readonly least: number;
  readonly most: number;
}

/** The filters by what a call was. */
export const filters = {
  key: z
    .string()
    .regex(new RegExp(`${idPattern("key").source}|${idPattern("member").source}`), "an id such as `key_…`")
    .optional()
    .meta({ description: "Calls of this caller: the id of a key." }),
  operation: z.string().min(1).max(100).optional().meta({ description: "Calls of this operation: its `operationId`, e.g. `contacts.list`." }),
  status: z
    .string()
    .regex(/^[1-5](\d\d|xx)$/, "a status such as 404, or a class such as 4xx")
    .transform((text): StatusRange => ({ least: Number(text.replace("xx", "00")), most: Number(text.replace("xx", "99")) }))
    .optional()
    .meta({ description: "Calls answered with this status, or with one of a class: `404`, `4xx`." }),
  location: z.string().regex(idPattern("location")).optional().meta({ description: "Calls that concerned this location." }),
};

export const loggedRequest = z
  .strictObject({
    request_id: z.string().meta({ description: "`Request-Id` of the answer." }),
    at: time.meta({ description: "When it arrived." }),
    key: z.string().meta({ description: "Who called: the id of a key." }),
    method: z.string(),
    route: z.string().meta({ description: "The path's template: ids are not in it." }),
    operation: z.string(),
    params: z.array(z.string()).meta({ description: "Names of the query parameters that it gave, never their values." }),
    location: z.string().nullable().meta({ description: "The location that it concerned; of a location key always its own." }),
    environment: z.enum(["live", "sandbox"]),
    status: z.int(),
    code: z.string().nullable().meta({ description: "Code of the problem that it was answered with." }),
    ms: z.int().meta({ description: "Until the answer was ready." }),
    ip: z.string().nullable(),
  })
  .meta({ id: "LoggedRequest" });
export type LoggedRequest = z.output<typeof loggedRequest>;

export const deprecation = z
  .strictObject({
    operation: z.string().meta({ description: "Its `operationId`." }),
    deprecated_at: time,
    sunset_at: time.nullable().meta({ description: "From then on it may be gone." }),
    link: z.string().meta({ description: "Path of the page that explains it." }),
    keys: z
      .array(z.strictObject({ id: z.string(), requests: z.int(), last_used_at: time.meta({ description: "The hour (UTC) of its last call." }) }))
      .meta({ description: "The keys that called it in the last 30 days." }),
  })
  .meta({ id: "Deprecation" });
export type DeprecationUse = z.output<typeof deprecation>;

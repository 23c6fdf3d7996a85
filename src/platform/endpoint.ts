// An endpoint is a value: path, scope, shapes, documentation and verb in one place. Routing, authentication,
// metering, validation, the OpenAPI document and the sweep tests all read the same list of these.
import * as z from "zod";
import type { Ctx, OrgCtx, PersonCtx, SpaceCtx } from "./context";
import type { Deprecation } from "./deprecation";
import type { JsonText } from "./json";
import type { ProblemThrower } from "./problem";
import type { Streamed } from "./streamed";
import type { Scope } from "./scopes";
import { checkBody, checkParams, checkQuery, namesOf } from "./validate";

export interface Reply<Body = unknown> {
  readonly status: number;
  readonly body?: Body | JsonText | Streamed;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Answer {
  readonly description: string;
  /** Absent: no content. */
  readonly schema?: z.ZodType;
  readonly example?: unknown;
  /** Absent: application/json. */
  readonly mediaType?: string;
  /** Header name → description. */
  readonly headers?: Readonly<Record<string, string>>;
}
export type Answers = Readonly<Record<number, Answer>>;
type BodyOf<A extends Answers> = { [S in keyof A]: A[S] extends { schema: infer Z extends z.ZodType } ? z.input<Z> : never }[keyof A];

export interface Facts {
  /** `contacts.archive`: the operationId. */
  readonly id: string;
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** `/v1/contacts/{id}`. */
  readonly path: string;
  readonly tag: string;
  readonly summary: string;
  readonly description: string;
  /** `any`: every key may; `none`: no key needed. */
  readonly scope: Scope | "any" | "none";
  /** Absent: a key or a member's session. */
  readonly by?: "key" | "session";
  /** Of an organization's operation: it is on what belongs to an environment, and goes by that one's clock as operations on a space do. */
  readonly onClock?: boolean;
  /** Only callers of the sandbox may. */
  readonly sandboxOnly?: boolean;
  /** Tokens that a call takes from the key's buckets. */
  readonly cost: number;
  /** The database that a call may change: then it takes Idempotency-Key and answers with its own record. */
  readonly writes?: "data" | "control";
  readonly dryRun?: boolean;
  /** A GET that may leave something behind: it runs once it is let in, not beside the question. */
  readonly waits?: boolean;
  /** A POST that only reads (RFC 9110, 9.2.1): it runs beside the question as a GET does. */
  readonly safe?: boolean;
  readonly answers: Answers;
  readonly problems?: readonly ProblemThrower[];
  /** Problems that an answer tells of without being one. */
  readonly tells?: readonly ProblemThrower[];
  readonly bodyLimitBytes?: number;
  /** All of the body's members are optional: sending none is sending `{}`. */
  readonly bodyOptional?: boolean;
  /** Of an operation that takes a file: what JSON it takes as well. */
  readonly jsonBody?: z.ZodType;
  /** An example of the body, for the reference; it is tried in the tests. */
  readonly bodyExample?: unknown;
  readonly deprecated?: Deprecation;
}

interface Definition<C, P, Q, B, A extends Answers> extends Omit<Facts, "answers"> {
  readonly answers: A;
  readonly params: z.ZodType<P>;
  readonly query: z.ZodType<Q>;
  readonly body: z.ZodType<B>;
  /** `form`: application/x-www-form-urlencoded; `json` also understands application/merge-patch+json; `file`: an `Upload`. */
  readonly bodyType: "none" | "json" | "form" | "file";
  run(ctx: C, input: { readonly params: P; readonly query: Q; readonly body: B }): Promise<Reply<BodyOf<A>>>;
}

/** What an endpoint without parameters and body takes: spread it, then say what differs. */
export const bare = {
  params: z.strictObject({}),
  query: z.strictObject({}),
  body: z.undefined(),
  bodyType: "none",
  cost: 1,
} as const;

/** Whether an endpoint answers at this path, with whatever method. */
export const isAt = ({ facts }: Endpoint, path: string): boolean =>
  new RegExp(`^${facts.path.replaceAll(".", "\\.").replaceAll(/\{\w+\}/g, "[^/]+")}$`).test(path);

interface Erased<C> {
  readonly facts: Facts;
  readonly params: z.ZodType;
  readonly query: z.ZodType;
  readonly body: z.ZodType;
  readonly bodyType: "none" | "json" | "form" | "file";
  /** The names of the query parameters that it takes. */
  readonly parameters: readonly string[];
  /** Checks path and query, then the body, then runs: each step throws its problem. */
  bind(params: unknown, query: unknown): (body: unknown) => (ctx: C) => Promise<Reply>;
}

export type Endpoint =
  | ({ readonly on: "space" } & Erased<SpaceCtx>)
  | ({ readonly on: "organization" } & Erased<OrgCtx>)
  | ({ readonly on: "person" } & Erased<PersonCtx>)
  | ({ readonly on: "nothing" } & Erased<Ctx>);

function erase<C, P, Q, B, A extends Answers>(definition: Definition<C, P, Q, B, A>): Erased<C> {
  const { params, query, body, bodyType } = definition;
  return {
    facts: definition,
    params,
    query,
    body,
    bodyType,
    parameters: [...namesOf(query), ...(definition.dryRun ? ["dry_run"] : [])],
    bind(rawParams, rawQuery) {
      const path = checkParams(params, rawParams);
      const asked = checkQuery(query, rawQuery, definition.dryRun ? ["dry_run"] : []);
      return (rawBody) => {
        const sent = checkBody(body, rawBody);
        return (ctx) => definition.run(ctx, { params: path, query: asked, body: sent });
      };
    },
  };
}

/** An operation on one space's data (a location's, live or sandbox). */
export const onSpace = <P, Q, B, A extends Answers>(definition: Definition<SpaceCtx, P, Q, B, A>): Endpoint => ({ on: "space", ...erase(definition) });

/** An operation on what belongs to the organization. */
export const onOrganization = <P, Q, B, A extends Answers>(definition: Definition<OrgCtx, P, Q, B, A>): Endpoint => ({
  on: "organization",
  ...erase(definition),
});

/** An operation of somebody who signed in, whatever the organization. */
export const onPerson = <P, Q, B, A extends Answers>(definition: Definition<PersonCtx, P, Q, B, A>): Endpoint => ({ on: "person", ...erase(definition) });

/** An operation that needs no key. */
export const open = <P, Q, B, A extends Answers>(definition: Definition<Ctx, P, Q, B, A>): Endpoint => ({ on: "nothing", ...erase(definition) });

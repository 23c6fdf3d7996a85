// What the pipeline needs of keys and limits, so that it can know neither.
import type { Ctx, Permit, Person, Principal, Space } from "./context";
import type { Scope } from "./scopes";
import type { Problem } from "./problem";
import type { Given } from "./query";

/** The part of a request's context that exists before anybody is known. */
export type Io = Pick<Ctx, "env" | "db" | "now" | "requestId" | "origin" | "ip" | "defer">;

export interface Demand {
  readonly operation: string;
  readonly route: string;
  readonly scope: Scope | "any";
  /** Who may call: only a key, only a member who signed in, or both. */
  readonly by: "key" | "session" | "either";
  readonly sandboxOnly: boolean;
  readonly cost: number;
}

export type Admission =
  | { readonly kind: "admitted"; readonly permit: Permit }
  | { readonly kind: "refused"; readonly problem: Problem }
  /** The principal is of another epoch than the gate's: read it anew and ask again. */
  | { readonly kind: "stale" };

export interface Outcome {
  readonly status: number;
  readonly code: string | null;
  readonly ms: number;
  readonly method: string;
  readonly params: readonly string[];
  readonly location: string | null;
}

export interface Access<C> {
  /** Finds the key or the session in the request by its form alone, without I/O. Throws 400, 401, 403. */
  credential(request: Request, given: Given, demand: Demand, io: Io): Promise<C>;
  /** Who it is: a key from the isolate, KV or D1; a session, and `fresh`, from D1. Throws 400, 401, 403, 404, 429. */
  principal(credential: C, io: Io, fresh: boolean): Promise<Principal>;
  /** Who signed in, whatever the organization. Throws 401, 403. */
  person(request: Request, io: Io): Promise<Person>;
  /** Why this principal may not make this request, or null. */
  refusal(principal: Principal, request: Request, demand: Demand, io: Io): Problem | null;
  /** What every answer tells this caller of its credential, by header. */
  told(principal: Principal): Readonly<Record<string, string>>;
  /** The space that `ConnectKit-Location` picks. Throws 400, 404. */
  locate(principal: Principal, location: string | null, io: Io): Promise<Space>;
  /** What the caller's gate said of a flood a moment ago, while it holds: without I/O. */
  shut(principal: Principal): Problem | null;
  /** Asks the caller's gate: one call. Throws 503. */
  admit(principal: Principal, demand: Demand, io: Io): Promise<Admission>;
  /** Gives the lease back and tells the gate how it went. */
  settle(principal: Principal, permit: Permit, demand: Demand, outcome: Outcome, io: Io): Promise<void>;
}

// What crosses the house: Principal from authentication, Permit from limits, Ctx to every verb.
import type { Env } from "../env";
import type { Databases } from "./sql";

export type Environment = "live" | "sandbox";

/** One location's live or sandbox data. */
export interface Space {
  readonly id: number;
  readonly location: string;
  readonly environment: Environment;
  /** ISO 3166-1 alpha-2, for phones written nationally. */
  readonly defaultCountry: string;
}

export interface Actor {
  readonly type: "key" | "member" | "rule" | "import" | "system";
  readonly id: string;
  readonly last4?: string;
}

/** What every caller has: a key, or a member who signed in. */
interface Caller {
  /** What its gate is named by: the key's id, or the member's. */
  readonly id: string;
  readonly organization: string;
  readonly environment: Environment;
  /** The space of a location key; others pick one per call. */
  readonly space: Space | null;
  /** The locations that an agency key is narrowed to, or null for all. */
  readonly locations: readonly string[] | null;
  /** What the caller may now: of a key, its scopes cut down to what the role of its responsible member allows. */
  readonly effective: readonly string[];
  /** The member who answers for what is done: responsible for the key, or signed in. */
  readonly owner: { readonly id: string; readonly role: string };
  readonly epoch: number;
  /** How far the clock of its environment is ahead of the true time: of a sandbox that was advanced. */
  readonly aheadMs: number;
}

/** What a key *is*. That it *may* is the gate's word, asked on every request with this epoch. */
export interface KeyPrincipal extends Caller {
  readonly key: {
    readonly id: string;
    readonly name: string;
    readonly kind: "agency" | "location";
    readonly prefix: string;
    readonly last4: string;
  };
  readonly scopes: readonly string[];
  readonly allowedIps: readonly string[];
  readonly status: string;
  readonly apiEnabled: boolean;
  /** ms; the key's own fixed end, or null. */
  readonly expiresAt: number | null;
  /** The access request that the key's first success closes, or null. */
  readonly connecting: string | null;
  /** The secret that authenticated: `previous` works until `retiresAt` (ms). */
  readonly secret: { readonly digest: string; readonly state: "current" | "previous"; readonly retiresAt: number | null };
}

/** A member's session. */
export interface MemberPrincipal extends Caller {
  readonly key: null;
}

export type Principal = KeyPrincipal | MemberPrincipal;

/** Somebody who signed in: member of any number of organizations. */
export interface Person {
  readonly user: string;
  readonly email: string;
  readonly name: string;
  /** Id of the session, never its token. */
  readonly session: string;
}

/** The gate's word on one request, and the headers that tell of it. */
export interface Permit {
  readonly lease: number;
  /** Half of the key's leases or more are out. */
  readonly scarce: boolean;
  readonly headers: Readonly<Record<string, string>>;
}

export interface Ctx {
  readonly env: Env;
  readonly db: Databases;
  /** On the clock of the caller's environment. */
  readonly now: number;
  /** What the log goes by, and what is kept for replay: the same time, but where a sandbox is ahead of it. */
  readonly trueNow: number;
  readonly requestId: string;
  /** `https://host`, for links. */
  readonly origin: string;
  readonly ip: string | null;
  /** Work after the answer; its failure is logged, never told. */
  defer(work: Promise<unknown>): void;
  readonly dryRun: boolean;
  readonly ifMatch: IfMatch | null;
  readonly ifNoneMatch: string | null;
  readonly idempotency: Idempotency | null;
}

/** `If-Match`: any version, or one of these. */
export type IfMatch = "*" | readonly number[];

export interface Idempotency {
  /** The key or member, and its space. */
  readonly scope: string;
  readonly key: string;
  readonly fingerprint: string;
}

/** What a verb of a person needs, whatever the organization. */
export interface PersonCtx extends Ctx {
  readonly person: Person;
}

export interface OrgCtx extends Ctx {
  readonly org: string;
  readonly principal: Principal;
  readonly actor: Actor;
}

export interface SpaceCtx extends OrgCtx {
  readonly space: Space;
}

/** What a verb on data needs: also where no key calls. */
export type DataCtx = Omit<SpaceCtx, "principal" | "origin" | "defer">;

// A world per test: a random organization with two locations and a member of each role, and clients that call the
// product over HTTP with keys of it or signed in as one of its members.
import { env, exports } from "cloudflare:workers";
import type { Env } from "../src/env";
import * as keys from "../src/keys/issue";
import { now } from "../src/platform/clock";
import { systemCtx } from "../src/platform/commit";
import type { Environment, Space } from "../src/platform/context";
import { newId } from "../src/platform/id";
import { SCOPES } from "../src/platform/scopes";
import { databases } from "../src/platform/sql";
import * as orgs from "../src/orgs/orgs";
import type { Role } from "../src/orgs/roles";
import type { Plan } from "../src/limits/plans";
import * as z from "zod";
import { ORIGIN } from "./origin";
import { planted } from "./people";

export { ORIGIN } from "./origin";

export type Fetch = (request: Request) => Promise<Response>;

export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  /** The JSON body, or undefined. */
  body: Json;
}
export type Json = ReturnType<typeof JSON.parse>;

export interface CallOptions {
  headers?: Record<string, string>;
  body?: unknown;
}

const throughTheFront: Fetch = (request) => exports.default.fetch(request);

export class Client {
  constructor(
    readonly secret: string | null,
    readonly id: string,
    private readonly defaults: Record<string, string>,
    private readonly fetch: Fetch = throughTheFront,
  ) {}

  /** The same key by another way in, such as a worker with failing bindings. */
  through(fetch: Fetch): Client {
    return new Client(this.secret, this.id, this.defaults, fetch);
  }
  /** The same client with another secret of its key. */
  as(secret: string): Client {
    return new Client(secret, this.id, this.defaults, this.fetch);
  }
  /** The same client by another id. */
  named(id: string): Client {
    return new Client(this.secret, id, this.defaults, this.fetch);
  }
  /** With other headers; an empty one is left out. */
  with(headers: Record<string, string>): Client {
    const all = Object.entries({ ...this.defaults, ...headers }).filter(([, value]) => value !== "");
    return new Client(this.secret, this.id, Object.fromEntries(all), this.fetch);
  }

  request(method: string, path: string, { headers = {}, body }: CallOptions = {}): Request {
    const all = new Headers({ ...this.defaults, ...(this.secret === null ? {} : { Authorization: `Bearer ${this.secret}` }), ...headers });
    const raw = typeof body === "string" || body instanceof ReadableStream || body instanceof Uint8Array;
    if (body !== undefined && !all.has("Content-Type")) all.set("Content-Type", "application/json");
    return new Request(ORIGIN + path, { method, headers: all, ...(body === undefined ? {} : { body: raw ? body : JSON.stringify(body) }) });
  }

  async call(method: string, path: string, options: CallOptions = {}): Promise<Answer> {
    const response = await this.fetch(this.request(method, path, options));
    const text = await response.text();
    const isJson = /[/+]json\b/.test(response.headers.get("Content-Type") ?? "");
    return { status: response.status, headers: response.headers, text, body: isJson && text !== "" ? JSON.parse(text) : undefined };
  }

  get = (path: string, options?: CallOptions): Promise<Answer> => this.call("GET", path, options);
  post = (path: string, body?: unknown, options: CallOptions = {}): Promise<Answer> => this.call("POST", path, { ...options, body });
  put = (path: string, body?: unknown, options: CallOptions = {}): Promise<Answer> => this.call("PUT", path, { ...options, body });
  patch = (path: string, body?: unknown, options: CallOptions = {}): Promise<Answer> => this.call("PATCH", path, { ...options, body });
  delete = (path: string, options?: CallOptions): Promise<Answer> => this.call("DELETE", path, options);
}

export interface KeyOptions {
  scopes?: readonly string[];
  kind?: "agency" | "location";
  environment?: Environment;
  role?: Role;
  locations?: readonly string[] | null;
  limits?: { hour?: number; second?: number; burst?: number; inflight?: number };
  synchronous?: boolean;
  allowedIps?: readonly string[];
  expiresAt?: number;
}

/** Somebody who signed in, a member of nothing yet. */
export interface Somebody {
  user: string;
  email: string;
  by: Client;
}

const eventRow = z.object({
  seq: z.number(), id: z.string(), type: z.string(), subject: z.string(), version: z.number(),
  changes: z.string().nullable(), data: z.string().nullable(), actor: z.string(), space_id: z.number().nullable(), request_id: z.string(),
});

export interface World {
  org: string;
  locations: readonly [string, string];
  members: Record<Role, string>;
  anonymous: Client;
  /** A key; by default a live location key of an admin with every scope. */
  key(options?: KeyOptions): Promise<Client>;
  /** The member of this role, signed in: the same session each time. `id` is the member's. */
  session(role: Role): Promise<Client>;
  /** Somebody new who signed in and is a member of nothing. */
  person(name?: string): Promise<Somebody>;
  space(location?: string, environment?: Environment): Promise<Space>;
  /** The organization's log, oldest first. */
  events(log?: "data" | "control"): Promise<(Omit<z.output<typeof eventRow>, "changes" | "data"> & { changes: Json; data: Json })[]>;
}

/** Far above what a test sends; tests of limits say their own. */
const AMPLE = { hour: 1_000_000, second: 100_000, burst: 100_000, inflight: 1_000 };

export async function world({ plan = "enterprise", bindings = env, limits = {} }: { plan?: Plan; bindings?: Env; limits?: object } = {}): Promise<World> {
  const at = now();
  const org = newId("organization", at);
  const domain = `${org.slice(4)}.example`;
  const ctx = { ...systemCtx(org, at), env: bindings, db: databases(bindings) };
  const fresh = () => ({ ...ctx, now: now(), db: databases(bindings) });
  const { owner } = await orgs.found(fresh(), { name: "World", plan, apiEnabled: true, owner: { email: `owner@${domain}`, name: "Owner" } });
  if (plan === "enterprise") {
    await bindings.DB.prepare("UPDATE organizations SET limits = ? WHERE id = ?").bind(JSON.stringify({ ...AMPLE, keys: 1_000, ...limits }), org).run();
  }
  const member = (role: Role) => orgs.addMember(fresh(), { email: `${role}@${domain}`, name: role, role });
  const members = { owner, admin: await member("admin"), member: await member("member"), viewer: await member("viewer") };
  const here = await orgs.addLocation(fresh(), { name: "Here", defaultCountry: "ES" });
  const there = await orgs.addLocation(fresh(), { name: "There", defaultCountry: "DE" });
  // Each world calls from its own address, so that no flood guard sees two of them as one.
  const ip = `2001:db8:${[...crypto.getRandomValues(new Uint16Array(6))].map((part) => part.toString(16)).join(":")}`;
  const defaults = { "CF-Connecting-IP": ip };
  const sessions = new Map<Role, Promise<Client>>();

  async function signedUp(email: string, name: string): Promise<Somebody> {
    const { user, cookie } = await planted(email, name);
    return { user, email, by: new Client(null, "", { ...defaults, Cookie: cookie, Origin: ORIGIN }) };
  }
  async function signedIn(role: Role): Promise<Client> {
    const { user, by } = await signedUp(`${role}@${domain}`, role);
    await bindings.DB.prepare("UPDATE members SET user_id = ? WHERE id = ?").bind(user, members[role]).run();
    return by.named(members[role]).with({ "ConnectKit-Organization": org });
  }

  return {
    org,
    locations: [here, there],
    members,
    anonymous: new Client(null, "", defaults),
    async key({ scopes = SCOPES, kind = "location", environment = "live", role = "admin", locations, allowedIps, expiresAt, synchronous, limits: own } = {}) {
      const { body } = await keys.issue(fresh(), {
        name: "test", kind, environment, scopes, allowedIps, expiresAt, synchronous, limits: own, owner: members[role],
        locations: locations === undefined ? (kind === "location" ? [here] : null) : locations,
      });
      if (!body || !("secret" in body) || body.secret === null) throw new Error("no secret");
      return new Client(body.secret, body.id, defaults);
    },
    session(role) {
      const session = sessions.get(role) ?? signedIn(role);
      sessions.set(role, session);
      return session;
    },
    person: (name = "Somebody") => signedUp(`${crypto.randomUUID()}@${domain}`, name),
    async space(location = here, environment = "live") {
      const space = await orgs.spaceOf(ctx, org, location, environment);
      if (!space) throw new Error("no such location");
      return space;
    },
    async events(log = "data") {
      const database = log === "data" ? bindings.DATA : bindings.DB;
      const { results } = await database.prepare("SELECT * FROM events WHERE org_id = ? ORDER BY seq").bind(org).all();
      return results.map((row) => {
        const { changes, data, ...rest } = eventRow.parse(row);
        return { ...rest, changes: parsed(changes), data: parsed(data) };
      });
    },
  };
}

const parsed = (json: string | null): Json => (json === null ? null : JSON.parse(json));

/** 1, 2, 3 … without a gap. */
export const isGapless = (events: readonly { seq: number }[]): boolean => events.every(({ seq }, i) => seq === i + 1);

export const times = <T>(count: number, make: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => make(i));

/** How often each status came. */
export const tally = (answers: readonly { status: number }[]): Record<number, number> => {
  const counts: Record<number, number> = {};
  for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
};

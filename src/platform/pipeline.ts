// One request, in calling order: authenticate → scope → validate → admit ∥ run for reads, admit then body then run
// for writes. What an endpoint need not know about HTTP happens here.
import type { Access, Admission, Demand, Io } from "./access";
import { checkBodyHeaders, readBody } from "./body";
import { replayIfDone, Replay } from "./commit";
import { parseIdempotencyKey, parseIfMatch } from "./conditions";
import type { Actor, Ctx, Idempotency, OrgCtx, Permit, Principal, Space } from "./context";
import type { Endpoint, Reply } from "./endpoint";
import { Problem } from "./problem";
import { unavailable } from "./problems";
import { queryOf, type Address, type Given } from "./query";
import type { Trace } from "./reply";
import { sha256 } from "./secret";

/** A request as it arrived. */
export interface Arrival {
  readonly request: Request;
  readonly address: Address;
  readonly given: Given;
  readonly params: Readonly<Record<string, string>>;
  readonly io: Io;
  readonly trace: Trace;
  /** Who came and was let in, as far as it is known yet. */
  known: Known | null;
}

export interface Known {
  readonly principal: Principal;
  permit: Permit | null;
  space: Space | null;
}

type Keyed = Extract<Endpoint, { on: "space" | "organization" }>;

/** The reply of an operation of somebody who signed in. */
export async function personally<C>(endpoint: Endpoint & { on: "person" }, { request, address, given, params, io }: Arrival, access: Access<C>): Promise<Reply> {
  const person = await access.person(request, io);
  const bound = endpoint.bind(params, queryOf(given, endpoint).values);
  const key = endpoint.facts.writes ? parseIdempotencyKey(request.headers.get("Idempotency-Key")) : null;
  checkBodyHeaders(request, endpoint);
  const body = await readBody(request, endpoint);
  const idempotency = key === null ? null : { scope: person.user, key, fingerprint: fingerprintOf(request, address, body.text) };
  const verb = bound(body.value);
  return replaying(endpoint, io, idempotency, () => verb({ ...io, trueNow: io.now, dryRun: false, ifMatch: null, ifNoneMatch: null, idempotency, person }));
}

/** The reply of an operation that needs no key. */
export async function openly(endpoint: Endpoint & { on: "nothing" }, { request, given, params, io }: Arrival): Promise<Reply> {
  const bound = endpoint.bind(params, queryOf(given, endpoint).values);
  checkBodyHeaders(request, endpoint);
  const body = await readBody(request, endpoint);
  return bound(body.value)({ ...io, trueNow: io.now, dryRun: false, ifMatch: null, ifNoneMatch: null, idempotency: null });
}

const MAX_ROUNDS = 3;

/** The reply of an operation that needs a key. */
export async function withKey<C>(endpoint: Keyed, arrival: Arrival, access: Access<C>): Promise<Reply> {
  const { request, given, io, trace } = arrival;
  const demand = demandOf(endpoint);
  const credential = await access.credential(request, given, demand, io);
  let principal = await access.principal(credential, io, false);
  trace.authMs = Date.now() - trace.startedAt;
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const known: Known = { principal, permit: null, space: null };
    arrival.known = known;
    const shut = access.shut(principal);
    if (shut) throw shut;
    const prepared = await prepare(endpoint, arrival, known, access).catch((error: unknown) => ({ refused: error }));
    const asked = Date.now();
    const admission = access.admit(principal, demand, io).then((word) => {
      trace.limitMs = Date.now() - asked;
      return word;
    });
    // A read runs beside the question to the gate; its result is withheld if the gate refuses.
    const read = "run" in prepared && readsOnly(endpoint) ? prepared.run() : null;
    read?.catch(() => undefined);
    const word: Admission = await admission;
    if (word.kind === "stale") {
      principal = await access.principal(credential, io, true);
      continue;
    }
    if (word.kind === "refused") throw word.problem;
    known.permit = word.permit;
    if ("refused" in prepared) throw prepared.refused;
    return await (read ?? prepared.run());
  }
  throw unavailable("This key is changing too fast to be checked.", {}, { "Retry-After": "1" });
}

const readsOnly = ({ facts: { method, waits = false, safe = false } }: Endpoint): boolean => (method === "GET" && !waits) || safe;

interface Prepared {
  run(): Promise<Reply>;
}

/** All that can be judged by URL and headers. Throws the first refusal. */
async function prepare<C>(endpoint: Keyed, { request, address, given, params, io }: Arrival, known: Known, access: Access<C>): Promise<Prepared> {
  const { principal } = known;
  const { headers } = request;
  const refusal = access.refusal(principal, request, demandOf(endpoint), io);
  if (refusal) throw refusal;
  const { values, dryRun } = queryOf(given, endpoint);
  const location = headers.get("ConnectKit-Location");
  const space = endpoint.on === "space" || location !== null ? await access.locate(principal, location, io) : null;
  known.space = space;
  const bound = bindTo(endpoint, space, params, values);
  const ifMatch = parseIfMatch(headers.get("If-Match"));
  const key = endpoint.facts.writes ? parseIdempotencyKey(headers.get("Idempotency-Key")) : null;
  checkBodyHeaders(request, endpoint);

  const actor = actorOf(principal);
  const ahead = endpoint.on === "space" || endpoint.facts.onClock ? principal.aheadMs : 0;
  const run = async (): Promise<Reply> => {
    const body = await readBody(request, endpoint);
    const verb = bound(body.value);
    const scope = `${principal.id}:${endpoint.on === "space" ? (space?.id ?? "") : ""}`;
    const idempotency = key === null || dryRun ? null : { scope, key, fingerprint: fingerprintOf(request, address, `${principal.environment}\n${body.text}`) };
    const ctx: Ctx = { ...io, now: io.now + ahead, trueNow: io.now, dryRun, ifMatch, ifNoneMatch: headers.get("If-None-Match"), idempotency };
    return replaying(endpoint, io, idempotency, () => verb({ ...ctx, org: principal.organization, principal, actor }));
  };
  return { run };
}

const actorOf = ({ key, owner }: Principal): Actor => (key ? { type: "key", id: key.id, last4: key.last4 } : { type: "member", id: owner.id });

/** A retry after success meets the changed state first: whatever that says, the first answer stands. */
async function replaying({ facts }: Endpoint, io: Io, idempotency: Idempotency | null, verb: () => Promise<Reply>): Promise<Reply> {
  try {
    return await verb().catch(async (error: unknown) => {
      if (error instanceof Problem && error.status < 500 && idempotency && facts.writes) await replayIfDone(io.db[facts.writes], idempotency);
      throw error;
    });
  } catch (error) {
    if (error instanceof Replay) return error.reply;
    throw error;
  }
}

type Bound = (body: unknown) => (ctx: OrgCtx) => Promise<Reply>;

function bindTo(endpoint: Keyed, space: Space | null, params: unknown, query: unknown): Bound {
  if (endpoint.on === "organization") return endpoint.bind(params, query);
  if (space === null) throw new Error("an operation on a space without one");
  const bound = endpoint.bind(params, query);
  return (body) => {
    const verb = bound(body);
    return (ctx) => verb({ ...ctx, space });
  };
}

const fingerprintOf = (request: Request, { pathname, search }: Address, body: string): string =>
  sha256([request.method, pathname, search, request.headers.get("If-Match") ?? "", body].join("\n"));

export function demandOf({ facts }: Endpoint): Demand {
  const { id, path, scope, cost, by = "either", sandboxOnly = false } = facts;
  return { operation: id, route: path, scope: scope === "none" ? "any" : scope, by, sandboxOnly, cost };
}

// One request, from match to answer: authenticate → scope → validate → admit ∥ run for reads, admit then run for
// writes → reply. Everything that an endpoint need not know about HTTP happens here, in calling order.
import { Hono, type Context } from "hono";
import type { Env } from "../env";
import type { Access, Admission, Credential, Demand, Io } from "./access";
import { checkBodyHeaders, readBody } from "./body";
import { now } from "./clock";
import { replayIfDone, Replay } from "./commit";
import { parseIdempotencyKey, parseIfMatch } from "./conditions";
import type { Ctx, Idempotency, OrgCtx, Permit, Principal, Space } from "./context";
import { parametersOf, type Endpoint, type Reply } from "./endpoint";
import { newRequestId } from "./id";
import { Problem } from "./problem";
import { internal, invalidParameter, methodNotAllowed, notFound, unavailable } from "./problems";
import { preflight, respond, respondWithProblem, type Trace } from "./reply";
import { sha256 } from "./secret";
import { databases } from "./sql";

export type App = Hono<{ Bindings: Env }>;

/** The app that answers these endpoints. */
export function serve<C extends Credential>(endpoints: readonly Endpoint[], access: Access<C>): App {
  const app: App = new Hono();
  const methods = new Map<string, string[]>();
  for (const endpoint of endpoints) {
    const path = endpoint.facts.path.replaceAll(/\{(\w+)\}/g, ":$1");
    methods.set(path, [...(methods.get(path) ?? []), endpoint.facts.method]);
    app.on(endpoint.facts.method, path, (c) => answer(endpoint, c, access));
  }
  app.options("/v1/*", (c) => preflight(c.req.raw));
  for (const [path, allowed] of methods) {
    const allow = allowed.flatMap((method) => (method === "GET" ? ["GET", "HEAD"] : [method])).join(", ");
    app.all(path, (c) => refuse(c, methodNotAllowed(`This path answers ${allow}.`, { allowed }, { Allow: allow })));
  }
  app.notFound((c) => refuse(c, notFound("No such path.")));
  app.onError((error, c) => {
    logFault(error, newRequestId(now()));
    return refuse(c, internal("Something failed in here."));
  });
  return app;
}

type Call = Context<{ Bindings: Env }>;

function refuse(c: Call, problem: Problem): Response {
  return respondWithProblem(problem, begin(c).trace);
}

/** What exists before anybody is known: time, id, databases. */
function begin(c: Call): { io: Io; trace: Trace } {
  const at = now();
  const db = databases(c.env);
  const requestId = newRequestId(at);
  const { origin } = new URL(c.req.url);
  const defer = (work: Promise<unknown>): void => c.executionCtx.waitUntil(work.catch((error: unknown) => logFault(error, requestId)));
  const io: Io = { env: c.env, db, now: at, requestId, origin, ip: c.req.header("CF-Connecting-IP") ?? null, defer };
  return { io, trace: { requestId, origin, startedAt: at, authMs: 0, limitMs: 0, meter: db.meter } };
}

interface Known {
  principal: Principal;
  permit: Permit | null;
  space: Space | null;
}

async function answer<C extends Credential>(endpoint: Endpoint, c: Call, access: Access<C>): Promise<Response> {
  const { io, trace } = begin(c);
  const known: { by?: Known } = {};
  const whole = endpoint.on === "nothing" ? openly(endpoint, c, io) : withKey(endpoint, c, io, trace, access, known);
  const done = whole.then(
    (reply) => ({ reply, problem: null }),
    (error: unknown) => ({ reply: null, problem: problemOf(error, trace.requestId) }),
  );
  const finished = done.then(({ reply, problem }) => {
    const outcome = {
      status: reply?.status ?? problem?.status ?? 500,
      code: problem?.code ?? null,
      ms: Date.now() - trace.startedAt,
      method: c.req.method,
      params: namesIn(endpoint, c.req.raw),
      location: known.by?.space?.location ?? null,
    };
    logRequest(c.env, endpoint, outcome, known.by?.principal ?? null, trace);
    return known.by?.permit ? access.settle(known.by.principal, known.by.permit, demandOf(endpoint), outcome, io) : undefined;
  });
  // Also when the client goes meanwhile: the lease is given back and the outcome told.
  io.defer(finished);
  const { reply, problem } = await done;
  const extra = known.by?.permit?.headers ?? {};
  return reply ? respond(c.req.raw, reply, trace, extra) : respondWithProblem(problem, trace, extra);
}

async function openly(endpoint: Endpoint & { on: "nothing" }, c: Call, io: Io): Promise<Reply> {
  const bound = endpoint.bind(c.req.param(), queryOf(c.req.raw, endpoint).values);
  checkBodyHeaders(c.req.raw, endpoint);
  const body = await readBody(c.req.raw, endpoint);
  return bound(body.value)({ ...io, dryRun: false, ifMatch: null, ifNoneMatch: null, idempotency: null });
}

const MAX_ROUNDS = 3;

async function withKey<C extends Credential>(
  endpoint: Exclude<Endpoint, { on: "nothing" }>,
  c: Call,
  io: Io,
  trace: Trace,
  access: Access<C>,
  known: { by?: Known },
): Promise<Reply> {
  const request = c.req.raw;
  const demand = demandOf(endpoint);
  const credential = await access.credential(request, io);
  let principal = await access.principal(credential, io, false);
  trace.authMs = Date.now() - trace.startedAt;
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const by: Known = { principal, permit: null, space: null };
    known.by = by;
    const prepared = await prepare(endpoint, c, io, access, principal, by).catch((error: unknown) => ({ refused: error }));
    const asked = Date.now();
    const admission = access.admit(principal, demand, io).then((word) => {
      trace.limitMs = Date.now() - asked;
      return word;
    });
    // A read runs beside the question to the gate; its result is withheld if the gate refuses.
    const read = "run" in prepared && endpoint.facts.method === "GET" ? prepared.run(request) : null;
    read?.catch(() => undefined);
    const word: Admission = await admission;
    if (word.kind === "stale") {
      principal = await access.principal(credential, io, true);
      continue;
    }
    if (word.kind === "refused") throw word.problem;
    by.permit = word.permit;
    if ("refused" in prepared) throw prepared.refused;
    return await (read ?? prepared.run(request));
  }
  throw unavailable("This key is changing too fast to be checked.", {}, { "Retry-After": "1" });
}

interface Prepared {
  run(request: Request): Promise<Reply>;
}

/** All that can be judged by URL and headers. Throws the first refusal. */
async function prepare<C extends Credential>(
  endpoint: Exclude<Endpoint, { on: "nothing" }>,
  c: Call,
  io: Io,
  access: Access<C>,
  principal: Principal,
  known: Known,
): Promise<Prepared> {
  const request = c.req.raw;
  const refusal = access.refusal(principal, request, demandOf(endpoint), io);
  if (refusal) throw refusal;
  const { values, dryRun } = queryOf(request, endpoint);
  const location = request.headers.get("ConnectKit-Location");
  const space = endpoint.on === "space" || location !== null ? await access.locate(principal, location, io) : null;
  known.space = space;
  const bound = bindTo(endpoint, space, c.req.param(), values);
  const ifMatch = parseIfMatch(request.headers.get("If-Match"));
  const idempotencyKey = endpoint.facts.writes ? parseIdempotencyKey(request.headers.get("Idempotency-Key")) : null;
  checkBodyHeaders(request, endpoint);

  const actor = { type: "key", id: principal.key.id, last4: principal.key.last4 } as const;
  const run = async (): Promise<Reply> => {
    const body = await readBody(request, endpoint);
    const verb = bound(body.value);
    const idempotency: Idempotency | null =
      idempotencyKey === null || dryRun
        ? null
        : { scope: `${principal.key.id}:${space?.id ?? ""}`, key: idempotencyKey, fingerprint: await fingerprintOf(request, body.text) };
    const ctx: Ctx = { ...io, dryRun, ifMatch, ifNoneMatch: request.headers.get("If-None-Match"), idempotency };
    const org = { ...ctx, org: principal.organization, principal, actor };
    try {
      return await verb(org);
    } catch (error) {
      // A retry after success meets the changed state first: whatever it says, the first answer stands.
      if (error instanceof Problem && error.status < 500 && idempotency && endpoint.facts.writes) await replayIfDone(io.db[endpoint.facts.writes], idempotency);
      throw error;
    }
  };
  return { run: () => run().catch(asReplay) };
}

type Bound = (body: unknown) => (ctx: OrgCtx) => Promise<Reply>;

function bindTo(endpoint: Exclude<Endpoint, { on: "nothing" }>, space: Space | null, params: unknown, query: unknown): Bound {
  if (endpoint.on === "organization") return endpoint.bind(params, query);
  if (space === null) throw new Error("an operation on a space without one");
  const bound = endpoint.bind(params, query);
  return (body) => {
    const verb = bound(body);
    return (ctx) => verb({ ...ctx, space });
  };
}

function asReplay(error: unknown): Reply {
  if (error instanceof Replay) return error.reply;
  throw error;
}

async function fingerprintOf(request: Request, body: string): Promise<string> {
  const { pathname, search } = new URL(request.url);
  return sha256([request.method, pathname, search, request.headers.get("If-Match") ?? "", body].join("\n"));
}

function demandOf(endpoint: Endpoint): Demand {
  const { id, path, scope, cost } = endpoint.facts;
  return { operation: id, route: path, scope: scope === "none" ? "any" : scope, cost };
}

/** The query as zod takes it: a string, or an array where it is repeated. `dry_run` is the pipeline's own. */
function queryOf(request: Request, endpoint: Endpoint): { values: Record<string, string | string[]>; dryRun: boolean } {
  const given = new URL(request.url).searchParams;
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
function namesIn(endpoint: Endpoint, request: Request): string[] {
  const given = new URL(request.url).searchParams;
  return parametersOf(endpoint).filter((name) => given.has(name));
}

function problemOf(error: unknown, requestId: string): Problem {
  if (error instanceof Problem) return error;
  logFault(error, requestId);
  return internal("Something failed in here.");
}

/** One line of JSON per request: who, what, how long; no ids of people, no values. */
function logRequest(env: Env, endpoint: Endpoint, outcome: { status: number; code: string | null; ms: number }, principal: Principal | null, trace: Trace): void {
  if (env.LOG_LEVEL !== "info") return;
  const { status, code, ms } = outcome;
  console.log(
    JSON.stringify({
      level: "info", request_id: trace.requestId, operation: endpoint.facts.id, status, code, ms,
      org: principal?.organization, key: principal?.key.id, db_calls: trace.meter.calls,
    }),
  );
}

function logFault(error: unknown, requestId: string): void {
  const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
  console.error(JSON.stringify({ level: "error", request_id: requestId, name, message, stack }));
}


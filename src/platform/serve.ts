// The app that answers endpoints: routes, what exists before anybody is known, and what is told after the answer.
import { Hono, type Context } from "hono";
import type { Env } from "../env";
import type { Access, Io, Outcome } from "./access";
import { now } from "./clock";
import { markOf } from "./deprecation";
import { isAt, type Endpoint } from "./endpoint";
import { newRequestId } from "./id";
import { logFault, logRequest } from "./log";
import { demandOf, openly, personally, withKey, type Arrival } from "./pipeline";
import { Problem, type ProblemThrower } from "./problem";
import { internal, methodNotAllowed, notFound } from "./problems";
import { addressOf, givenIn, namesIn } from "./query";
import { preflight, respond, respondWithProblem } from "./reply";
import { databases } from "./sql";

export type App = Hono<{ Bindings: Env }>;
type Call = Context<{ Bindings: Env }>;

/** What answers all requests under a path by itself, for pages of this origin only: no endpoint, no key, no other origin. */
export interface Mount {
  /** For the log. */
  readonly id: string;
  /** `/api/auth/*` */
  readonly path: string;
  readonly operations: readonly { readonly method: string; readonly path: string; readonly problems: readonly ProblemThrower[] }[];
  handle(request: Request, io: Io): Promise<Response>;
}

/** The app that answers these endpoints, and what is mounted beside them. */
export function serve<C>(endpoints: readonly Endpoint[], access: Access<C>, mounts: readonly Mount[] = []): App {
  const app: App = new Hono();
  for (const endpoint of endpoints) {
    const path = endpoint.facts.path.replaceAll(/\{(\w+)\}/g, ":$1");
    const mark = markOf(endpoint, endpoints);
    app.on(endpoint.facts.method, path, (c) => {
      const arrival = arrivalOf(c);
      const response = answer(endpoint, arrival, access);
      return mark ? response.then((made) => mark(made, arrival.address.origin, arrival.params)) : response;
    });
  }
  for (const mount of mounts) app.all(mount.path, (c) => mounted(mount, arrivalOf(c)));
  app.options("/v1/*", (c) => preflight(c.req.raw, arrivalOf(c).trace));
  // Asked only when nothing matched: a second handler on every path would cost every request.
  app.notFound((c) => refuse(c, unmatched(endpoints, c.req.path)));
  app.onError((error, c) => {
    logFault(error, newRequestId());
    return refuse(c, internal("Something failed in here."));
  });
  return app;
}

/** 405 where other methods answer this path, else 404. */
function unmatched(endpoints: readonly Endpoint[], path: string): Problem {
  const here = endpoints.filter((endpoint) => isAt(endpoint, path));
  if (here.length === 0) return notFound("No such path.");
  const allow = here.flatMap(({ facts: { method } }) => (method === "GET" ? ["GET", "HEAD"] : [method])).join(", ");
  return methodNotAllowed(`This path answers ${allow}.`, { allowed: here.map(({ facts }) => facts.method) }, { Allow: allow });
}

const refuse = (c: Call, problem: Problem): Response => respondWithProblem(c.req.raw, problem, arrivalOf(c).trace);

function arrivalOf(c: Call): Arrival {
  const startedAt = now();
  const db = databases(c.env);
  const requestId = newRequestId();
  const address = addressOf(c.req.url);
  const { origin, search } = address;
  const defer = (work: Promise<unknown>): void => c.executionCtx.waitUntil(work.catch((error: unknown) => logFault(error, requestId)));
  return {
    request: c.req.raw,
    address,
    given: givenIn(search),
    params: c.req.param(),
    io: { env: c.env, db, now: startedAt, requestId, origin, ip: c.req.header("CF-Connecting-IP") ?? null, defer },
    trace: { requestId, origin, startedAt, authMs: 0, limitMs: 0, meter: db.meter },
    known: null,
  };
}

async function answer<C>(endpoint: Endpoint, arrival: Arrival, access: Access<C>): Promise<Response> {
  const { request, io, trace } = arrival;
  const whole =
    endpoint.on === "nothing" ? openly(endpoint, arrival) : endpoint.on === "person" ? personally(endpoint, arrival, access) : withKey(endpoint, arrival, access);
  const done = whole.then(
    (reply) => ({ reply, problem: null }),
    (error: unknown) => ({ reply: null, problem: problemOf(error, trace.requestId) }),
  );
  // Also when the client goes meanwhile: the lease is given back and the outcome told.
  io.defer(
    done.then(async ({ reply, problem }) => {
      const outcome = outcomeOf(endpoint, arrival, reply?.status ?? problem?.status ?? 500, problem?.code ?? null);
      const { principal = null, permit = null } = arrival.known ?? {};
      logRequest(io.env, endpoint.facts.id, outcome, principal, trace);
      if (principal && permit) await access.settle(principal, permit, demandOf(endpoint), outcome, io);
    }),
  );
  const { reply, problem } = await done;
  const { principal, permit = null } = arrival.known ?? {};
  const told = { ...permit?.headers, ...(principal ? access.told(principal) : {}) };
  return reply ? respond(request, reply, trace, told) : respondWithProblem(request, problem, trace, told);
}

async function mounted(mount: Mount, { request, io, trace }: Arrival): Promise<Response> {
  const answered = await mount.handle(request, io).catch((error: unknown) => respondWithProblem(request, problemOf(error, trace.requestId), trace));
  const response = new Response(answered.body, answered);
  response.headers.set("Request-Id", trace.requestId);
  response.headers.set("Cache-Control", "no-store");
  response.headers.delete("Access-Control-Allow-Origin");
  const { status } = response;
  logRequest(io.env, mount.id, { status, code: null, ms: Date.now() - trace.startedAt, method: request.method, params: [], location: null }, null, trace);
  return response;
}

const outcomeOf = (endpoint: Endpoint, { request, given, trace, known }: Arrival, status: number, code: string | null): Outcome => ({
  status,
  code,
  ms: Date.now() - trace.startedAt,
  method: request.method,
  params: namesIn(given, endpoint),
  location: (known?.space ?? known?.principal.space)?.location ?? null,
});

function problemOf(error: unknown, requestId: string): Problem {
  if (error instanceof Problem) return error;
  logFault(error, requestId);
  return internal("Something failed in here.");
}

// Counts what one request asks of its bindings, by standing between the two.
import type { Env } from "../src/env";

/** The calls of one request, also those after its answer. */
export interface Calls {
  readonly status: number;
  /** D1 round trips, each with its statements. */
  readonly d1: string[][];
  /** Methods called on gates. */
  readonly gate: string[];
  readonly kv: string[];
  /** Rows that D1 read, where it tells. */
  rows: number;
}

type Serve = (env: Env, ctx: ExecutionContext) => Response | Promise<Response>;

export async function count(env: Env, ctx: ExecutionContext, serve: Serve): Promise<Calls> {
  const calls = { d1: [], gate: [], kv: [], rows: 0 };
  const late: unknown[] = [];
  const watchedCtx = watch(ctx, (method, [work]) => {
    if (method === "waitUntil") late.push(work);
  });
  const answer = await serve(counted(env, calls), watchedCtx);
  await answer.arrayBuffer();
  for (const work of late) await work;
  return { status: answer.status, ...calls };
}

function counted(env: Env, calls: Omit<Calls, "status">): Env {
  const read = (result: unknown): unknown => (result instanceof Promise ? result.then((answer: unknown) => tallied(answer, calls)) : result);
  const database = (d1: D1Database): D1Database => watchedDatabase(d1, calls.d1, read);
  return {
    ...env,
    DB: database(env.DB),
    DATA: database(env.DATA),
    LOG: database(env.LOG),
    KEY_CACHE: watch(env.KEY_CACHE, (method) => calls.kv.push(method)),
    GATE: watch(env.GATE, ignore, (method, stub) => (method === "getByName" && isObject(stub) ? watch(stub, (name) => calls.gate.push(name)) : stub)),
  };
}

const sqlOf = new WeakMap<object, string>();

/** The answer of `all` or `batch`, its rows counted. */
function tallied<T>(answer: T, calls: Pick<Calls, "rows">): T {
  for (const one of Array.isArray(answer) ? answer : [answer]) {
    const meta: unknown = isObject(one) ? Reflect.get(one, "meta") : null;
    const rows: unknown = isObject(meta) ? Reflect.get(meta, "rows_read") : 0;
    calls.rows += typeof rows === "number" ? rows : 0;
  }
  return answer;
}

function watchedDatabase(d1: D1Database, trips: string[][], read: (result: unknown) => unknown): D1Database {
  return watch(
    d1,
    (method, [statements]) => {
      if (method === "batch" && Array.isArray(statements)) trips.push(statements.map((one: object) => sqlOf.get(one) ?? "?"));
    },
    (method, made, [sql]) => (method === "prepare" && isObject(made) ? statement(made, String(sql), trips, read) : method === "batch" ? read(made) : made),
  );
}

function statement(one: object, sql: string, trips: string[][], read: (result: unknown) => unknown): object {
  const watched = watch(
    one,
    (method) => {
      if (method !== "bind") trips.push([sql]);
    },
    (method, made) => (method === "bind" && isObject(made) ? statement(made, sql, trips, read) : method === "all" ? read(made) : made),
  );
  sqlOf.set(watched, sql);
  return watched;
}

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null;
const ignore = (): void => undefined;

/** `target`, but each call of a method is `seen` before, and `wrap` may replace what it answers. */
function watch<T extends object>(
  target: T,
  seen: (method: string, args: readonly unknown[]) => void,
  wrap: (method: string, result: unknown, args: readonly unknown[]) => unknown = (_, result) => result,
): T {
  return new Proxy(target, {
    get(_, name) {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== "function" || typeof name !== "string") return member;
      return (...args: unknown[]) => {
        seen(name, args);
        // Not `bind` and not `call`: on a remote object these would be names of remote methods.
        return wrap(name, Reflect.apply(member, target, args), args);
      };
    },
  });
}

// The product behind bindings of the test's choice: counted, or failing where it says.
import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { app } from "../src/app";
import type { Env } from "../src/env";
import type { App } from "../src/platform/serve";
import type { Fetch } from "./world";

/** Calls the product, or another app of its parts, with these bindings. What it does after the answer goes on beside the test until `settled`. */
export function front(bindings: Env, served: App = app): Fetch & { settled: () => Promise<void> } {
  const contexts: ExecutionContext[] = [];
  const fetch = async (request: Request): Promise<Response> => {
    const ctx = createExecutionContext();
    contexts.push(ctx);
    return served.fetch(request, bindings, ctx);
  };
  return Object.assign(fetch, {
    settled: async () => {
      for (const ctx of contexts.splice(0)) await waitOnExecutionContext(ctx);
    },
  });
}

/** A copy of an object in which some methods are others. */
export function altered<T extends object>(original: T, methods: Partial<T>): T {
  return new Proxy(original, {
    get(target, name) {
      const own: unknown = Reflect.get(methods, name);
      if (own !== undefined) return own;
      const value: unknown = Reflect.get(target, name);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

/** Bindings with which whoever works dies at the batch of this number: before it is sent, or after it took effect but before it heard so. */
export function dying(bindings: Env, batches: number, afterwards: boolean): { readonly bindings: Env; readonly died: Promise<void> } {
  const { promise: died, resolve } = Promise.withResolvers<void>();
  let left = batches;
  const batch: D1Database["batch"] = async (statements) => {
    left -= 1;
    if (left > 0) return bindings.DATA.batch(statements);
    if (afterwards) await bindings.DATA.batch(statements);
    resolve();
    return new Promise<never>(() => undefined);
  };
  return { bindings: { ...bindings, DATA: altered(bindings.DATA, { batch }) }, died };
}

export interface Calls {
  d1: number;
  gate: number;
  kvReads: number;
  kvWrites: number;
}

/** Bindings that count their round trips. */
export function counted(): { bindings: Env; calls: Calls; reset: () => void } {
  const calls: Calls = { d1: 0, gate: 0, kvReads: 0, kvWrites: 0 };
  const database = (d1: D1Database): D1Database =>
    altered(d1, {
      prepare: (sql: string) => countStatement(d1.prepare(sql)),
      batch: (statements) => {
        calls.d1 += 1;
        return d1.batch(statements.map((one) => inner.get(one) ?? one));
      },
    });
  const inner = new WeakMap<D1PreparedStatement, D1PreparedStatement>();
  const countStatement = (statement: D1PreparedStatement): D1PreparedStatement => {
    const wrapped = altered(statement, {
      bind: (...values: unknown[]) => countStatement(statement.bind(...values)),
      first: (...args: [string?]) => {
        calls.d1 += 1;
        return args[0] === undefined ? statement.first() : statement.first(args[0]);
      },
      all: () => {
        calls.d1 += 1;
        return statement.all();
      },
    });
    inner.set(wrapped, statement);
    return wrapped;
  };
  const gate = altered(env.GATE, {
    getByName: (...args) => {
      calls.gate += 1;
      return env.GATE.getByName(...args);
    },
  });
  const kv = new Proxy(env.KEY_CACHE, {
    get(target, name) {
      if (name === "get") calls.kvReads += 1;
      if (name === "put") calls.kvWrites += 1;
      const value: unknown = Reflect.get(target, name);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
  const bindings = { ...env, DB: database(env.DB), DATA: database(env.DATA), LOG: database(env.LOG), GATE: gate, KEY_CACHE: kv };
  const reset = (): void => {
    Object.assign(calls, { d1: 0, gate: 0, kvReads: 0, kvWrites: 0 });
  };
  return { bindings, calls, reset };
}

/** Bindings in which the gates of these keys can't be reached. */
export function unreachable(keys: ReadonlySet<string>): Env {
  const gate = altered(env.GATE, {
    getByName: (key, options) => {
      if (keys.has(key)) throw Object.assign(new Error("the gate is gone"), { retryable: true });
      return env.GATE.getByName(key, options);
    },
  });
  return { ...env, GATE: gate };
}

export interface Ran {
  sql: string;
  params: unknown[];
  rowsRead: number;
}

/** One of the databases, with what was run on it and how many rows that read. */
export function recorded(binding: "DB" | "DATA" | "LOG" = "DATA"): { bindings: Env; ran: Ran[] } {
  const d1 = env[binding];
  const ran: Ran[] = [];
  const known = new WeakMap<D1PreparedStatement, { sql: string; params: unknown[]; statement: D1PreparedStatement }>();
  const wrap = (sql: string, params: unknown[], statement: D1PreparedStatement): D1PreparedStatement => {
    const all = async <T>() => {
      const result = await statement.all<T>();
      ran.push({ sql, params, rowsRead: result.meta.rows_read });
      return result;
    };
    const wrapped = altered(statement, {
      bind: (...values: unknown[]) => wrap(sql, values, statement.bind(...values)),
      all,
      first: async () => (await all<never>()).results[0] ?? null,
    });
    known.set(wrapped, { sql, params, statement });
    return wrapped;
  };
  const watched = altered(d1, {
    prepare: (sql: string) => wrap(sql, [], d1.prepare(sql)),
    batch: async <T>(statements: D1PreparedStatement[]) => {
      const inner = statements.map((one) => known.get(one));
      const results = await d1.batch<T>(inner.map((one, i) => one?.statement ?? statements[i] ?? d1.prepare("SELECT 1")));
      inner.forEach((one, i) => one && ran.push({ sql: one.sql, params: one.params, rowsRead: results[i]?.meta.rows_read ?? 0 }));
      return results;
    },
  });
  return { bindings: { ...env, [binding]: watched }, ran };
}

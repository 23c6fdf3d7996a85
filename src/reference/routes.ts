// What the server tells of itself: the document, the reference, the error pages, its health.
import * as z from "zod";
import { gateOf } from "../limits/stub";
import { rfc3339 } from "../platform/clock";
import type { Ctx } from "../platform/context";
import { within } from "../platform/deadline";
import { bare, open, type Endpoint, type Reply } from "../platform/endpoint";
import { JsonText } from "../platform/json";
import type { ProblemType } from "../platform/problem";
import { notFound } from "../platform/problems";
import type { Mount } from "../platform/serve";
import { control } from "../platform/sql";
import { time } from "../platform/validate";
import { changelogOf } from "./changelog";
import { openapi } from "./openapi";
import { CSP, errorPage, errorsPage, referencePage, type Answering } from "./pages";
import { problemsOf } from "./refusals";

const page = (text: string): Reply<never> => ({
  status: 200,
  headers: { "Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": CSP, "X-Content-Type-Options": "nosniff", "Cache-Control": "public, max-age=300" },
  body: new JsonText(text),
});

const htmlPage = { description: "An HTML page.", mediaType: "text/html", schema: z.string(), example: "<!doctype html>…" };

const health = z
  .strictObject({
    ok: z.boolean(),
    checks: z.strictObject({ database: check(), gate: check() }),
    time,
  })
  .meta({ id: "Health" });
function check() {
  return z.strictObject({ ok: z.boolean(), ms: z.int().meta({ description: "Round trip." }) });
}

const healthExample = { ok: true, checks: { database: { ok: true, ms: 1 }, gate: { ok: true, ms: 1 } }, time: "2026-11-20T17:53:00.000Z" };

const DEADLINE_MS = 5_000;

async function timed(call: () => Promise<unknown>): Promise<{ ok: boolean; ms: number }> {
  const started = Date.now();
  try {
    await within(DEADLINE_MS, call());
    return { ok: true, ms: Date.now() - started };
  } catch {
    return { ok: false, ms: Date.now() - started };
  }
}

async function checkHealth(ctx: Ctx): Promise<Reply<z.output<typeof health>>> {
  const [database, gate] = await Promise.all([
    timed(() => ctx.db.control.first(control("SELECT 1 AS one"))),
    timed(() => gateOf(ctx.env, "health").peek(0)),
  ]);
  const ok = database.ok && gate.ok;
  return { status: ok ? 200 : 503, body: { ok, checks: { database, gate }, time: rfc3339(ctx.now) } };
}

/** The endpoints that tell of `endpoints`, and of the refusals of what is mounted beside them. */
export function routes(endpoints: readonly Endpoint[], mounts: readonly Mount[] = []): readonly Endpoint[] {
  const all: Endpoint[] = [...endpoints];
  const beside = mounts.flatMap(({ operations }) => operations).map(({ method, path, problems }) => ({ method, path, types: problems.map(({ type }) => type) }));
  const told = ({ facts }: Endpoint): ProblemType[] => [...(facts.tells ?? [])].map(({ type }) => type);
  const types = (): ProblemType[] =>
    [...new Map([...all.flatMap(problemsOf), ...all.flatMap(told), ...beside.flatMap((one) => one.types)].map((type) => [type.code, type])).values()].toSorted(
      (a, b) => a.status - b.status || a.code.localeCompare(b.code),
    );
  const answering = (type: ProblemType): Answering[] => [
    ...all.filter((endpoint) => [...problemsOf(endpoint), ...told(endpoint)].includes(type)).map(({ facts: { tag, method, path } }) => ({ tag, method, path })),
    ...beside.filter((one) => one.types.includes(type)),
  ];
  let documents = new Map<string, string>();
  const documentAt = (origin: string): string => {
    const made = documents.get(origin) ?? JSON.stringify(openapi(all, origin));
    if (documents.size > 10) documents = new Map();
    documents.set(origin, made);
    return made;
  };

  const own = [
    changelogOf(all),
    open({
      ...bare,
      id: "openapi",
      method: "GET",
      path: "/openapi.json",
      tag: "Discovery",
      summary: "The OpenAPI document",
      description: "This document: OpenAPI 3.1, complete.",
      scope: "none",
      answers: { 200: { description: "The document.", schema: z.looseObject({ openapi: z.string() }).meta({ id: "OpenApi" }), example: { openapi: "3.1.0" } } },
      run: async (ctx) => ({ status: 200, headers: { "Cache-Control": "public, max-age=300" }, body: new JsonText(documentAt(ctx.origin)) }),
    }),
    open({
      ...bare,
      id: "health",
      method: "GET",
      path: "/health",
      tag: "Discovery",
      summary: "Is it well?",
      description: "A round trip to the database and to a gate.",
      scope: "none",
      answers: {
        200: { description: "It is.", schema: health, example: healthExample },
        503: {
          description: "Something is not reachable; `checks` says what.",
          schema: health,
          example: { ...healthExample, ok: false, checks: { ...healthExample.checks, gate: { ok: false, ms: 5000 } } },
        },
      },
      run: checkHealth,
    }),
    open({
      ...bare,
      id: "docs",
      method: "GET",
      path: "/docs",
      tag: "Discovery",
      summary: "The reference",
      description: "A page to read and try the API. Its try-it takes sandbox keys only: a live key from a browser is refused.",
      scope: "none",
      answers: { 200: htmlPage },
      run: async () => page(await referencePage()),
    }),
    open({
      ...bare,
      id: "errors.list",
      method: "GET",
      path: "/errors",
      tag: "Discovery",
      summary: "All error codes",
      description: "A page with every code.",
      scope: "none",
      answers: { 200: htmlPage },
      run: async () => page(await errorsPage(types())),
    }),
    open({
      ...bare,
      id: "errors.get",
      method: "GET",
      path: "/errors/{code}",
      tag: "Discovery",
      summary: "One error code",
      description: "A page on one code: cause, cure, example. The `type` of a problem leads here.",
      scope: "none",
      params: z.strictObject({ code: z.string().regex(/^[a-z0-9_]{1,60}$/).meta({ description: "A problem's `code`.", examples: ["rate_limited"] }) }),
      answers: { 200: htmlPage },
      run: async (ctx, { params: { code } }) => {
        const type = types().find((one) => one.code === code);
        if (!type) throw notFound("No such error code.");
        return page(await errorPage(type, ctx.origin, answering(type)));
      },
    }),
  ];
  all.push(...own);
  return own;
}

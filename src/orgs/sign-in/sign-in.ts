// The way in: the operations under /api/auth, an explicit list of the library's and our own on sessions. Whatever is not
// in the list does not exist; every refusal is a problem document that the library's browser client can read too.
import * as z from "zod";
import type { Io } from "../../platform/access";
import { readText } from "../../platform/body";
import { parseStrictly } from "../../platform/json";
import { isSameOrigin } from "../../platform/origin";
import { document, Problem } from "../../platform/problem";
import { methodNotAllowed, notFound, unsupportedMediaType } from "../../platform/problems";
import { addressOf } from "../../platform/query";
import type { Mount } from "../../platform/serve";
import { withOurs } from "./cookies";
import { auth } from "./loaded";
import { OPERATIONS, PREFIX, type Call, type Operation } from "./operations";
import { foreignOrigin, problemFor } from "./problems";

export const signIn: Mount = {
  id: "sign_in",
  path: `${PREFIX}/*`,
  operations: OPERATIONS.map(({ method, path, problems }) => ({ method, path: PREFIX + path, problems })),
  async handle(request, io) {
    try {
      return await answer(request, io);
    } catch (error) {
      if (error instanceof Problem) return respondWith(error, io);
      throw error;
    }
  },
};

const LIMIT_BYTES = 64_000;

async function answer(request: Request, io: Io): Promise<Response> {
  const operation = operationOf(request);
  if (!isSameOrigin(request, io.origin)) throw foreignOrigin("The request does not come from a page of this server.");
  const { body, guard, run, cookie } = operation.accept(await sentIn(request));
  const call = { io, headers: withOurs(io.origin, request.headers) };
  await guard(call);
  if (run) return Response.json(await run(call));
  const { authOf } = await auth();
  const answered = await authOf(io).handler(passedOn(request, call, body));
  const text = await answered.text();
  if (answered.ok) {
    const headers = cookiesOf(answered, "application/json");
    if (cookie) headers.append("Set-Cookie", cookie(call));
    return new Response(withoutTokens(text), { status: answered.status, headers });
  }
  const said = refusal.safeParse(text).data ?? {};
  return respondWith(problemFor(answered.status, said.code, said.message), io, answered);
}

function operationOf({ method, url }: Request): Operation {
  const path = addressOf(url).pathname.slice(PREFIX.length);
  const here = OPERATIONS.filter((one) => one.path === path);
  if (here.length === 0) throw notFound("No such path.");
  const operation = here.find((one) => one.method === method);
  if (operation) return operation;
  const allowed = here.map((one) => one.method);
  throw methodNotAllowed(`This path answers ${allowed.join(", ")}.`, { allowed }, { Allow: allowed.join(", ") });
}

/** What a body says; a GET's means nothing. */
async function sentIn(request: Request): Promise<unknown> {
  if (request.method === "GET") return {};
  const type = (request.headers.get("Content-Type") ?? "").split(";")[0]?.trim().toLowerCase();
  const text = await readText(request, LIMIT_BYTES);
  if (text === "") return {};
  // A page of another origin can send a form without asking, JSON it can't.
  if (type !== "application/json") throw unsupportedMediaType("The body must be application/json.", { accepted: ["application/json"] });
  return parseStrictly(text);
}

/** The request as the library gets it: our own headers, and only the members that the operation takes. */
function passedOn(request: Request, { io, headers: sent }: Call, body: object): Request {
  const headers = new Headers({ Origin: io.origin });
  for (const name of ["Cookie", "User-Agent", "CF-Connecting-IP"]) {
    const value = sent.get(name);
    if (value !== null) headers.set(name, value);
  }
  if (request.method === "GET") return new Request(request.url, { headers });
  headers.set("Content-Type", "application/json");
  return new Request(request.url, { method: request.method, headers, body: JSON.stringify(body) });
}

const json = z.string().transform((text): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
});
const refusal = json.pipe(z.object({ code: z.string().optional(), message: z.string().optional() }));
const answered = json.pipe(z.looseObject({ session: z.looseObject({ id: z.string() }).nullish() }));

/** The token is the cookie's alone, where no script reads it; a session is named by its id. */
function withoutTokens(text: string): string {
  const { data } = answered.safeParse(text);
  if (!data || !("token" in data || data.session)) return text;
  return JSON.stringify({ ...data, ...("token" in data ? { token: null } : {}), ...(data.session ? { session: { ...data.session, token: data.session.id } } : {}) });
}

function cookiesOf(from: Response | null, type: string): Headers {
  const headers = new Headers({ "Content-Type": type });
  for (const cookie of from?.headers.getSetCookie() ?? []) headers.append("Set-Cookie", cookie);
  return headers;
}

/** `message` is where the library's client looks for the sentence. */
function respondWith(problem: Problem, { origin, requestId }: Io, from: Response | null = null): Response {
  const headers = cookiesOf(from, "application/problem+json");
  for (const [name, value] of Object.entries(problem.headers)) headers.set(name, value);
  return new Response(JSON.stringify({ ...document(problem, origin, requestId), message: problem.message }), { status: problem.status, headers });
}

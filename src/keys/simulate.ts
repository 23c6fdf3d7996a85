// Would this request be let through? The first rule that refuses it, by the very code that refuses requests; nothing is
// spent, and the key is not used.
import { peek } from "../limits/admit";
import { rateLimited, tooManyInFlight } from "../limits/schema";
import { sessionRequired } from "../orgs/problems";
import { locate } from "../orgs/reach";
import type { Io } from "../platform/access";
import type { KeyPrincipal, OrgCtx } from "../platform/context";
import { isAt, type Endpoint, type Reply } from "../platform/endpoint";
import { demandOf } from "../platform/pipeline";
import { Problem } from "../platform/problem";
import { methodNotAllowed, notFound } from "../platform/problems";
import { keyRefusal } from "./authenticate";
import { endOf, principalOf } from "./principals";
import { keyUnclaimed } from "./problems";
import type { Simulation, SimulationInput } from "./schema";
import { readById, readKey } from "./store";

export async function simulate(ctx: OrgCtx, id: string, wanted: SimulationInput, endpoints: readonly Endpoint[]): Promise<Reply<Simulation>> {
  const key = await readKey(ctx, id);
  if (!key) throw notFound("No such key.");
  const { endpoint, refusal } = key.status === "unclaimed" ? { endpoint: null, refusal: keyUnclaimed("The key has no secret yet.") } : await judge(ctx, id, wanted, endpoints);
  return {
    status: 200,
    body: {
      allowed: refusal === null,
      operation: endpoint?.facts.id ?? null,
      refusal: refusal && { status: refusal.status, code: refusal.code, title: refusal.of.title, detail: refusal.message, ...refusal.extras },
    },
  };
}

async function judge(ctx: OrgCtx, id: string, { method, path, ip, location }: SimulationInput, endpoints: readonly Endpoint[]) {
  const here = endpoints.filter((one) => isAt(one, path.split("?")[0] ?? ""));
  const endpoint = here.find(({ facts }) => facts.method === (method === "HEAD" ? "GET" : method)) ?? null;
  const row = await readById(ctx.db.control, ctx.org, id);
  const ended = row ? endOf(row) : null;
  if (!row || ended) return { endpoint, refusal: (ended ?? notFound)("The key does not work.") };
  if (!endpoint) return { endpoint, refusal: here.length > 0 ? methodNotAllowed("This path answers other methods.") : notFound("No such path.") };
  if (endpoint.on === "nothing") return { endpoint, refusal: null };
  if (endpoint.on === "person") return { endpoint, refusal: sessionRequired("A key can't do this.") };
  const principal = principalOf(row.digest, row);
  const io: Io = { ...ctx, now: ctx.trueNow, ip: ip ?? null };
  const refusal = keyRefusal(principal, new Request("https://simulated.invalid"), demandOf(endpoint), io);
  return { endpoint, refusal: refusal ?? (await placed(endpoint, principal, location ?? null, io)) ?? (await limited(ctx, principal)) };
}

async function placed(endpoint: Endpoint, principal: KeyPrincipal, location: string | null, io: Io): Promise<Problem | null> {
  if (endpoint.on !== "space" && location === null) return null;
  return locate(principal, location, io).then(
    () => null,
    (error: unknown) => {
      if (error instanceof Problem) return error;
      throw error;
    },
  );
}

async function limited(ctx: OrgCtx, principal: KeyPrincipal): Promise<Problem | null> {
  const left = await peek(ctx.env, principal);
  if (!left) return notFound("The key is changing at this moment.");
  const violated = (["hour", "burst"] as const).filter((name) => left[name].remaining < 1);
  if (violated.length > 0) return rateLimited(`No token left in: ${violated.join(", ")}.`, { "violated-policies": violated });
  return left.inflight.remaining < 1 ? tooManyInFlight("All leases of the key are out.", { "violated-policies": ["inflight"] }) : null;
}

// The Worker that is measured: the product as it is, the floor beside it, and under /bench what the bench asks of
// them. One isolate and one set of databases for all, so that nothing differs but the code.
import { app } from "../src/app";
import type { Env } from "../src/env";
import { count } from "./count";
import { floor, home } from "./floor";
import { fill, type Fill } from "./fill";
import { driven, fillBare, slicesOf } from "./long-work";
import { found, settle } from "./world";

export { Gate } from "../src/limits/gate";
export { Guard } from "../src/limits/guard";

const COUNTED = "/bench/counted";

export default {
  async fetch(request, env, ctx) {
    const at = request.url.slice(request.url.indexOf("/", "http://".length));
    if (at.startsWith("/v1/")) return app.fetch(request, env, ctx);
    if (at.startsWith("/floor/")) return floor.fetch(request, env, ctx);
    if (at.startsWith(COUNTED)) {
      const inner = new Request(request.url.replace(COUNTED, ""), request);
      const target = at.startsWith(`${COUNTED}/v1/`) ? app : floor;
      return Response.json(await count(env, ctx, (countedEnv, countedCtx) => target.fetch(inner, countedEnv, countedCtx)));
    }
    if (at === "/bench/found") {
      const world = await found(env);
      home(world);
      return Response.json(world);
    }
    if (at === "/bench/settle") return Response.json(await settle(env));
    if (at === "/bench/fill") {
      const wanted: Fill = await request.json();
      return Response.json(await fill(env, wanted));
    }
    if (at === "/bench/drive") {
      const job: { org: string; job: string } = await request.json();
      return Response.json(await driven(env, job));
    }
    if (at.startsWith("/bench/slices")) return Response.json(await slicesOf(env, new URL(request.url).searchParams.get("job") ?? ""));
    if (at === "/bench/fill-bare") {
      const bare: Parameters<typeof fillBare>[1] = await request.json();
      return Response.json(await fillBare(env, bare));
    }
    return new Response(null, { status: 404 });
  },
} satisfies ExportedHandler<Env>;

// The Worker's entry: requests, cron, objects.
import { app } from "./app";
import type { Env } from "./env";
import { routes } from "./routes";
import { run } from "./upkeep/upkeep";

export { Gate } from "./limits/gate";
export { Guard } from "./limits/guard";

export default {
  fetch: app.fetch,
  scheduled: (controller, env) => run(controller.cron, controller.scheduledTime, env, routes),
} satisfies ExportedHandler<Env>;

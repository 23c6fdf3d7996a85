// The Worker's entry: requests, cron, objects, the Workflow.
import { app } from "./app";
import type { Env } from "./env";
import { driverOf } from "./jobs/driver";
import { standing } from "./keys/standing";
import { kinds } from "./kinds";
import { routes } from "./routes";
import { run } from "./upkeep/upkeep";

export { Gate } from "./limits/gate";
export { Guard } from "./limits/guard";
export const JobDriver = driverOf({ kinds, may: standing });

export default {
  fetch: app.fetch,
  scheduled: (controller, env) => run(controller.cron, controller.scheduledTime, env, routes),
} satisfies ExportedHandler<Env>;

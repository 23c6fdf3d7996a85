// The composition root: endpoints, callers and limits become one app; the pages about it stand beside.
import { callers } from "./keys/callers";
import { admit, shut } from "./limits/admit";
import { settle } from "./limits/settle";
import { serve } from "./platform/serve";
import { routes as reference } from "./reference/routes";
import { routes } from "./routes";

export const app = serve([...routes, ...reference(routes)], { ...callers, shut, admit, settle });

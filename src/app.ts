// The composition root: endpoints, callers, limits and the way people sign in become one app; the pages about it stand
// beside.
import { callers } from "./keys/callers";
import { admit, shut } from "./limits/admit";
import { settle } from "./limits/settle";
import { signIn } from "./orgs/sign-in/sign-in";
import { serve } from "./platform/serve";
import { routes as reference } from "./reference/routes";
import { routes } from "./routes";

const mounts = [signIn];

export const app = serve([...routes, ...reference(routes, mounts)], { ...callers, shut, admit, settle }, mounts);

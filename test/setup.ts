import { applyD1Migrations } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { auth } from "../src/orgs/sign-in/loaded";

await applyD1Migrations(env.DB, env.MIGRATIONS.control);
await applyD1Migrations(env.DATA, env.MIGRATIONS.data);
await applyD1Migrations(env.LOG, env.MIGRATIONS.log);

// Here a lazy import asks the test runner for the module, and two requests that do so at once wait for each other.
await auth();

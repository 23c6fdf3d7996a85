import { applyD1Migrations } from "cloudflare:test";
import { env } from "cloudflare:workers";

await applyD1Migrations(env.DB, env.MIGRATIONS.control);
await applyD1Migrations(env.DATA, env.MIGRATIONS.data);
await applyD1Migrations(env.LOG, env.MIGRATIONS.log);

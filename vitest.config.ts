// Two projects on workerd: `shared` (one worker, each test its own organization) and `alone` (whatever touches more).
import { cloudflareTest, readD1Migrations } from "@cloudflare/vitest-plugin";
import { defineConfig } from "vitest/config";

const migrations = { control: await readD1Migrations("migrations/control"), data: await readD1Migrations("migrations/data"), log: await readD1Migrations("migrations/log") };

const worker = () =>
  cloudflareTest({
    main: "./test/main.ts",
    wrangler: { configPath: "./wrangler.toml" },
    miniflare: {
      bindings: { KEY_PEPPER: "a pepper for tests, at least thirty-two characters", AUTH_SECRET: "a secret for tests, at least thirty-two characters", ENVIRONMENT: "test", LOG_LEVEL: "error", SIZE: process.env["CI"] ? "full" : "small", MIGRATIONS: migrations },
    },
  });

const common = { setupFiles: ["./test/setup.ts"], testTimeout: 60_000, hookTimeout: 60_000 };

export default defineConfig({
  test: {
    projects: [
      {
        plugins: [worker()],
        test: { ...common, name: "shared", include: ["test/*.test.ts"], exclude: ["test/*.alone.test.ts"], isolate: false, maxWorkers: 1, sequence: { groupOrder: 0 } },
      },
      { plugins: [worker()], test: { ...common, name: "alone", include: ["test/*.alone.test.ts"], maxWorkers: 1, sequence: { groupOrder: 1 } } },
    ],
  },
});

// Two projects on workerd: `shared` (each test its own organization) and `alone` (whatever touches more: each file begins
// with nothing). Both keep their workers from file to file, because a worker takes seconds to come up.
import { existsSync, statfsSync } from "node:fs";
import { cloudflareTest, readD1Migrations } from "@cloudflare/vitest-plugin";
import { defineConfig } from "vitest/config";

// The workers keep their databases where temporary files are, and wait for the disk at every write: in memory they don't.
const MEMORY = "/dev/shm";
const roomIn = (folder: string): number => (({ bavail, bsize }) => bavail * bsize)(statfsSync(folder));
if (existsSync(MEMORY) && roomIn(MEMORY) > 2 ** 31) process.env["TMPDIR"] = MEMORY;

const migrations = { control: await readD1Migrations("migrations/control"), data: await readD1Migrations("migrations/data"), log: await readD1Migrations("migrations/log") };

const worker = () =>
  cloudflareTest({
    main: "./test/main.ts",
    wrangler: { configPath: "./wrangler.toml" },
    miniflare: {
      bindings: { KEY_PEPPER: "a pepper for tests, at least thirty-two characters", AUTH_SECRET: "a secret for tests, at least thirty-two characters", ENVIRONMENT: "test", LOG_LEVEL: "error", SIZE: process.env["CI"] ? "full" : "small", MIGRATIONS: migrations },
    },
  });

/** Each as one file, instead of the hundreds that a worker would ask for one by one. */
const bundled = [
  "@asteasolutions/zod-to-openapi", "@better-auth/passkey", "better-auth/adapters", "better-auth/api", "better-auth/minimal", "better-auth/plugins/two-factor",
  "fast-check", "hono", "hono/html", "ipaddr.js", "jose", "libphonenumber-js/max", "re2js", "typeid-js", "zod",
];

const common = {
  testTimeout: 60_000,
  hookTimeout: 60_000,
  isolate: false,
  maxWorkers: 2,
  deps: { optimizer: { ssr: { enabled: true, include: bundled, rolldownOptions: { external: [/^node:/, /^cloudflare:/] } } } },
};

export default defineConfig({
  test: {
    projects: [
      {
        plugins: [worker()],
        test: { ...common, name: "shared", include: ["test/*.test.ts"], exclude: ["test/*.alone.test.ts"], setupFiles: ["./test/setup.ts"], sequence: { groupOrder: 0 } },
      },
      {
        plugins: [worker()],
        test: { ...common, name: "alone", include: ["test/*.alone.test.ts"], setupFiles: ["./test/nothing.ts", "./test/setup.ts"], sequence: { groupOrder: 1 } },
      },
    ],
  },
});

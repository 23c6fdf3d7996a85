// Three projects on workerd. `shared`: each test its own organization. `alone`: upkeep, a steered clock, whatever touches more;
// each file begins with nothing stored. `fresh`: what looks at all that a worker has, or at how long something takes; each
// file has a worker of its own and the machine for itself. The others keep theirs, for one takes seconds to come up.
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

const setup = ["./test/setup.ts"];
const project = (name: string, groupOrder: number, options: object) => ({
  plugins: [worker()],
  test: {
    name, testTimeout: 60_000, hookTimeout: 60_000, isolate: false, maxWorkers: 2, setupFiles: setup, sequence: { groupOrder },
    deps: { optimizer: { ssr: { enabled: true, include: bundled, rolldownOptions: { external: [/^node:/, /^cloudflare:/] } } } },
    ...options,
  },
});

export default defineConfig({
  test: {
    projects: [
      project("shared", 0, { include: ["test/*.test.ts"], exclude: ["test/*.{alone,fresh}.test.ts"] }),
      project("alone", 1, { include: ["test/*.alone.test.ts"], setupFiles: ["./test/emptied.ts", ...setup] }),
      project("fresh", 2, { include: ["test/*.fresh.test.ts"], isolate: true, maxWorkers: 1 }),
    ],
  },
});

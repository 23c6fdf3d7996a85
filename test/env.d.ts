import type { D1Migration } from "cloudflare:test";
import type { Env } from "../src/env";

declare global {
  interface ImportMeta {
    glob<T>(pattern: string, options: { query: "?raw"; import: "default"; eager: true }): Record<string, T>;
  }
  namespace Cloudflare {
    interface Env extends Bindings {
      /** `CI`: floods at full size; else a fifth of it. */
      SIZE: "full" | "small";
      MIGRATIONS: { control: D1Migration[]; data: D1Migration[]; log: D1Migration[] };
    }
    interface GlobalProps {
      mainModule: typeof import("../src/index");
    }
  }
}
type Bindings = Env;

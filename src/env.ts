// The bindings of the Worker (wrangler.toml), and nothing derived from them.
import type { JobRef } from "./jobs/nudge";
import type { Gate } from "./limits/gate";
import type { Guard } from "./limits/guard";

export interface Env {
  readonly DB: D1Database;
  readonly DATA: D1Database;
  readonly LOG: D1Database;
  readonly KEY_CACHE: KVNamespace;
  readonly GATE: DurableObjectNamespace<Gate>;
  readonly GUARD: DurableObjectNamespace<Guard>;
  readonly JOBS: Workflow<JobRef>;
  readonly FILES: R2Bucket;
  readonly FLOOD: RateLimit;
  readonly ASSETS: Fetcher;
  /** Pepper of the key digests, at least 32 characters. */
  readonly KEY_PEPPER: string;
  /** Signs session cookies, hashes session tokens, encrypts second factors; at least 32 characters. */
  readonly AUTH_SECRET: string;
  readonly ENVIRONMENT: string;
  /** `info` logs a line per request, `error` only faults. */
  readonly LOG_LEVEL: string;
  /** D1's region, for gates to be born beside it; empty = near the first caller. */
  readonly GATE_REGION: string;
}

// The log: one line of JSON per request and per fault. No values, no ids of people, no secrets.
import type { Env } from "../env";
import type { Outcome } from "./access";
import type { Principal } from "./context";
import type { Trace } from "./reply";

export function logRequest(env: Env, operation: string, { status, code, ms }: Outcome, principal: Principal | null, trace: Trace): void {
  if (env.LOG_LEVEL !== "info") return;
  const line = { level: "info", request_id: trace.requestId, operation, status, code, ms, org: principal?.organization, caller: principal?.id, db_calls: trace.meter.calls };
  console.log(JSON.stringify(line));
}

export function logFault(error: unknown, requestId: string): void {
  const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
  console.error(JSON.stringify({ level: "error", request_id: requestId, name, message, stack }));
}

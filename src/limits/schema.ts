// What limits say on the wire: what is left, and the refusals.
import * as z from "zod";
import { problem } from "../platform/problem";

const standing = z.strictObject({ quota: z.int(), remaining: z.int() });
export const remaining = z
  .strictObject({ hour: standing, burst: standing, inflight: standing })
  .meta({ description: "What is left of each quota at this moment." });

const QUOTA_EXCEEDED = "https://iana.org/assignments/http-problem-types#quota-exceeded";

export const rateLimited = problem({
  code: "rate_limited",
  status: 429,
  type: QUOTA_EXCEEDED,
  title: "Request cannot be satisfied as assigned quota has been exceeded",
  cause: "The key's token bucket for the hour or for bursts is empty. `violated-policies` names which; `RateLimit` tells what is left of each.",
  cure: "Wait `Retry-After` seconds. Spread calls, and send many changes in one (batch, import): cost is per request, never per row.",
  example: { "violated-policies": ["burst"] },
});

export const tooManyInFlight = problem({
  code: "too_many_in_flight",
  status: 429,
  type: QUOTA_EXCEEDED,
  title: "Request cannot be satisfied as assigned quota has been exceeded",
  cause: "As many requests of this key are being answered at this moment as its plan allows.",
  cure: "Wait for one of them to be answered; send no more at once than the `inflight` quota in `RateLimit-Policy`.",
  example: { "violated-policies": ["inflight"] },
});

export const notYetEffective = problem({
  code: "not_yet_effective",
  status: 503,
  title: "Not yet effective everywhere",
  cause: "The change is stored, but the gate of at least one key could not be told yet. It is told again every minute until it knows.",
  cure: "Send the same request again: it answers 200 once every gate knows.",
  example: { waiting: 1 },
});

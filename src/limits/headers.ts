// The RateLimit fields (draft-ietf-httpapi-ratelimit-headers-11), in one place because the draft still moves.
import { msUntil, tokensIn, type Level, type Policy } from "./bucket";

export interface Standing {
  readonly policies: readonly Policy[];
  readonly levels: readonly Level[];
  readonly inflight: { readonly limit: number; readonly used: number };
}

/**
 * `RateLimit-Policy` names the quotas; `RateLimit` what is left (`r`) and for how many seconds no more than that can
 * be used (`t`: until the next token). `inflight` is told where it is the nearest limit.
 */
export function rateHeaders({ policies, levels, inflight }: Standing): Record<string, string> {
  const left = policies.map((one, i) => {
    const level = levels[i] ?? { units: 0, at: 0 };
    const r = tokensIn(one, level);
    const t = r >= one.capacity ? 1 : Math.max(1, Math.ceil(msUntil(one, level, r + 1) / 1_000));
    return `"${one.name}";r=${r};t=${t}`;
  });
  const free = Math.max(0, inflight.limit - inflight.used);
  return {
    "RateLimit-Policy": policyField(policies, inflight.limit),
    RateLimit: (free === 0 ? [...left, '"inflight";r=0'] : left).join(", "),
  };
}

/** A gate tells the same policies with every answer. */
const told = new WeakMap<readonly Policy[], string>();

function policyField(policies: readonly Policy[], inflight: number): string {
  const before = told.get(policies);
  if (before !== undefined) return before;
  const rates = policies.map(({ name, capacity, windowSeconds }) => `"${name}";q=${capacity};w=${windowSeconds}`);
  const field = [...rates, `"inflight";q=${inflight};qu="concurrent-requests"`].join(", ");
  told.set(policies, field);
  return field;
}

// A caller's buckets in a gate's memory, persisted ahead: what is stored is never above what is truly left, so no crash
// gives a token twice.
import { SECOND } from "../platform/clock";
import { full, policiesOf, refilled, reshaped, spent, take, type Decision, type Level, type Policy } from "./bucket";
import type { Limits } from "./plans";

/**
 * The block written off ahead: what was used in this time (at least 1 token), and what flows in during as long after.
 * So much a crash may cost a caller.
 */
export const BLOCK_MS = 4 * SECOND;

export class Reserve {
  private stored: readonly Level[] | undefined;
  private levels: readonly Level[] | undefined;
  /** Tokens taken, second by second. */
  private recent: { at: number; tokens: number }[] = [];
  private known: { readonly limits: Limits; readonly policies: readonly Policy[] } | undefined;

  constructor(private readonly storage: SyncKvStorage) {
    this.stored = storage.get<Level[]>("levels");
    this.levels = this.stored;
  }

  /** Takes `cost` tokens from every bucket, or from none. */
  take(limits: Limits, at: number, cost: number): Decision {
    const policies = this.policies(limits);
    return take(policies, this.levels ?? policies.map((policy) => full(policy, at)), at, cost);
  }

  /** Makes an admission true: to be called for what `take` admitted, in the same turn. */
  keep(limits: Limits, { levels }: Decision, at: number, cost: number): void {
    this.levels = levels;
    this.persistAhead(this.policies(limits), levels, at, cost);
  }

  policies(limits: Limits): readonly Policy[] {
    if (this.known?.limits !== limits) this.known = { limits, policies: policiesOf(limits) };
    return this.known.policies;
  }

  standing(limits: Limits, at: number): { policies: readonly Policy[]; levels: readonly Level[] } {
    const policies = this.policies(limits);
    return { policies, levels: policies.map((policy, i) => refilled(policy, this.levels?.[i] ?? full(policy, at), at)) };
  }

  /** Other quotas: what was used stays used. */
  reshape(before: Limits, after: Limits, at: number): void {
    if (!this.levels) return;
    const old = policiesOf(before);
    this.levels = policiesOf(after).map((policy, i) => {
      const was = old[i] ?? policy;
      return reshaped(was, policy, refilled(was, this.levels?.[i] ?? full(was, at), at));
    });
    this.persistExactly();
  }

  /** Before an idle gate is evicted: so an ordinary eviction costs its caller nothing, only a crash does. */
  persistExactly(): void {
    if (!this.levels) return;
    this.stored = this.levels;
    this.storage.put("levels", this.stored);
  }

  /** Keeps what is stored at or below what is left: writes off a block whenever the last one is used up. */
  private persistAhead(policies: readonly Policy[], levels: readonly Level[], at: number, cost: number): void {
    this.remember(at, cost);
    const { stored } = this;
    const covered = policies.every((policy, i) => {
      const [left, ahead] = [levels[i], stored?.[i]];
      return left && ahead && refilled(policy, ahead, at).units <= left.units;
    });
    if (covered) return;
    const block = this.recent.reduce((sum, { tokens }) => sum + tokens, 0);
    // From a time ahead: nothing flows into what is stored before then, so a bucket near full lasts as long as any.
    this.stored = policies.map((policy, i) => ({ ...spent(policy, levels[i] ?? full(policy, at), block), at: at + BLOCK_MS }));
    this.storage.put("levels", this.stored);
  }

  private remember(at: number, tokens: number): void {
    const last = this.recent.at(-1);
    if (last && at - last.at < SECOND) last.tokens += tokens;
    else this.recent = [...this.recent.filter((one) => one.at > at - BLOCK_MS), { at, tokens }];
  }
}

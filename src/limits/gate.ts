// The gate: one object per key, asked on every request. It holds what must be exact: token buckets, leases,
// epoch and status, last use. What it persists is never above what is truly left, so no crash gives a token twice.
import { DurableObject } from "cloudflare:workers";
import type { Env } from "../env";
import { HOUR, MINUTE, now, SECOND } from "../platform/clock";
import { databases } from "../platform/sql";
import { full, policiesOf, refilled, reshaped, spent, take, tokensIn, type Level, type Policy } from "./bucket";
import { rateHeaders, type Standing } from "./headers";
import { Leases } from "./leases";
import { Spool, type Activity } from "./spool";
import { readFacts, touchKey, type KeyFacts } from "./store";

/**
 * The block written off ahead: what was used in this time (at least 1 token), and what flows in during as long after.
 * So much a crash may cost a caller.
 */
export const BLOCK_MS = 4 * SECOND;
/** An idle object is evicted after 10 s with its memory: the spool must be looked at sooner. */
const ALARM_MS = 8 * SECOND;
const FLUSH_MS = MINUTE;
const TOUCH_MS = HOUR;

export type Word =
  | { readonly kind: "admitted"; readonly lease: number; readonly scarce: boolean; readonly headers: Record<string, string> }
  | { readonly kind: "limited"; readonly violated: readonly string[]; readonly retryMs: number; readonly headers: Record<string, string> }
  | { readonly kind: "stale" }
  | { readonly kind: "gone" };

export interface Question {
  /** Of the principal that the caller holds. */
  readonly epoch: number;
  readonly cost: number;
  readonly operation: string;
  readonly ip: string | null;
  /** What was answered since this caller's last question. */
  readonly settled?: readonly Settlement[];
}

/** An answered request: its lease, and what the activity log says of it. */
export interface Settlement {
  readonly lease: number;
  readonly activity: Activity;
}

interface Quota {
  readonly quota: number;
  readonly remaining: number;
}

/** What is left, and the last use as far as this gate remembers. */
export interface Glance {
  readonly hour: Quota;
  readonly burst: Quota;
  readonly inflight: Quota;
  readonly lastUse: Use | null;
}

interface Use {
  readonly at: number;
  readonly from: string | null;
}

export class Gate extends DurableObject<Env> {
  private facts: KeyFacts | undefined = this.ctx.storage.kv.get<KeyFacts>("facts");
  private stored: readonly Level[] | undefined = this.ctx.storage.kv.get<Level[]>("levels");
  private levels = this.stored;
  private readonly leases = new Leases();
  private readonly spool = new Spool();
  /** Tokens taken, second by second. */
  private recent: { at: number; tokens: number }[] = [];
  private lastUse: Use | null = null;
  private touchedAt = this.facts?.lastUsedAt ?? 0;
  private armed = false;
  private clock = 0;
  private loading: Promise<void> | undefined;

  /**
   * May this request pass? Takes tokens and a lease if so. Atomic: nothing is awaited once the facts are there, and then
   * no promise is made either, which would cost more than the decision.
   */
  admit(question: Question): Word | Promise<Word> {
    this.take(question.settled ?? []);
    if (this.facts && this.facts.epoch >= question.epoch) return this.decide(this.facts, question);
    return this.load().then((): Word => (this.facts ? this.decide(this.facts, question) : { kind: "gone" }));
  }

  private decide(facts: KeyFacts, { epoch, cost, operation, ip }: Question): Word {
    const at = this.time();
    this.use(at, ip);
    if (facts.epoch !== epoch) return { kind: "stale" };
    if (!LIVING.has(facts.status)) return { kind: "gone" };
    const policies = this.policies(facts);
    const decision = take(policies, this.levels ?? policies.map((policy) => full(policy, at)), at, cost);
    const used = this.leases.used(at);
    const crowded = used >= facts.limits.inflight;
    if (!decision.admitted || crowded) {
      this.spool.count(at, operation, 429, null, 1);
      this.watch();
      const violated = [...decision.violated, ...(crowded ? ["inflight"] : [])];
      return { kind: "limited", violated, retryMs: decision.retryMs, headers: this.headers(at) };
    }
    this.levels = decision.levels;
    this.persistAhead(policies, at, cost);
    const lease = this.leases.take(at);
    return { kind: "admitted", lease, scarce: 2 * (used + 1) >= facts.limits.inflight, headers: this.headers(at) };
  }

  /** Replies are ready: gives their leases back and lists the calls. */
  settle(settled: readonly Settlement[]): void {
    this.take(settled);
  }

  /** Refusals that an isolate gave in this gate's name. */
  countRefusals(operation: string, requests: number): void {
    this.spool.count(this.time(), operation, 429, null, requests);
    this.watch();
  }

  /** What is left and when it was last used; takes nothing and is no use. Null: not of this epoch. */
  async peek(epoch: number): Promise<Glance | null> {
    if (!this.facts || this.facts.epoch < epoch) await this.load();
    if (this.facts?.epoch !== epoch || !LIVING.has(this.facts.status)) return null;
    const { policies, levels, inflight } = this.standing(this.facts, this.time());
    const [hour, burst] = policies.map((policy, i) => ({ quota: policy.capacity, remaining: tokensIn(policy, levels[i] ?? full(policy, 0)) }));
    if (!hour || !burst) return null;
    return { hour, burst, inflight: { quota: inflight.limit, remaining: Math.max(0, inflight.limit - inflight.used) }, lastUse: this.lastUse };
  }

  /** Takes in what D1 says now. Never goes back to an older epoch. */
  adopt(facts: KeyFacts): void {
    const before = this.facts;
    if (before && before.epoch > facts.epoch) return;
    if (before && this.levels) {
      const [old, next] = [policiesOf(before.limits), policiesOf(facts.limits)];
      const at = this.time();
      this.levels = next.map((policy, i) => {
        const was = old[i] ?? policy;
        return reshaped(was, policy, refilled(was, this.levels?.[i] ?? full(was, at), at));
      });
      this.stored = this.levels;
      this.ctx.storage.kv.put("levels", this.levels);
    }
    this.facts = facts;
    this.ctx.storage.kv.put("facts", facts);
  }

  override async alarm(): Promise<void> {
    this.armed = false;
    const at = this.time();
    const idle = at - (this.lastUse?.at ?? 0) >= ALARM_MS;
    if (idle) this.persistExactly();
    if (this.spool.isFull || idle || at - this.spool.oldestAt >= FLUSH_MS) await this.flush();
    if (!this.spool.isEmpty) await this.arm();
  }

  private take(settled: readonly Settlement[]): void {
    if (settled.length === 0) return;
    for (const { lease, activity } of settled) {
      this.leases.giveBack(lease);
      this.spool.list(activity);
    }
    this.watch();
  }

  /** Sees to it that what is spooled is written, now or by the alarm. No question waits for the log. */
  private watch(): void {
    if (this.spool.isFull) this.ctx.waitUntil(this.flush());
    else if (!this.armed) this.ctx.waitUntil(this.arm());
  }

  private headers(at: number): Record<string, string> {
    return this.facts ? rateHeaders(this.standing(this.facts, at)) : {};
  }

  private known: { readonly facts: KeyFacts; readonly policies: readonly Policy[] } | undefined;

  private policies(facts: KeyFacts): readonly Policy[] {
    if (this.known?.facts !== facts) this.known = { facts, policies: policiesOf(facts.limits) };
    return this.known.policies;
  }

  private standing(facts: KeyFacts, at: number): Standing {
    const { limits } = facts;
    const policies = this.policies(facts);
    const levels = policies.map((policy, i) => refilled(policy, this.levels?.[i] ?? full(policy, at), at));
    return { policies, levels, inflight: { limit: limits.inflight, used: this.leases.used(at) } };
  }

  /** Keeps what is stored at or below what is left: writes off a block whenever the last one is used up. */
  private persistAhead(policies: readonly Policy[], at: number, cost: number): void {
    this.remember(at, cost);
    const { levels, stored } = this;
    if (!levels) return;
    const covered = policies.every((policy, i) => {
      const [left, ahead] = [levels[i], stored?.[i]];
      return left && ahead && refilled(policy, ahead, at).units <= left.units;
    });
    if (covered) return;
    const block = this.recent.reduce((sum, { tokens }) => sum + tokens, 0);
    // From a time ahead: nothing flows into what is stored before then, so a bucket near full lasts as long as any.
    this.stored = policies.map((policy, i) => ({ ...spent(policy, levels[i] ?? full(policy, at), block), at: at + BLOCK_MS }));
    this.ctx.storage.kv.put("levels", this.stored);
  }

  private remember(at: number, tokens: number): void {
    const last = this.recent.at(-1);
    if (last && at - last.at < SECOND) last.tokens += tokens;
    else this.recent = [...this.recent.filter((one) => one.at > at - BLOCK_MS), { at, tokens }];
  }

  /** Before an idle gate is evicted: so an ordinary eviction costs its caller nothing, only a crash does. */
  private persistExactly(): void {
    if (!this.levels) return;
    this.stored = this.levels;
    this.ctx.storage.kv.put("levels", this.stored);
  }

  private load(): Promise<void> {
    this.loading ??= readFacts(databases(this.env).control, this.ctx.id.name ?? "")
      .then((facts) => {
        if (facts) {
          this.touchedAt = Math.max(this.touchedAt, facts.lastUsedAt ?? 0);
          this.adopt(facts);
        }
      })
      .finally(() => {
        this.loading = undefined;
      });
    return this.loading;
  }

  private use(at: number, from: string | null): void {
    this.lastUse = { at, from };
  }

  /** The gate's own clock never goes back. */
  private time(): number {
    this.clock = Math.max(this.clock, now());
    return this.clock;
  }

  private async arm(): Promise<void> {
    if (this.armed) return;
    this.armed = true;
    await this.ctx.storage.setAlarm(Date.now() + ALARM_MS);
  }

  private async flush(): Promise<void> {
    const { facts, lastUse } = this;
    if (!facts) return;
    const db = databases(this.env);
    if (lastUse && lastUse.at - this.touchedAt > TOUCH_MS) {
      await db.control.batch([touchKey(facts.key, lastUse.at, lastUse.from)]);
      this.touchedAt = lastUse.at;
    }
    if (!this.spool.isEmpty) await this.spool.flush(db.log, facts.org, facts.key);
  }
}

const LIVING = new Set(["active", "paused"]);

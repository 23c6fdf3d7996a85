// The gate: one object per key, and per member who signs in, asked on every request. It holds what must be exact: token
// buckets, leases, epoch and status, last use.
import { DurableObject } from "cloudflare:workers";
import type { Env } from "../env";
import { MINUTE, now, SECOND } from "../platform/clock";
import { databases } from "../platform/sql";
import { full, tokensIn, type Decision } from "./bucket";
import { rateHeaders, type Standing } from "./headers";
import { Leases } from "./leases";
import { Reserve } from "./reserve";
import { Spool, type Activity } from "./spool";
import { readFacts, type KeyFacts } from "./store";
import { Uses, type Use } from "./uses";
import { Warnings } from "./warnings";

export { BLOCK_MS } from "./reserve";

/** An idle object is evicted after 10 s with its memory: the spool must be looked at sooner. */
const ALARM_MS = 8 * SECOND;
const FLUSH_MS = MINUTE;
/** How long a key that is being deleted lets nobody pass; by then D1 has the end, or the key lives on. */
const CONDEMNED_MS = 30 * SECOND;

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
  /** The digest of the secret that authenticated; null: a session. */
  readonly secret: string | null;
  /** It was rotated out, and works until its overlap ends. */
  readonly retiring?: boolean;
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

/** What is left. */
export interface Glance {
  readonly hour: Quota;
  readonly burst: Quota;
  readonly inflight: Quota;
}

export class Gate extends DurableObject<Env> {
  private facts: KeyFacts | undefined = this.ctx.storage.kv.get<KeyFacts>("facts");
  private readonly reserve = new Reserve(this.ctx.storage.kv);
  private readonly leases = new Leases();
  private readonly spool = new Spool();
  private readonly uses = new Uses(this.ctx.storage.kv);
  private readonly warnings = new Warnings(this.ctx.storage.kv);
  private condemnedUntil = 0;
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

  private decide(facts: KeyFacts, { epoch, cost, operation, ip, secret, retiring = false }: Question): Word {
    const at = this.time(facts);
    const trueAt = this.trueTime();
    if (trueAt < this.condemnedUntil) return { kind: "stale" };
    if (facts.epoch !== epoch) return { kind: "stale" };
    if (!WORKING.has(facts.status)) return { kind: "gone" };
    if (this.uses.note(at, ip, secret, retiring)) this.ctx.waitUntil(this.touch(facts, false));
    const { limits } = facts;
    const decision = this.reserve.take(limits, at, cost);
    const used = this.leases.used(trueAt);
    const crowded = used >= limits.inflight;
    this.warn(facts, decision, at);
    if (!decision.admitted || crowded) {
      this.countRefused(facts, trueAt, operation, 1);
      const violated = [...decision.violated, ...(crowded ? ["inflight"] : [])];
      return { kind: "limited", violated, retryMs: decision.retryMs, headers: this.headers(at) };
    }
    this.reserve.keep(limits, decision, at, cost);
    const lease = this.leases.take(trueAt);
    return { kind: "admitted", lease, scarce: 2 * (used + 1) >= limits.inflight, headers: this.headers(at) };
  }

  /** Replies are ready: gives their leases back and lists the calls. */
  settle(settled: readonly Settlement[]): void {
    this.take(settled);
  }

  /** Refusals that an isolate gave in this gate's name. */
  countRefusals(operation: string, requests: number): void {
    if (this.facts) this.countRefused(this.facts, this.trueTime(), operation, requests);
  }

  private countRefused({ environment, location = null }: KeyFacts, at: number, operation: string, requests: number): void {
    this.spool.count({ at, operation, status: 429, location, environment }, requests);
    this.watch();
  }

  /** What is left; takes nothing and is no use. Null: not of this epoch. */
  async peek(epoch: number): Promise<Glance | null> {
    if (!this.facts || this.facts.epoch < epoch) await this.load();
    if (this.facts?.epoch !== epoch || !WORKING.has(this.facts.status)) return null;
    const { policies, levels, inflight } = this.standing(this.facts, this.time(this.facts));
    const [hour, burst] = policies.map((policy, i) => ({ quota: policy.capacity, remaining: tokensIn(policy, levels[i] ?? full(policy, 0)) }));
    if (!hour || !burst) return null;
    return { hour, burst, inflight: { quota: inflight.limit, remaining: Math.max(0, inflight.limit - inflight.used) } };
  }

  /** The last use as far as this gate remembers; it may have been evicted since. */
  lastUse(): Use | null {
    return this.uses.last;
  }

  /**
   * The key is to be deleted as unused since `since`. Answers the use that speaks against it, or null: then nobody
   * passes from here on, until D1's word arrives or the time for it is over.
   */
  condemn(since: number): Use | null {
    const { last } = this.uses;
    if (last && last.at > since) return last;
    this.condemnedUntil = this.trueTime() + CONDEMNED_MS;
    return null;
  }

  /** Takes in what D1 says now. Never goes back to an older epoch. */
  adopt(facts: KeyFacts): void {
    const before = this.facts;
    if (before && before.epoch > facts.epoch) return;
    if (before) this.reserve.reshape(before.limits, facts.limits, this.time(before));
    this.facts = facts;
    this.condemnedUntil = 0;
    this.ctx.storage.kv.put("facts", facts);
  }

  override async alarm(): Promise<void> {
    this.armed = false;
    const at = this.trueTime();
    const idle = (this.facts ? this.time(this.facts) : at) - (this.uses.last?.at ?? 0) >= ALARM_MS;
    if (idle) this.reserve.persistExactly();
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

  private warn(facts: KeyFacts, decision: Decision, at: number): void {
    const percent = facts.isKey ? this.warnings.due(this.reserve.policies(facts.limits), decision, at) : null;
    if (percent !== null) this.ctx.waitUntil(this.warnings.tell(databases(this.env).control, facts, percent, at));
  }

  private headers(at: number): Record<string, string> {
    return this.facts ? rateHeaders(this.standing(this.facts, at)) : {};
  }

  private standing({ limits }: KeyFacts, at: number): Standing {
    return { ...this.reserve.standing(limits, at), inflight: { limit: limits.inflight, used: this.leases.used(this.trueTime()) } };
  }

  private load(): Promise<void> {
    this.loading ??= readFacts(databases(this.env).control, this.ctx.id.name ?? "")
      .then((facts) => {
        if (facts) this.adopt(facts);
      })
      .finally(() => {
        this.loading = undefined;
      });
    return this.loading;
  }

  /** On the clock of the key's environment: its buckets, uses and warnings go by it. */
  private time({ aheadMs = 0 }: KeyFacts): number {
    return this.trueTime() + aheadMs;
  }

  /** The gate's own clock never goes back. Leases, the log and what is between gates go by it. */
  private trueTime(): number {
    this.clock = Math.max(this.clock, now());
    return this.clock;
  }

  private async arm(): Promise<void> {
    if (this.armed) return;
    this.armed = true;
    await this.ctx.storage.setAlarm(Date.now() + ALARM_MS);
  }

  private async touch({ key, isKey }: KeyFacts, inAnyCase: boolean): Promise<void> {
    if (isKey) await this.uses.writeThrough(databases(this.env).control, key, inAnyCase);
  }

  private async flush(): Promise<void> {
    const { facts } = this;
    if (!facts) return;
    await this.touch(facts, true);
    if (!this.spool.isEmpty) await this.spool.flush(databases(this.env).log, facts.org, facts.key);
  }
}

const WORKING = new Set(["active", "paused"]);

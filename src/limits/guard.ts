// A guard: one object per name, an exact token bucket against guessing and floods. Every token that it gives is stored
// before it is answered, so no restart gives one twice; a bucket that is full again leaves nothing behind.
import { DurableObject } from "cloudflare:workers";
import type { Env } from "../env";
import { now } from "../platform/clock";
import { full, msUntil, refilled, spent, type Bucket, type Level } from "./bucket";

export class Guard extends DurableObject<Env> {
  private level = this.ctx.storage.kv.get<Level>("level");
  private clock = 0;

  /** Takes a token: 0, or takes none: ms until there is one. Atomic: nothing is awaited before the decision is stored. */
  async take(bucket: Bucket): Promise<number> {
    this.clock = Math.max(this.clock, now());
    const level = refilled(bucket, this.level ?? full(bucket, this.clock), this.clock);
    const waitMs = msUntil(bucket, level, 1);
    if (waitMs > 0) return waitMs;
    this.level = spent(bucket, level, 1);
    this.ctx.storage.kv.put("level", this.level);
    await this.ctx.storage.setAlarm(this.clock + msUntil(bucket, this.level, bucket.capacity));
    return 0;
  }

  override async alarm(): Promise<void> {
    this.level = undefined;
    await this.ctx.storage.deleteAll();
  }
}

// When a key and each of its secrets was last used: exact while its gate lives, written through to D1 at once where what
// stands there is over an hour old.
import { HOUR, SECOND } from "../platform/clock";
import type { Database } from "../platform/sql";
import { touchKey, touchSecrets } from "./store";

const TOUCH_MS = HOUR;
/** After a write that failed the next one waits. */
const PAUSE_MS = 10 * SECOND;

export interface Use {
  readonly at: number;
  readonly from: string | null;
}

export class Uses {
  last: Use | null = null;
  /** By digest; of a session there are none. */
  private readonly secrets = new Map<string, number>();
  /** What D1 was told, by digest and, under "", for the key. */
  private touched: Readonly<Record<string, number>>;
  /** Secrets that were rotated out: whoever ends one wants to know whether it is still in use. */
  private readonly retiring = new Set<string>();
  private writing = false;
  private quietUntil = 0;

  constructor(private readonly storage: SyncKvStorage) {
    this.touched = storage.get<Record<string, number>>("touched") ?? {};
  }

  /** Answers whether D1 must be told. */
  note(at: number, from: string | null, secret: string | null, retiring: boolean): boolean {
    this.last = { at, from };
    if (secret === null) return false;
    this.secrets.set(secret, at);
    if (retiring) this.retiring.add(secret);
    return !this.writing && at >= this.quietUntil && (this.isOld("", at) || this.isOld(secret, at));
  }

  /** Tells D1 of what is over an hour older there and, when the log is written in any case, of retiring secrets all there is. */
  async writeThrough(database: Database<"control">, key: string, inAnyCase: boolean): Promise<void> {
    const { last } = this;
    const secrets = [...this.secrets].filter(([secret, at]) => this.isOld(secret, at) || (inAnyCase && this.retiring.has(secret) && at > (this.touched[secret] ?? 0)));
    if (!last || this.writing || (secrets.length === 0 && !this.isOld("", last.at))) return;
    this.writing = true;
    try {
      await database.batch([touchKey(key, last.at, last.from), touchSecrets(secrets)]);
      this.touched = { ...this.touched, ...Object.fromEntries(secrets), "": last.at };
      this.storage.put("touched", this.touched);
    } catch (error) {
      this.quietUntil = last.at + PAUSE_MS;
      throw error;
    } finally {
      this.writing = false;
    }
  }

  private isOld(name: string, at: number): boolean {
    return at - (this.touched[name] ?? 0) > TOUCH_MS;
  }
}

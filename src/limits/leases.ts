// In-flight leases: in memory only, given back when the reply is ready, and by themselves after a minute.
import { MINUTE } from "../platform/clock";

export const LEASE_MS = MINUTE;

export class Leases {
  private readonly expiries = new Map<number, number>();
  /** From a random start: a lease that another life of this object gave out must not give back one of this. */
  private last = crypto.getRandomValues(new Uint32Array(1))[0] ?? 0;

  /** How many are out at `at`. Leases are handed out in order of their expiry, so the dead ones come first. */
  used(at: number): number {
    for (const [lease, expiry] of this.expiries) {
      if (expiry > at) break;
      this.expiries.delete(lease);
    }
    return this.expiries.size;
  }

  take(at: number): number {
    this.last += 1;
    this.expiries.set(this.last, at + LEASE_MS);
    return this.last;
  }

  giveBack(lease: number): void {
    this.expiries.delete(lease);
  }
}

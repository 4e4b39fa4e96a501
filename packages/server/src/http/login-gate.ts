import { addressKey } from "../address.js";
import type { Clock } from "../clock.js";

const MAX_ADDRESSES = 10_000;
const WINDOW_MS = 60_000;

/** Counts logins per minute, from one address and from all. */
export class LoginGate {
  private readonly clock: Clock;
  private readonly perAddress: number;
  private readonly total: number;
  private counts: Map<string, number> = new Map();
  private sum = 0;
  private windowEndsAtMs = 0;

  constructor(clock: Clock, perAddress: number, total: number) {
    this.clock = clock;
    this.perAddress = perAddress;
    this.total = total;
  }

  /** Whether one more may pass now. An IPv6 network counts as one address: whoever has one has all of its addresses. */
  pass(address: string): boolean {
    const nowMs = this.clock.now();
    // A clock that was set back begins a new minute as well.
    if (nowMs >= this.windowEndsAtMs || nowMs < this.windowEndsAtMs - WINDOW_MS) {
      this.counts = new Map();
      this.sum = 0;
      this.windowEndsAtMs = nowMs + WINDOW_MS;
    }
    const key = addressKey(address);
    const count = this.counts.get(key) ?? 0;
    const isNewAndFull = count === 0 && this.counts.size >= MAX_ADDRESSES;
    if (count >= this.perAddress || this.sum >= this.total || isNewAndFull) return false;
    this.counts.set(key, count + 1);
    this.sum++;
    return true;
  }
}

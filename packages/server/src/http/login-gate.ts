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

  /** Whether one more may pass now. */
  pass(address: string): boolean {
    const nowMs = this.clock.now();
    if (nowMs >= this.windowEndsAtMs) {
      this.counts = new Map();
      this.sum = 0;
      this.windowEndsAtMs = nowMs + WINDOW_MS;
    }
    const count = this.counts.get(address) ?? 0;
    const isNewAndFull = count === 0 && this.counts.size >= MAX_ADDRESSES;
    if (count >= this.perAddress || this.sum >= this.total || isNewAndFull) return false;
    this.counts.set(address, count + 1);
    this.sum++;
    return true;
  }
}

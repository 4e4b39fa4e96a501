import type { Clock } from "./clock.js";

/** Lets so many through per second, and twice as many in one go after a quiet second. */
export class RateGate {
  private readonly clock: Clock;
  private readonly perSecond: number;
  private left: number;
  private filledAtMs: number;

  constructor(clock: Clock, perSecond: number) {
    this.clock = clock;
    this.perSecond = perSecond;
    this.left = 2 * perSecond;
    this.filledAtMs = clock.now();
  }

  pass(): boolean {
    if (this.left < 1) this.refill();
    if (this.left < 1) return false;
    this.left -= 1;
    return true;
  }

  private refill(): void {
    const nowMs = this.clock.now();
    // A clock that was set back must not close the gate for as long.
    const elapsedMs = Math.max(0, nowMs - this.filledAtMs);
    this.filledAtMs = nowMs;
    this.left = Math.min(2 * this.perSecond, this.left + (elapsedMs * this.perSecond) / 1000);
  }
}

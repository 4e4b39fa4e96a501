import type { Clock } from "./clock.js";

/**
 * Time that never goes back: where the clock is set back, it goes on from where it was when it was last read, as the wheel
 * does every second.
 */
export class SteadyClock implements Clock {
  private readonly clock: Clock;
  private last = 0;
  /** How far it is ahead of the clock. */
  private leadMs = 0;

  constructor(clock: Clock) {
    this.clock = clock;
  }

  now(): number {
    const nowMs = this.clock.now() + this.leadMs;
    if (nowMs < this.last) this.leadMs += this.last - nowMs;
    else this.last = nowMs;
    return this.last;
  }

  schedule(delayMs: number, callback: () => void): () => void {
    return this.clock.schedule(delayMs, callback);
  }

  /** What it will tell when the clock tells `epochMs`. */
  of(epochMs: number): number {
    this.now();
    return epochMs + this.leadMs;
  }
}

import type { Clock } from "../clock.js";

/** Calls `tick` about once a second for as long as it answers that there is something to wait for. */
export class Ticker {
  private cancel: (() => void) | undefined;
  private isStopped = false;
  private readonly clock: Clock;
  private readonly tick: (nowMs: number) => boolean;

  constructor(clock: Clock, tick: (nowMs: number) => boolean) {
    this.clock = clock;
    this.tick = tick;
  }

  wake(): void {
    if (this.cancel !== undefined || this.isStopped) return;
    this.cancel = this.clock.schedule(1000, () => {
      this.cancel = undefined;
      if (this.tick(this.clock.now())) this.wake();
    });
  }

  stop(): void {
    this.isStopped = true;
    this.cancel?.();
    this.cancel = undefined;
  }
}

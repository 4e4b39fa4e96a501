import type { Clock } from "@weapp-socket/runtime/core";

/** Time that stands still until a test moves it. Tasks (`defer`) run on their own, as sockets are real. */
export interface VirtualClock extends Clock {
  /** Lets `ms` pass: every timer that is due fires, in order, and the tasks that it started run before the next. */
  advance(ms: number): Promise<void>;
}

interface Timer {
  readonly due: number;
  readonly callback: () => void;
}

/** @param startMs of the epoch. Default: 2020-01-01 */
export function createVirtualClock(startMs: number = Date.UTC(2020, 0, 1)): VirtualClock {
  let now = startMs;
  const timers = new Set<Timer>();

  function nextDue(until: number): Timer | undefined {
    let next: Timer | undefined;
    for (const timer of timers) {
      if (timer.due <= until && (next === undefined || timer.due < next.due)) next = timer;
    }
    return next;
  }

  return {
    now: () => now,
    setTimer(delayMs, callback) {
      const timer: Timer = { due: now + Math.max(0, delayMs), callback };
      timers.add(timer);
      return () => void timers.delete(timer);
    },
    defer: (callback) => void setImmediate(callback),
    async advance(ms) {
      const until = now + ms;
      for (;;) {
        await turn();
        const timer = nextDue(until);
        if (timer === undefined) break;
        timers.delete(timer);
        now = timer.due;
        timer.callback();
      }
      now = until;
    },
  };
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

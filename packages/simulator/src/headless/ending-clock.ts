import type { Clock } from "@weapp-socket/runtime/core";

/** A clock whose timers can end all together. */
export interface EndingClock extends Clock {
  /** Nothing rings any more. */
  end(): void;
}

/** The timers of one program on a clock that others may share. */
export function createEndingClock(clock: Clock): EndingClock {
  const timers = new Set<() => void>();
  let isOver = false;
  return {
    now: () => clock.now(),
    setTimer(delayMs, callback) {
      if (isOver) return () => {};
      const cancel = clock.setTimer(delayMs, () => {
        timers.delete(cancel);
        callback();
      });
      timers.add(cancel);
      return () => {
        timers.delete(cancel);
        cancel();
      };
    },
    defer: (callback) => clock.defer(callback),
    end() {
      isOver = true;
      for (const cancel of timers) cancel();
      timers.clear();
    },
  };
}

import type { Clock } from "../core/index.js";

/** Node's time. */
export function createNodeClock(): Clock {
  return {
    now: () => Date.now(),
    setTimer(delayMs, callback) {
      const timer = setTimeout(callback, delayMs);
      timer.unref();
      return () => clearTimeout(timer);
    },
    defer(callback) {
      setImmediate(callback);
    },
  };
}

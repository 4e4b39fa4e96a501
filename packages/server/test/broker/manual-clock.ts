import type { Clock } from "../../src/clock.js";

interface Waiting {
  readonly atMs: number;
  readonly callback: () => void;
}

/** A clock that stands until a test moves it. */
export interface ManualClock extends Clock {
  /** Moves on, calling what falls due on the way, in order. */
  advance(ms: number): void;
}

export function createManualClock(startMs = 1_790_000_000_000): ManualClock {
  let nowMs = startMs;
  const waiting = new Set<Waiting>();
  return {
    now: () => nowMs,
    schedule(delayMs, callback) {
      const entry = { atMs: nowMs + delayMs, callback };
      waiting.add(entry);
      return () => waiting.delete(entry);
    },
    advance(ms) {
      const endMs = nowMs + ms;
      for (;;) {
        let next: Waiting | undefined;
        for (const entry of waiting) if (next === undefined || entry.atMs < next.atMs) next = entry;
        if (next === undefined || next.atMs > endMs) break;
        waiting.delete(next);
        nowMs = next.atMs;
        next.callback();
      }
      nowMs = endMs;
    },
  };
}

/** Time, injected: a test has one that stands still until it is moved. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Calls `callback` once, not before `delayMs` have passed. The returned function cancels it. */
  setTimer(delayMs: number, callback: () => void): () => void;
}

/** What every mini program has without importing it. */
declare function setTimeout(callback: () => void, delayMs: number): unknown;
declare function clearTimeout(timer: unknown): void;

export function createSystemClock(): Clock {
  return {
    now: () => Date.now(),
    setTimer(delayMs, callback) {
      const timer = setTimeout(callback, delayMs);
      return () => clearTimeout(timer);
    },
  };
}

/** A clock that never goes back: the phone's owner, or its network, may set the time. */
export function createSteadyNow(clock: Clock): () => number {
  let offset = 0;
  let last = clock.now();
  return () => {
    const now = clock.now() + offset;
    if (now < last) offset += last - now;
    else last = now;
    return last;
  };
}

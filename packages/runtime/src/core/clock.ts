/** Time and tasks, injected: the engine itself keeps neither. */
export interface Clock {
  /** Epoch milliseconds. */
  now(): number;
  /**
   * Calls `callback` once, not before `delayMs` have passed. The returned function cancels it.
   * A waiting timer keeps no process alive.
   */
  setTimer(delayMs: number, callback: () => void): () => void;
  /**
   * Calls `callback` in a task of its own, soon. Callbacks keep their order, and promise jobs that one of them
   * starts are done before the next.
   */
  defer(callback: () => void): void;
  /**
   * Ends the task at hand, which the event loop itself called, and begins another: promise jobs, and whatever else waited
   * for its end, are done when it returns. What they left uncaught it throws, for the event loop to hear before another
   * task runs. Absent where the platform cannot.
   */
  readonly endTask?: (() => void) | undefined;
}

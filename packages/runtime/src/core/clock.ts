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
}

/**
 * Aborts after so many milliseconds. Node 20 collects such a signal while nobody but `AbortSignal.any` listens to it, and
 * the time never ends: hence the listener.
 */
export function timeLimit(ms: number): AbortSignal {
  const signal = AbortSignal.timeout(ms);
  signal.addEventListener("abort", () => undefined);
  return signal;
}

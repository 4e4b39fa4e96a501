import { useEffect } from "preact/hooks";

/** No more than this part of the time is spent on reading. */
const MAX_SHARE = 1 / 20;

/**
 * Calls `read` now and every `everyMs`, or less often where reading takes long, while the page is visible. Begins anew
 * when one of `inputs` is another.
 */
export function usePolling(read: () => void, everyMs: number, inputs: readonly unknown[]): void {
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout>;
    const refresh = (): void => {
      const start = performance.now();
      if (document.visibilityState === "visible") read();
      timer = setTimeout(refresh, Math.max(everyMs, (performance.now() - start) / MAX_SHARE));
    };
    refresh();
    return () => clearTimeout(timer);
  }, inputs);
}

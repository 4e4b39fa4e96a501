import type { Clock } from "./clock.js";

const STEP_MS = 100;

/** Calls `close` for each of them, spread evenly over `windowMs`, so that those who come back do not come at once. */
export async function closeOverTime<Item>(
  items: readonly Item[],
  windowMs: number,
  clock: Clock,
  close: (item: Item) => void,
): Promise<void> {
  const steps = Math.max(1, Math.ceil(windowMs / STEP_MS));
  let done = 0;
  for (let step = 1; step <= steps; step += 1) {
    const until = Math.ceil((items.length * step) / steps);
    for (; done < until; done += 1) close(items[done]!);
    if (done === items.length) return;
    await new Promise<void>((resolve) => {
      clock.schedule(windowMs / steps, resolve);
    });
  }
}

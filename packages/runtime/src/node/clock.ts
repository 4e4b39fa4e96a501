import { executionAsyncId } from "node:async_hooks";
import type { Clock } from "../core/index.js";

/** One callback that was deferred several times without a break: one `setImmediate` runs it as often. */
interface Batch {
  readonly callback: () => void;
  /** Whose AsyncLocalStorage it runs in. */
  readonly asyncId: number;
  count: number;
}

/** Node's time. */
export function createNodeClock(): Clock {
  const endTask = taskEnd();
  return {
    now: () => Date.now(),
    setTimer(delayMs, callback) {
      const timer = setTimeout(callback, delayMs);
      timer.unref();
      return () => clearTimeout(timer);
    },
    defer: createDefer(endTask),
    endTask,
  };
}

/**
 * What Node does between two callbacks of its event loop: ticks, promise jobs, rejections that nobody handled. A turn of
 * the loop for each of many small tasks costs more than the tasks. Node has this function since its first years (20, 22
 * and 24 were tried) without documenting it: where it is missing, or warns of itself (DEP0134, by --pending-deprecation),
 * each task is an immediate.
 */
function taskEnd(): (() => void) | undefined {
  const { _tickCallback: end } = process as { readonly _tickCallback?: unknown };
  return typeof end === "function" && end.name !== "deprecated" ? (end as () => void) : undefined;
}

export function createDefer(endTask: (() => void) | undefined): Clock["defer"] {
  if (endTask === undefined) return (callback) => void setImmediate(callback);
  let last: Batch | undefined;

  function run(batch: Batch): void {
    // What is deferred from now on waits for another turn of the event loop.
    if (batch === last) last = undefined;
    try {
      // Before the first too: after an uncaught error Node goes on with ticks and promise jobs left.
      while (batch.count > 0) {
        endTask!();
        batch.count -= 1;
        batch.callback();
      }
    } finally {
      if (batch.count > 0) setImmediate(run, batch);
    }
  }

  return (callback) => {
    const asyncId = executionAsyncId();
    if (last !== undefined && last.callback === callback && last.asyncId === asyncId) {
      last.count += 1;
    } else {
      last = { callback, asyncId, count: 1 };
      setImmediate(run, last);
    }
  };
}

import type { Diagnostic } from "../program.js";
import type { SimulatorHandle } from "../handle.js";

/** What the frame page is for the inspector: its handle, once it is there, and a number that grows when anything changes. */
export interface FrameConnection {
  readonly handle: SimulatorHandle | undefined;
  readonly diagnostics: readonly Diagnostic[];
  /** Hears of every change, at most once an animation frame; returns the undo. */
  watch(changed: () => void): () => void;
  /** The frame was loaded, or loaded again: what was seen before is gone with its program. */
  attach(frame: HTMLIFrameElement): void;
}

export function createFrameConnection(): FrameConnection {
  const watchers = new Set<() => void>();
  let handle: SimulatorHandle | undefined;
  let isScheduled = false;
  let stop: (() => void) | undefined;

  function changed(): void {
    if (isScheduled) return;
    isScheduled = true;
    requestAnimationFrame(() => {
      isScheduled = false;
      for (const watcher of watchers) watcher();
    });
  }

  function adopt(found: SimulatorHandle): void {
    stop?.();
    handle = found;
    stop = found.listen(changed);
    changed();
  }

  return {
    get handle() {
      return handle;
    },
    get diagnostics() {
      return handle?.program.diagnostics ?? [];
    },
    watch(watcher) {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
    attach(frame) {
      const inner = frame.contentWindow;
      if (inner === null) return;
      handle = undefined;
      changed();
      if (inner.simulator !== undefined) adopt(inner.simulator);
      else
        inner.addEventListener("simulator", () => inner.simulator !== undefined && adopt(inner.simulator), {
          once: true,
        });
    },
  };
}

import type { PageCalls } from "./page-calls.js";

/** Listeners of an app event: `on` adds, `off` removes one, or all when it is given none. */
export interface ListenerSet<T> {
  on(listener: unknown): void;
  off(listener?: unknown): void;
  emit(payload: T): void;
}

export function createListenerSet<T>(calls: PageCalls): ListenerSet<T> {
  let listeners: unknown[] = [];
  return {
    on(listener) {
      if (typeof listener === "function") listeners = [...listeners, listener];
    },
    off(listener) {
      listeners = listener === undefined ? [] : listeners.filter((one) => one !== listener);
    },
    emit(payload) {
      for (const listener of listeners) calls.call(listener, payload);
    },
  };
}

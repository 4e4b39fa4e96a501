import type { Clock } from "./clock.js";
import { Queue } from "./queue.js";

/**
 * Everything that page code will hear goes through here: in order, each in a task of its own, nothing while the app
 * is suspended.
 */
export interface Mailbox {
  /** Calls `deliver` with `value`. Two arguments, as messages come by the million. */
  post<T>(deliver: (value: T) => void, value: T): void;
  /**
   * As `post`, called straight by the event loop: with nothing waiting before it, and a clock that can end the task, it
   * is delivered at once. Throws what the task left uncaught.
   */
  pass<T>(deliver: (value: T) => void, value: T): void;
  hold(): void;
  release(): void;
}

export function createMailbox(clock: Clock): Mailbox {
  const deliveries = new Queue<(value: unknown) => void>();
  const values = new Queue<unknown>();
  let held = false;

  function deliverNext(): void {
    if (!held && deliveries.size > 0) deliveries.take()(values.take());
  }

  function post<T>(deliver: (value: T) => void, value: T): void {
    deliveries.add(deliver as (value: unknown) => void);
    values.add(value);
    clock.defer(deliverNext);
  }

  return {
    post,
    pass(deliver, value) {
      if (clock.endTask === undefined || held || deliveries.size > 0) {
        post(deliver, value);
        return;
      }
      deliver(value);
      try {
        clock.endTask();
      } catch (error) {
        // The platform is to hear of it before the next task: what comes now waits for another turn.
        post(() => {}, undefined);
        throw error;
      }
    },
    hold() {
      held = true;
    },
    release() {
      if (!held) return;
      held = false;
      for (let left = deliveries.size; left > 0; left -= 1) clock.defer(deliverNext);
    },
  };
}

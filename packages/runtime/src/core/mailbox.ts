import type { Clock } from "./clock.js";
import { Queue } from "./queue.js";

/**
 * Everything that page code will hear goes through here: in order, each in a task of its own, nothing while the app
 * is suspended.
 */
export interface Mailbox {
  /** Calls `deliver` with `value`. Two arguments, as messages come by the million. */
  post<T>(deliver: (value: T) => void, value: T): void;
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

  return {
    post(deliver, value) {
      deliveries.add(deliver as (value: unknown) => void);
      values.add(value);
      clock.defer(deliverNext);
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

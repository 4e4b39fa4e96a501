import type { Clock } from "./clock.js";

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
  /** A function and its value by turns. */
  let waiting: unknown[] = [];
  let first = 0;
  let held = false;

  function deliverNext(): void {
    if (held || first === waiting.length) return;
    const deliver = waiting[first] as (value: unknown) => void;
    const value = waiting[first + 1];
    first += 2;
    if (first === waiting.length) {
      waiting = [];
      first = 0;
    }
    deliver(value);
  }

  return {
    post(deliver, value) {
      waiting.push(deliver, value);
      clock.defer(deliverNext);
    },
    hold() {
      held = true;
    },
    release() {
      if (!held) return;
      held = false;
      for (let left = waiting.length - first; left > 0; left -= 2) clock.defer(deliverNext);
    },
  };
}

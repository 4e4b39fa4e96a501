import type { Clock } from "./clock.js";

/**
 * Everything that page code will hear goes through here: in order, each in a task of its own, nothing while the app
 * is suspended.
 */
export interface Mailbox {
  post(deliver: () => void): void;
  hold(): void;
  release(): void;
}

export function createMailbox(clock: Clock): Mailbox {
  let waiting: Array<() => void> = [];
  let first = 0;
  let held = false;

  function deliverNext(): void {
    if (held || first === waiting.length) return;
    const deliver = waiting[first]!;
    first += 1;
    if (first === waiting.length) {
      waiting = [];
      first = 0;
    }
    deliver();
  }

  return {
    post(deliver) {
      waiting.push(deliver);
      clock.defer(deliverNext);
    },
    hold() {
      held = true;
    },
    release() {
      if (!held) return;
      held = false;
      for (let left = waiting.length - first; left > 0; left -= 1) clock.defer(deliverNext);
    },
  };
}

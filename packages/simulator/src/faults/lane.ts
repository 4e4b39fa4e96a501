import type { Clock } from "@weapp-socket/runtime/core";
import type { Conditions } from "./conditions.js";

interface Parcel {
  readonly due: number;
  readonly bytes: number;
  readonly deliver: () => void;
}

/** One direction of one connection: what goes in comes out in the same order, as late as the conditions say. */
export class Lane {
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #conditions: () => Conditions;
  #queue: Parcel[] = [];
  /** When the last byte so far has passed at the given rate. */
  #busyUntil = 0;
  #held = false;
  #cancel: (() => void) | undefined;

  /** @param random from 0 to 1, for jitter */
  constructor(clock: Clock, random: () => number, conditions: () => Conditions) {
    this.#clock = clock;
    this.#random = random;
    this.#conditions = conditions;
  }

  /** Bytes that have not come out yet. */
  get bytes(): number {
    return this.#queue.reduce((sum, parcel) => sum + parcel.bytes, 0);
  }

  /** Calls `deliver` when its turn has come: at once where nothing delays it. */
  push(bytes: number, deliver: () => void): void {
    const now = this.#clock.now();
    const { latencyMs, jitterMs, bytesPerSecond } = this.#conditions();
    this.#busyUntil =
      Math.max(now, this.#busyUntil) + (bytesPerSecond === null ? 0 : (bytes * 1000) / bytesPerSecond);
    // One that is due before those in front of it comes out right behind them: it is a queue.
    const due = this.#busyUntil + latencyMs + jitterMs * this.#random();
    if (due <= now && this.#queue.length === 0 && !this.#held) return deliver();
    this.#queue.push({ due, bytes, deliver });
    this.#schedule();
  }

  /** Nothing comes out until `release`. */
  hold(): void {
    this.#held = true;
    this.#cancel?.();
    this.#cancel = undefined;
  }

  release(): void {
    this.#held = false;
    this.#schedule();
  }

  /** Drops what has not come out. */
  clear(): void {
    this.#queue = [];
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #schedule(): void {
    const [next] = this.#queue;
    if (next === undefined || this.#held || this.#cancel !== undefined) return;
    this.#cancel = this.#clock.setTimer(Math.max(0, next.due - this.#clock.now()), () => {
      this.#cancel = undefined;
      this.#deliverDue();
    });
  }

  #deliverDue(): void {
    for (;;) {
      const [next] = this.#queue;
      if (next === undefined || this.#held || next.due > this.#clock.now()) break;
      this.#queue.shift();
      next.deliver();
    }
    this.#schedule();
  }
}

import { backoffMs, defaultBackoff, withinMs } from "../backoff.js";
import type { Bye } from "../messages.js";

/** A connection that lived this long proves that the server takes us: the next failure counts from zero. */
const STABLE_MS = 10_000;

/** When, and where, the next attempt may be made. */
export interface Attempts {
  /** The attempt, or the connection, is over. */
  failed(now: number): void;
  welcomed(now: number): void;
  /** The server named a window, and perhaps another address for one attempt: a window is never cut short. */
  told(bye: Bye, now: number): void;
  /** Somebody is looking, or the network came back: the backoff is cut short. */
  hurry(now: number): void;
  /** The address to dial; the next call gives the usual one again. */
  takeUrl(): string;
  /** Not before this. */
  readonly until: number;
}

export function createAttempts(url: string, random: () => number): Attempts {
  let failures = 0;
  let liveSince = Infinity;
  let backoffUntil = 0;
  let byeUntil = 0;
  let otherUrl: string | undefined;

  return {
    failed(now) {
      if (now - liveSince >= STABLE_MS) failures = 0;
      liveSince = Infinity;
      backoffUntil = now + backoffMs(defaultBackoff, failures, random());
      failures += 1;
    },
    welcomed(now) {
      liveSince = now;
    },
    told(bye, now) {
      byeUntil = bye.after === undefined ? now : now + withinMs(bye.after, random());
      otherUrl = bye.to;
    },
    hurry(now) {
      failures = 0;
      backoffUntil = now;
    },
    takeUrl() {
      const taken = otherUrl === undefined ? url : otherUrl;
      otherUrl = undefined;
      return taken;
    },
    get until() {
      return Math.max(backoffUntil, byeUntil);
    },
  };
}

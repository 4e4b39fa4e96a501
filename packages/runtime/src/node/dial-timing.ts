import { performance } from "node:perf_hooks";
import type { LinkProfile } from "../core/index.js";

/** Marks of one attempt, in epoch milliseconds of a clock that never steps back. */
export interface DialTiming {
  lookedUp(): void;
  /** TCP stands, and TLS where there is one. */
  connected(): void;
  /** The 101 is checked. */
  opened(): LinkProfile;
}

/** Whole milliseconds, so that times and durations agree. */
const now = (): number => Math.round(performance.timeOrigin + performance.now());

export function createDialTiming(): DialTiming {
  const start = now();
  let lookedUpAt: number | undefined;
  let connectedAt = start;
  return {
    lookedUp() {
      // Happy eyeballs reports each address that it tries: the first one ends the look-up.
      lookedUpAt ??= now();
    },
    connected() {
      connectedAt = now();
    },
    opened() {
      const end = now();
      const connectStart = lookedUpAt ?? start;
      return {
        fetchStart: start,
        domainLookUpStart: start,
        domainLookUpEnd: connectStart,
        connectStart,
        connectEnd: connectedAt,
        rtt: connectedAt - connectStart,
        handshakeCost: end - connectedAt,
        cost: end - start,
      };
    },
  };
}

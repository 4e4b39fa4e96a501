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

const now = (): number => performance.timeOrigin + performance.now();

export function createDialTiming(): DialTiming {
  const start = now();
  let lookedUpAt = start;
  let connectedAt = start;
  return {
    lookedUp() {
      // Happy eyeballs reports each address that it tries: the first one ends the look-up.
      if (lookedUpAt === start) lookedUpAt = now();
    },
    connected() {
      connectedAt = now();
    },
    opened() {
      const end = now();
      return {
        fetchStart: Math.round(start),
        domainLookUpStart: Math.round(start),
        domainLookUpEnd: Math.round(lookedUpAt),
        connectStart: Math.round(lookedUpAt),
        connectEnd: Math.round(connectedAt),
        rtt: Math.round(connectedAt - lookedUpAt),
        handshakeCost: Math.round(end - connectedAt),
        cost: Math.round(end - start),
      };
    },
  };
}

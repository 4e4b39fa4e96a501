import type { DialRequest, Link, LinkEvents, Transport } from "@weapp-socket/runtime/core";
import { createVirtualClock, type VirtualClock } from "@weapp-socket/testkit/clock";
import { createFaults, type Faults } from "../../src/faults/faults.js";

/** A server that opens at once and answers every message with itself. */
export interface EchoLink {
  readonly events: LinkEvents;
  readonly said: unknown[];
}

export interface FaultWorld {
  readonly clock: VirtualClock;
  readonly faults: Faults;
  /** Links that really were dialled. */
  readonly dialled: readonly EchoLink[];
  /** Dials; what the page hears is recorded with the milliseconds since the world began. */
  readonly dial: (url?: string) => { readonly link: Link; readonly heard: string[] };
}

export const REQUEST: DialRequest = {
  url: "ws://a",
  headers: [],
  protocols: [],
  timeoutMs: 10_000,
  tcpNoDelay: false,
  perMessageDeflate: false,
};

export function createFaultWorld(random: () => number = () => 0): FaultWorld {
  const clock = createVirtualClock(0);
  const dialled: EchoLink[] = [];
  const transport: Transport = {
    dial(_, events) {
      const said: unknown[] = [];
      dialled.push({ events, said });
      clock.defer(() => events.open({ header: {} }));
      return {
        send(data) {
          said.push(data);
          clock.defer(() => events.message(data));
        },
        close(code, reason) {
          said.push(`close ${code} ${reason}`);
          clock.defer(() => events.close(code, reason));
        },
        terminate: () => void said.push("terminate"),
        bufferedBytes: 0,
      };
    },
  };
  const faults = createFaults(transport, clock, random);
  return {
    clock,
    faults,
    dialled,
    dial(url = REQUEST.url) {
      const heard: string[] = [];
      const note = (text: string): void => void heard.push(`${clock.now()} ${text}`);
      const link = faults.transport.dial(
        { ...REQUEST, url },
        {
          open: () => note("open"),
          message: (data) => note(typeof data === "string" ? data : `${data.byteLength} bytes`),
          fail: ({ cause }) => note(`fail ${cause}`),
          close: (code, reason) => note(`close ${code} ${reason}`.trim()),
        },
      );
      return { link, heard };
    },
  };
}

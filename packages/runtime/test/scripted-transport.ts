import type { DialRequest, Link, LinkEvents, Transport } from "@weapp-socket/runtime/core";

/** What the runtime did with one link, and the other end's voice. */
export interface ScriptedLink {
  readonly request: DialRequest;
  readonly sent: Array<string | ArrayBuffer>;
  /** Set by `close`. */
  closed: { readonly code: number; readonly reason: string } | undefined;
  terminated: boolean;
  readonly peer: LinkEvents;
}

export interface ScriptedTransport extends Transport {
  readonly links: ScriptedLink[];
  /** The newest link. */
  last(): ScriptedLink;
}

/** A network that does nothing by itself: tests play the server through `peer`. */
export function createScriptedTransport(): ScriptedTransport {
  const links: ScriptedLink[] = [];
  return {
    links,
    last: () => links.at(-1)!,
    dial(request, events): Link {
      const link: ScriptedLink = {
        request,
        sent: [],
        closed: undefined,
        terminated: false,
        peer: events,
      };
      links.push(link);
      return {
        send: (data) => void link.sent.push(data),
        close(code, reason) {
          link.closed = { code, reason };
        },
        terminate() {
          link.terminated = true;
        },
        bufferedBytes: 0,
      };
    },
  };
}

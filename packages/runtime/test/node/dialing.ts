import {
  createNodeTransport,
  type DialRequest,
  type Link,
  type LinkFailure,
  type LinkOpen,
  type NodeTransportOptions,
} from "@weapp-socket/runtime";

export type Event =
  | { readonly type: "open"; readonly response: LinkOpen }
  | { readonly type: "message"; readonly data: string | ArrayBuffer }
  | { readonly type: "fail"; readonly failure: LinkFailure }
  | { readonly type: "close"; readonly code: number; readonly reason: string };

/** A link and everything it said, with a way to wait for what it says next. */
export interface Dialed {
  readonly link: Link;
  readonly events: readonly Event[];
  /** Resolves once an event of this type has come, or at once if it has. */
  until<T extends Event["type"]>(type: T): Promise<Extract<Event, { type: T }>>;
  /** Resolves once there are this many messages. */
  messages(count: number): Promise<Array<string | ArrayBuffer>>;
}

export function dial(
  url: string,
  request: Partial<DialRequest> = {},
  options: NodeTransportOptions = {},
  onMessage: (data: string | ArrayBuffer) => void = () => {},
): Dialed {
  const events: Event[] = [];
  let waiting: Array<() => void> = [];
  const hear = (event: Event): void => {
    events.push(event);
    const woken = waiting;
    waiting = [];
    for (const wake of woken) wake();
  };
  const link = createNodeTransport(options).dial(
    {
      url,
      headers: [],
      protocols: [],
      timeoutMs: 60_000,
      tcpNoDelay: false,
      perMessageDeflate: false,
      ...request,
    },
    {
      open: (response) => hear({ type: "open", response }),
      message(data) {
        hear({ type: "message", data });
        onMessage(data);
      },
      fail: (failure) => hear({ type: "fail", failure }),
      close: (code, reason) => hear({ type: "close", code, reason }),
    },
  );
  async function wait(isThere: () => boolean): Promise<void> {
    while (!isThere()) await new Promise<void>((resolve) => waiting.push(resolve));
  }
  return {
    link,
    events,
    async until(type) {
      await wait(() => events.some((event) => event.type === type));
      return events.find((event) => event.type === type) as never;
    },
    async messages(count) {
      const all = () => events.flatMap((event) => (event.type === "message" ? [event.data] : []));
      await wait(() => all().length >= count);
      return all();
    },
  };
}

import type { DialRequest, Link, LinkEvents, LinkFailureCause, Transport } from "../core/index.js";

/**
 * The browser's own WebSocket. It sends no headers of ours, sets tcpNoDelay and permessage-deflate as it likes, and
 * says neither why a connection failed nor what the server's headers were: SPEC.md has the table.
 */
export function createBrowserTransport(): Transport {
  return { dial };
}

function dial(request: DialRequest, events: LinkEvents): Link {
  let opened = false;
  let socket: WebSocket;
  try {
    socket = new WebSocket(request.url, [...request.protocols]);
  } catch (error) {
    return failedLink(events, error instanceof Error ? error.message : String(error));
  }
  socket.binaryType = "arraybuffer";

  const timer = setTimeout(() => {
    fail("timeout", `not open after ${request.timeoutMs} ms`);
    socket.close();
  }, request.timeoutMs);

  /** Nothing that the socket says from here on is heard. */
  function letGo(): void {
    clearTimeout(timer);
    listening.abort();
  }

  function fail(cause: LinkFailureCause, detail: string): void {
    letGo();
    events.fail({ cause, detail });
  }

  const listening = new AbortController();
  const { signal } = listening;
  let closing = false;
  socket.addEventListener(
    "open",
    () => {
      clearTimeout(timer);
      opened = true;
      const header: Record<string, string> =
        socket.protocol === "" ? {} : { "Sec-WebSocket-Protocol": socket.protocol };
      events.open({ header });
    },
    { signal },
  );
  socket.addEventListener(
    "message",
    (event: MessageEvent<string | ArrayBuffer>) => events.message(event.data),
    { signal },
  );
  socket.addEventListener(
    "close",
    (event) => {
      if (!opened && !closing) return fail("unknown", "the browser does not say why");
      letGo();
      events.close(event.code, event.reason);
    },
    { signal },
  );

  return {
    send: (data) => socket.send(data),
    close(code, reason) {
      closing = true;
      clearTimeout(timer);
      socket.close(code, reason);
    },
    terminate() {
      letGo();
      socket.close();
    },
    get bufferedBytes() {
      return socket.bufferedAmount;
    },
  };
}

function failedLink(events: LinkEvents, detail: string): Link {
  let live = true;
  setTimeout(() => {
    if (live) events.fail({ cause: "request", detail });
  }, 0);
  return {
    send() {},
    close(code, reason) {
      if (!live) return;
      live = false;
      setTimeout(() => events.close(code, reason), 0);
    },
    terminate() {
      live = false;
    },
    bufferedBytes: 0,
  };
}

import { createServer } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { onTestFinished, vi } from "vitest";
import type { DialRequest, Link, LinkEvents, Transport } from "@weapp-socket/runtime/core";
import { acceptRelay } from "../../src/relay/host/accept.js";
import { RelaySession, type RelayServices } from "../../src/relay/host/relay-session.js";
import { openRelay, type Relay } from "../../src/relay/page/relay.js";
import { stubPageWebSocket } from "./page-web-socket.js";

/** What the host's transport was asked, and the events that the test sends back. */
export interface ScriptedLink {
  readonly request: DialRequest;
  readonly events: LinkEvents;
  readonly calls: unknown[][];
  bufferedBytes: number;
}

export interface RelayWorld {
  readonly relay: Relay;
  /** By order of dialling. */
  readonly links: readonly ScriptedLink[];
  readonly session: RelaySession;
  /** The host's end of the relay's TCP connection. */
  readonly socket: Socket;
}

/** A page and a host with a real WebSocket between them; the host's own sockets are the test's. */
export async function openRelayWorld(services: Partial<RelayServices> = {}): Promise<RelayWorld> {
  const links: ScriptedLink[] = [];
  const transport: Transport = { dial: (request, events) => scriptedLink(links, request, events) };
  let session: RelaySession | undefined;
  let hostSocket: Socket | undefined;
  const server = createServer();
  server.on("upgrade", (request, socket, head) => {
    hostSocket = socket as Socket;
    acceptRelay(request, hostSocket, head, (relaySocket) => {
      session = new RelaySession(relaySocket, { transport, calls: new Map(), ...services });
      return session;
    });
  });
  await new Promise<void>((listening) => void server.listen(0, "127.0.0.1", listening));
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  stubPageWebSocket(base);
  const relay = await openRelay(base, "token");
  onTestFinished(() => {
    relay.close();
    hostSocket?.destroy();
    server.close();
    vi.unstubAllGlobals();
  });
  return { relay, links, session: session!, socket: hostSocket! };
}

function scriptedLink(links: ScriptedLink[], request: DialRequest, events: LinkEvents): Link {
  const link: ScriptedLink = { request, events, calls: [], bufferedBytes: 0 };
  links.push(link);
  return {
    send: (data) => link.calls.push(["send", data]),
    close: (code, reason) => link.calls.push(["close", code, reason]),
    terminate: () => link.calls.push(["terminate"]),
    get bufferedBytes() {
      return link.bufferedBytes;
    },
  };
}

export const DIAL: DialRequest = {
  url: "ws://127.0.0.1:1/x",
  headers: [["X-A", "1"]],
  protocols: ["p"],
  timeoutMs: 60_000,
  tcpNoDelay: true,
  perMessageDeflate: false,
};

/** Records every event of a link, in order. */
export function recordEvents(): LinkEvents & { readonly seen: unknown[][] } {
  const seen: unknown[][] = [];
  return {
    seen,
    open: (response) => seen.push(["open", response]),
    message: (data) => seen.push(["message", data]),
    fail: (failure) => seen.push(["fail", failure]),
    close: (code, reason) => seen.push(["close", code, reason]),
  };
}

import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer, isIPv6, type AddressInfo, type Server } from "node:net";
import type { Doorkeeper } from "./doorkeeper.js";
import { pathOf } from "./handshake.js";
import { HttpDoor } from "./http/http-door.js";
import { sendProblem } from "./http/problem.js";
import { clearOwner } from "./socket-owner.js";
import { WaitingRoom } from "./waiting-room.js";

export interface ListenOptions {
  /** 0: any free one. */
  readonly port: number;
  /** Default: every address of the machine. */
  readonly host?: string | undefined;
  /** Where WebSocket clients may connect, for example `/ws`. Default: any path. */
  readonly path?: string | undefined;
  /**
   * Lets several processes listen on one port and the kernel share out the connections. Node 22.12 or later, on Linux;
   * under node:cluster a port is shared without it.
   */
  readonly reusePort?: boolean | undefined;
  /**
   * What is served on this port: `clients`: WebSockets, and of the HTTP API what needs no key; `api`: the HTTP API alone,
   * for an inner address.
   * @defaultValue `everything`
   */
  readonly serves?: "everything" | "clients" | "api" | undefined;
}

/** Where the server listens. */
export interface ListenAddress {
  readonly host: string;
  readonly port: number;
  /** `ws://127.0.0.1:3000`, with the path where one was given; `http:` where the API alone is served. */
  readonly url: string;
}

/** Answers an HTTP request, or returns false where it has no answer for it. */
export type HttpRoutes = (request: IncomingMessage, response: ServerResponse) => boolean;

/** Connections that the kernel has accepted and we have not: a reconnect storm must fit. */
const BACKLOG = 4096;

/** A port of our own: node:net and our own handshake, which is cheap; what is no handshake goes to node:http. */
export class SocketListener {
  private readonly server: Server;
  private readonly waitingRoom: WaitingRoom;
  private readonly httpDoor: HttpDoor;
  private readonly path: string | undefined;

  constructor(doorkeeper: Doorkeeper, routes: HttpRoutes, path: string | undefined) {
    const { node, gate } = doorkeeper;
    this.path = path;
    this.httpDoor = new HttpDoor(doorkeeper, path, (request, response) => {
      if (!routes(request, response)) refuseRequest(request, response, path);
    });
    this.waitingRoom = new WaitingRoom(node, gate, (socket, received, headBytes) => {
      if (doorkeeper.takeHead(socket, received, headBytes, path)) return;
      clearOwner(socket);
      this.httpDoor.take(socket, received);
    });
    this.server = createServer({ noDelay: true }, (socket) => this.waitingRoom.enter(socket));
    this.server.on("error", (error) => {
      if (this.server.listening) node.reception.onError(error);
    });
  }

  /** @throws the error of the system, for example EADDRINUSE. */
  async open({ port, host, reusePort = false }: ListenOptions): Promise<ListenAddress> {
    if (reusePort) requireReusePort();
    this.server.listen({ port, host, backlog: BACKLOG, ...(reusePort && { reusePort }) });
    await once(this.server, "listening");
    const address = this.server.address() as AddressInfo;
    const name = isIPv6(address.address) ? `[${address.address}]` : address.address;
    return {
      host: address.address,
      port: address.port,
      url: `ws://${name}:${address.port}${this.path ?? ""}`,
    };
  }

  /** Stops to accept, and ends what is still in its handshake. */
  stop(): void {
    this.server.close();
    this.waitingRoom.close();
  }

  /** Ends what is left of HTTP. */
  close(): void {
    this.httpDoor.close();
  }
}

function requireReusePort(): void {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  if (major > 22 || (major === 22 && minor >= 12)) return;
  throw new RangeError(`reusePort: expected Node 22.12 or later, got ${process.versions.node}`);
}

/** Whoever comes without a handshake is told what this place is. */
function refuseRequest(request: IncomingMessage, response: ServerResponse, path: string | undefined): void {
  const target = request.url ?? "/";
  const isElsewhere = target.startsWith("/v1/") || (path !== undefined && pathOf(target) !== path);
  if (isElsewhere) {
    sendProblem(response, { status: 404, detail: "path: nothing is served here" });
    return;
  }
  sendProblem(response, {
    status: 426,
    detail: "this address speaks WebSocket: connect with ws:// or wss://",
    headers: { upgrade: "websocket", connection: "Upgrade", "sec-websocket-version": "13" },
  });
}

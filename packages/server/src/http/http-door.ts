import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Doorkeeper } from "../doorkeeper.js";
import { refuseSocket } from "../refused-socket.js";
import type { ServerNode } from "../server-node.js";
import type { WheelEntry } from "../timer-wheel.js";
import { asksForWebSocket, serveWithoutUpgrade } from "./plain-request.js";
import { busy, formatProblemResponse } from "./problem.js";

export type RequestHandler = (request: IncomingMessage, response: ServerResponse) => void;

/**
 * A node:http server without a port of its own: it is handed sockets whose request is no WebSocket handshake, with the
 * bytes that were read from them.
 */
export class HttpDoor {
  private readonly server: Server;
  private readonly node: ServerNode;
  private readonly visitors = new Map<Socket, Visitor>();

  constructor(doorkeeper: Doorkeeper, path: string | undefined, handle: RequestHandler) {
    this.node = doorkeeper.node;
    const { settings, wheel } = this.node;
    this.server = createServer({ maxHeaderSize: settings.maxHeadBytes }, (request, response) => {
      const visitor = this.visitors.get(request.socket);
      // Every answer that is finished buys time for the next request; what comes byte by byte does not.
      if (visitor !== undefined) response.once("finish", () => wheel.set(visitor, settings.httpTimeoutMs));
      handle(request, response);
    });
    this.server.on("clientError", (error: NodeJS.ErrnoException, socket) => {
      const isTooLarge = error.code === "HPE_HEADER_OVERFLOW";
      if (!socket.writable) socket.destroy();
      else
        socket.end(
          formatProblemResponse({ status: isTooLarge ? 431 : 400, detail: "request: expected HTTP/1.1" }),
        );
    });
    // A proxy may use a connection that it kept open for a handshake.
    this.server.on("upgrade", (request, socket, head) => {
      const isWebSocket = asksForWebSocket(request.headers.upgrade);
      if (!isWebSocket && serveWithoutUpgrade(this.server, request, socket, head)) return;
      this.forget(socket as Socket);
      doorkeeper.takeUpgrade(request, socket as Socket, head, path);
    });
  }

  take(socket: Socket, received: Buffer): void {
    if (this.visitors.size >= this.node.settings.maxPendingHandshakes) {
      refuseSocket(socket, busy("too many HTTP clients"), this.node);
      socket.resume();
      return;
    }
    const visitor = new Visitor(socket);
    this.visitors.set(socket, visitor);
    this.node.wheel.set(visitor, this.node.settings.httpTimeoutMs);
    socket.once("close", () => this.forget(socket));
    socket.unshift(received);
    this.server.emit("connection", socket);
    socket.resume();
  }

  /** Ends what is idle or unfinished. */
  close(): void {
    for (const socket of this.visitors.keys()) socket.destroy();
  }

  private forget(socket: Socket): void {
    const visitor = this.visitors.get(socket);
    if (visitor === undefined) return;
    this.visitors.delete(socket);
    this.node.wheel.clear(visitor);
  }
}

class Visitor implements WheelEntry {
  wheelTick = 0;
  wheelIndex = 0;
  private readonly socket: Socket;

  constructor(socket: Socket) {
    this.socket = socket;
  }

  onDeadline(): void {
    this.socket.destroy();
  }
}

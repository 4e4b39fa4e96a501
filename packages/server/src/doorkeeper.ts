import { isUtf8 } from "node:buffer";
import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import {
  checkUpgrade,
  formatUpgradeResponse,
  HeadError,
  parseRequestHead,
  type FrameReaderOptions,
  type HeadLimits,
  type RequestHead,
} from "@weapp-socket/wire";
import type { Connection } from "./connection.js";
import { pathOf, ReceivedHandshake, type Handshake } from "./handshake.js";
import { busy, goingAway, type Problem } from "./http/problem.js";
import type { Hub } from "./hub.js";
import { Inlet } from "./inlet.js";
import type { Settings } from "./options.js";
import { refuseSocket } from "./refused-socket.js";
import { toRequestHead } from "./request-head.js";
import { SocketConnection, type ConnectionHost } from "./socket-connection.js";
import { setOwner } from "./socket-owner.js";
import type { TimerWheel } from "./timer-wheel.js";

/** What the server does when somebody came or something failed. */
export interface Reception {
  onConnection(connection: Connection, handshake: Handshake): void;
  onError(error: unknown): void;
}

/** PROTOCOL.md 1.1: what chooses session mode. */
const SESSION_PROTOCOL = "weapp-socket.v1";
const SESSION_QUERY = /[?&]weapp-socket=1(?:&|$)/;

/** Size is bounded where the head is gathered. */
const HEAD_LIMITS: HeadLimits = { decodeLatin1 };

/** Lets handshakes in or refuses them, and knows who is inside. */
export class Doorkeeper implements ConnectionHost {
  readonly settings: Settings;
  readonly wheel: TimerWheel;
  readonly hub: Hub;
  readonly inlet: Inlet = new Inlet();
  readonly readerOptions: FrameReaderOptions;
  readonly reception: Reception;
  readonly connections: Set<SocketConnection> = new Set();
  private isShut = false;
  private onEmpty: (() => void) | undefined;

  constructor(settings: Settings, wheel: TimerWheel, hub: Hub, reception: Reception) {
    this.settings = settings;
    this.wheel = wheel;
    this.hub = hub;
    this.reception = reception;
    const { maxMessageBytes, maxFragments } = settings;
    this.readerOptions = { role: "server", maxMessageBytes, maxFragments, isUtf8: isUtf8Range };
  }

  /**
   * Takes a socket that has sent a request head: the first `headBytes` of what was received.
   * @returns false where it is no WebSocket handshake. The socket is untouched then.
   */
  takeHead(socket: Socket, received: Buffer, headBytes: number, path: string | undefined): boolean {
    let head: RequestHead;
    try {
      head = parseRequestHead(received, 0, headBytes, HEAD_LIMITS);
    } catch (error) {
      if (!(error instanceof HeadError)) throw error;
      // Old, but not wrong: node:http knows HTTP/1.0.
      if (error.status === 505) return false;
      refuseSocket(socket, { status: error.status, detail: error.message }, this);
      return true;
    }
    if (!head.headers.has("upgrade")) return false;
    this.admit(socket, head, received.subarray(headBytes), path);
    return true;
  }

  /** Takes an upgrade request that node:http has read. */
  takeUpgrade(request: IncomingMessage, socket: Socket, rest: Buffer, path: string | undefined): void {
    if (request.httpVersion === "1.1") {
      this.admit(socket, toRequestHead(request), rest, path);
      return;
    }
    const detail = `HTTP version: expected 1.1, got ${request.httpVersion}`;
    refuseSocket(socket, { status: 505, detail }, this);
  }

  /** Closes every connection, and waits until the last is gone. Nobody is let in any more. */
  async closeAll(code: number, reason: string): Promise<void> {
    this.isShut = true;
    for (const connection of this.connections) connection.close(code, reason);
    if (this.connections.size === 0) return;
    await new Promise<void>((resolve) => {
      this.onEmpty = resolve;
    });
  }

  onListenerError(error: unknown): void {
    this.reception.onError(error);
  }

  onConnectionClose(connection: SocketConnection): void {
    this.connections.delete(connection);
    if (this.connections.size === 0) this.onEmpty?.();
  }

  private admit(socket: Socket, head: RequestHead, rest: Buffer, path: string | undefined): void {
    const upgrade = checkUpgrade(head);
    if ("status" in upgrade) {
      const { status, message, headers } = upgrade;
      refuseSocket(socket, { status, detail: message, headers: Object.fromEntries(headers) }, this);
      return;
    }
    const refusal = this.checkRoom(head, upgrade.protocols, path);
    if (refusal !== undefined) {
      refuseSocket(socket, refusal, this);
      return;
    }
    const { protocols, key } = upgrade;
    const protocol = protocols.length > 0 ? this.settings.chooseSubprotocol(protocols) : undefined;
    socket.write(formatUpgradeResponse(key, protocol, undefined), "latin1");
    this.welcome(socket, new ReceivedHandshake(head, protocol ?? "", socket), rest);
  }

  private checkRoom(
    head: RequestHead,
    protocols: readonly string[],
    path: string | undefined,
  ): Problem | undefined {
    if (this.isShut) return goingAway();
    if (path !== undefined && pathOf(head.target) !== path) {
      return { status: 404, detail: "path: no WebSocket is served here" };
    }
    if (this.connections.size >= this.settings.maxConnections) return busy("this server is full");
    if (protocols.includes(SESSION_PROTOCOL) || SESSION_QUERY.test(head.target)) {
      return { status: 501, detail: `${SESSION_PROTOCOL}: this server speaks raw mode only` };
    }
    return undefined;
  }

  private welcome(socket: Socket, handshake: Handshake, rest: Buffer): void {
    const connection = new SocketConnection(socket, this, handshake.subprotocol);
    this.connections.add(connection);
    setOwner(socket, connection);
    try {
      this.reception.onConnection(connection, handshake);
    } catch (error) {
      connection.close(1011, "the application failed");
      this.reception.onError(error);
    }
    if (rest.length > 0) connection.onSocketData(rest);
  }
}

function decodeLatin1(bytes: Uint8Array, start: number, end: number): string {
  return (bytes as Buffer).toString("latin1", start, end);
}

function isUtf8Range(bytes: Uint8Array, start: number, end: number): boolean {
  return isUtf8(bytes.subarray(start, end));
}

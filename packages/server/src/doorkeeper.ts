import * as crypto from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import {
  checkUpgrade,
  formatUpgradeResponse,
  HeadError,
  parseRequestHead,
  type HeadLimits,
  type RequestHead,
  type Upgrade,
} from "@weapp-socket/wire";
import { NO_WISHES, type RawWishes } from "./access.js";
import type { Admission, Admitted, SessionAdmitted } from "./admission.js";
import type { Identity } from "./auth/identity.js";
import { answerOffers } from "./compression.js";
import { FirstMessage } from "./first-message.js";
import { ReceivedHandshake } from "./handshake.js";
import { asksForWebSocket } from "./http/plain-request.js";
import { busy, goingAway, type Problem } from "./http/problem.js";
import { Lobby } from "./lobby.js";
import { RateGate } from "./rate-gate.js";
import { refuseSocket } from "./refused-socket.js";
import { toRequestHead } from "./request-head.js";
import type { Settings } from "./options.js";
import type { ServerNode } from "./server-node.js";
import { SessionConnection } from "./session/session-connection.js";
import type { ClientCalls } from "./session/client-calls.js";
import { SessionHost } from "./session/session-host.js";
import { SocketConnection } from "./socket-connection.js";
import { setOwner } from "./socket-owner.js";

/** PROTOCOL.md 1.1: what chooses session mode. */
const SESSION_PROTOCOL = "weapp-socket.v1";
const SESSION_QUERY = /[?&]weapp-socket=1(?:&|$)/;

/** Size is bounded where the head is gathered. */
const HEAD_LIMITS: HeadLimits = { decodeLatin1 };

/** A socket whose handshake was read. */
interface Visitor {
  readonly socket: Socket;
  readonly handshake: ReceivedHandshake;
  readonly upgrade: Upgrade;
}

/** Reads handshakes, and lets in or refuses who brings one. */
export class Doorkeeper {
  readonly node: ServerNode;
  private readonly admission: Admission;
  private readonly sessions: SessionHost;
  private readonly lobby: Lobby;
  private readonly owingToken = new Set<FirstMessage>();
  readonly gate: RateGate;
  private nextNumber = 1;
  private isShut = false;

  constructor(node: ServerNode, admission: Admission) {
    this.node = node;
    this.admission = admission;
    this.sessions = new SessionHost(node, admission);
    this.lobby = new Lobby(node);
    this.gate = new RateGate(node.clock, node.settings.maxHandshakesPerSecond);
  }

  /** To the session clients that it let in, and to those of other nodes. */
  get calls(): ClientCalls {
    return this.sessions.calls;
  }

  /** Handshakes about which somebody is being asked. */
  get pending(): number {
    return this.lobby.size + this.owingToken.size;
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
      refuseSocket(socket, { status: error.status, detail: error.message }, this.node);
      return true;
    }
    if (!asksForWebSocket(head.headers.get("upgrade"))) return false;
    this.admit(socket, head, received.subarray(headBytes), path);
    return true;
  }

  /** Takes an upgrade request that node:http has read. */
  takeUpgrade(request: IncomingMessage, socket: Socket, rest: Buffer, path: string | undefined): void {
    if (!this.gate.pass()) {
      refuseSocket(socket, busy("too many clients are connecting"), this.node);
      return;
    }
    if (request.httpVersion === "1.1") {
      this.admit(socket, toRequestHead(request), rest, path);
      return;
    }
    const detail = `HTTP version: expected 1.1, got ${request.httpVersion}`;
    refuseSocket(socket, { status: 505, detail }, this.node);
  }

  /** Lets nobody in any more, and sends away who is still waiting. */
  shut(): void {
    this.isShut = true;
    this.lobby.close();
    for (const first of this.owingToken) first.end(1001, "the server is going away");
  }

  private admit(socket: Socket, head: RequestHead, rest: Buffer, path: string | undefined): void {
    const { settings } = this.node;
    const upgrade = checkUpgrade(head);
    if ("status" in upgrade) {
      const { status, message, headers } = upgrade;
      refuseSocket(socket, { status, detail: message, headers: Object.fromEntries(headers) }, this.node);
      return;
    }
    const { protocols } = upgrade;
    const protocol = chooseProtocol(protocols, settings);
    const handshake = new ReceivedHandshake(head, protocol ?? "", socket, settings.trustedProxies);
    const refusal = this.checkRoom(handshake, path);
    if (refusal !== undefined) {
      refuseSocket(socket, refusal, this.node);
      return;
    }
    const isSession = protocol === SESSION_PROTOCOL || SESSION_QUERY.test(handshake.target);
    const visitor = { socket, handshake, upgrade };
    if (isSession) {
      this.admitSession(visitor, rest);
      return;
    }
    const decision = this.admission.decide(handshake);
    if (!(decision instanceof Promise)) {
      this.conclude(visitor, decision, rest);
      return;
    }
    this.lobby.keep(
      socket,
      rest,
      this.prepare(decision),
      (decided, received) => this.conclude(visitor, decided, received),
      (error) => this.node.reception.onError(error),
    );
  }

  /** A client that was let in hears everything from then on. */
  private async prepare(decision: Promise<Admitted | Problem>): Promise<Admitted | Problem> {
    const decided = await decision;
    if ("identity" in decided && !decided.owesToken)
      await this.node.prepare(decided.identity, decided.wishes);
    return decided;
  }

  private admitSession(visitor: Visitor, rest: Buffer): void {
    const { socket, handshake } = visitor;
    this.lobby.keep(
      socket,
      rest,
      this.sessions.admission.decideSession(handshake),
      (decided, received) => this.openSession(visitor, decided, received),
      (error) => this.node.reception.onError(error),
    );
  }

  private openSession(visitor: Visitor, decision: SessionAdmitted | Problem, rest: Buffer): void {
    const { socket, handshake } = visitor;
    if ("status" in decision || this.isShut) {
      refuseSocket(socket, "status" in decision ? decision : goingAway(), this.node);
      return;
    }
    this.respond(visitor, undefined);
    const connection = this.create(visitor, undefined, false);
    this.node.enter(connection, handshake, NO_WISHES);
    connection.speaker = new SessionConnection(connection, this.sessions, handshake, decision);
    if (rest.length > 0) connection.onSocketData(rest);
  }

  private checkRoom(handshake: ReceivedHandshake, path: string | undefined): Problem | undefined {
    const { settings, roster } = this.node;
    if (this.isShut) return goingAway();
    if (path !== undefined && handshake.path !== path) {
      return { status: 404, detail: "path: no WebSocket is served here" };
    }
    if (roster.all.size + this.pending >= settings.maxConnections) return busy("this server is full");
    if (this.pending >= settings.maxPendingHandshakes) return busy("too many clients are connecting");
    if (roster.isFull(() => handshake.remoteAddress)) {
      const limit = settings.maxConnectionsPerAddress;
      const detail = `connections: expected at most ${limit} from one address`;
      return { status: 429, code: "too-many-connections", detail, headers: { "Retry-After": "30" } };
    }
    return undefined;
  }

  private conclude(visitor: Visitor, decision: Admitted | Problem, rest: Buffer): void {
    const { socket, handshake, upgrade } = visitor;
    if ("status" in decision || this.isShut) {
      refuseSocket(socket, "status" in decision ? decision : goingAway(), this.node);
      return;
    }
    if (decision.owesToken) {
      this.awaitToken(visitor, decision.wishes, rest);
      return;
    }
    const extensions = this.node.compression === undefined ? undefined : answerOffers(upgrade.extensions);
    this.respond(visitor, extensions);
    const isCompressing = extensions !== undefined;
    const connection = this.create(visitor, decision.identity, isCompressing);
    this.welcome(connection, handshake, decision.wishes);
    if (rest.length > 0) connection.onSocketData(rest);
  }

  private respond({ socket, handshake, upgrade }: Visitor, extensions: string | undefined): void {
    const protocol = handshake.subprotocol === "" ? undefined : handshake.subprotocol;
    socket.write(formatUpgradeResponse(upgrade.key, protocol, extensions, sha1), "latin1");
  }

  private create(
    { socket, handshake }: Visitor,
    identity: Identity | undefined,
    isCompressing: boolean,
    first?: FirstMessage,
  ): SocketConnection {
    const { subprotocol } = handshake;
    const connection = new SocketConnection(socket, this.node, {
      number: this.nextNumber++,
      identity,
      // The socket knows its own.
      forwardedAddress: this.node.settings.trustedProxies > 0 ? handshake.remoteAddress : "",
      subprotocol,
      isCompressing,
      reader: first?.reader,
    });
    setOwner(socket, connection);
    return connection;
  }

  private welcome(connection: SocketConnection, handshake: ReceivedHandshake, wishes: RawWishes): void {
    this.node.enter(connection, handshake, wishes);
    try {
      this.node.reception.onConnection(connection, handshake);
    } catch (error) {
      connection.close(1011, "the application failed");
      this.node.reception.onError(error);
    }
  }

  private awaitToken(visitor: Visitor, wishes: RawWishes, rest: Buffer): void {
    const { socket } = visitor;
    this.respond(visitor, undefined);
    const first = new FirstMessage(socket, this.node, {
      onToken: (token) => void this.redeem(visitor, first, token, wishes),
      onGone: () => this.owingToken.delete(first),
    });
    this.owingToken.add(first);
    setOwner(socket, first);
    if (rest.length > 0) first.onSocketData(rest);
  }

  private async redeem(
    visitor: Visitor,
    first: FirstMessage,
    token: string,
    wishes: RawWishes,
  ): Promise<void> {
    try {
      const identity = await this.admission.decideToken(visitor.handshake, token, wishes);
      if (first.hasEnded) return;
      if ("status" in identity) {
        first.end(1008, identity.detail);
        return;
      }
      first.release();
      const connection = this.create(visitor, identity, false, first);
      this.welcome(connection, visitor.handshake, wishes);
      for (const { bytes, isText, isAscii } of first.held) {
        connection.onMessage(bytes, 0, bytes.length, isText, isAscii);
      }
      visitor.socket.resume();
    } catch (error) {
      first.end(1011, "the application failed");
      this.node.reception.onError(error);
    }
  }
}

function chooseProtocol(offered: readonly string[], { chooseSubprotocol }: Settings): string | undefined {
  if (offered.length === 0) return undefined;
  return offered.includes(SESSION_PROTOCOL) ? SESSION_PROTOCOL : chooseSubprotocol(offered);
}

/** From Node 20.12 on in one go, without an object that has to be collected. */
function sha1(text: string): string {
  return typeof crypto.hash === "function"
    ? crypto.hash("sha1", text, "base64")
    : crypto.createHash("sha1").update(text).digest("base64");
}

function decodeLatin1(bytes: Uint8Array, start: number, end: number): string {
  return (bytes as Buffer).toString("latin1", start, end);
}

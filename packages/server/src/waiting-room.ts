import type { Socket } from "node:net";
import { busy, type Problem } from "./http/problem.js";
import type { RateGate } from "./rate-gate.js";
import { refuseSocket, type Refuser } from "./refused-socket.js";
import { setOwner, type SocketOwner } from "./socket-owner.js";
import type { WheelEntry } from "./timer-wheel.js";

/** Who takes a socket whose request head is complete: the first `headBytes` of what was received, empty line included. */
export type HeadTaker = (socket: Socket, received: Buffer, headBytes: number) => void;

/** Sockets that have not sent their whole request head yet: bounded in time and bytes, then handed on. */
export class WaitingRoom {
  readonly refuser: Refuser;
  readonly takeHead: HeadTaker;
  private readonly gate: RateGate;
  private readonly waiting = new Set<Arrival>();

  constructor(refuser: Refuser, gate: RateGate, takeHead: HeadTaker) {
    this.refuser = refuser;
    this.gate = gate;
    this.takeHead = takeHead;
  }

  get size(): number {
    return this.waiting.size;
  }

  enter(socket: Socket): void {
    const { settings, wheel } = this.refuser;
    if (!this.gate.pass() || !this.hasRoom()) {
      refuseSocket(socket, busy("too many clients are connecting"), this.refuser);
      return;
    }
    const arrival = new Arrival(socket, this, settings.clock.now());
    this.waiting.add(arrival);
    setOwner(socket, arrival);
    wheel.set(arrival, settings.handshakeTimeoutMs);
  }

  /**
   * A client that means it sends its head at once. So where the room is full, who has been in it for long makes room:
   * a few sockets that say nothing, and come again when they are thrown out, do not keep everybody else out.
   */
  private hasRoom(): boolean {
    const { settings } = this.refuser;
    if (this.waiting.size < settings.maxPendingHandshakes) return true;
    const [oldest] = this.waiting;
    if (oldest === undefined || settings.clock.now() - oldest.enteredAtMs < PATIENCE_MS) return false;
    oldest.refuse(busy("too many clients are connecting"));
    return true;
  }

  leave(arrival: Arrival): void {
    this.waiting.delete(arrival);
    this.refuser.wheel.clear(arrival);
  }

  close(): void {
    for (const arrival of this.waiting) arrival.socket.destroy();
  }
}

const EMPTY = Buffer.alloc(0);
/** How long a head may take before another client goes first, where there is room for one only. */
const PATIENCE_MS = 1000;

class Arrival implements SocketOwner, WheelEntry {
  wheelTick = 0;
  wheelIndex = 0;
  readonly socket: Socket;
  readonly enteredAtMs: number;
  private readonly room: WaitingRoom;
  private received: Buffer = EMPTY;

  constructor(socket: Socket, room: WaitingRoom, enteredAtMs: number) {
    this.socket = socket;
    this.room = room;
    this.enteredAtMs = enteredAtMs;
  }

  onSocketData(chunk: Buffer): void {
    const searched = this.received.length;
    this.received = searched === 0 ? chunk : Buffer.concat([this.received, chunk]);
    const emptyLine = this.received.indexOf("\r\n\r\n", Math.max(0, searched - 3));
    const headBytes = emptyLine < 0 ? this.received.length : emptyLine + 4;
    const { maxHeadBytes } = this.room.refuser.settings;
    if (headBytes > maxHeadBytes) {
      this.refuse({ status: 431, detail: `request head: expected at most ${maxHeadBytes} bytes, got more` });
    } else if (!isLetter(this.received[0]!)) {
      // No HTTP: a TLS handshake as a rule. It would wait in vain for an answer that it understands.
      this.refuse({ status: 400, detail: "request line: expected METHOD target HTTP/1.1" });
    } else if (emptyLine >= 0) {
      this.room.leave(this);
      this.room.takeHead(this.socket, this.received, headBytes);
    }
  }

  onSocketError(): void {}

  onSocketClose(): void {
    this.room.leave(this);
  }

  onDeadline(): void {
    const { handshakeTimeoutMs } = this.room.refuser.settings;
    const detail = `request head: expected within ${handshakeTimeoutMs} ms`;
    this.refuse({ status: 408, detail });
  }

  refuse(problem: Problem): void {
    this.room.leave(this);
    refuseSocket(this.socket, problem, this.room.refuser);
  }
}

function isLetter(byte: number): boolean {
  return (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7a;
}

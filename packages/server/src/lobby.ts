import type { Socket } from "node:net";
import type { Problem } from "./http/problem.js";
import { refuseSocket, type Refuser } from "./refused-socket.js";
import { setOwner, type SocketOwner } from "./socket-owner.js";
import type { WheelEntry } from "./timer-wheel.js";

/** Sockets whose handshake is good and about whom somebody is being asked: bounded in time, and not read meanwhile. */
export class Lobby {
  readonly refuser: Refuser;
  private readonly guests = new Set<Guest>();

  constructor(refuser: Refuser) {
    this.refuser = refuser;
  }

  get size(): number {
    return this.guests.size;
  }

  /** Keeps the socket until `answer` is there, then hands it on with what came meanwhile, unless it has gone. */
  keep<Answer>(
    socket: Socket,
    rest: Buffer,
    answer: Promise<Answer>,
    then: (answer: Answer, rest: Buffer) => void,
    fail: (error: unknown) => void,
  ): void {
    const guest = new Guest(socket, this, rest);
    this.guests.add(guest);
    setOwner(socket, guest);
    socket.pause();
    this.refuser.wheel.set(guest, this.refuser.settings.handshakeTimeoutMs);
    void this.await(guest, answer, then, fail);
  }

  refuse(guest: Guest, problem: Problem): void {
    if (!this.leave(guest)) return;
    refuseSocket(guest.socket, problem, this.refuser);
    guest.socket.resume();
  }

  /** Whether it was still there. */
  leave(guest: Guest): boolean {
    this.refuser.wheel.clear(guest);
    return this.guests.delete(guest);
  }

  private async await<Answer>(
    guest: Guest,
    answer: Promise<Answer>,
    then: (answer: Answer, rest: Buffer) => void,
    fail: (error: unknown) => void,
  ): Promise<void> {
    const { socket } = guest;
    try {
      const value = await answer;
      if (this.leave(guest)) then(value, guest.received);
    } catch (error) {
      if (this.leave(guest))
        refuseSocket(socket, { status: 500, detail: "the application failed" }, this.refuser);
      fail(error);
    }
    socket.resume();
  }

  close(): void {
    for (const guest of this.guests) guest.socket.destroy();
  }
}

class Guest implements SocketOwner, WheelEntry {
  wheelTick = 0;
  wheelIndex = 0;
  readonly socket: Socket;
  received: Buffer;
  private readonly lobby: Lobby;

  constructor(socket: Socket, lobby: Lobby, received: Buffer) {
    this.socket = socket;
    this.lobby = lobby;
    this.received = received;
  }

  onSocketData(chunk: Buffer): void {
    this.received = this.received.length === 0 ? chunk : Buffer.concat([this.received, chunk]);
  }

  onSocketError(): void {}

  onSocketClose(): void {
    this.lobby.leave(this);
  }

  onDeadline(): void {
    const detail = `authentication: expected within ${this.lobby.refuser.settings.handshakeTimeoutMs} ms`;
    this.lobby.refuse(this, { status: 503, code: "unavailable", detail });
  }
}

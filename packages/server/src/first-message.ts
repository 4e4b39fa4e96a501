import type { Socket } from "node:net";
import { ProtocolError, type FrameReader } from "@weapp-socket/wire";
import type { FrameListener } from "./inlet.js";
import { closeFrame } from "./outbound-frame.js";
import type { ConnectionHost } from "./socket-connection.js";
import type { SocketOwner } from "./socket-owner.js";
import type { WheelEntry } from "./timer-wheel.js";

/** Longest token that a first message may be, in bytes. */
const MAX_TOKEN_BYTES = 4096;

export interface FirstMessageEvents {
  onToken(token: string): void;
  /** It is over, one way or the other. */
  onGone(): void;
}

/** A message that came right behind the token, while nobody knew yet who sent it. */
export interface HeldMessage {
  readonly bytes: Uint8Array;
  readonly isText: boolean;
  readonly isAscii: boolean;
}

/**
 * An open connection of nobody: its first message is its token. One text message of at most 4096 bytes, in time; then
 * it is not read until somebody has said who it is.
 */
export class FirstMessage implements SocketOwner, WheelEntry, FrameListener {
  wheelTick = 0;
  wheelIndex = 0;
  reader: FrameReader | undefined = undefined;
  readonly isCompressing = false;
  /** What came in the same read as the token. */
  readonly held: HeldMessage[] = [];
  private readonly socket: Socket;
  private readonly host: ConnectionHost;
  private readonly events: FirstMessageEvents;
  private state: "waiting" | "asking" | "ended" = "waiting";

  constructor(socket: Socket, host: ConnectionHost, events: FirstMessageEvents) {
    this.socket = socket;
    this.host = host;
    this.events = events;
    host.wheel.set(this, host.settings.handshakeTimeoutMs);
  }

  get hasEnded(): boolean {
    return this.state === "ended";
  }

  /** Its socket belongs to somebody else now. */
  release(): void {
    this.host.wheel.clear(this);
    this.events.onGone();
  }

  onSocketData(chunk: Buffer): void {
    if (this.state === "ended") return;
    try {
      this.host.inlet.read(chunk, this);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.end(error.closeCode, error.message);
    }
  }

  onSocketError(): void {}

  onSocketClose(): void {
    this.state = "ended";
    this.release();
  }

  onMessage(bytes: Uint8Array, start: number, end: number, isText: boolean, isAscii: boolean): void {
    if (this.state === "asking") {
      this.held.push({ bytes: bytes.slice(start, end), isText, isAscii });
    } else if (!isText || end - start > MAX_TOKEN_BYTES) {
      this.end(1008, `first message: expected a token, at most ${MAX_TOKEN_BYTES} bytes of text`);
    } else {
      this.state = "asking";
      this.socket.pause();
      this.events.onToken(Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString());
    }
  }

  onPing(): void {}

  onCloseFrame(): void {
    this.end(1000, "");
  }

  onDeadline(): void {
    if (this.state === "ended") this.socket.destroy();
    else this.end(1008, `first message: expected a token within ${this.host.settings.handshakeTimeoutMs} ms`);
  }

  /** Ends it with a close frame. */
  end(code: number, reason: string): void {
    if (this.state === "ended") return;
    this.state = "ended";
    this.reader?.stop();
    this.socket.resume();
    this.socket.end(closeFrame(code, reason));
    this.host.wheel.set(this, this.host.settings.closeTimeoutMs);
  }
}

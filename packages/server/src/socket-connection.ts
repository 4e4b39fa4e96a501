import type { Socket } from "node:net";
import { FrameReader, isWireCloseCode, ProtocolError, type FrameReaderOptions } from "@weapp-socket/wire";
import type { CloseListener, Connection, ConnectionEvents, MessageListener } from "./connection.js";
import { NO_GROUPS, type Group, type OwnFrames, type Receiver } from "./fan-out.js";
import { requireChannelName } from "./channel.js";
import type { Hub } from "./hub.js";
import type { FrameListener, Inlet } from "./inlet.js";
import { addListener, removeListener, type ListenerList } from "./listener-list.js";
import type { Settings } from "./options.js";
import { closeFrame, dataFrame, pingFrame, pongFrame } from "./outbound-frame.js";
import type { SocketOwner } from "./socket-owner.js";
import type { TimerWheel, WheelEntry } from "./timer-wheel.js";

/** What all connections of a server have in common. */
export interface ConnectionHost {
  readonly settings: Settings;
  readonly wheel: TimerWheel;
  readonly hub: Hub;
  readonly inlet: Inlet;
  readonly readerOptions: FrameReaderOptions;
  onListenerError(error: unknown, connection: Connection): void;
  onConnectionClose(connection: Connection): void;
}

/**
 * `open`; `closing`: our close frame is out, the peer's is awaited; `ending`: nothing more is sent or read, the socket
 * is to end; `closed`: the socket is gone or about to be.
 */
type State = "open" | "closing" | "ending" | "closed";

const TICK_MS = 1000;

export class SocketConnection implements Connection, Receiver, SocketOwner, WheelEntry, FrameListener {
  context: unknown = undefined;
  readonly subprotocol: string;
  groups: readonly Group[] = NO_GROUPS;
  own: OwnFrames | undefined = undefined;
  wheelTick = 0;
  wheelIndex = 0;

  private readonly socket: Socket;
  private readonly host: ConnectionHost;
  private readonly reader: FrameReader;
  private state: State = "open";
  private messageListeners: ListenerList<MessageListener> = undefined;
  private closeListeners: ListenerList<CloseListener> = undefined;
  private closeCode = 1006;
  private closeReason = "";
  /** Ticks of the wheel; `stallTick` is 0 while nothing waits. */
  private heardTick: number;
  private pingTick: number;
  private stallTick = 0;
  /** Bytes that had gone out when the stall was last looked at. */
  private drainedBytes = 0;

  constructor(socket: Socket, host: ConnectionHost, subprotocol: string) {
    this.socket = socket;
    this.host = host;
    this.subprotocol = subprotocol;
    this.reader = new FrameReader(host.readerOptions);
    this.heardTick = host.wheel.tick;
    this.pingTick = host.wheel.tick + Math.ceil(host.settings.pingIntervalMs / TICK_MS);
    this.schedule();
  }

  get isOpen(): boolean {
    return this.state === "open";
  }

  get remoteAddress(): string {
    return this.socket.remoteAddress ?? "";
  }

  get outboundBytes(): number {
    return this.socket.writableLength;
  }

  get channels(): readonly string[] {
    return this.groups.map((group) => group.name);
  }

  on<Event extends keyof ConnectionEvents>(event: Event, listener: ConnectionEvents[Event]): this {
    requireFunction(listener);
    if (event === "message") {
      this.messageListeners = addListener(this.messageListeners, listener as MessageListener);
    } else {
      this.closeListeners = addListener(this.closeListeners, listener as CloseListener);
    }
    return this;
  }

  off<Event extends keyof ConnectionEvents>(event: Event, listener: ConnectionEvents[Event]): this {
    if (event === "message") {
      this.messageListeners = removeListener(this.messageListeners, listener as MessageListener);
    } else {
      this.closeListeners = removeListener(this.closeListeners, listener as CloseListener);
    }
    return this;
  }

  send(data: unknown): boolean {
    const frame = dataFrame(data);
    if (this.state !== "open") return false;
    this.host.hub.send(this, frame);
    return true;
  }

  join(channel: string): void {
    requireChannelName(channel);
    if (this.state !== "open") return;
    const { maxChannels } = this.host.settings;
    if (this.groups.length >= maxChannels && !this.channels.includes(channel)) {
      throw new RangeError(
        `channels: expected at most ${maxChannels} per connection, got one more: ${channel}`,
      );
    }
    this.host.hub.join(this, channel);
  }

  leave(channel: string): void {
    this.host.hub.leave(this, channel);
  }

  close(code = 1000, reason = ""): void {
    requireCloseCode(code);
    const frame = closeFrame(code, reason);
    if (this.state !== "open") return;
    this.host.hub.settle(this);
    this.state = "closing";
    this.closeCode = code;
    this.closeReason = reason;
    this.socket.write(frame);
    this.schedule();
  }

  terminate(): void {
    if (this.state !== "closed") this.cut(1006, "terminated", false);
  }

  // --- Receiver ---

  write(bytes: Uint8Array): void {
    const { socket } = this;
    const waitingBytes = socket.writableLength;
    if (waitingBytes > 0) {
      const limit = this.host.settings.maxOutboundBytes;
      if (waitingBytes + bytes.length > limit) {
        this.cut(1008, `outbound limit of ${limit} bytes reached`, true);
        return;
      }
    }
    socket.write(bytes);
    if (this.stallTick === 0 && socket.writableLength > 0) this.watchStall();
  }

  // --- SocketOwner ---

  onSocketData(chunk: Buffer): void {
    this.heardTick = this.host.wheel.tick;
    // While ending, what still comes is read and thrown away: destroying now could lose our close frame on its way.
    if (this.state === "ending" || this.state === "closed") return;
    try {
      this.host.inlet.read(chunk, this.reader, this);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.fail(error.closeCode, error.message);
    }
  }

  onSocketError(error: NodeJS.ErrnoException): void {
    if (this.closeReason === "") this.closeReason = error.code ?? error.message;
  }

  onSocketClose(): void {
    this.state = "closed";
    this.host.wheel.clear(this);
    this.host.hub.drop(this);
    this.host.onConnectionClose(this);
    const listeners = this.closeListeners;
    if (listeners === undefined) return;
    if (typeof listeners === "function") this.tellClose(listeners);
    else for (const listener of listeners) this.tellClose(listener);
  }

  // --- FrameListener ---

  onMessage(bytes: Uint8Array, start: number, end: number, isText: boolean, isAscii: boolean): void {
    const listeners = this.messageListeners;
    if (this.state !== "open" || listeners === undefined) return;
    const data = isText ? decodeText(bytes, start, end, isAscii) : copyBytes(bytes, start, end);
    if (typeof listeners === "function") this.tellMessage(listeners, data);
    else for (const listener of listeners) this.tellMessage(listener, data);
  }

  onPing(bytes: Uint8Array, start: number, end: number): void {
    if (this.state === "open") this.host.hub.send(this, pongFrame(bytes, start, end));
  }

  onCloseFrame(code: number, reason: string): void {
    if (this.state === "open") {
      this.closeCode = code;
      this.closeReason = reason;
      this.host.hub.settle(this);
      this.socket.write(closeFrame(code, ""));
    }
    this.end();
  }

  // --- WheelEntry ---

  onDeadline(): void {
    if (this.state !== "open") {
      this.cut(this.closeCode, this.closeReason, false);
      return;
    }
    const { settings, wheel } = this.host;
    const now = wheel.tick;
    if (now >= this.heardTick + toTicks(settings.peerTimeoutMs)) {
      this.cut(1006, `nothing heard for ${settings.peerTimeoutMs} ms`, true);
      return;
    }
    if (this.stallTick !== 0 && now >= this.stallTick && !this.hasDrained()) {
      this.cut(1008, `took no bytes for ${settings.stallTimeoutMs} ms`, true);
      return;
    }
    if (now >= this.pingTick) {
      this.pingTick = now + toTicks(settings.pingIntervalMs);
      this.write(pingFrame());
    }
    if (this.isOpen) this.schedule();
  }

  private schedule(): void {
    const { settings, wheel } = this.host;
    if (this.state !== "open") {
      wheel.set(this, settings.closeTimeoutMs);
      return;
    }
    let due = Math.min(this.pingTick, this.heardTick + toTicks(settings.peerTimeoutMs));
    if (this.stallTick !== 0) due = Math.min(due, this.stallTick);
    wheel.set(this, (due - wheel.tick) * TICK_MS);
  }

  private watchStall(): void {
    this.drainedBytes = this.socket.bytesWritten - this.socket.writableLength;
    this.stallTick = this.host.wheel.tick + toTicks(this.host.settings.stallTimeoutMs);
    this.schedule();
  }

  /** Whether the client took bytes since the last look; if something still waits, the watch goes on. */
  private hasDrained(): boolean {
    const before = this.drainedBytes;
    this.stallTick = 0;
    if (this.socket.writableLength === 0) return true;
    this.watchStall();
    return this.drainedBytes > before;
  }

  /** The peer broke the protocol: it is told, and nothing more is read. */
  private fail(code: number, reason: string): void {
    if (this.state === "open") {
      this.host.hub.settle(this);
      this.socket.write(closeFrame(code, reason));
    }
    this.closeCode = code;
    this.closeReason = reason;
    this.end();
  }

  private end(): void {
    this.state = "ending";
    this.reader.stop();
    this.socket.end();
    this.schedule();
  }

  /** Ends without closing handshake. `isReset` frees what the kernel holds for a peer that does not read. */
  private cut(code: number, reason: string, isReset: boolean): void {
    this.state = "closed";
    this.reader.stop();
    this.closeCode = code;
    this.closeReason = reason;
    this.host.wheel.clear(this);
    this.host.hub.drop(this);
    if (isReset && canReset(this.socket)) this.socket.resetAndDestroy();
    else this.socket.destroy();
  }

  private tellMessage(listener: MessageListener, data: string | ArrayBuffer): void {
    try {
      const result = listener(data, this);
      if (result instanceof Promise) result.catch((error: unknown) => this.onListenerError(error));
    } catch (error) {
      this.onListenerError(error);
    }
  }

  private tellClose(listener: CloseListener): void {
    try {
      const result = listener(this.closeCode, this.closeReason, this);
      if (result instanceof Promise) result.catch((error: unknown) => this.onListenerError(error));
    } catch (error) {
      this.onListenerError(error);
    }
  }

  private onListenerError(error: unknown): void {
    this.close(1011, "the application failed");
    this.host.onListenerError(error, this);
  }
}

function toTicks(ms: number): number {
  return Math.ceil(ms / TICK_MS);
}

function requireFunction(listener: unknown): void {
  if (typeof listener !== "function") {
    throw new TypeError(`listener: expected a function, got ${typeof listener}`);
  }
}

function requireCloseCode(code: number): void {
  if (!Number.isInteger(code) || !isWireCloseCode(code)) {
    throw new RangeError(`code: expected 1000-1003, 1007-1014 or 3000-4999, got ${String(code)}`);
  }
}

/** Only a bare TCP socket can be reset; TLS and Unix sockets cannot. */
function canReset(socket: Socket): boolean {
  return !("encrypted" in socket) && socket.remoteFamily !== undefined;
}

function decodeText(bytes: Uint8Array, start: number, end: number, isAscii: boolean): string {
  const buffer = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  return buffer.toString(isAscii ? "latin1" : "utf8", start, end);
}

/** A buffer of its own: the application may keep it, and sees nothing of what else was read. */
function copyBytes(bytes: Uint8Array, start: number, end: number): ArrayBuffer {
  return bytes.buffer.slice(bytes.byteOffset + start, bytes.byteOffset + end) as ArrayBuffer;
}

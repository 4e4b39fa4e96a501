import type { Socket } from "node:net";
import { isWireCloseCode, ProtocolError, type FrameReader } from "@weapp-socket/wire";
import type { Identity } from "./auth/identity.js";
import type { Broker } from "./broker/broker.js";
import { requireChannelName } from "./channel.js";
import { ClosedError } from "./closed-error.js";
import type {
  CloseListener,
  Connection,
  ConnectionEvents,
  JoinOptions,
  MessageListener,
} from "./connection.js";
import { NO_GROUPS, type Group, type OwnFrames } from "./fan-out.js";
import { joinWithHistory, type ReplayStatus, type ReplayWish } from "./history-join.js";
import type { Hub, Member } from "./hub.js";
import { toInflatedData, toMessageData } from "./inbound-data.js";
import type { FrameListener, Inlet } from "./inlet.js";
import { isInnerChannel } from "./inner-channel.js";
import { addListener, removeListener, tell, type ListenerList } from "./listener-list.js";
import type { Limits } from "./limits.js";
import type { Settings } from "./options.js";
import { closeFrame, dataFrame, pingFrame, pongFrame } from "./outbound-frame.js";
import type { SocketOwner } from "./socket-owner.js";
import type { Speaker } from "./speaker.js";
import type { Stats } from "./stats.js";
import type { TimerWheel, WheelEntry } from "./timer-wheel.js";

/** What all connections of a server have in common. */
export interface ConnectionHost {
  readonly settings: Settings;
  readonly wheel: TimerWheel;
  readonly hub: Hub;
  readonly broker: Broker;
  readonly inlet: Inlet;
  readonly stats: Stats;
  onLimit(connection: SocketConnection, limit: keyof Limits): void;
  onListenerError(error: unknown, connection: Connection): void;
  onConnectionClose(connection: SocketConnection, code: number): void;
}

/** What the handshake found out. */
export interface ConnectionFacts {
  /** Counts this node's connections. */
  readonly number: number;
  readonly identity: Identity | undefined;
  /** Empty where the socket's own is the client's. */
  readonly forwardedAddress: string;
  readonly subprotocol: string;
  readonly isCompressing: boolean;
  /** One that has begun to read already. */
  readonly reader?: FrameReader | undefined;
}

/**
 * `open`; `closing`: our close frame is out, the peer's is awaited; `ending`: nothing more is sent or read, the socket
 * is to end; `closed`: the socket is gone or about to be.
 */
type State = "open" | "closing" | "ending" | "closed";

const TICK_MS = 1000;
/** Seconds of the allowed rate that may come in one go. */
const BURST_SECONDS = 10;

export class SocketConnection implements Connection, Member, SocketOwner, WheelEntry, FrameListener {
  context: unknown = undefined;
  readonly number: number;
  /** In session mode it is known after the hello. */
  identity: Identity | undefined;
  /** Absent in raw mode. */
  speaker: Speaker | undefined = undefined;
  readonly subprotocol: string;
  readonly isCompressing: boolean;
  groups: readonly Group[] = NO_GROUPS;
  own: OwnFrames | undefined = undefined;
  reader: FrameReader | undefined;
  wheelTick = 0;
  wheelIndex = 0;

  private readonly forwardedAddress: string;
  private readonly socket: Socket;
  private readonly host: ConnectionHost;
  private state: State = "open";
  private messageListeners: ListenerList<MessageListener> = undefined;
  private closeListeners: ListenerList<CloseListener> = undefined;
  private closeCode = 1006;
  private closeReason = "";
  /** Ticks of the wheel; `stallTick` is 0 while nothing waits. */
  private heardTick: number;
  private pingTick: number;
  private stallTick = 0;
  /** When the proof of identity ends; 0: never. */
  private readonly expiryTick: number;
  /** Bytes that had gone out when the stall was last looked at. */
  private drainedBytes = 0;
  /** What the client may still send, as of `budgetTick`. */
  private messageBudget: number;
  private byteBudget: number;
  private budgetTick: number;

  constructor(socket: Socket, host: ConnectionHost, facts: ConnectionFacts) {
    const { settings, wheel } = host;
    this.socket = socket;
    this.host = host;
    this.number = facts.number;
    this.identity = facts.identity;
    this.forwardedAddress = facts.forwardedAddress;
    this.subprotocol = facts.subprotocol;
    this.isCompressing = facts.isCompressing;
    this.reader = facts.reader;
    this.heardTick = wheel.tick;
    this.pingTick = wheel.tick + toTicks(settings.pingIntervalMs);
    const { expiresAtMs } = facts.identity ?? {};
    this.expiryTick =
      expiresAtMs === undefined ? 0 : wheel.tick + toTicks(Math.max(0, expiresAtMs - settings.clock.now()));
    this.messageBudget = settings.maxMessagesPerSecond * BURST_SECONDS;
    this.byteBudget = settings.maxBytesPerSecond * BURST_SECONDS;
    this.budgetTick = wheel.tick;
    this.schedule();
  }

  get id(): string {
    return `${this.host.settings.nodeId}-${this.number}`;
  }

  get remoteAddress(): string {
    return this.forwardedAddress === "" ? (this.socket.remoteAddress ?? "") : this.forwardedAddress;
  }

  get user(): string {
    return this.identity?.user ?? "";
  }

  get device(): string {
    return this.identity?.device ?? this.speaker?.device ?? "";
  }

  get hiddenSinceMs(): number | undefined {
    return this.speaker?.hiddenSinceMs;
  }

  get isRaw(): boolean {
    return this.speaker === undefined;
  }

  get isOpen(): boolean {
    return this.state === "open";
  }

  get outboundBytes(): number {
    return this.socket.writableLength;
  }

  get channels(): readonly string[] {
    return this.groups.map((group) => group.name).filter((name) => !isInnerChannel(name));
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
    const frame = dataFrame(data, this.isCompressing ? this.host.settings.compression : undefined);
    if (this.state !== "open") return false;
    this.host.hub.send(this, frame);
    return true;
  }

  join(channel: string, options: JoinOptions = {}): void {
    if (!this.mayJoin(channel)) return;
    void this.host.hub.join(this, channel, toInfo(options));
  }

  async joinWithHistory(channel: string, wish: ReplayWish): Promise<ReplayStatus> {
    if (!this.mayJoin(channel)) throw new ClosedError("connection: closed");
    return joinWithHistory(this.host, this, channel, wish, this.host.settings.maxOutboundBytes);
  }

  leave(channel: string): void {
    this.host.hub.leave(this, channel);
  }

  close(code = 1000, reason = ""): void {
    requireCloseCode(code);
    if (this.state !== "open") return;
    this.sayGoodbye(code, reason);
    this.state = "closing";
    this.schedule();
  }

  terminate(): void {
    if (this.state !== "closed") this.cut(1006, "terminated", false);
  }

  // --- Receiver ---

  write(bytes: Uint8Array): void {
    const { socket } = this;
    // While nothing is watched, nothing waits.
    if (this.stallTick !== 0) {
      const waitingBytes = socket.writableLength;
      const limit = this.host.settings.maxOutboundBytes;
      if (waitingBytes > 0 && waitingBytes + bytes.length > limit) {
        this.host.onLimit(this, "maxOutboundBytes");
        this.cut(1008, `outbound limit of ${limit} bytes reached`, true);
        return;
      }
    }
    this.host.stats.writes += 1;
    this.host.stats.bytesOut += bytes.length;
    socket.write(bytes);
    if (this.stallTick === 0 && socket.writableLength > 0) this.watchStall();
  }

  // --- SocketOwner ---

  onSocketData(chunk: Buffer): void {
    this.heardTick = this.host.wheel.tick;
    // While ending, what still comes is read and thrown away: destroying now could lose our close frame on its way.
    if (this.state === "ending" || this.state === "closed") return;
    this.host.stats.bytesIn += chunk.length;
    if (this.budgetTick !== this.heardTick) this.refillBudgets();
    this.byteBudget -= chunk.length;
    if (this.byteBudget < 0) {
      this.exceed("maxBytesPerSecond");
      return;
    }
    try {
      this.host.inlet.read(chunk, this);
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
    this.speaker?.onClosed();
    this.host.onConnectionClose(this, this.closeCode);
    tell(
      this.closeListeners,
      (listener) => listener(this.closeCode, this.closeReason, this),
      (error) => this.onListenerError(error),
    );
  }

  // --- FrameListener ---

  onMessage(
    bytes: Uint8Array,
    start: number,
    end: number,
    isText: boolean,
    isAscii: boolean,
    isCompressed = false,
  ): void {
    if (this.state !== "open" || !this.spendMessage()) return;
    const { settings, stats } = this.host;
    stats.messagesIn += 1;
    const data = isCompressed
      ? toInflatedData(bytes.subarray(start, end), isText, settings.maxMessageBytes)
      : toMessageData(bytes, start, end, isText, isAscii);
    if (this.speaker !== undefined) {
      this.speaker.onMessage(data);
      return;
    }
    const listeners = this.messageListeners;
    // The usual case without the detour over a function.
    if (typeof listeners === "function") {
      try {
        const result = listeners(data, this);
        if (result instanceof Promise) result.catch((error: unknown) => this.onListenerError(error));
      } catch (error) {
        this.onListenerError(error);
      }
    } else {
      tell(
        listeners,
        (listener) => listener(data, this),
        (error) => this.onListenerError(error),
      );
    }
  }

  onPing(bytes: Uint8Array, start: number, end: number): void {
    if (this.state === "open" && this.spendMessage()) this.host.hub.send(this, pongFrame(bytes, start, end));
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
      this.host.onLimit(this, "peerTimeoutMs");
      this.cut(1006, `nothing heard for ${settings.peerTimeoutMs} ms`, true);
      return;
    }
    if (this.stallTick !== 0 && now >= this.stallTick && !this.hasDrained()) {
      this.host.onLimit(this, "stallTimeoutMs");
      this.cut(1008, `took no bytes for ${settings.stallTimeoutMs} ms`, true);
      return;
    }
    if (this.expiryTick !== 0 && now >= this.expiryTick) {
      this.close(1008, "identity: expected a proof that has not expired");
      return;
    }
    if (now >= this.pingTick) {
      this.pingTick = now + toTicks(settings.pingIntervalMs);
      // Session mode has heartbeats of its own.
      if (this.isRaw) {
        this.host.stats.pings += 1;
        this.write(pingFrame());
      }
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
    if (this.expiryTick !== 0) due = Math.min(due, this.expiryTick);
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

  private mayJoin(channel: string): boolean {
    requireChannelName(channel);
    const { maxChannels } = this.host.settings;
    if (this.groups.length >= maxChannels) {
      const { channels } = this;
      if (channels.length >= maxChannels && !channels.includes(channel)) {
        throw new RangeError(
          `channels: expected at most ${maxChannels} per connection, got one more: ${channel}`,
        );
      }
    }
    return this.state === "open";
  }

  private refillBudgets(): void {
    const { maxMessagesPerSecond, maxBytesPerSecond } = this.host.settings;
    const seconds = this.heardTick - this.budgetTick;
    this.budgetTick = this.heardTick;
    this.messageBudget = Math.min(
      maxMessagesPerSecond * BURST_SECONDS,
      this.messageBudget + seconds * maxMessagesPerSecond,
    );
    this.byteBudget = Math.min(
      maxBytesPerSecond * BURST_SECONDS,
      this.byteBudget + seconds * maxBytesPerSecond,
    );
  }

  /** Whether the client may send one more. */
  private spendMessage(): boolean {
    this.messageBudget -= 1;
    if (this.messageBudget >= 0) return true;
    this.exceed("maxMessagesPerSecond");
    return false;
  }

  private exceed(limit: "maxMessagesPerSecond" | "maxBytesPerSecond"): void {
    this.host.onLimit(this, limit);
    this.fail(1008, `${limit}: expected at most ${this.host.settings[limit]}`);
  }

  /** The peer broke the protocol: it is told, and nothing more is read. */
  private fail(code: number, reason: string): void {
    if (this.state === "open") {
      this.sayGoodbye(code, reason);
    } else {
      this.closeCode = code;
      this.closeReason = reason;
    }
    this.end();
  }

  /** Writes what is due, and a close frame. */
  private sayGoodbye(code: number, reason: string): void {
    this.host.hub.settle(this);
    const end = this.speaker?.farewell(code, reason) ?? { code, reason };
    this.closeCode = end.code;
    this.closeReason = end.reason;
    this.socket.write(closeFrame(end.code, end.reason));
  }

  private end(): void {
    this.state = "ending";
    this.reader?.stop();
    this.socket.end();
    this.schedule();
  }

  /** Ends without closing handshake. `isReset` frees what the kernel holds for a peer that does not read. */
  private cut(code: number, reason: string, isReset: boolean): void {
    this.state = "closed";
    this.reader?.stop();
    this.closeCode = code;
    this.closeReason = reason;
    this.host.wheel.clear(this);
    this.host.hub.drop(this);
    if (isReset && canReset(this.socket)) this.socket.resetAndDestroy();
    else this.socket.destroy();
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

function toInfo({ info }: JoinOptions): string | undefined {
  return info === undefined ? undefined : JSON.stringify(info);
}

/** Only a bare TCP socket can be reset; TLS and Unix sockets cannot. */
function canReset(socket: Socket): boolean {
  return !("encrypted" in socket) && socket.remoteFamily !== undefined;
}

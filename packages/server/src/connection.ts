import type { Identity } from "./auth/identity.js";
import type { ReplayStatus, ReplayWish } from "./history-join.js";

/** What `send` and `publish` take: strings and bytes go as they are, everything else as the text of `JSON.stringify`. */
export type SendData = unknown;

/** `data` is a string for a text message, an ArrayBuffer of its own for a binary one. A promise may be returned. */
export type MessageListener = (data: string | ArrayBuffer, connection: Connection) => unknown;

/**
 * Why it ended. What the peer sent, or what this side did: 1006 where there was no closing handshake, with a reason
 * that says what happened; 1005 where the peer gave no code.
 */
export type CloseListener = (code: number, reason: string, connection: Connection) => unknown;

export interface JoinOptions {
  /** What others see of this member, where the channel has presence. Anything that JSON can tell. */
  readonly info?: unknown;
}

export interface ConnectionEvents {
  message: MessageListener;
  close: CloseListener;
}

/**
 * One accepted socket, in raw mode. A listener that throws, or whose promise is rejected, ends the connection with
 * 1011 and reaches the server's `error` event.
 *
 * Listeners get the connection as their last argument: one function can serve all connections, which saves memory.
 */
export interface Connection {
  /** For the application: whatever it wants to remember of this connection. */
  context: unknown;
  /** Unique among the nodes that share a broker. */
  readonly id: string;
  /** Who the client is, as `authenticate` found; absent for an anonymous one. */
  readonly identity: Identity | undefined;
  /** `identity.user`, empty for an anonymous client. */
  readonly user: string;
  /** `identity.device`, empty where the proof names none. */
  readonly device: string;
  /** Whether `send` still has an effect. */
  readonly isOpen: boolean;
  /** The client's address: the socket's, or what `trustedProxies` say. Empty where the socket went before it was asked. */
  readonly remoteAddress: string;
  /** The answered subprotocol, empty where there is none. */
  readonly subprotocol: string;
  /** Bytes that wait because the client does not read them. What was sent in this turn is not among them yet. */
  readonly outboundBytes: number;
  /** Names of the channels that it is in. */
  readonly channels: readonly string[];

  on<Event extends keyof ConnectionEvents>(event: Event, listener: ConnectionEvents[Event]): this;
  off<Event extends keyof ConnectionEvents>(event: Event, listener: ConnectionEvents[Event]): this;

  /**
   * Sends one message: one frame, written at the end of this turn of the event loop, in order with what is published to
   * its channels.
   * @returns whether it will be sent; false once the connection is closing.
   * @throws TypeError where `JSON.stringify` makes no text of it.
   */
  send(data: SendData): boolean;

  /**
   * From now on it gets what is published to the channel. Joining twice is joining once.
   * @throws TypeError for a bad name, RangeError above `maxChannels`.
   */
  join(channel: string, options?: JoinOptions): void;

  /**
   * As `join`, but first sends what the channel's history has, without a hole or a repetition between the two. At most
   * 1000 publications and `maxOutboundBytes`.
   * @returns how the replay went; the connection is in the channel in any case.
   * @throws (rejects) as `join`; ClosedError once the connection is closing.
   */
  joinWithHistory(channel: string, wish: ReplayWish): Promise<ReplayStatus>;

  /** It still gets what was published before, and nothing that follows. */
  leave(channel: string): void;

  /**
   * Sends what is due, then the close frame, and waits for the peer's (`closeTimeoutMs`). Without effect on a
   * connection that is already closing.
   * @param code - 1000 to 1003, 1007 to 1014 or 3000 to 4999, else a RangeError. Default 1000.
   * @param reason - cut to 123 bytes.
   */
  close(code?: number, reason?: string): void;

  /** Ends the connection at once, without closing handshake: both sides see 1006. */
  terminate(): void;
}

import type { Clock } from "./clock.js";
import type { ClientError } from "./failure.js";
import type { MiniProgram } from "./mini-program.js";

/** What JSON carries. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** One device of one user in a channel that has presence. */
export interface Member {
  readonly user: string;
  readonly device: string;
  readonly info?: Json;
}

/**
 * `connecting`, `live`; `waiting` before the next attempt; no attempt while `offline`, `hidden` (in the background) or
 * `manual` (paused by you); `ended`: nothing more is tried.
 */
export type ClientState = "connecting" | "live" | "waiting" | "offline" | "hidden" | "manual" | "ended";

export interface TokenRequest {
  /** The last token was refused, or is about to expire: fetch a new one. */
  readonly refused: boolean;
}

export interface ConnectOptions {
  /** `wss://…`. With `weapp-socket=1` in its query no subprotocol is offered, for gateways that drop it. */
  readonly url: string;
  /**
   * The token for `hello`, or a promise of it; asked for before every attempt. A rejection is tried again later, unless
   * the error's `retry` is false. Default: none.
   */
  readonly getToken?: (request: TokenRequest) => string | PromiseLike<string>;
  /** Default: the global `wx`. Others through `@weapp-socket/client/adapters`. */
  readonly wx?: MiniProgram;
  /** What a receipt may say of a message: the library has it, or your listeners have returned. Default "received". */
  readonly ack?: "received" | "processed";
  /** Where positions are kept. One for each account. Default: "weapp-socket:" and the URL without its query. */
  readonly storageKey?: string;
  /** Milliseconds that a publish or call may wait in all. Default 60000. */
  readonly requestMs?: number;
  /** The most publishes and calls that wait for their answers. Default 1000. */
  readonly maxRequests?: number;
  /** Default: `Date.now` and `setTimeout`. */
  readonly clock?: Clock;
  /** A number in [0, 1). Default `Math.random`. */
  readonly random?: () => number;
}

/** One server, one socket, for the life of the app: make it in `app.js`, not in a page. */
export interface Client {
  readonly state: ClientState;
  /** Why it is not live, if that is known. */
  readonly error: ClientError | undefined;
  /** The same object for the same name. `~` is the user's own inbox. Throws TypeError on a name that is none. */
  channel(name: string, options?: ChannelOptions): Channel;
  /** Asks the server's method. Takes effect once, also when it had to be sent again. */
  call(method: string, data?: Json, options?: RequestOptions): Promise<Json>;
  /** Answers the server's calls of this method, with the result or a promise of it. */
  handle(method: string, handler: (data: Json | undefined) => unknown): void;
  /** Listens; the returned function stops it. */
  on<Event extends keyof ClientEvents>(event: Event, listener: ClientEvents[Event]): () => void;
  /** No attempt is made until `resume`; an open socket is closed. */
  pause(): void;
  resume(): void;
  /** Leaves for good: the session ends, waiting requests are rejected. */
  close(): void;
}

export interface ClientEvents {
  state(state: ClientState, error: ClientError | undefined): void;
  /** Every failed attempt and what ended the client. What nobody hears and would be lost is thrown in a task of its own. */
  error(error: ClientError): void;
  /** The server subscribed this client to a channel that nobody asked for. */
  channel(channel: Channel): void;
}

export interface ChannelOptions {
  /** Where to begin: a position, or null for "from now on". Default: where this phone stopped; else from now on. */
  readonly from?: string | null;
}

export interface RequestOptions {
  /** 1 to 64 characters, the same for every repetition of one effect. Default: a new one. */
  readonly key?: string;
}

/** `idle`: nobody listens to messages. `refused`: the server does not let us. */
export type ChannelState = "idle" | "joining" | "live" | "refused";

/** A channel is subscribed while somebody listens to its messages, and goes on where the last listener stopped. */
export interface Channel {
  readonly name: string;
  readonly state: ChannelState;
  /** Everything up to here was given to listeners; undefined before the first. */
  readonly position: string | undefined;
  /** Listens; the returned function stops it. */
  on<Event extends keyof ChannelEvents>(event: Event, listener: ChannelEvents[Event]): () => void;
  /** Resolves when the server has it. Kept and sent again until then, for at most `requestMs`. */
  publish(data: Json, options?: RequestOptions): Promise<{ readonly position: string }>;
  history(options?: HistoryOptions): Promise<HistoryPage>;
  members(): Promise<{ readonly members: readonly Member[]; readonly count: number }>;
}

export interface ChannelEvents {
  message(message: ChannelMessage): void;
  /** The same messages, those of one frame together: one `setData` for all of them. */
  messages(messages: readonly ChannelMessage[]): void;
  /** What came between the last message and `position` is not coming. */
  gap(gap: ChannelGap): void;
  state(state: ChannelState, error: ClientError | undefined): void;
  /** Who came and went, where the channel has presence. May miss some: `members` knows. */
  presence(change: { readonly joined: readonly Member[]; readonly left: readonly Member[] }): void;
}

export interface ChannelMessage {
  readonly channel: string;
  /** Unique and opaque. What publish resolved with is the same. */
  readonly position: string;
  readonly data: Json;
  /** Server's clock, milliseconds since 1970. */
  readonly at: number | undefined;
  /** True: bytes were published, and `data` has them in base64 (`wx.base64ToArrayBuffer`). */
  readonly base64: true | undefined;
}

export interface ChannelGap {
  readonly channel: string;
  /** `trimmed`, `fork`, `no-history`, `too-many`, `slow`, or a newer word (PROTOCOL.md 2.5). */
  readonly why: string;
  readonly position: string;
}

export interface HistoryOptions {
  /** Only what came before this position. */
  readonly before?: string;
  /** Only what came after this position. */
  readonly after?: string;
  /** 1 to 1000. Default: the server's. */
  readonly limit?: number;
}

export interface HistoryPage {
  /** Oldest first. */
  readonly messages: readonly ChannelMessage[];
  readonly more: boolean;
}

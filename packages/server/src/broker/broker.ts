import type { MaybePromise } from "./maybe-promise.js";
import type { ChannelListener, Durability, Publication, PublicationFormat } from "./publication.js";
import type { PresenceStore } from "./presence.js";
import type { RecordStore } from "./record.js";

/**
 * What the server needs from whatever orders, keeps and spreads publications. One suite runs against every engine
 * (test/broker/suite.ts); BROKER.md numbers what it proves.
 *
 * Methods throw (or reject with) `TypeError`/`RangeError` when called wrong, `RequestError` when the answer is no,
 * `ClosedError` after `close()`.
 */
export interface Broker {
  /** The strongest durability that this engine can reach. Asking for more is a `RangeError`. */
  readonly durability: Durability;

  /**
   * Gives the publication its position, appends it to the channel's history and hands it to every listener, as one
   * step: no listener sees a position that `history` would not return, and all see the same order.
   *
   * A request whose `key` was used on the channel within the last 10 minutes appends nothing and answers with the
   * first one's position and `duplicate: true`, also while the first is still being written.
   *
   * Listeners are called before this returns (or before its promise resolves), once `durability` is reached.
   */
  publish(request: PublishRequest): MaybePromise<Published>;

  /** One page of a channel's history. */
  history(query: HistoryQuery): MaybePromise<HistoryPage>;

  /** The channel's position: of its newest publication, or of its beginning where there is none. */
  position(channel: string): MaybePromise<string>;

  /** The positions of 1 to 1000 channels, in the order in which they were asked. */
  positions(channels: readonly string[]): MaybePromise<readonly string[]>;

  /** Channels with history, listeners or members, in the order of their names. */
  channels(query: ChannelsQuery): MaybePromise<ChannelsPage>;

  /**
   * From its completion on, `listener` gets every publication of the channel, without a hole. One listener object may
   * be attached to many channels; attaching it twice to one channel is once.
   */
  attach(channel: string, listener: ChannelListener): MaybePromise<void>;

  /** The listener gets nothing more of the channel, from now on. Detaching one that is not attached does nothing. */
  detach(channel: string, listener: ChannelListener): void;

  /**
   * Deletes what is kept of a channel, or of all whose names begin so: history, idempotency keys, positions. It begins anew,
   * those who were in it stay in it, and whoever goes on from an earlier position is told a gap. When this completes, what
   * was deleted does not come back with a crash.
   */
  forget(target: ForgetTarget): MaybePromise<void>;

  /** Who is in which channel. */
  readonly presence: PresenceStore;

  /** Small expiring values with compare-and-set: sessions, tickets, results of calls. */
  readonly records: RecordStore;

  /** Announces a node. Control messages to it, and to all, go to `listener` until `removeNode`. */
  addNode(nodeId: string, listener: ControlListener): MaybePromise<void>;

  removeNode(nodeId: string): MaybePromise<void>;

  /** The nodes that are announced now. */
  nodes(): MaybePromise<readonly string[]>;

  /** Hands a message to one node (`to`) or to all, the sender included. At most once: a node that is gone misses it. */
  control(message: ControlMessage): MaybePromise<void>;

  /** How full the engine's store is, for metrics. Absent where it has none of its own. */
  usage?(): BrokerUsage;

  /** Finishes what was accepted, then frees everything. Later calls fail with `ClosedError`. Safe to call twice. */
  close(): Promise<void>;
}

export interface BrokerUsage {
  /** Bytes of publications in the store, those included that wait to be trimmed. */
  readonly historyBytes: number;
  /** Bytes of publications that wait to be written. */
  readonly pendingBytes: number;
  /** How often something was read that is not as it was written. */
  readonly damaged: number;
}

export interface PublishRequest {
  readonly channel: string;
  readonly data: string | Uint8Array;
  /** `json` and `text` carry a string, `binary` bytes. */
  readonly format: PublicationFormat;
  /** What the channel keeps, from this publication on. Absent: no history, durability `memory`. */
  readonly policy?: ChannelPolicy;
  /** Idempotency key, 1 to 64 characters. */
  readonly key?: string;
  /** Milliseconds after which history leaves the publication out. Absent: as long as the policy keeps it. */
  readonly ttlMs?: number;
  /** Handed on with the publication, for whoever delivers it. Default: false. */
  readonly wantsReceipt?: boolean;
}

/** What a channel keeps. The caller resolves it from the channel's name and passes it with every publication. */
export interface ChannelPolicy {
  /** How many of the newest publications history returns. 0: no history. */
  readonly historyCount: number;
  /** Milliseconds after which history no longer returns a publication. `Infinity`: only the count limits. */
  readonly historyAgeMs: number;
  /** What a publication has reached before it is acknowledged and delivered. */
  readonly durability: Durability;
}

export interface Published {
  readonly position: string;
  /** The key was used before: nothing was appended, and `position` is the first one's. */
  readonly duplicate: boolean;
  /** What was reached, at least what the policy asked. */
  readonly durability: Durability;
}

export interface HistoryQuery {
  readonly channel: string;
  /** `forward`: oldest first, from `after`. `backward`: newest first, from `before`. */
  readonly direction: "forward" | "backward";
  /** Only what follows this position. */
  readonly after?: string;
  /** Only what came before this position. */
  readonly before?: string;
  /** Most publications in the page, 1 to 1000. */
  readonly limit: number;
  /** The page ends before this many bytes of data, but has at least one publication. Absent: 1 MiB. */
  readonly maxBytes?: number;
  /** Only publications at most this many milliseconds old. */
  readonly maxAgeMs?: number;
}

/**
 * `ok`: the page is complete. Otherwise it is empty, because the position asked for is not in the history:
 * `trimmed`, it is older than what is kept; `no-history`, the channel keeps none;
 * `fork`, its offset exists with another nonce or lies ahead of the newest: history was lost or replaced.
 */
export type HistoryStatus = "ok" | "trimmed" | "fork" | "no-history";

export interface HistoryPage {
  readonly status: HistoryStatus;
  /** In the asked direction. Expired ones are left out, so `previous` may name one that is not here. */
  readonly publications: readonly Publication[];
  /**
   * Where the page ended, expired publications included: ask on with it as `after` (forward) or `before` (backward).
   * Forward, a reader that has the page is at this position.
   */
  readonly next: string;
  /** Whether there is more beyond `next`. */
  readonly more: boolean;
  /** The channel's position when the page was read. */
  readonly position: string;
}

export interface ChannelsQuery {
  /** Only names that begin with this. */
  readonly prefix?: string;
  /** Only names after this one. */
  readonly after?: string;
  /** Most channels in the page, 1 to 1000. */
  readonly limit: number;
}

export interface ChannelsPage {
  readonly channels: readonly ChannelInfo[];
  readonly more: boolean;
}

/** One channel, or all whose names begin with `prefix`, at least one character. */
export type ForgetTarget = { readonly channel: string } | { readonly prefix: string };

export interface ChannelInfo {
  readonly channel: string;
  readonly position: string;
  /** Publications that history would return. */
  readonly historyCount: number;
  /** Listeners attached, not subscribers: each node counts once. */
  readonly listeners: number;
}

export interface ControlMessage {
  /** Node id. Absent: every node. */
  readonly to?: string;
  readonly type: string;
  /** JSON text that sender and receiver agree on. */
  readonly body: string;
}

export type ControlListener = (message: ControlMessage) => void;

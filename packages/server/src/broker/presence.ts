import type { MaybePromise } from "./maybe-promise.js";

/**
 * Who is in which channel. A member stays until it leaves or its time ends; every change reaches the channel's
 * listeners as a `PresenceEvent`, once.
 */
export interface PresenceStore {
  /**
   * Adds a member, or renews one. A join event follows only where the member was not there.
   * The newest `connectionId` owns the entry. Answers how many members the channel has then; one whose time ended
   * within the last second may still be counted.
   */
  join(entry: PresenceJoin): MaybePromise<number>;

  /**
   * Renews many entries of one node at once. One that is gone (its time ended while the node stood still, or the engine
   * began anew) joins again; one that another connection owns stays so.
   */
  refresh(entries: readonly PresenceEntry[], ttlMs: number): MaybePromise<void>;

  /**
   * Takes a member away after `graceMs` (0: now) unless it joins again before. Does nothing where another connection
   * owns the entry: a late leave of an old connection never removes the new one.
   */
  leave(key: PresenceKey, graceMs: number): MaybePromise<void>;

  /** Members in the order of their ids. */
  list(query: PresenceQuery): MaybePromise<PresencePage>;
}

export interface PresenceKey {
  readonly channel: string;
  readonly memberId: string;
  /** The connection that holds the entry. */
  readonly connectionId: string;
}

export interface PresenceEntry extends PresenceKey {
  readonly user: string;
  /** JSON text that others see. */
  readonly info?: string;
}

export interface PresenceJoin extends PresenceEntry {
  /** Milliseconds until the entry ends by itself, if it is not refreshed. */
  readonly ttlMs: number;
}

export interface PresenceQuery {
  readonly channel: string;
  /** Only members after this id. */
  readonly after?: string;
  /** Most members in the page, 0 (only count) to 1000. */
  readonly limit: number;
}

export interface PresencePage {
  readonly members: readonly Member[];
  /** All members of the channel. */
  readonly count: number;
  readonly more: boolean;
}

export interface Member {
  readonly memberId: string;
  readonly connectionId: string;
  readonly user: string;
  /** JSON text. */
  readonly info?: string;
}

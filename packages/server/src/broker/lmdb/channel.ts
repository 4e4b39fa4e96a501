import { Audience } from "../audience.js";
import { formatPosition, positionNonce } from "../position.js";
import { decodeEntry, storedBytes } from "./entry.js";
import { encodeRow, type ChannelRow } from "./row.js";
import type { ChannelInfo, ChannelPolicy } from "../broker.js";
import type { RetainedPublications } from "../history-page.js";
import type { Durability, Publication } from "../publication.js";
import type { LmdbStore } from "./store.js";

/** A publication that has its position but was not delivered yet. */
export interface Pending {
  readonly publication: Publication;
  /** It has reached the durability that was asked. */
  isReady: boolean;
  readonly deliver: () => void;
  readonly fail: (error: unknown) => void;
}

/**
 * One channel of the LMDB broker. Three marks move along its offsets: `committedOffset`, what is in the store;
 * `visibleOffset`, what was delivered and is in history; `offset`, what was given out. The head is the visible one.
 */
export class LmdbChannel implements RetainedPublications {
  readonly name: string;
  readonly audience: Audience = new Audience();
  /** The visible position. */
  head: string;
  /** The position that was given out last; the next publication follows it. */
  tail: string;
  offset: number;
  visibleOffset: number;
  committedOffset: number;
  unbrokenFrom = 0;
  historyCount = 0;
  historyAgeMs: number = Infinity;
  publishedAtMs = 0;
  upkeepAtMs = 0;
  bytes = 0;
  /** Session of the store in which the row was last marked with what may be lost; 0: there is no row. */
  session = 0;
  weakest: Durability = "fsync";
  /** What the row would say has changed since it was written. */
  isDirty = false;
  /** Oldest offset that history returns. */
  firstOffset: number;
  private readonly store: LmdbStore;
  private readonly id: number;
  /** Oldest offset that may be in the store. */
  private storedFrom: number;
  /** Publications from `committedOffset` + 1 on. */
  private uncommitted: (Publication | undefined)[] = [];
  private waiting: Pending[] = [];
  /** What is known of the publication at `firstOffset`, or of an earlier one. */
  private oldest = { offset: 0, publishedAtMs: 0 };

  private constructor(store: LmdbStore, name: string, id: number, offset: number, nonce: number) {
    this.store = store;
    this.name = name;
    this.id = id;
    this.head = this.tail = formatPosition(offset, nonce);
    this.offset = this.visibleOffset = this.committedOffset = offset;
    this.firstOffset = this.storedFrom = offset + 1;
  }

  /** A channel that the store does not know. */
  static begin(store: LmdbStore, name: string, id: number, nonce: number): LmdbChannel {
    return new LmdbChannel(store, name, id, 0, nonce);
  }

  /** A channel as the store knows it. */
  static load(store: LmdbStore, name: string, row: ChannelRow): LmdbChannel {
    const channel = new LmdbChannel(store, name, row.id, row.offset, row.nonce);
    channel.storedFrom = row.firstOffset;
    channel.unbrokenFrom = row.unbrokenFrom;
    channel.historyCount = row.historyCount;
    channel.historyAgeMs = row.historyAgeMs;
    channel.publishedAtMs = row.publishedAtMs;
    channel.upkeepAtMs = row.upkeepAtMs;
    channel.bytes = row.bytes;
    channel.session = row.session;
    channel.weakest = row.weakest;
    channel.firstOffset = Math.max(row.firstOffset, row.offset - row.historyCount + 1);
    return channel;
  }

  get length(): number {
    return this.visibleOffset - this.firstOffset + 1;
  }

  get keepsHistory(): boolean {
    return this.historyCount > 0;
  }

  /** Nothing of it is only in memory but its beginning. */
  get isAtRest(): boolean {
    return this.isSettled && this.audience.listeners.length === 0;
  }

  at(index: number): Publication | undefined {
    const offset = this.firstOffset + index;
    if (offset > this.committedOffset) return this.uncommitted[offset - this.committedOffset - 1];
    const what = (): string => `publication ${offset} of channel ${this.name}`;
    const entry = this.store.log.get(this.logKey(offset), what);
    return entry === undefined ? undefined : decodeEntry(entry, this.name, offset);
  }

  /** Gives the publication the next place. It is not visible yet, and not in the store, if it goes there at all. */
  append(publication: Publication, policy: ChannelPolicy | undefined, isStored: boolean): void {
    this.offset++;
    this.tail = publication.position;
    this.publishedAtMs = publication.publishedAtMs;
    this.historyCount = policy?.historyCount ?? 0;
    const historyAgeMs = policy?.historyAgeMs ?? Infinity;
    if (historyAgeMs !== this.historyAgeMs) {
      // What was too old already does not come back.
      this.trimAge(publication.publishedAtMs);
      this.historyAgeMs = historyAgeMs;
    }
    this.uncommitted.push(isStored ? publication : undefined);
    this.passUnstored();
    this.isDirty = true;
  }

  /** Puts a publication into the log. To be called within a write of a group. */
  writeEntry(offset: number, entry: Buffer): void {
    this.store.log.put(this.logKey(offset), entry);
    this.bytes += storedBytes(entry.length);
  }

  /** To be called within a write of a group. */
  writeRow(): void {
    this.store.rows.put(Buffer.from(this.name), encodeRow(this.row()));
    this.isDirty = false;
  }

  /** What was given out up to `offset` is in the store. */
  commit(offset: number): void {
    if (offset <= this.committedOffset) return;
    this.uncommitted.splice(0, offset - this.committedOffset);
    this.committedOffset = offset;
    this.passUnstored();
  }

  /** Delivers the publication when it and everything before it is ready. */
  enqueue(pending: Pending): void {
    this.waiting.push(pending);
    this.deliverReady();
  }

  deliverReady(): void {
    while (this.waiting[0]?.isReady === true) {
      const { publication, deliver } = this.waiting.shift()!;
      this.visibleOffset++;
      this.head = publication.position;
      this.trimCount();
      this.audience.hear(publication);
      deliver();
    }
  }

  /** When the oldest publication in history is too old; Infinity where there is none, or no age limit. */
  get agesAtMs(): number {
    if (this.historyAgeMs === Infinity || this.length === 0) return Infinity;
    if (this.oldest.offset !== this.firstOffset) {
      this.oldest = { offset: this.firstOffset, publishedAtMs: this.at(0)?.publishedAtMs ?? -Infinity };
    }
    return this.oldest.publishedAtMs + this.historyAgeMs;
  }

  /** Leaves out of history what is too old. */
  trimAge(nowMs: number): void {
    while (this.agesAtMs <= nowMs) this.firstOffset++;
  }

  /** Leaves the oldest publications out of history until about `bytes` are freed. */
  shrink(bytes: number): void {
    const each = this.bytes / Math.max(1, this.offset - this.storedFrom + 1);
    const count = Math.min(this.length, Math.ceil(bytes / Math.max(1, each)));
    this.firstOffset += count;
    this.isDirty = true;
  }

  /** How many publications are in the store that history no longer returns. */
  get excess(): number {
    return Math.min(this.firstOffset, this.committedOffset + 1) - this.storedFrom;
  }

  /** Takes up to `limit` publications that history no longer returns out of the store. Within a write of a group. */
  removeExcess(limit: number): void {
    const end = this.storedFrom + Math.min(limit, this.excess);
    for (; this.storedFrom < end; this.storedFrom++) {
      const key = this.logKey(this.storedFrom);
      const size = this.store.log.sizeOf(key);
      if (size === undefined) continue;
      this.bytes -= storedBytes(size);
      this.store.log.remove(key);
    }
    this.isDirty = true;
  }

  /** Takes the channel out of the store. Within a write of a group. */
  removeRow(): void {
    this.store.rows.remove(Buffer.from(this.name));
    this.session = 0;
  }

  /** Everything that was given out is in the store, and was delivered. */
  get isSettled(): boolean {
    return this.waiting.length === 0 && this.uncommitted.length === 0;
  }

  /** Takes everything of the channel out of the store. Within a write of a group. */
  removeAll(): void {
    for (let offset = this.storedFrom; offset <= this.committedOffset; offset += 1)
      this.store.log.remove(this.logKey(offset));
    this.removeRow();
  }

  /** What was counted as written or removed was not: the store is as its row says. */
  restore(row: ChannelRow | undefined): void {
    this.storedFrom = row?.firstOffset ?? this.offset + 1;
    this.bytes = row?.bytes ?? 0;
    this.upkeepAtMs = row?.upkeepAtMs ?? 0;
  }

  /**
   * Moves to a new position that nothing leads to: whoever stands before it is told a gap. For when publications may
   * have been lost. What was given out and not delivered fails with `error`.
   */
  breakChain(nonce: number, error: unknown): void {
    const failed = this.waiting;
    this.waiting = [];
    this.uncommitted = [];
    this.offset++;
    this.committedOffset = this.visibleOffset = this.unbrokenFrom = this.offset;
    this.head = this.tail = formatPosition(this.offset, nonce);
    this.isDirty = true;
    this.trimCount();
    for (const { fail } of failed) fail(error);
    this.audience.hear({ channel: this.name, resumeAt: this.head, reason: "fork" });
  }

  info(): ChannelInfo {
    return {
      channel: this.name,
      position: this.head,
      historyCount: this.length,
      listeners: this.audience.listeners.length,
    };
  }

  row(): ChannelRow {
    return {
      id: this.id,
      offset: this.offset,
      nonce: positionNonce(this.tail),
      firstOffset: this.storedFrom,
      unbrokenFrom: this.unbrokenFrom,
      historyCount: this.historyCount,
      historyAgeMs: this.historyAgeMs,
      publishedAtMs: this.publishedAtMs,
      upkeepAtMs: this.upkeepAtMs,
      bytes: this.bytes,
      session: this.session,
      weakest: this.weakest,
    };
  }

  private passUnstored(): void {
    while (this.uncommitted.length > 0 && this.uncommitted[0] === undefined) {
      this.uncommitted.shift();
      this.committedOffset++;
    }
  }

  private trimCount(): void {
    this.firstOffset = Math.max(this.firstOffset, this.visibleOffset - this.historyCount + 1);
  }

  private logKey(offset: number): Buffer {
    const key = Buffer.allocUnsafe(12);
    key.writeUIntBE(this.id, 0, 6);
    key.writeUIntBE(offset, 6, 6);
    return key;
  }
}
